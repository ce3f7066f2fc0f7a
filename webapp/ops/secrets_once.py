"""`python -m ops.secrets_once FOLDER`: makes a stack's secrets at random, once, one folder for each who reads them.

For Compose, where nothing else keeps secrets. The files are readable by everyone who can see their folder, and each
folder is a volume that only its own service mounts. What exists is never touched: a second password for a database that
has been initialised with the first would lock everybody out.
"""

import hashlib
import json
import secrets
import sys
from pathlib import Path

_HEX_BYTES = 24

# To be run as often as one likes. Without a right, it can read what the exporter asks for, and nothing else.
_ACCOUNT = """\
CREATE USER IF NOT EXISTS 'exporter'@'%' IDENTIFIED BY '{password}';
ALTER USER 'exporter'@'%' IDENTIFIED BY '{password}' WITH MAX_USER_CONNECTIONS 3;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'exporter'@'%';
"""
# Redis' rules for its exporter's account: it may neither see nor touch a key.
_MAY_ASK_HOW_IT_IS = "resetkeys resetchannels -@all +info +ping"


def contents() -> dict[str, str]:
    """What to write, by path below the folder, with passwords made for this call."""
    root, app, redis, mysql_exporter, redis_exporter, grafana = (secrets.token_hex(_HEX_BYTES) for _ in range(6))
    return {
        "mysql/root_password": root,
        "mysql/app_password": app,
        "redis/redis.conf": f"requirepass {redis}\nuser exporter on #{_sha256(redis_exporter)} {_MAY_ASK_HOW_IT_IS}\n",
        # The client reads it as its password; a health check must not have one on its command line.
        "redis/password": redis,
        "app/database_url": f"mysql://strata:{app}@mysql:3306/strata",
        "app/redis_url": f"redis://:{redis}@redis:6379/0",
        "app/secret_key": secrets.token_urlsafe(48),
        "mysql-exporter/my.cnf": f"[client]\nuser=exporter\npassword={mysql_exporter}\n",
        # For whoever makes the account. It may log in, and read the server's counters, which every account may.
        "mysql-exporter/account.sql": _ACCOUNT.format(password=mysql_exporter),
        "redis-exporter/passwords.json": json.dumps({"redis://exporter@redis:6379": redis_exporter}),
        "grafana/admin_password": grafana,
    }


def _sha256(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


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
