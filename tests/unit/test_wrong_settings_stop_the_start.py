"""Does a wrong or missing variable stop the start with one sentence that names it?"""

from pathlib import Path

import pytest

from tests.unit.support.environment import read_settings, run_python

SECRET = "hunter2"


def complaint(**changes: str | None) -> str:
    """What is said when the app starts with these variables, none of which it may accept."""
    try:
        read_settings(**changes)
    except SystemExit as stop:
        # Python prints a text, and nothing for a number.
        return str(stop.code)
    pytest.fail(f"the app starts with {changes}")


def test_production_needs_three_variables_and_no_more() -> None:
    """If red, the app cannot be started as documented."""
    settings = read_settings()
    assert settings["PUBLIC_HOST"] == "go.example.org"


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "PUBLIC_URL"])
@pytest.mark.parametrize("value", [None, "", "  "], ids=["missing", "empty", "blank"])
def test_what_has_no_default_must_be_set(name: str, value: str | None) -> None:
    """If red, production runs with a key that everybody knows, on a database nobody meant, or ends in a traceback."""
    said = complaint(**{name: value})
    assert said.startswith(f"strata: {name}: "), f"the complaint does not name {name}: {said}"
    assert "\n" not in said, "more than one sentence for one mistake"


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("SECRET_KEY", "k" * 49, "50"),
        ("DATABASE_URL", "nonsense", "database URL"),
        ("DATABASE_URL", f"postgres://strata:{SECRET}@db/strata", "mysql:// or sqlite:///"),
        ("DATABASE_URL", f"mysql://strata:{SECRET}@db:port/strata", "database URL"),
        ("REDIS_URL", "http://redis", "redis://"),
        ("REDIS_URL", "redis", "redis://"),
        ("REDIS_URL", f"redis://:{SECRET}@redis:port/0", "redis://"),
        ("PUBLIC_URL", "go.example.org", "https://go.example.org"),
        ("PUBLIC_URL", "ftp://go.example.org", "https://go.example.org"),
        ("PUBLIC_URL", "https://go.example.org/links", "without a path"),
        ("PUBLIC_URL", "https://go.example.org?x", "without a path"),
        ("PUBLIC_URL", "https://go.example.org#x", "without a path"),
        ("PUBLIC_URL", f"https://ada:{SECRET}@go.example.org", "https://go.example.org"),
        ("PUBLIC_URL", "https://go.example.org:port", "https://go.example.org"),
        ("PUBLIC_URL", "https://go.example.org:99999", "https://go.example.org"),
        ("PUBLIC_URL", "https://[go", "https://go.example.org"),
        ("PUBLIC_URL", "https://bücher.example", "https://go.example.org"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy", "10.0.0.0/8"),
        ("TRUSTED_PROXIES", "10.0.0.0/33", "10.0.0.0/8"),
        ("ADMIN_ENABLED", "maybe", "boolean"),
        ("CREATION_RATE", "many", "30/minute"),
        ("FAILED_AUTH_RATE", "10", "30/minute"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING, ERROR"),
        ("PORT", "http", "integer"),
        ("PORT", "0", "1"),
        ("PORT", "65536", "65535"),
        ("METRICS_PORT", "-1", "65535"),
        ("METRICS_PORT", "8000", "must differ from PORT"),
        ("WEB_WORKERS", "0", "1"),
        ("WEB_THREADS", "many", "integer"),
        ("DRAIN_SECONDS", "-1", "60"),
        ("DRAIN_SECONDS", "61", "60"),
        ("DRAIN_SECONDS", "nan", "not permitted"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "http://collector:4318"),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://prometheus:port/", "http://collector:4318"),
        ("OTEL_PROPAGATORS", "b3", "none, tracecontext"),
        ("OTEL_TRACES_SAMPLER", "sometimes", "parentbased_traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", "10", "1"),
        ("OTEL_TRACES_SAMPLER_ARG", "a tenth", "number"),
        ("SECRET_KEY_FILE", "/no/such/file", "readable file"),
        ("DATABASE_URL_FILE", "/", "readable file"),
    ],
)
def test_a_malformed_value_is_named_with_what_is_right(name: str, value: str, right: str) -> None:
    """If red, the start ends in a traceback, or worse, goes on and breaks at the first request."""
    said = complaint(**{name: value})
    assert said.startswith("strata: "), said
    assert name in said, f"the complaint does not name {name}: {said}"
    assert right in said, f"the complaint does not say what is right: {said}"
    assert "\n" not in said, "more than one sentence for one mistake"
    assert SECRET not in said, "the complaint, which goes to the log, shows a password"


def test_all_mistakes_are_named_at_once() -> None:
    """If red, whoever sets up the app finds out about their mistakes one restart at a time."""
    said = complaint(SECRET_KEY=None, PUBLIC_URL="go.example.org", PORT="http").splitlines()
    assert [line.split(":")[1].strip() for line in said] == ["SECRET_KEY", "PUBLIC_URL", "PORT"]


def test_the_start_ends_without_a_traceback() -> None:
    """If red, the one sentence that matters drowns in forty lines of Python, and the platform restarts in a loop."""
    ended = run_python("manage.py", "check", SECRET_KEY=None)
    assert ended.returncode == 1, f"exit code {ended.returncode}"
    assert ended.stderr == "strata: SECRET_KEY: Environment variable not set.\n"
    assert ended.stdout == ""


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL"])
def test_values_may_come_from_files(tmp_path: Path, name: str) -> None:
    """If red, the secrets that Compose and Kubernetes mount as files are not found."""
    values = {
        "SECRET_KEY": "f" * 60,
        "DATABASE_URL": "mysql://strata:p%40ss@db:3307/strata",
        "REDIS_URL": "redis://redis:6379/1",
        "PUBLIC_URL": "https://s.example.net",
    }
    file = tmp_path / "value"
    file.write_text(values[name] + "\n")
    settings = read_settings(**{name: None, f"{name}_FILE": str(file)})
    if name == "DATABASE_URL":
        database = settings["DATABASES"]["default"]
        assert (database["HOST"], database["PORT"], database["PASSWORD"]) == ("db", 3307, "p@ss")
    else:
        assert settings[name] == values[name], "the file was not read, or its last line break is part of the value"
