"""Is the app safe with nothing but the variables production must set, and can no variable make it unsafe by mistake?"""

import os
import runpy
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from tests.unit.support.environment import PRODUCTION, WEBAPP, read_settings, run_python

NEEDS_HTTPS = ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")


class SaysDebug(dict[str, str]):
    """An environment in which every variable that anybody could take for a debug switch is on."""

    def __missing__(self, name: str) -> str:
        if "DEBUG" in name and not name.endswith("_FILE"):
            return "true"
        raise KeyError(name)

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default


@pytest.fixture
def debug_everywhere() -> Iterator[None]:
    guesses = dict.fromkeys(("DEBUG", "DJANGO_DEBUG", "APP_DEBUG", "STRATA_DEBUG", "DEV", "DEVELOPMENT"), "true")
    with mock.patch.object(os, "environ", SaysDebug({**PRODUCTION, **guesses, "ENV": "development"})):
        yield


def test_nothing_turns_debug_on(debug_everywhere: None) -> None:
    """If red, one wrong variable, and every error page shows the settings and the source."""
    settings = runpy.run_path(str(WEBAPP / "config" / "settings.py"))
    assert settings["DEBUG"] is False, "a variable with DEBUG in its name turns Django's DEBUG on"
    assert not settings["TEMPLATES"][0]["OPTIONS"].get("debug"), "templates show their source when they fail"


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_verbose_logs_are_not_debug(level: str) -> None:
    """If red, whoever wants more log lines gets the debug pages as well."""
    settings = read_settings(LOG_LEVEL=level)
    assert settings["DEBUG"] is False
    assert settings["LOGGING"]["root"]["level"] == level


def test_djangos_own_deployment_check_finds_nothing() -> None:
    """If red, what Django itself warns of goes to production: cookies over http, a weak key, no HSTS."""
    ended = run_python("manage.py", "check", "--deploy", "--fail-level", "WARNING", ADMIN_ENABLED="true")
    assert ended.returncode == 0, ended.stderr
    assert "no issues (0 silenced)" in ended.stdout, ended.stdout


def test_https_turns_every_protection_on() -> None:
    """If red, sessions can be stolen on the way."""
    settings = read_settings(PUBLIC_URL="https://go.example.org/")
    assert settings["PUBLIC_URL"] == "https://go.example.org", "short links would have two slashes"
    off = [
        name for name in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE") if not settings[name]
    ]
    assert not off, f"{off} are off"
    assert settings["SECURE_HSTS_SECONDS"] >= 31_536_000, "shorter than a year: browsers' preload lists refuse it"


def test_http_is_possible_for_ones_own_machine() -> None:
    """If red, `make run` redirects to an https that is not there, or signing in does nothing."""
    settings = read_settings(PUBLIC_URL="http://127.0.0.1:8000")
    on = [name for name in NEEDS_HTTPS if settings[name]]
    assert not on, f"{on} are on, and no browser can sign in over http"
    assert settings["SECURE_HSTS_SECONDS"] == 0
    assert settings["ALLOWED_HOSTS"] == ["127.0.0.1"]


def test_only_our_own_names_are_answered() -> None:
    """If red, a forged Host header ends up in links and in caches."""
    assert read_settings()["ALLOWED_HOSTS"] == ["go.example.org"]


def test_lists_may_be_written_with_spaces() -> None:
    """If red, the second host, key or proxy of a list does not count, and nobody sees why."""
    settings = read_settings(
        ALLOWED_HOSTS="a.example, b.example", SECRET_KEY_FALLBACKS="one, two", TRUSTED_PROXIES="10.0.0.0/8, 192.0.2.1"
    )
    assert settings["ALLOWED_HOSTS"] == ["go.example.org", "a.example", "b.example"]
    assert settings["SECRET_KEY_FALLBACKS"] == ["one", "two"]
    assert settings["TRUSTED_PROXIES"] == ["10.0.0.0/8", "192.0.2.1"]


def test_nobody_is_trusted_unless_named() -> None:
    """If red, anybody can claim another address and get around every rate limit."""
    assert read_settings()["TRUSTED_PROXIES"] == []


def test_a_database_that_hangs_lets_go() -> None:
    """If red, a database that hangs holds every thread for minutes, and cached redirects stop with it."""
    mysql = read_settings(DATABASE_URL="mysql://strata:x@db/strata")["DATABASES"]["default"]
    for name in ("connect_timeout", "read_timeout", "write_timeout"):
        assert 0 < mysql["OPTIONS"].get(name, 0) <= 10, f"{name} is {mysql['OPTIONS'].get(name)}"
    assert mysql["OPTIONS"]["charset"] == "utf8mb4"
    assert "STRICT_TRANS_TABLES" in mysql["OPTIONS"]["init_command"], "MySQL would cut what is too long, without a word"
    assert mysql["CONN_HEALTH_CHECKS"], "after a restart of MySQL each thread's first request fails"
    assert 0 < read_settings()["REDIS_TIMEOUT"] <= 0.5


def test_options_of_the_address_reach_the_database() -> None:
    """If red, TLS to the database, asked for in its address, is silently dropped."""
    url = "mysql://strata:x@db/strata?ssl_mode=VERIFY_IDENTITY&connect_timeout=7"
    options = read_settings(DATABASE_URL=url)["DATABASES"]["default"]["OPTIONS"]
    assert (options["ssl_mode"], options["connect_timeout"], options["read_timeout"]) == ("VERIFY_IDENTITY", 7, 5)


def test_collected_files_are_named_by_content() -> None:
    """If red, after a rollout browsers go on using the old styles and scripts."""
    backend = read_settings(STATIC_ROOT="/srv/static")["STORAGES"]["staticfiles"]["BACKEND"]
    assert "Manifest" in backend
    assert "Manifest" not in read_settings()["STORAGES"]["staticfiles"]["BACKEND"], "`make run` would need a build step"
