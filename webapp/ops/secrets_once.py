"""`python -m ops.secrets_once FOLDER`: makes a stack's secrets at random, once, one folder for each who reads them.

For Compose, where nothing else keeps secrets. The files are readable by everyone who can see their folder, and each
folder is a volume that only its own service mounts. What exists is never touched: a second password for a database that
has been initialised with the first would lock everybody out.
"""

import secrets
import sys
from pathlib import Path

_HEX_BYTES = 24


def contents() -> dict[str, str]:
    """What to write, by path below the folder, with passwords made for this call."""
    root, app, redis = (secrets.token_hex(_HEX_BYTES) for _ in range(3))
    return {
        "mysql/root_password": root,
        "mysql/app_password": app,
        "redis/redis.conf": f"requirepass {redis}\n",
        # The client reads it as its password; a health check must not have one on its command line.
        "redis/password": redis,
        "app/database_url": f"mysql://strata:{app}@mysql:3306/strata",
        "app/redis_url": f"redis://:{redis}@redis:6379/0",
        "app/secret_key": secrets.token_urlsafe(48),
    }


def write(folder: Path) -> bool:
    """Writes all secrets unless that was done before; returns whether it wrote any."""
    done = folder / "app" / "complete"
    if done.exists():
        return False
    for name, text in contents().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o444)
    # Written last: a run that was interrupted starts anew, before any server has read a thing.
    done.touch()
    return True


if __name__ == "__main__":
    print("secrets made" if write(Path(sys.argv[1])) else "secrets were there already; nothing changed")
