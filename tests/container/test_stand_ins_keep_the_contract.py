"""Does the image that `make images` chose behave like the official one?

The same questions are asked of whatever is in `.env`, so they hold on official images too, and a stand-in cannot drift
away from what it stands for. Sources: docker-library/python, docker-library/mysql, redis/docker-library-redis.
"""

import gzip
import json
import os
import re
import ssl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from testkit import process, wait

ROOT = Path(__file__).resolve().parents[2]
ROOT_PASSWORD = "it's a \\ root password"
APP_PASSWORD = "an app's password"
# The uid of mysql and redis in the official images: what a volume or a securityContext names.
SERVER_UID = "999"


def docker(*arguments: str, timeout: float = 60) -> str:
    done = process.run(["docker", *arguments], timeout=timeout)
    assert done.code == 0, f"docker {' '.join(arguments)} ended with status {done.code}:\n{done.output[-3000:]}"
    return done.output


def chosen_image(variable: str) -> str:
    dotenv = ROOT / ".env"
    lines = dotenv.read_text().splitlines() if dotenv.exists() else []
    choice = dict(line.split("=", 1) for line in lines if "=" in line)
    image = os.environ.get(variable) or choice.get(variable)
    assert image, f"{variable} is neither in the environment nor in .env: run `make images`."
    return image


@contextmanager
def container(*arguments: str) -> Iterator[str]:
    """Run a container in the background, and remove it with its volumes at the end."""
    name = f"strata-contract-{uuid.uuid4().hex[:12]}"
    try:
        docker("run", "--detach", "--name", name, *arguments)
        yield name
    finally:
        docker("rm", "--force", "--volumes", name)


def logs_with(name: str, words: str, times: int, timeout: float) -> str:
    def probe() -> str | wait.NotYet:
        log = docker("logs", name)
        return log if log.count(words) >= times else wait.NotYet(log[-2000:])

    return wait.until(probe, timeout=timeout, every=0.1, why=f"'{words}' {times} times in the log of {name}")


def inspect(image: str) -> dict[str, Any]:
    config: dict[str, Any] = json.loads(docker("image", "inspect", "--format", "{{json .Config}}", image))
    return config


def uid_of_pid_1(name: str) -> str:
    return docker("exec", name, "sh", "-c", "grep '^Uid:' /proc/1/status").split()[1]


@pytest.fixture(scope="module")
def mysql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server started as Compose starts it: read-only root, secrets in files, an init folder, an option."""
    secrets = tmp_path_factory.mktemp("secrets")
    (secrets / "root").write_text(ROOT_PASSWORD + "\n")
    (secrets / "app").write_text(APP_PASSWORD + "\n")
    scripts = tmp_path_factory.mktemp("init")
    (scripts / "1.sql").write_text("CREATE TABLE ran (script text); INSERT INTO ran VALUES ('sql');")
    (scripts / "2.sql.gz").write_bytes(gzip.compress(b"INSERT INTO ran VALUES ('sql.gz');"))
    (scripts / "3.sh").write_text("docker_process_sql <<<\"INSERT INTO ran VALUES ('sh');\"")
    for path in (secrets, scripts, *secrets.iterdir(), *scripts.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    # pytest's own folders are closed to everybody else, and uid 999 is somebody else.
    secrets.parent.chmod(0o755)
    settings = {
        "MYSQL_ROOT_PASSWORD_FILE": "/secrets/root",
        "MYSQL_DATABASE": "strata_x",
        "MYSQL_USER": "app",
        "MYSQL_PASSWORD_FILE": "/secrets/app",
    }
    arguments = ["--read-only", "--tmpfs=/tmp", "--tmpfs=/run/mysqld", f"--volume={secrets}:/secrets:ro"]
    arguments += [f"--volume={scripts}:/docker-entrypoint-initdb.d:ro"]
    arguments += [f"--env={key}={value}" for key, value in settings.items()]
    with container(*arguments, chosen_image("MYSQL_IMAGE"), "--max-connections=17") as name:
        logs_with(name, ": ready for connections", times=2, timeout=60)
        yield name


def query(name: str, statement: str, user: str = "app", password: str = APP_PASSWORD) -> str:
    client = ["mysql", "--host=127.0.0.1", f"--user={user}", "--skip-column-names", "--batch", "strata_x"]
    return docker("exec", "--env", f"MYSQL_PWD={password}", name, *client, f"--execute={statement}").strip()


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    """A server started with flags alone, on a read-only root."""
    with container("--read-only", chosen_image("REDIS_IMAGE"), "--appendonly", "yes") as name:
        logs_with(name, "Ready to accept connections", times=1, timeout=20)
        yield name


def test_mysql_is_initialised_before_anybody_can_connect(mysql: str) -> None:
    """Red: testcontainers, or a health check, takes a half-made database for a finished one."""
    ready = [line for line in docker("logs", mysql).splitlines() if ": ready for connections" in line]
    ports = [line.partition("port: ")[2].split()[0] for line in ready]
    assert ports[:2] == ["0", "3306"], f"expected a temporary server without a port, then one on 3306: {ready}"


def test_mysql_reads_secrets_from_files(mysql: str) -> None:
    """Red: Compose, which has no secret in its environment, cannot log in."""
    assert query(mysql, "SELECT CURRENT_USER()") == "app@%"
    assert query(mysql, "SELECT CURRENT_USER()", user="root", password=ROOT_PASSWORD).startswith("root@")


def test_mysql_gives_the_user_its_database_and_no_other(mysql: str) -> None:
    """Red: the app cannot migrate, or an underscore in a database's name opens its neighbours."""
    grants = query(mysql, "SHOW GRANTS")
    assert "GRANT ALL PRIVILEGES ON `strata\\\\_x`.* TO `app`@`%`" in grants, grants


def test_mysql_runs_the_init_folder_in_order(mysql: str) -> None:
    """Red: a schema or an account that somebody mounts there is silently missing."""
    assert query(mysql, "SELECT script FROM ran").split() == ["sql", "sql.gz", "sh"]


def test_mysql_passes_options_to_the_server(mysql: str) -> None:
    """Red: tuning in Compose or in a test has no effect."""
    assert query(mysql, "SELECT @@max_connections") == "17", (
        "--max-connections=17 after the image's name did not arrive"
    )


def test_mysql_keeps_passwords_with_caching_sha2_and_offers_tls(mysql: str) -> None:
    """Red: the app is tested with another login than the one in production."""
    row = query(mysql, "SELECT plugin FROM mysql.user WHERE user = 'app'", user="root", password=ROOT_PASSWORD)
    assert row == "caching_sha2_password", "the app's account has another authentication plugin"
    assert query(mysql, "SHOW SESSION STATUS LIKE 'Ssl_cipher'").split()[1:], "a TCP client got no TLS"


def test_mysql_knows_time_zones_by_name(mysql: str) -> None:
    """Red: the daily chart fails on MySQL, as CONVERT_TZ answers NULL without the tables."""
    noon = query(mysql, "SELECT CONVERT_TZ('2026-07-01 12:00', 'UTC', 'Europe/Berlin')")
    assert noon == "2026-07-01 14:00:00", f"12:00 UTC is {noon} in Berlin: mysql.time_zone_name is empty or wrong"


def test_mysql_restarts_on_the_same_data(mysql: str) -> None:
    """Red: a volume is initialised again, or a stop is not clean."""
    docker("stop", mysql)
    code = docker("inspect", "--format", "{{.State.ExitCode}}", mysql).strip()
    assert code == "0", f"mysqld ended with status {code} on SIGTERM:\n{docker('logs', '--tail=20', mysql)}"
    docker("start", mysql)
    log = logs_with(mysql, ": ready for connections", times=3, timeout=30)
    assert log.count("Initializing database") == 1, "the second start initialised the data folder again"
    assert query(mysql, "SELECT COUNT(*) FROM ran") == "3"


def test_mysql_refuses_a_server_without_a_root_password() -> None:
    """Red: a forgotten secret gives an open database instead of an error."""
    with container(chosen_image("MYSQL_IMAGE")) as name:
        code = docker("wait", name, timeout=20).strip()
        log = docker("logs", name)
    assert code != "0", "it started"
    assert "MYSQL_ROOT_PASSWORD" in log, f"the log does not name the missing setting:\n{log}"


def test_mysql_has_the_official_ids_ports_and_volume(mysql: str) -> None:
    """Red: a volume's owner, a port mapping or an anonymous volume differs from production."""
    config = inspect(chosen_image("MYSQL_IMAGE"))
    assert uid_of_pid_1(mysql) == SERVER_UID, "mysqld runs as another user than the official one"
    assert set(config["ExposedPorts"]) == {"3306/tcp", "33060/tcp"}
    assert set(config["Volumes"]) == {"/var/lib/mysql"}
    assert config["Cmd"] == ["mysqld"]


def test_redis_takes_flags_and_answers_its_network(redis: str) -> None:
    """Red: nobody but the container itself gets an answer, as Debian's default is protected mode."""
    address = docker("inspect", "--format", "{{.NetworkSettings.Networks.bridge.IPAddress}}", redis).strip()
    neighbour = ["run", "--rm", chosen_image("REDIS_IMAGE"), "redis-cli", "-h", address]
    assert docker(*neighbour, "SET", "key", "value").strip() == "OK"
    assert docker(*neighbour, "CONFIG", "GET", "appendonly").split() == ["appendonly", "yes"]


def test_redis_keeps_protected_mode_when_asked_to() -> None:
    """Red: an explicit setting is overruled by the entrypoint."""
    with container(chosen_image("REDIS_IMAGE"), "redis-server", "--protected-mode", "yes") as name:
        logs_with(name, "Ready to accept connections", times=1, timeout=20)
        answer = docker("exec", name, "redis-cli", "CONFIG", "GET", "protected-mode")
    assert answer.split() == ["protected-mode", "yes"], "`--protected-mode yes` was overruled"


def test_redis_restarts_on_the_same_data(redis: str) -> None:
    """Red: hits that Redis acknowledged are gone after a restart."""
    docker("exec", redis, "redis-cli", "SET", "kept", "yes")
    docker("stop", redis)
    code = docker("inspect", "--format", "{{.State.ExitCode}}", redis).strip()
    assert code == "0", f"redis-server ended with status {code} on SIGTERM:\n{docker('logs', '--tail=20', redis)}"
    docker("start", redis)
    logs_with(redis, "Ready to accept connections", times=2, timeout=20)
    assert docker("exec", redis, "redis-cli", "GET", "kept").strip() == "yes"


def test_redis_has_the_official_ids_ports_and_volume(redis: str) -> None:
    """Red: a volume's owner, a port mapping or the data folder differs from production."""
    config = inspect(chosen_image("REDIS_IMAGE"))
    assert uid_of_pid_1(redis) == SERVER_UID, "redis-server runs as another user than the official one"
    assert set(config["ExposedPorts"]) == {"6379/tcp"}
    assert set(config["Volumes"]) == {"/data"}
    assert (config["WorkingDir"], config["Cmd"]) == ("/data", ["redis-server"])


@pytest.fixture(scope="module")
def python() -> Iterator[str]:
    """A container in which commands are run: to start one for each costs more than most of them."""
    with container(chosen_image("PYTHON_IMAGE"), "sleep", "600") as name:
        yield name


def run_python(name: str, code: str) -> str:
    return docker("exec", name, "python", "-c", code).strip()


def test_python_goes_by_its_official_names(python: str) -> None:
    """Red: the Dockerfile's commands exist on one base only."""
    shell = "for name in python python3 pip pip3; do command -v $name || echo $name is missing; done"
    found = docker("exec", python, "sh", "-c", shell).split("\n")
    assert [path for path in found if path] == [
        f"/usr/local/bin/{name}" for name in ("python", "python3", "pip", "pip3")
    ]


def test_python_has_what_django_imports(python: str) -> None:
    """Red: the app fails to start on a base with a cut-down standard library."""
    modules = "bz2, ctypes, decimal, lzma, sqlite3, ssl, uuid, venv, zlib, zoneinfo"
    assert run_python(python, f"import {modules}; print('all')") == "all"


def test_python_installs_into_itself_and_into_a_virtual_environment(python: str) -> None:
    """Red: `pip install` in a Dockerfile ends with "externally managed environment", or venv without pip."""
    # What would be put into an environment is looked for and left there: it takes seconds, and the app wants none.
    commands = (
        "cd && python -m venv --without-pip v",
        "v/bin/python -m ensurepip --version",
        "pip install --no-index none",
    )
    done = process.run(["docker", "exec", python, "sh", "-c", " && ".join(commands)], timeout=60)
    assert re.match(r"pip \d", done.output), done.output
    assert "No matching distribution found for none" in done.output, done.output


def test_python_compiles_extensions_once_a_compiler_is_there(python: str) -> None:
    """Red: mysqlclient does not build, or every image carries a compiler."""
    header = "import sysconfig as s, os; print(os.path.exists(s.get_path('include') + '/Python.h'))"
    assert run_python(python, header) == "True", "no Python.h"
    compiler = run_python(python, "import shutil; print(shutil.which('gcc') or shutil.which('cc'))")
    assert compiler == "None", f"a compiler is in the base: {compiler}"


def test_python_trusts_public_authorities_and_not_this_machines_own(python: str) -> None:
    """Red: TLS fails in production, or a company's intercepting CA has travelled there."""
    code = "import ssl; print(*(c.hex() for c in ssl.create_default_context().get_ca_certs(binary_form=True)))"
    trusted = set(run_python(python, code).split())
    own = set()
    for file in Path("/usr/local/share/ca-certificates").glob("**/*.crt"):
        certificates = re.findall(
            r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", file.read_text(), re.DOTALL
        )
        own |= {ssl.PEM_cert_to_DER_cert(certificate).hex() for certificate in certificates}
    assert len(trusted) > 100, f"only {len(trusted)} certificate authorities"
    assert not trusted & own, "a CA of /usr/local/share/ca-certificates is in the image"


@pytest.mark.parametrize(
    ("variable", "command"),
    [
        ("PYTHON_IMAGE", ["python", "--version"]),
        ("MYSQL_IMAGE", ["mysqld", "--version"]),
        ("REDIS_IMAGE", ["redis-server", "--version"]),
    ],
)
def test_version_line_is_the_pinned_one(request: pytest.FixtureRequest, variable: str, command: list[str]) -> None:
    """Red: what is tested is another version line than what is pinned for production."""
    pins = (ROOT / "images.env").read_text().splitlines()
    pinned = next(line.split(":")[1] for line in pins if line.startswith(f"{variable}="))
    line = ".".join(pinned.split(".")[:2])
    running = request.getfixturevalue(variable.removesuffix("_IMAGE").lower())
    said = docker("exec", running, *command)
    assert any(word.lstrip("v=").startswith(line + ".") for word in said.split()), f"{pinned} is pinned, this is {said}"


# What Compose, the manifests and their probes rely on: user, program, port.
_WATCHING = {
    "PROMETHEUS_IMAGE": ("nobody", "/bin/prometheus", "9090/tcp"),
    "MYSQL_EXPORTER_IMAGE": ("nobody", "/bin/mysqld_exporter", "9104/tcp"),
    "REDIS_EXPORTER_IMAGE": ("59000:59000", "/redis_exporter", "9121/tcp"),
}


@pytest.mark.parametrize("variable", _WATCHING)
def test_what_watches_has_the_official_user_program_and_port(variable: str) -> None:
    """Red: the flags of Compose and of the manifests go to another program, or it listens elsewhere."""
    config = inspect(chosen_image(variable))
    found = (config["User"], " ".join(config["Entrypoint"]), *config["ExposedPorts"])
    assert found == _WATCHING[variable], f"{variable}: user, program and port are {found}"


def test_prometheus_has_its_tool_beside_it_and_its_data_in_a_volume() -> None:
    """Red: no rule can be checked by what will read it, or a read-only root stops Prometheus."""
    image = chosen_image("PROMETHEUS_IMAGE")
    assert "/prometheus" in inspect(image)["Volumes"], "the data are in no volume"
    said = docker("run", "--rm", "--read-only", "--network=none", "--entrypoint=/bin/promtool", image, "--version")
    assert said.startswith("promtool, version 3.5."), f"promtool says {said.splitlines()[0]}"
    told = docker("run", "--rm", "--read-only", "--network=none", image, "--web.enable-otlp-receiver", "--version")
    assert told.startswith("prometheus, version 3.5."), f"prometheus says {told.splitlines()[0]}"
