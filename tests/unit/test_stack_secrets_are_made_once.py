"""Does the Compose stack get secrets of its own, exactly once, each folder only what its reader needs?"""

import hashlib
import json
import re
from pathlib import Path

from ops import secrets_once


def test_each_service_sees_its_own_secrets_only(tmp_path: Path) -> None:
    """If red, a break-in at Redis also opens the database."""
    assert secrets_once.write(tmp_path)
    root = (tmp_path / "mysql" / "root_password").read_text()
    for folder in ("app", "redis", "mysql-exporter", "redis-exporter", "grafana"):
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


def test_an_exporter_has_a_password_of_its_own(tmp_path: Path) -> None:
    """If red, a break-in at an exporter, which only looks, is a break-in at the store."""
    secrets_once.write(tmp_path)
    stores = {(tmp_path / name).read_text() for name in ("mysql/app_password", "redis/password", "mysql/root_password")}
    for folder in ("mysql-exporter", "redis-exporter"):
        for file in (tmp_path / folder).iterdir():
            known = [password for password in stores if password in file.read_text()]
            assert not known, f"{folder}/{file.name} has a password that is not the exporter's own"
    made = (tmp_path / "mysql-exporter" / "account.sql").read_text()
    (password,) = re.findall(r"^password=(\w+)$", (tmp_path / "mysql-exporter" / "my.cnf").read_text(), re.MULTILINE)
    assert f"IDENTIFIED BY '{password}'" in made, "MySQL's account is made with another password than the exporter has"
    assert "GRANT " not in made.replace("GRANT OPTION FROM", ""), f"MySQL's account gets a right: {made}"
    (password,) = json.loads((tmp_path / "redis-exporter" / "passwords.json").read_text()).values()
    digest = hashlib.sha256(password.encode()).hexdigest()
    account = (tmp_path / "redis" / "redis.conf").read_text()
    assert f"user exporter on #{digest} " in account, "Redis' account has another password than the exporter"
    assert "-@all +info +ping" in account, f"Redis' account may more than INFO and PING: {account}"
