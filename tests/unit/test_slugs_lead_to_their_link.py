"""Can every slug that is accepted be visited, and every generated one be read aloud?"""

import secrets

import pytest
from django.core.exceptions import ValidationError
from django.urls import Resolver404, get_resolver, resolve
from hypothesis import given
from hypothesis import strategies as st

from links import rules

MISTAKEN_FOR_ONE_ANOTHER = "0O1Il"


def refusal(slug: str) -> str:
    """What is said about a slug that must be refused."""
    try:
        rules.validate_slug(slug)
    except ValidationError as error:
        return str(error.messages[0])
    pytest.fail(f"the slug {slug!r} was accepted")


def page_at(path: str) -> str | None:
    """The name of the page that answers at a path; None if none does."""
    try:
        return resolve(path).url_name
    except Resolver404:
        return None


def generate_from(choices: list[str]) -> str:
    """A generated slug, with chance replaced by these characters."""
    left = iter(choices)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "choice", lambda _alphabet: next(left))
        return rules.generate_slug()


@given(st.lists(st.sampled_from(rules.ALPHABET), min_size=rules.GENERATED_LENGTH, max_size=rules.GENERATED_LENGTH))
def test_every_generated_slug_is_a_valid_one(choices: list[str]) -> None:
    """If red, some people who leave the slug empty get an error about a slug they never wrote."""
    rules.validate_slug(generate_from([*choices, *"abcdefg"]))


def test_generated_slugs_cannot_be_misread() -> None:
    """If red, a slug copied from paper leads to somebody else's link."""
    slugs = [rules.generate_slug() for _ in range(500)]
    misread = {character for slug in slugs for character in slug} & set(MISTAKEN_FOR_ONE_ANOTHER)
    assert not misread, f"generated slugs hold {sorted(misread)}, which people mistake for one another"
    assert len(set(slugs)) == len(slugs), "500 generated slugs were not all different: they can be guessed"
    # 5e11 possible slugs keep a fresh one from being taken, and a stranger from finding one by trying.
    assert len(set(rules.ALPHABET)) ** rules.GENERATED_LENGTH > 5e11, (
        "generated slugs are too short to be hard to guess"
    )


def test_chance_never_spells_a_reserved_word() -> None:
    """If red, once in a long while creation fails with “metrics is reserved”, and nobody can say why."""
    assert generate_from([*"metrics", *"MeTrics", *"abcdefg"]) == "abcdefg", "a reserved word came out as a slug"


@given(
    st.one_of(
        st.text(max_size=70), st.from_regex(rf"\A{rules.SLUG_PATTERN}\Z"), st.sampled_from(sorted(rules.RESERVED))
    )
)
def test_every_accepted_slug_can_be_visited(slug: str) -> None:
    """If red, a link is created that answers 404, or with one of the app's own pages."""
    try:
        rules.validate_slug(slug)
    except ValidationError:
        return
    assert page_at(f"/{slug}") == "visit", f"the slug {slug!r} is accepted, but its address is another page's"
    assert page_at(f"/{slug}+") == "preview", f"the link {slug!r} has no preview"
    assert page_at(f"/{slug}/qr.svg") == "qr", f"the link {slug!r} has no QR code"


def own_paths() -> list[str]:
    """The first segment of every page of the app's own, read from its routes."""
    routes = [str(pattern.pattern).lstrip("^") for pattern in get_resolver().url_patterns]
    return sorted({route.split("/")[0].rstrip("$") for route in routes if route and not route.startswith("(?P<slug>")})


@pytest.mark.parametrize("path", [*own_paths(), "healthz", "metrics", "monitoring", "static", "favicon"])
@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title], ids=["lower", "upper", "title"])
def test_paths_of_the_app_cannot_be_taken(path: str, spell: type[str]) -> None:
    """If red, somebody makes the link /login, and sends people who want to sign in wherever they like."""
    assert "reserved" in refusal(spell(path))


def test_own_paths_are_found() -> None:
    """If red, the test above looks at no route and proves nothing."""
    assert {"login", "links", "api"} <= set(own_paths()), f"only these own paths were found: {own_paths()}"


@pytest.mark.parametrize("slug", ["", "a b", "ä", "a/b", "a.b", "a+", "spring\n", "%61", "x" * 65], ids=ascii)
def test_malformed_slugs_are_refused(slug: str) -> None:
    """If red, a link is stored whose address no browser can ask for."""
    assert "1 to 64 letters, digits, hyphens or underscores" in refusal(slug)


@pytest.mark.parametrize("slug", ["a", "x" * 64, "Spring-Sale_2030", "-", "loginn"])
def test_good_slugs_are_accepted(slug: str) -> None:
    """If red, people cannot have the slug they want, for no reason."""
    rules.validate_slug(slug)
