"""Is a provider taken from a folder on disk where there is one, and from the registry where there is none?"""

from pathlib import Path

import pytest

from testkit.terraform import cli, mirror

AWS = "hashicorp/aws"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with one place to look into, and nothing remembered."""
    for variable in (*mirror.VARIABLES, "TF_CLI_CONFIG_FILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(mirror, "PLACES", (str(tmp_path / "opt"),))
    return tmp_path


def folder(path: Path, version: str = "5.100.0") -> Path:
    program = path / mirror.HOST / AWS / version / "linux_amd64" / f"terraform-provider-aws_v{version}_x5"
    program.parent.mkdir(parents=True)
    program.touch()
    return path


def test_in_a_usual_place(machine: Path) -> None:
    """Red: a machine without internet has the provider, and the layer says that it has not."""
    there = folder(machine / "opt" / "some" / "providers")
    assert mirror.find(AWS) == there
    assert mirror.versions(there, AWS) == ["5.100.0"]


def test_a_variable_comes_first(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: somebody names a folder, and another one is taken."""
    folder(machine / "opt" / "old")
    named = folder(machine / "named", "6.0.0")
    monkeypatch.setenv("TF_PLUGIN_MIRROR", str(named))
    assert mirror.find(AWS) == named


def test_one_that_has_moved_is_looked_for_again(machine: Path) -> None:
    """Red: what was remembered is gone, and the layer fails until somebody finds the cache."""
    folder(machine / "opt" / "before")
    mirror.find(AWS)
    (machine / "opt" / "before").rename(machine / "opt" / "after")
    assert mirror.find(AWS) == machine / "opt" / "after"


def test_the_search_ends(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: on a machine with a million folders each run begins with a minute of looking around."""
    monkeypatch.setattr(mirror, "MOST_FOLDERS", 5)
    for number in range(9):
        (machine / "opt" / str(number)).mkdir(parents=True)
    folder(machine / "opt" / "9" / "late")
    assert mirror.find(AWS) is None


def test_terraform_is_told(machine: Path) -> None:
    """Red: the folder is there, and Terraform asks the registry."""
    there = folder(machine / "opt" / "providers")
    written = Path(cli.environment(machine / "run")["TF_CLI_CONFIG_FILE"]).read_text()
    assert f'path    = "{there}"' in written
    assert 'exclude = ["registry.terraform.io/hashicorp/aws"]' in written


def test_without_a_folder_the_registry_is_asked_once(machine: Path) -> None:
    """Red: 600 MB are fetched for each scenario."""
    written = Path(cli.environment(machine / "run")["TF_CLI_CONFIG_FILE"]).read_text()
    assert written.startswith("plugin_cache_dir")
    assert "provider_installation" not in written


def test_a_configuration_of_ones_own_is_taken(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: a company's mirror is configured, and passed over."""
    own = machine / "own.tfrc"
    own.write_text("")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(own))
    assert cli.environment(machine / "run")["TF_CLI_CONFIG_FILE"] == str(own)


def test_nothing_of_the_persons_account_is_handed_on(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: a test applies to somebody's real account."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("TF_VAR_cidr", "10.0.0.0/8")
    found = cli.environment(machine / "run")
    assert not {"AWS_PROFILE", "TF_VAR_cidr"} & found.keys()


def test_a_missing_provider_has_a_remedy(machine: Path) -> None:
    """Red: the message shows frames and colours, and no way out."""
    error = "\x1b[31m│\x1b[0m Error: Failed to query available provider packages\n│ \n│ could not connect"
    said = cli.explained(error)
    assert "terraform providers mirror FOLDER" in said
    assert "no folder of providers was found" in said
    assert "│" not in said


def test_without_terraform_there_is_an_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: a stranger sees a stack trace instead of what to install."""
    monkeypatch.setenv("TERRAFORM", "no-such-terraform")
    with pytest.raises(cli.NoTerraform, match="install Terraform"):
        cli.program()
