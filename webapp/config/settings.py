"""Every setting of the app, read from the environment once, before anything else starts.

Each variable may also come from a file named by ``<NAME>_FILE``, which is how Compose and Kubernetes hand over secrets.
A missing or malformed variable ends the start with one sentence that names it. No secret has a default, and there is no
debug switch at all: an error page with the settings in it must not be one variable away from production.
"""

import ipaddress
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import limits
import marshmallow
from csp.constants import NONE, SELF
from environs import EnvValidationError, FileAwareEnv
from redis.connection import parse_url

BASE_DIR = Path(__file__).resolve().parent.parent


# --- What a value must look like ------------------------------------------------------------------------------------


def _origin(value: str) -> None:
    try:
        parts = urlsplit(value)
        beyond = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc or parts.port == 0
        is_origin = parts.scheme in {"http", "https"} and parts.hostname and value.isascii() and not beyond
    except ValueError:
        is_origin = False
    if not is_origin:
        raise marshmallow.ValidationError("must be an origin such as https://go.example.org, without a path.")


def _networks(values: list[str]) -> None:
    for value in values:
        try:
            ipaddress.ip_network(value)
        except ValueError as error:
            raise marshmallow.ValidationError(f"{value!r} is no address or network such as 10.0.0.0/8.") from error


def _rate(value: str) -> None:
    try:
        limits.parse(value)
    except ValueError as error:
        raise marshmallow.ValidationError("must be a rate such as 30/minute.") from error


def _redis(value: str) -> None:
    try:
        if value:
            parse_url(value)  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise marshmallow.ValidationError("must be an address such as redis://redis:6379/0.") from error


def _http(value: str) -> None:
    try:
        parts = urlsplit(value)
        is_http = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and not parts.query
    except ValueError:
        is_http = False
    if value and not is_http:
        raise marshmallow.ValidationError("must be an address such as http://collector:4318.")


_positive = marshmallow.validate.Range(min=1)
_port = marshmallow.validate.Range(min=1, max=65535)
# The standard's names (OpenTelemetry's environment variables), so that whoever knows it knows these.
_SAMPLERS = ["always_on", "always_off", "traceidratio"]
_SAMPLERS += [f"parentbased_{name}" for name in _SAMPLERS]


# --- The environment ------------------------------------------------------------------------------------------------

env = FileAwareEnv(eager=False, strip_whitespace=True)
try:
    # Below 50 characters Django's own deployment check (security.W009) calls a key weak.
    SECRET_KEY = env.str("SECRET_KEY", validate=marshmallow.validate.Length(min=50))
    # Old keys, still accepted while a rotation is under way.
    SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [], subcast=str.strip)
    DATABASE: dict[str, Any] = env.dj_db_url("DATABASE_URL")
    # Empty means no Redis: cache, click queue and limiter then live in this process and the database.
    REDIS_URL = env.str("REDIS_URL", "", validate=_redis)
    # The origin people type: the host of every short link, and the one place no link may point at.
    PUBLIC_URL = env.str("PUBLIC_URL", validate=_origin)
    EXTRA_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [], subcast=str.strip)
    # Whose X-Forwarded-For and X-Forwarded-Proto are believed: nobody's, unless said.
    TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", [], subcast=str.strip, validate=_networks)
    ADMIN_ENABLED = env.bool("ADMIN_ENABLED", False)
    CREATION_RATE = env.str("CREATION_RATE", "30/minute", validate=_rate)
    FAILED_AUTH_RATE = env.str("FAILED_AUTH_RATE", "10/minute", validate=_rate)
    LOG_LEVEL = env.str("LOG_LEVEL", "INFO", validate=marshmallow.validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"]))
    # Where the image build collected the static files.
    STATIC_ROOT = env.str("STATIC_ROOT", None)
    # What this build calls itself in /healthz/ready and in metrics; the image build sets it.
    VERSION = env.str("VERSION", "dev")

    # A container is reached from outside itself; `make run` narrows this to loopback.
    BIND_ADDRESS = env.str("BIND_ADDRESS", "0.0.0.0")  # noqa: S104
    PORT = env.int("PORT", 8000, validate=_port)
    METRICS_PORT = env.int("METRICS_PORT", 8001, validate=_port)
    WEB_WORKERS = env.int("WEB_WORKERS", 2, validate=_positive)
    WEB_THREADS = env.int("WEB_THREADS", 4, validate=_positive)
    # How long, in seconds, a stopping process still answers while load balancers notice that it is not ready.
    DRAIN_SECONDS = env.float("DRAIN_SECONDS", 3.0, validate=marshmallow.validate.Range(min=0, max=60))

    # Where traces go, as OTLP over HTTP; read by a server that `python -m config.traced` started, and by no other.
    OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "", validate=_http)
    # Checked here, because the SDK takes a wrong sampler, or a wrong share, as "sample everything".
    OTEL_TRACES_SAMPLER = env.str(
        "OTEL_TRACES_SAMPLER", "parentbased_traceidratio", validate=marshmallow.validate.OneOf(_SAMPLERS)
    )
    OTEL_TRACES_SAMPLER_ARG = env.float("OTEL_TRACES_SAMPLER_ARG", 0.1, validate=marshmallow.validate.Range(0, 1))
    # Whether a caller's `traceparent` is believed, which also says whether to sample: by default nobody's. It is for an
    # ingress that begins the traces itself, and puts its own word in the place of its visitors'.
    OTEL_PROPAGATORS = env.str(
        "OTEL_PROPAGATORS", "none", validate=marshmallow.validate.OneOf(["none", "tracecontext"])
    )
    OTEL_SERVICE_NAME = env.str("OTEL_SERVICE_NAME", "strata")
    # The folder of OpenTelemetry's packages where they lie apart, as in the image (see ops/otlp.py).
    TRACING_PACKAGES = env.str("TRACING_PACKAGES", "")
    # Where a short-lived job leaves its metrics: http://prometheus:9090/api/v1/otlp/v1/metrics. Empty means nowhere.
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "", validate=_http)
    env.seal()
except EnvValidationError as problem:
    problems: dict[str, list[str]] = dict(problem.error_messages)  # type: ignore[arg-type]  # a mapping by variable
    sys.exit("\n".join(f"strata: {name}: {' '.join(texts)}" for name, texts in problems.items()))
except (OSError, ValueError) as problem:  # a *_FILE variable that names no readable file
    sys.exit(f"strata: {problem}")
if PORT == METRICS_PORT:
    sys.exit("strata: METRICS_PORT: must differ from PORT, or the public port would answer with metrics.")


# --- Stores ---------------------------------------------------------------------------------------------------------

_STORE_OPTIONS: dict[str, dict[str, Any]] = {
    "django.db.backends.mysql": {
        "charset": "utf8mb4",
        # Seconds. A database that hangs must not hold a thread for longer than a client would wait.
        "connect_timeout": 2,
        "read_timeout": 5,
        "write_timeout": 5,
        "isolation_level": "read committed",
        "init_command": "SET sql_mode='STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO'",
    },
    "django.db.backends.sqlite3": {
        # A transaction that reads first and writes later could not be upgraded while another one writes.
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    },
}

if DATABASE["ENGINE"] not in _STORE_OPTIONS:
    sys.exit("strata: DATABASE_URL: must start with mysql:// or sqlite:///.")
DATABASES = {
    "default": {
        **DATABASE,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**_STORE_OPTIONS[DATABASE["ENGINE"]], **DATABASE.get("OPTIONS", {})},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Seconds. What Redis does takes well under a millisecond; one that needs longer is treated as away.
REDIS_TIMEOUT = 0.1

# The fallback while Redis is away or absent. Small, because every process has its own.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}


# --- Django ---------------------------------------------------------------------------------------------------------

DEBUG = False
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
INSTALLED_APPS = [
    *(["django.contrib.admin"] if ADMIN_ENABLED else []),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "ops",
    "links",
]
MIDDLEWARE = [
    "ops.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Probes and redirects are answered here: neither needs a session, a form token or a template.
    "ops.health.HealthMiddleware",
    "links.redirects.RedirectMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# The API's documentation needs Ninja's templates and scripts. As one of INSTALLED_APPS, Ninja would be imported with
# pydantic and django.test into each management command: a third of the time until a migration or a flusher begins.
_NINJA = Path(find_spec("ninja").submodule_search_locations[0])  # type: ignore[union-attr, index]  # it is installed
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_NINJA / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "links.pages.site",
            ]
        },
    }
]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

STATIC_URL = "/static/"
STATICFILES_DIRS = [_NINJA / "static"]
# Without collected files (the embedded default) whitenoise serves them from the apps themselves.
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    }
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "links"
LOGOUT_REDIRECT_URL = "home"


# --- Security -------------------------------------------------------------------------------------------------------

_public = urlsplit(PUBLIC_URL)
_https = _public.scheme == "https"
PUBLIC_URL = PUBLIC_URL.rstrip("/")
PUBLIC_HOST = _public.hostname or ""
ALLOWED_HOSTS = [PUBLIC_HOST, *EXTRA_HOSTS]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# ops.requests drops the header unless a trusted proxy sent it, which is what makes it safe to believe here.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
SESSION_COOKIE_SECURE = _https
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "links.errors.csrf_failed"
X_FRAME_OPTIONS = "DENY"
# A target learns at most which shortener sent a visitor, never which link.
SECURE_REFERRER_POLICY = "strict-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"exceptions": {"()": "ops.logs.OnlyExceptions"}},
    "formatters": {"json": {"()": "ops.logs.JsonFormatter"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "root": {"handlers": ["stdout"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Every answer has a line from ops.requests already; what Django adds to it are the exceptions.
        "django.request": {"level": "ERROR", "filters": ["exceptions"]},
    },
}
