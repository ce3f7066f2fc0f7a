"""`make run`: the whole app on one machine with nothing but Python. SQLite, one process with threads, sample links.

Not a second configuration: it fills in the environment that `config.settings` reads anywhere else, and starts the same
server. Secrets are made once, at random, and stay in the state folder, which git ignores and `make clean` removes.
"""

import os
import random
import secrets
import signal
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import FrameType

WEBAPP = Path(__file__).resolve().parent
STATE = Path(os.environ.get("STRATA_STATE", WEBAPP.parent / ".strata")).resolve()
DEMO_USER = "demo"

# The first two are read by people, and still cannot be guessed.
_SECRET_BYTES = {"demo_password": 12, "api_key": 24, "secret_key": 48}

_SAMPLES = {
    "django": "https://docs.djangoproject.com/en/5.2/",
    "pytest": "https://docs.pytest.org/en/stable/",
    "kind": "https://kind.sigs.k8s.io/",
    "12factor": "https://12factor.net/",
    "slo": "https://sre.google/sre-book/service-level-objectives/",
}


def main() -> int:
    """Prepares the state folder, starts server and flusher, and returns the server's exit code."""
    _prepare_environment()
    address = os.environ["PUBLIC_URL"]
    for name in ("PORT", "METRICS_PORT"):
        if problem := _port_problem(name):
            print(problem, file=sys.stderr)
            return 1
    _prepare_database()
    commands = (
        ["manage.py", "flush_clicks", "--every", "2"],
        ["-m", "gunicorn", "-c", "python:config.server", "config.wsgi"],
    )
    # In groups of their own: the terminal sends Ctrl-C to all of a group, and one that is still starting would answer
    # with a traceback.
    children = [
        subprocess.Popen([sys.executable, *command], cwd=WEBAPP, process_group=0)  # noqa: S603  nothing from outside
        for command in commands
    ]

    def pass_on(_number: int, _frame: FrameType | None) -> None:
        for child in children:
            child.send_signal(signal.SIGTERM)

    signal.signal(signal.SIGINT, pass_on)
    signal.signal(signal.SIGTERM, pass_on)
    print(
        f"\n  Strata is at  {address}   (metrics: http://localhost:{os.environ['METRICS_PORT']}/metrics)\n"
        f"  Sign in as    {DEMO_USER} / {_kept_secret('demo_password')}\n"
        f"  API key       {_kept_secret('api_key')}   (documentation: {address}/api/v1/docs)\n"
        "  Stop with     Ctrl-C\n",
        flush=True,
    )
    code = children[1].wait()
    children[0].terminate()
    children[0].wait()
    return code


def seed_demo(password: str, api_key: str) -> None:
    """Makes the demo user with an API key and sample links, each with a month of visits. Needs Django set up."""
    from django.contrib.auth.models import User  # noqa: PLC0415  only after django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from links import keys, services  # noqa: PLC0415
    from links.models import DailyClicks  # noqa: PLC0415

    user = User.objects.create_user(DEMO_USER, password=password)
    keys.store_key(user, "make run", api_key)
    dice = random.Random(7)  # noqa: S311  the same picture on every machine
    today = timezone.now().date()
    for popularity, (slug, target) in enumerate(reversed(_SAMPLES.items()), start=1):
        link = services.create_link(user, target, slug=slug, via="ui")
        DailyClicks.objects.bulk_create(
            DailyClicks(link=link, day=today - timedelta(days=age), count=dice.randint(2, 12) * popularity)
            for age in range(30)
        )


def _prepare_environment() -> None:
    STATE.mkdir(mode=0o700, exist_ok=True)
    defaults = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": _kept_secret("secret_key"),
        "DATABASE_URL": f"sqlite:///{STATE / 'strata.sqlite3'}",
        "BIND_ADDRESS": "127.0.0.1",
        # Beside PUBLIC_URL's name: some people type the number.
        "ALLOWED_HOSTS": "127.0.0.1",
        "PORT": "8000",
        "METRICS_PORT": "8001",
        "WEB_WORKERS": "1",
        "WEB_THREADS": "4",
        "DRAIN_SECONDS": "0",
        "LOG_LEVEL": "WARNING",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("PUBLIC_URL", f"http://localhost:{os.environ['PORT']}")


def _kept_secret(name: str) -> str:
    path = STATE / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(_SECRET_BYTES[name]))
    return path.read_text()


def _port_problem(name: str) -> str:
    port = os.environ[name]
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except ValueError:
            return f"strata: {name}={port} is no port number; use one such as {name}=8100."
        except OSError as error:
            return f"strata: port {port} cannot be used ({error.strerror}); choose another: make run {name}=8100"
    return ""


def _prepare_database() -> None:
    import django  # noqa: PLC0415  settings are read from the environment prepared above

    django.setup()
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    if not User.objects.filter(username=DEMO_USER).exists():
        with transaction.atomic():  # interrupted half-way, it must be made anew
            seed_demo(_kept_secret("demo_password"), _kept_secret("api_key"))


if __name__ == "__main__":
    sys.exit(main())
