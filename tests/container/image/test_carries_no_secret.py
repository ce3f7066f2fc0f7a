"""Has anything secret, or of the machine that built it, travelled into the image?"""

import re
from collections.abc import Mapping
from typing import Any

from testkit import containers
from tests.container.image.conftest import CERTIFICATE
from tests.container.image.filesystem import Entry, listed

_SECRET = re.compile(r"(?i)\b\w*(secret_key|password|passwd|token|api_?key|private_?key|credential)\w*\s*[=:]\s*\S+")
# Settings that name where the app finds its stores; their values carry passwords.
_SETTINGS_WITH_PASSWORDS = re.compile(r"\b(DATABASE_URL|REDIS_URL)=\S+|://[^\s/:@]+:[^\s/@]+@")
# A public list of authorities, as pip brings one, is no key.
_KEY_FILES = re.compile(
    r"(?!cacert\.pem).*\.(pem|key|p12|pfx|jks|kdbx)|id_(rsa|ed25519|ecdsa)|\.(npmrc|pypirc|netrc|pgpass)|pip\.conf"
)

# Where Debian and Alpine keep public authorities; pip brings a copy of them.
_TRUST_STORES = ("/etc/ssl", "/etc/ca-certificates", "/usr/share/ca-certificates", "/usr/lib/ssl")
_COPY_OF_PIP = "pip/_vendor/certifi/cacert.pem"


def test_environment_has_no_secret(config: Mapping[str, Any]) -> None:
    """Red: whoever may pull the image has the production database."""
    found = [line for line in config["Env"] if _SECRET.search(line) or _SETTINGS_WITH_PASSWORDS.search(line)]
    assert not found, f"ENV names a secret, which belongs into a file or a volume: {_names(found)}"


def test_history_has_no_secret(app_image: str) -> None:
    """Red: as above; a build argument or a RUN line with a password stays readable for ever."""
    history = containers.engine().images.get(app_image).history()
    lines = [layer["CreatedBy"] for layer in history]
    found = [line for line in lines if _SECRET.search(line) or _SETTINGS_WITH_PASSWORDS.search(line)]
    assert not found, (
        f"docker history shows a secret in {len(found)} steps; use RUN --mount=type=secret: {_names(found)}"
    )


def test_no_key_or_password_file(entries: list[Entry]) -> None:
    """Red: a developer's key, or a company's package index with its password, is in every copy of the image."""
    ours = [
        entry
        for entry in entries
        if entry.is_below("/app", "/root", "/home", "/venv", "/secrets", "/run", "/requirements")
    ]
    found = [entry for entry in ours if entry.is_file and _KEY_FILES.fullmatch(entry.path.name)]
    assert not found, f"key or password files:\n{listed(found)}"


def test_secrets_are_left_to_volumes(entries: list[Entry]) -> None:
    """Red: the stack's secrets were made while the image was built, and are the same for everybody."""
    found = [entry for entry in entries if entry.is_below("/secrets") and not entry.is_folder]
    assert not found, f"/secrets must be empty in the image:\n{listed(found)}"


def test_certificates_are_where_the_distribution_keeps_them(entries: list[Entry]) -> None:
    """Red: the bundle that a company hands to the build for its proxy was copied into the image."""
    holding = [entry for entry in entries if CERTIFICATE in entry.holds and not entry.is_below(*_TRUST_STORES)]
    found = [entry for entry in holding if not str(entry.path).endswith(_COPY_OF_PIP)]
    assert not found, (
        f"certificates outside of the distribution's trust store; was the build's CA kept?\n{listed(found)}"
    )


def test_the_build_machines_authorities_stay_behind(entries: list[Entry], config: Mapping[str, Any]) -> None:
    """Red: the app would trust whoever holds the key of a company proxy, in production too."""
    found = [entry for entry in entries if entry.holds - {CERTIFICATE}]
    names = ", ".join(sorted({name for entry in found for name in entry.holds - {CERTIFICATE}}))
    assert not found, f"a CA of the machine that built the image ({names}) is in:\n{listed(found)}"
    left = [line for line in config["Env"] if re.match(r"(SSL_CERT|PIP_CERT|REQUESTS_CA|CURL_CA)", line)]
    assert not left, f"ENV points TLS at another trust store: {left}"


def _names(lines: list[str]) -> str:
    """The names alone: a message must not repeat a secret."""
    return ", ".join(sorted({line.split("=")[0].split()[-1][:60] for line in lines}))
