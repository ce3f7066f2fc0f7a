"""Is anything in the image that the app never uses?"""

import re

from tests.container.image.filesystem import BINARY_FOLDERS, Entry, listed

_COMPILER = re.compile(r"([\w.]+-)*(gcc|g\+\+|cc|c\+\+|cc1|cpp|clang|tcc|ld|as|make|cmake)(-[\d.]+)?")

# What apt, apk and pip keep of what they fetched. Their lists of installed packages stay: scanners read them.
_PACKAGE_CACHES = (
    "/var/lib/apt/lists",
    "/var/cache/apt",
    "/var/cache/apk",
    "/etc/apk/cache",
    "/root/.cache",
    "/tmp",  # a path in the image
    "/var/tmp",
)


def test_no_compiler(entries: list[Entry]) -> None:
    """Red: whoever breaks in can build what they need, and the image is twice as large."""
    found = [
        entry
        for entry in entries
        if _COMPILER.fullmatch(entry.path.name) and BINARY_FOLDERS & set(entry.path.parts) and not entry.is_folder
    ]
    assert not found, f"a compiler is in the final stage, where only os-packages' `run` set belongs:\n{listed(found)}"


def test_no_headers_of_the_database_library(entries: list[Entry]) -> None:
    """Red: the build stage's packages have come along."""
    found = [entry for entry in entries if entry.path.name in {"mysql.h", "ma_config.h", "libmariadb.so"}]
    found = [entry for entry in found if entry.path.name != "libmariadb.so" or entry.is_link]
    assert not found, f"the final stage has development files of the database library:\n{listed(found)}"


def test_no_package_cache(entries: list[Entry]) -> None:
    """Red: dead weight is pulled at every deployment."""
    found = [entry for entry in entries if entry.is_below(*_PACKAGE_CACHES) and not entry.is_folder]
    assert not found, f"a package manager's cache is in the image:\n{listed(found)}"


def test_no_installer_in_the_virtual_environment(entries: list[Entry]) -> None:
    """Red: code can be added to a running container with one command."""
    installers = {"pip", "setuptools", "wheel", "uv"}
    found = [
        entry
        for entry in entries
        if entry.is_below("/venv") and re.split(r"[-.\d]", entry.path.name)[0] in installers and _is_top(entry)
    ]
    assert not found, f"an installer is in /venv; it is made with --without-pip:\n{listed(found)}"


def test_no_tests_and_nothing_for_development(entries: list[Entry]) -> None:
    """Red: what only a developer's machine needs is shipped, and with it ways that were never meant for production."""
    wanted_nowhere = re.compile(r"tests?|test_.*\.py|conftest\.py|embedded\.py|Dockerfile.*|.*\.sqlite3|\.env.*|\.git")
    found = [
        entry
        for entry in entries
        if (entry.is_below("/app") and wanted_nowhere.fullmatch(entry.path.name))
        or (entry.is_below("/venv") and entry.is_folder and entry.path.name == "tests")
    ]
    assert not found, f"only production's code belongs into the image; see .dockerignore:\n{listed(found)}"


def test_no_other_languages(entries: list[Entry]) -> None:
    """Red: 16 MB of translations that no page can show are back."""
    found = {entry.path for entry in entries if entry.is_below("/venv") and entry.path.parent.name == "locale"}
    others = sorted(path for path in found if not re.fullmatch(r"en(_\w+)?|__\w+__(\.py)?|\w+\.pyc?", path.name))
    assert not others, f"{len(others)} locales besides en, such as {others[0]}"


def test_static_files_were_collected(entries: list[Entry]) -> None:
    """Red: every page comes without its style sheet and script, as collectstatic did not run in the build."""
    names = {
        entry.path.relative_to("/app/staticfiles").as_posix() for entry in entries if entry.is_below("/app/staticfiles")
    }
    assert "staticfiles.json" in names, "/app/staticfiles/staticfiles.json is missing: collectstatic did not run"
    for file in ("links/strata.css", "links/strata.js"):
        hashed = re.compile(re.escape(file).replace(r"\.", r"\.[0-9a-f]{12}\."))
        found = [name for name in names if hashed.fullmatch(name)]
        assert found, f"{file} has no copy with a hash in its name below /app/staticfiles: collectstatic left it out"
        assert f"{found[0]}.gz" in names, f"{found[0]} has no compressed copy beside it"


def test_byte_code_is_made_at_build_time(entries: list[Entry]) -> None:
    """Red: every start compiles every module anew, as the read-only root lets nobody keep the result."""
    paths = {str(entry.path) for entry in entries}
    sources = [entry.path for entry in entries if entry.is_below("/app") and entry.path.suffix == ".py"]
    compiled = re.compile(r"__pycache__/\w+\.cpython-\d+\.pyc")
    folders = {match[0] for path in paths if (match := re.search(r"^.*(?=/__pycache__/)", path))}
    without = [path for path in sources if str(path.parent) not in folders]
    assert sources, "no Python source is below /app"
    assert not without, f"no byte code beside {', '.join(map(str, without[:5]))}"
    assert any(compiled.search(path) for path in paths if path.startswith("/venv/")), "no byte code below /venv"


def _is_top(entry: Entry) -> bool:
    return entry.path.parent.name in {"bin", "site-packages"}
