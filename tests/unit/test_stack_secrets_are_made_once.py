"""Does the Compose stack get secrets of its own, exactly once, each folder only what its reader needs?"""

from pathlib import Path

from ops import secrets_once


def test_each_service_sees_its_own_secrets_only(tmp_path: Path) -> None:
    """If red, a break-in at Redis also opens the database."""
    assert secrets_once.write(tmp_path)
    root = (tmp_path / "mysql" / "root_password").read_text()
    for folder in ("app", "redis"):
        for file in (tmp_path / folder).iterdir():
            assert root not in file.read_text(), f"{folder}/{file.name} tells MySQL's root password"
    password = (tmp_path / "redis" / "password").read_text()
    assert password in (tmp_path / "app" / "redis_url").read_text(), "the app's Redis address lacks the password"
    assert f"requirepass {password}" in (tmp_path / "redis" / "redis.conf").read_text(), "Redis asks for none"
    assert (tmp_path / "mysql" / "app_password").read_text() in (tmp_path / "app" / "database_url").read_text()


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    """If red, the second `docker compose up` locks the app out of the database that the first one made."""
    secrets_once.write(tmp_path)
    before = {file: file.read_text() for file in tmp_path.rglob("*") if file.is_file()}
    assert not secrets_once.write(tmp_path), "secrets were made a second time"
    assert {file: file.read_text() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_an_interrupted_start_begins_anew(tmp_path: Path) -> None:
    """If red, a machine that was switched off at the wrong moment never gets a complete set."""
    secrets_once.write(tmp_path)
    (tmp_path / "app" / "complete").unlink()
    (tmp_path / "redis" / "password").unlink()
    assert secrets_once.write(tmp_path)
    assert (tmp_path / "redis" / "password").exists(), "the half-made set was taken for a whole one"


def test_no_two_stacks_share_a_secret() -> None:
    """If red, whoever has run Strata once knows everybody's passwords."""
    one, other = secrets_once.contents(), secrets_once.contents()
    same = [name for name in one if one[name] == other[name]]
    assert not same, f"the same in two stacks: {', '.join(same)}"
