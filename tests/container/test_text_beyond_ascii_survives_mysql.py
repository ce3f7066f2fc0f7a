"""Does text with emoji and other four-byte characters come back from MySQL as it went in?"""

import urllib.parse
import uuid

import pytest

from tests.container.support.app import App
from tests.container.support.owners import Owner
from tests.container.support.stores import DATABASE, MySql

# U+1F511 and U+20BB7 need four bytes in UTF-8, which MySQL's old `utf8` cannot hold.
WORDS = "Büro 🔑 𠮷野家"


def test_a_name_with_four_byte_characters_is_stored_byte_by_byte(app: App, owner: Owner, mysql: MySql) -> None:
    """Red: names become question marks, or saving them is an error 500."""
    username = mysql.value("SELECT username FROM auth_user WHERE id = %s", owner.id)
    app.manage("create_api_key", username, "--name", WORDS)
    stored = mysql.value("SELECT HEX(name) FROM links_apikey WHERE owner_id = %s ORDER BY id DESC LIMIT 1", owner.id)
    text = bytes.fromhex(stored).decode(errors="replace")
    assert text == WORDS, f"{WORDS!r} is stored as {text!r}: the connection's charset is not utf8mb4"


def test_a_target_with_emoji_is_followed(app: App, owner: Owner) -> None:
    """Red: such a link cannot be made, or leads to another address than the one given."""
    slug = owner.link(app, "https://target.example/☃/😀?q=𠮷")
    location = app.get(f"/{slug}").headers["Location"]
    assert urllib.parse.unquote(location) == "https://target.example/☃/😀?q=𠮷", f"it leads to {location}"


@pytest.mark.parametrize("words", ["😀", "ß 𠮷", "%_\\"])
def test_a_search_for_any_text_finds_what_contains_it_and_nothing_else(app: App, owner: Owner, words: str) -> None:
    """Red: a search with an emoji is an error 500 (an illegal mix of collations), or a wildcard finds everything."""
    owner.link(app)
    answer = owner.ask(app, "GET", params={"search": words})
    assert answer.status_code == 200, f"the search for {words!r} was answered with {answer.status_code}: {answer.text}"
    assert answer.json()["total"] == 0, f"the search for {words!r} found links that do not contain it"


def test_a_search_disregards_case(app: App, owner: Owner) -> None:
    """Red: an owner does not find a link whose slug they remember without its capitals."""
    slug = owner.link(app, f"https://target.example/CamelCase{uuid.uuid4().hex}", slug=f"Spring-{uuid.uuid4().hex}")
    for words in (slug.lower(), slug.upper(), "camelcase"):
        found = [item["slug"] for item in owner.ask(app, "GET", params={"search": words}).json()["items"]]
        assert found == [slug], f"the search for {words!r} found {found}, where {slug} contains it in another case"


def test_every_table_can_hold_any_character(app: App, mysql: MySql) -> None:
    """Red: the first emoji in some column is an error in production."""
    others = mysql.query(
        "SELECT TABLE_NAME, TABLE_COLLATION FROM information_schema.TABLES"
        " WHERE TABLE_SCHEMA = %s AND TABLE_COLLATION NOT LIKE 'utf8mb4%%'",
        DATABASE,
    )
    assert not others, f"tables that are not utf8mb4: {others}"
