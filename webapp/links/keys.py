"""API keys: made once, shown once, kept as a digest."""

import hashlib
import secrets

from django.contrib.auth.models import User

from links.models import ApiKey

# Lets secret scanners, and people, recognise a key that leaked.
PREFIX = "strata_"


def create_key(owner: User, name: str) -> str:
    """Creates a key and returns it in the clear, for the only time."""
    key = PREFIX + secrets.token_urlsafe(32)
    store_key(owner, name, key)
    return key


def store_key(owner: User, name: str, key: str) -> None:
    """Accepts a key that was made elsewhere. It must be random: see `_digest`."""
    ApiKey.objects.create(owner=owner, name=name, digest=_digest(key))


def find_key(key: str) -> ApiKey | None:
    """The usable key with this text, if there is one: not revoked, its owner active."""
    usable = ApiKey.objects.select_related("owner").filter(revoked_at=None, owner__is_active=True)
    return usable.filter(digest=_digest(key)).first()


def _digest(key: str) -> str:
    # A slow hash protects secrets that people choose. 256 random bits cannot be guessed, so a fast one is enough, and
    # it lets the key be found by an index.
    return hashlib.sha256(key.encode()).hexdigest()
