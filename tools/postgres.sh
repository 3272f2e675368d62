#!/bin/sh
# Helper: a throw-away PostgreSQL cluster, collation C, on a socket only, nothing kept.
#   tools/postgres.sh start DIR   makes and starts it in DIR (absent or empty), prints its URL
#   tools/postgres.sh stop DIR    stops it and removes DIR
#   tools/postgres.sh crash DIR   ends it as a power cut would, keeps DIR; `again DIR` starts it anew
#   tools/postgres.sh standby DIR OF   makes and starts a hot standby of the cluster in OF, prints its URL
#   tools/postgres.sh run COMMAND...   runs the command with SIAP_TEST_STORE=URL, stops the cluster, exits as the command did
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || { echo "PostgreSQL is not installed: apt-get install postgresql" >&2; exit 1; }

# initdb refuses to run as root.
as() {
	if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}
start() { # folder; the socket's path has 107 bytes at most
	mkdir -p "$1"
	chmod 755 "$1"
	[ "$(id -u)" != 0 ] || chown postgres "$1"
	as "$bin/initdb" -D "$1/data" -U siap -A trust --locale=C --encoding=UTF8 --no-sync --no-instructions >"$1/log" 2>&1 ||
		{ cat "$1/log" >&2; return 1; }
	again "$1"
}
again() {
	as "$bin/pg_ctl" -D "$1/data" -l "$1/data/server.log" -w -s \
		-o "-c listen_addresses= -c unix_socket_directories='$1' -c fsync=${FSYNC:-off} ${PG_OPTIONS-}" start >&2 ||
		{ cat "$1/data/server.log" >&2; return 1; }
	echo "postgres://siap@/postgres?host=$1"
}
crash() { as "$bin/pg_ctl" -D "$1/data" -w -s -m immediate stop >&2; }
standby() {
	mkdir -p "$1"
	chmod 755 "$1"
	[ "$(id -u)" != 0 ] || chown postgres "$1"
	as "$bin/pg_basebackup" -D "$1/data" -d "host=$2 user=siap" -R -c fast --no-sync >&2
	again "$1"
}
stop() {
	[ ! -e "$1/data/postmaster.pid" ] || as "$bin/pg_ctl" -D "$1/data" -w -s -m immediate stop >&2 || true
	rm -rf "$1"
}

case ${1-} in
start) start "$2" ;;
crash) crash "$2" ;;
again) again "$2" ;;
standby) standby "$2" "$3" ;;
stop) stop "$2" ;;
run)
	shift
	dir=$(mktemp -d /tmp/siap-pg.XXXXXX)
	trap 'stop "$dir"' EXIT
	trap 'exit 130' INT TERM
	SIAP_TEST_STORE=$(start "$dir")
	export SIAP_TEST_STORE
	"$@"
	;;
*) echo "usage: tools/postgres.sh start DIR | stop DIR | crash DIR | again DIR | standby DIR OF | run COMMAND..." >&2; exit 2 ;;
esac
