"""What a slug and a target must look like. Every way in (API, forms, admin) comes through here."""

import re
import secrets
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http.request import validate_host
from django.utils.encoding import iri_to_uri

SLUG_MAX = 64
TARGET_MAX = 2048
SLUG_PATTERN = r"[A-Za-z0-9_-]{1,64}"

# Without the characters people mistake for one another when they read a slug aloud or copy it from paper: 0 O 1 I l.
ALPHABET = "23456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
# 57 ** 7 is about 2e12: with a billion links a fresh slug is taken once in 2,000 tries.
GENERATED_LENGTH = 7

# Paths the app answers itself, or may want to.
_RESERVED_WORDS = """
about account accounts admin api app assets docs favicon healthz help links login logout me metrics monitoring new
privacy robots settings signup static status terms user users www
"""
RESERVED = frozenset(_RESERVED_WORDS.split())

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_is_url = URLValidator(schemes=["http", "https"])


def generate_slug() -> str:
    """A random slug. Some reserved words are as long as a generated slug, so even luck must not spell one."""
    while True:
        slug = "".join(secrets.choice(ALPHABET) for _ in range(GENERATED_LENGTH))
        if slug.lower() not in RESERVED:
            return slug


def validate_slug(slug: str) -> None:
    """Raises ValidationError unless the slug is short, made of safe characters, and not a path of the app's own."""
    if not re.fullmatch(SLUG_PATTERN, slug):
        raise ValidationError("Use 1 to 64 letters, digits, hyphens or underscores.", code="slug_malformed")
    if slug.lower() in RESERVED:
        raise ValidationError(f"“{slug}” is reserved; choose another slug.", code="slug_reserved")


def validate_target(target: str) -> None:
    """Raises ValidationError unless the target is a plain web address outside this shortener."""
    if len(target) > TARGET_MAX:
        raise ValidationError(
            f"The target is {len(target)} characters long; at most 2,048 fit.", code="target_too_long"
        )
    if _CONTROL.search(target):
        raise ValidationError("The target must not contain control characters.", code="target_control")
    try:
        parts = urlsplit(target)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError as error:
        raise ValidationError("The target is not a valid web address.", code="target_malformed") from error
    if parts.scheme.lower() not in {"http", "https"}:
        raise ValidationError("The target must start with http:// or https://.", code="target_scheme")
    if "@" in parts.netloc:
        raise ValidationError("The target must not carry a user name or password.", code="target_credentials")
    if validate_host(host, [own for own in settings.ALLOWED_HOSTS if own != "*"]):
        raise ValidationError("The target must not be a link of this shortener itself.", code="target_is_own")
    try:
        _is_url(target)
    except ValidationError as error:
        raise ValidationError("The target is not a valid web address.", code="target_malformed") from error
    if not target.isascii():  # the validator lets pass some hosts that no punycode exists for
        raise ValidationError("The target is not a valid web address.", code="target_malformed")


def normalise_target(target: str) -> str:
    """The target as it goes into a Location header: surrounding space removed, everything beyond ASCII encoded.

    The host becomes punycode, so that a look-alike spelling of our own name is compared as what it is.
    """
    target = target.strip()
    if _CONTROL.search(target):  # encoded, it would be accepted as something that nobody meant
        return target
    try:
        parts = urlsplit(target)
        host = parts.hostname or ""
        if not host.isascii():
            ascii_netloc = parts.netloc.lower().replace(host, host.encode("idna").decode(), 1)
            target = target.replace(parts.netloc, ascii_netloc, 1)
    except ValueError:
        return target
    return iri_to_uri(target) or ""
