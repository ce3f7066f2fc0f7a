"""The app's real settings, read from an environment of the unit layer's own: SQLite in memory, no Redis."""

import os

os.environ.update(
    SECRET_KEY="unit-layer-only-" + "x" * 50,
    DATABASE_URL="sqlite://:memory:",
    REDIS_URL="",
    PUBLIC_URL="https://go.example.org",
    CREATION_RATE="1000/minute",
    FAILED_AUTH_RATE="1000/minute",
    ADMIN_ENABLED="true",
)

from config.settings import *  # noqa: F403

# Hashing a password is slow on purpose; the layer makes hundreds of users.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]  # noqa: F405  the host of Django's test client
# Looks for a static file when it is asked for. Each test's client would list the admin's hundred and more first.
WHITENOISE_AUTOREFRESH = True
