#!/bin/bash
# The contract of docker-library/mysql, 9.7/docker-entrypoint.sh, in the project's own words: root prepares the folders
# and steps down; an empty data folder is initialised by a temporary server that no network reaches, so that nobody
# connects to a half-made database, and whose "ready for connections" is the first of the two that testcontainers awaits.
set -euo pipefail
shopt -s nullglob

note() { printf '%s [Note] [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" "$*"; }
refuse() { printf '%s [ERROR] [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" "$*" >&2; exit 1; }

# NAME, or what is in the file that NAME_FILE names, so that a secret need not be in the environment.
read_setting() {
    local name=$1 file_name=$1_FILE
    [[ -z ${!name:-} || -z ${!file_name:-} ]] || refuse "Both $name and $file_name are set (but are exclusive)"
    if [[ -n ${!file_name:-} ]]; then
        printf -v "$name" '%s' "$(<"${!file_name}")"
        export "${name?}"
        unset "$file_name"
    fi
}

read_settings() {
    local name
    for name in MYSQL_ROOT_HOST MYSQL_ROOT_PASSWORD MYSQL_DATABASE MYSQL_USER MYSQL_PASSWORD; do
        read_setting "$name"
    done
    : "${MYSQL_ROOT_HOST:=%}" "${MYSQL_ROOT_PASSWORD:=}" "${MYSQL_DATABASE:=}" "${MYSQL_USER:=}" "${MYSQL_PASSWORD:=}"
}

# The whole configuration as the server itself reads it, command line included.
server_settings() { "$@" --verbose --help --log-bin-index="$(mktemp -u)"; }
# Values stand in the last table, at the start of a line; the descriptions above it are indented.
setting() { awk -v name="$1" '/^[^ ]/ && $1 == name { print $2; exit }' <<<"$configuration"; }

prepare_folders() {
    local folders=("$DATADIR" "$(dirname "$SOCKET")")
    mkdir -p "${folders[@]}"
    find "${folders[@]}" -xdev ! -user mysql -exec chown --no-dereference mysql '{}' +
}

refuse_what_cannot_work() {
    [[ -n $MYSQL_ROOT_PASSWORD || -n ${MYSQL_ALLOW_EMPTY_PASSWORD:-} || -n ${MYSQL_RANDOM_ROOT_PASSWORD:-} ]] ||
        refuse "Database is uninitialized and password option is not specified: set MYSQL_ROOT_PASSWORD," \
            "MYSQL_ALLOW_EMPTY_PASSWORD or MYSQL_RANDOM_ROOT_PASSWORD"
    [[ $MYSQL_USER != root ]] ||
        refuse 'MYSQL_USER="root" cannot be used: root is there already, and MYSQL_ROOT_PASSWORD is its password'
}

# The name is the official one: scripts in /docker-entrypoint-initdb.d call it.
docker_process_sql() {
    MYSQL_PWD=$root_password mysql --user=root --protocol=socket --socket="$SOCKET" --comments \
        ${MYSQL_DATABASE:+--database="$MYSQL_DATABASE"} "$@"
}

quoted() { local text=${1//\\/\\\\}; printf "'%s'" "${text//\'/\'\'}"; }

load_time_zones() {
    [[ -z ${MYSQL_INITDB_SKIP_TZINFO:-} ]] || return 0
    mysql_tzinfo_to_sql /usr/share/zoneinfo 2>/dev/null | docker_process_sql --database=mysql
}

create_accounts() {
    if [[ -n ${MYSQL_RANDOM_ROOT_PASSWORD:-} ]]; then
        MYSQL_ROOT_PASSWORD=$(head -c 24 /dev/urandom | base64)
        note "GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"
    fi
    local password host sql
    password=$(quoted "$MYSQL_ROOT_PASSWORD") host=$(quoted "$MYSQL_ROOT_HOST")
    sql="SET @@SESSION.SQL_LOG_BIN = 0;"
    if [[ $MYSQL_ROOT_HOST != localhost ]]; then
        sql+="CREATE USER 'root'@$host IDENTIFIED BY $password; GRANT ALL ON *.* TO 'root'@$host WITH GRANT OPTION;"
        [[ -z ${MYSQL_ONETIME_PASSWORD:-} ]] || sql+="ALTER USER 'root'@$host PASSWORD EXPIRE;"
    fi
    sql+="ALTER USER 'root'@'localhost' IDENTIFIED BY $password;"
    docker_process_sql --database=mysql <<<"$sql"
    root_password=$MYSQL_ROOT_PASSWORD

    [[ -z $MYSQL_DATABASE ]] ||
        docker_process_sql --database=mysql <<<"CREATE DATABASE IF NOT EXISTS \`$MYSQL_DATABASE\`;"
    if [[ -n $MYSQL_USER && -n $MYSQL_PASSWORD ]]; then
        local user; user=$(quoted "$MYSQL_USER")
        docker_process_sql --database=mysql <<<"CREATE USER $user@'%' IDENTIFIED BY $(quoted "$MYSQL_PASSWORD");"
        # An underscore in a GRANT is a wildcard.
        [[ -z $MYSQL_DATABASE ]] ||
            docker_process_sql --database=mysql <<<"GRANT ALL ON \`${MYSQL_DATABASE//_/\\_}\`.* TO $user@'%';"
    fi
}

# One that is not executable runs in here, where docker_process_sql and the settings are known.
run_shell_script() {
    # shellcheck source=/dev/null
    if [[ -x $1 ]]; then "$1"; else . "$1"; fi
}

run_init_scripts() {
    local script
    for script in /docker-entrypoint-initdb.d/*; do
        note "running $script"
        case $script in
            *.sh) run_shell_script "$script" ;;
            *.sql) docker_process_sql <"$script" ;;
            *.sql.gz) gunzip -c "$script" | docker_process_sql ;;
            *) note "ignoring $script: only .sh, .sql and .sql.gz are run" ;;
        esac
    done
}

initialise() {
    refuse_what_cannot_work
    # Initialising with a wrong option fails too, and leaves a half-made data folder behind.
    "$@" --validate-config || refuse "mysqld refused its configuration: $*"
    note "Initializing database files"
    "$@" --initialize-insecure --default-time-zone=SYSTEM
    note "Starting temporary server"
    "$@" --daemonize --skip-networking --default-time-zone=SYSTEM --socket="$SOCKET"
    root_password=""
    load_time_zones
    create_accounts
    run_init_scripts
    note "Stopping temporary server"
    MYSQL_PWD=$root_password mysqladmin --user=root --socket="$SOCKET" shutdown
    note "MySQL init process done. Ready for start up."
}

main() {
    # Options alone mean the server.
    [[ ${1:-} != -* ]] || set -- mysqld "$@"
    if [[ ${1:-} == mysqld && ! " $* " =~ \ (--help|--version|-V|--print-defaults)\  ]]; then
        configuration=$(server_settings "$@")
        DATADIR=$(setting datadir) SOCKET=$(setting socket)
        [[ $DATADIR == /*/* && $SOCKET == /*/* ]] ||
            refuse "datadir and socket must be absolute paths below a folder, not '$DATADIR' and '$SOCKET'"
        if ((EUID == 0)); then
            prepare_folders
            exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
        fi
        read_settings
        [[ -d $DATADIR/mysql ]] || initialise "$@"
    fi
    exec "$@"
}

main "$@"
