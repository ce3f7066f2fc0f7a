"""Do pins and choices survive the way from `images.env` to `.env`?"""

from pathlib import Path

import pytest

from offline import settings

ROOT = Path(__file__).resolve().parents[3]


def pins(tmp_path: Path, text: str, environment: dict[str, str] | None = None) -> dict[str, str]:
    file = tmp_path / "images.env"
    file.write_text(text)
    return settings.read_pins(file, environment or {})


def test_every_pin_of_the_project_names_a_version() -> None:
    """Red: an image changes under a commit that did not."""
    assert set(settings.read_pins(ROOT / "images.env", {})) >= {"PYTHON_IMAGE", "MYSQL_IMAGE", "REDIS_IMAGE"}


def test_only_the_named_pins_are_chosen() -> None:
    """Red: `make up` compiles Kubernetes."""
    pins = {"APP_IMAGE": "app:1", "KIND_NODE_IMAGE": "node:1", "DB_IMAGE": "db:1"}
    assert settings.only(["KIND_NODE", "APP"], pins) == {"KIND_NODE_IMAGE": "node:1", "APP_IMAGE": "app:1"}
    assert settings.only([], pins) == pins, "without a name all are meant"


def test_an_unknown_name_is_refused() -> None:
    """Red: a misspelt name chooses nothing, and the verb that needs the image fails far from here."""
    with pytest.raises(settings.BadSettings, match=r"images\.env has no NODE_IMAGE: name some of APP KIND_NODE\."):
        settings.only(["NODE"], {"APP_IMAGE": "app:1", "KIND_NODE_IMAGE": "node:1"})


def test_the_environment_wins(tmp_path: Path) -> None:
    """Red: a company cannot name its mirror without changing the repository."""
    chosen = pins(tmp_path, "# why\n\nAPP_IMAGE=app:1.2\n", {"APP_IMAGE": "mirror:5000/app:1.2", "OTHER": "x"})
    assert chosen == {"APP_IMAGE": "mirror:5000/app:1.2"}


@pytest.mark.parametrize("image", ["app", "app:latest", "mirror:5000/app", "mirror:5000/app:latest"])
def test_a_moving_tag_is_refused(image: str, tmp_path: Path) -> None:
    """Red: two machines run different versions of the same commit."""
    with pytest.raises(
        settings.BadSettings, match=r"APP_IMAGE=\S+ moves with time: name a version, such as app:1\.2\.3"
    ):
        pins(tmp_path, f"APP_IMAGE={image}\n")


def test_a_digest_is_a_pin(tmp_path: Path) -> None:
    """Red: the strictest pin of all is refused."""
    image = "app@sha256:" + "0" * 64
    assert pins(tmp_path, f"APP_IMAGE={image}\n") == {"APP_IMAGE": image}


def test_a_line_that_is_no_pin_is_named(tmp_path: Path) -> None:
    """Red: a misspelt variable is silently not pulled."""
    with pytest.raises(settings.BadSettings, match=r"images\.env:2: 'APP = app:1' is not a pin"):
        pins(tmp_path, "# comment\nAPP = app:1\n")


def test_other_lines_of_dotenv_are_kept_and_nothing_is_written_twice(tmp_path: Path) -> None:
    """Red: a developer's own settings in .env are lost, or the file grows with every run."""
    dotenv = tmp_path / ".env"
    dotenv.write_text("# mine\nPORT=1234\nAPP_IMAGE=app:1\n")
    choice = {"APP_IMAGE": "strata-offline/app:2-abc"}
    assert settings.write_choice(dotenv, choice)
    assert dotenv.read_text() == "# mine\nPORT=1234\nAPP_IMAGE=strata-offline/app:2-abc\n"
    assert not settings.write_choice(dotenv, choice), "an unchanged choice was written again"


def test_dotenv_is_made_when_missing(tmp_path: Path) -> None:
    """Red: a fresh clone has no .env, and the first run fails."""
    assert settings.write_choice(tmp_path / ".env", {"APP_IMAGE": "app:1"})
    assert (tmp_path / ".env").read_text() == "APP_IMAGE=app:1\n"
