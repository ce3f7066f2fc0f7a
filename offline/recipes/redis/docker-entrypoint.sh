#!/bin/sh
# The contract of redis/docker-library-redis, docker-entrypoint.sh, in the project's own words.
set -eu

# Flags alone, or a configuration file alone, mean the server.
case "${1:-}" in
    -* | *.conf) set -- redis-server "$@" ;;
esac

# Root only prepares the data folder; the server never runs as root.
if [ "${1:-}" = redis-server ] && [ "$(id -u)" = 0 ]; then
    find . -xdev ! -user redis -exec chown redis '{}' +
    exec setpriv --reuid=redis --regid=redis --init-groups "$0" "$@"
fi

# Dumps and append-only files are for the server's eyes, unless somebody chose another mask.
[ "$(umask)" != 0022 ] || umask 0077

# The official server is compiled with protected mode off, as only the container's network reaches it; Debian's has it on
# and would answer nobody. Asking for it, on the command line or in the configuration file, wins.
if [ "${1:-}" = redis-server ]; then
    case "$*" in
        *--protected-mode* | *--version | *' -v' | *--help | *' -h' | *--test-memory* | *--check-system) ;;
        *)
            if [ ! -f "${2:-}" ] || ! grep -qi '^[[:space:]]*protected-mode[[:space:]]' "$2"; then
                set -- "$@" --protected-mode no
            fi
            ;;
    esac
fi

exec "$@"
