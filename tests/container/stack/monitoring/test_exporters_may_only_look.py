"""What can somebody do with the accounts of the exporters?"""

import pytest

from tests.container.stack.running import Stack


def test_mysqls_has_no_right_at_all(watched: Stack) -> None:
    """Red: a break-in into the exporter reads every link, or stops the database."""
    root = 'MYSQL_PWD="$(cat /secrets/mysql/root_password)" exec mysql --host=127.0.0.1 --user=root -N -e "$0"'
    grants = watched.container("mysql").exec(["sh", "-c", root, "SHOW GRANTS FOR exporter"]).strip().splitlines()
    assert grants == ["GRANT USAGE ON *.* TO `exporter`@`%`"], f"the exporter's account in MySQL may more: {grants}"
    limit = watched.container("mysql").exec(
        ["sh", "-c", root, "SELECT max_user_connections FROM mysql.user WHERE user = 'exporter'"]
    )
    assert limit.strip() == "3", f"the exporter's account may take {limit.strip()} connections"


@pytest.mark.parametrize(
    "command",
    [
        "GET strata:clicks",
        "KEYS *",
        "SET a b",
        "CONFIG GET requirepass",
        "FLUSHALL",
        "ACL LIST",
        "CLIENT LIST",
        "EVAL 1 0",
    ],
)
def test_rediss_may_ask_how_it_is_and_nothing_else(watched: Stack, command: str) -> None:
    """Red: a break-in into the exporter reads links, throws visits away, or makes itself an account."""
    root = 'REDISCLI_AUTH="$(cat /secrets/redis/password)" exec redis-cli ACL DRYRUN exporter "$@"'
    said = watched.container("redis").exec(["sh", "-c", root, "sh", *command.split()]).strip()
    assert "no permissions" in said, f"the exporter's account in Redis may {command}: {said}"


def test_rediss_may_ask_how_it_is(watched: Stack) -> None:
    """Red: the exporter has an account that is of no use."""
    root = 'REDISCLI_AUTH="$(cat /secrets/redis/password)" exec redis-cli ACL DRYRUN exporter INFO'
    said = watched.container("redis").exec(["sh", "-c", root]).strip()
    assert said == "OK", f"the exporter's account in Redis may not INFO: {said}"


@pytest.mark.parametrize("service", ["mysql-exporter", "redis-exporter"])
def test_an_exporter_sees_its_own_secrets_alone(watched: Stack, service: str) -> None:
    """Red: a break-in into one exporter opens the other's store, or the app's account."""
    mounts = watched.container(service).sdk.attrs["Mounts"]
    seen = {mount["Destination"]: mount["RW"] for mount in mounts}
    assert seen == {f"/secrets/{service}": False}, f"{service} mounts {seen}"
