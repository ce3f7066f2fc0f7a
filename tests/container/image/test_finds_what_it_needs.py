"""Does the image bring everything that the app meets only at run time, on a small base too?"""

import ssl
from pathlib import Path
from typing import Any

import pytest

from testkit import wait
from tests.container.image.filesystem import Entry
from tests.container.support.app import App
from tests.container.support.stores import USER, MySql

# The number of public authorities in Mozilla's list, on which every distribution's store is built, is about 140.
_FEW_AUTHORITIES = 50


_END = "-----END CERTIFICATE-----"


def python(host: Any, code: str) -> str:
    answer: str = host.check_output("python -c %s", code)
    return answer.strip()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"])
def test_time_zones_are_known(host: Any, zone: str) -> None:
    """Red: a date in a user's own zone ends in an error 500; slim images often have no tzdata."""
    answer = host.run("python -c %s", f"import zoneinfo; zoneinfo.ZoneInfo('{zone}')")
    assert answer.succeeded, f"{zone} is unknown: tzdata is missing in os-packages' run set:\n{answer.stderr[-300:]}"


def test_public_authorities_are_trusted(host: Any) -> None:
    """Red: the first HTTPS or TLS connection of the app fails with CERTIFICATE_VERIFY_FAILED."""
    number = int(python(host, "import ssl; print(len(ssl.create_default_context().get_ca_certs()))"))
    assert number > _FEW_AUTHORITIES, f"the trust store has {number} authorities: ca-certificates is missing"


def test_the_trust_store_is_the_distributions_own(host: Any) -> None:
    """Red: the CA of a company proxy, which the build may use, would be trusted in production."""
    code = "import ssl; print(*(c.hex() for c in ssl.create_default_context().get_ca_certs(binary_form=True)))"
    trusted = set(python(host, code).split())
    files = Path("/usr/local/share/ca-certificates").glob("**/*.crt")
    added = {ssl.PEM_cert_to_DER_cert(part + _END).hex() for file in files for part in _certificates(file.read_text())}
    assert not trusted & added, "a CA that somebody added to the building machine is trusted inside the image"


def test_the_database_driver_loads(host: Any) -> None:
    """Red: the server does not start, as the final stage lacks the library that mysqlclient was compiled against."""
    answer = host.run("python -c %s", "import MySQLdb; print(MySQLdb.get_client_info())")
    assert answer.succeeded, (
        f"mysqlclient does not load: os-packages' run set lacks its library:\n{answer.stderr[-500:]}"
    )


def test_the_login_plugin_of_mysql_is_there(entries: list[Entry], app: App, mysql: MySql) -> None:
    """Red: every login at MySQL fails with "Authentication plugin 'caching_sha2_password' cannot be loaded"."""
    found = [entry for entry in entries if entry.path.name == "caching_sha2_password.so"]
    assert found, "Connector/C's plugin caching_sha2_password.so is not in the image: see os-packages' run set"
    plugin = mysql.value("SELECT plugin FROM mysql.user WHERE user = %s", USER)
    assert plugin == found[0].path.stem, f"this proves nothing: the app's account logs in with {plugin}"

    # Readiness tells what was last seen, and a busy machine may just have let a look time out.
    def logs_in() -> bool | wait.NotYet:
        answer = app.get("/healthz/ready")
        return answer.json()["database"] == "ok" or wait.NotYet(answer.text)

    wait.until(logs_in, timeout=15, every=0.2, why=f"the app to log in with {plugin}")


def _certificates(text: str) -> list[str]:
    return [part[part.index("-----BEGIN") :] for part in text.split(_END) if "-----BEGIN CERTIFICATE" in part]
