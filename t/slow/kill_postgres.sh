#!/bin/sh
# A PostgreSQL server that ends by immediate shutdown at random moments of 64 concurrent writers, which go on when it is back or are
# killed too (t/survive): nothing acknowledged is lost, though the server is told that commits need not wait for the disk.
# TRIES=12 SEED=1 t/slow/kill_postgres.sh
set -eu
cd "$(dirname "$0")/../.."
make -s build/obj/survive >/dev/null
survive=${SURVIVE:-build/obj/survive} seed=${SEED:-1}
pg=$(mktemp -d /tmp/siap-pg.XXXXXX)
trap 'tools/postgres.sh stop "$pg"' EXIT
trap 'exit 130' INT TERM
export FSYNC=on PG_OPTIONS='-c synchronous_commit=off'
url=$(tools/postgres.sh start "$pg")
"$survive" proof 1 "$seed" "$url" "$pg"
"$survive" postgres "${TRIES:-12}" "$seed" "$url" "$pg"
