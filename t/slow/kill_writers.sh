#!/bin/sh
# kill -9 at random moments of 64 concurrent writers on SQLite (t/survive): nothing acknowledged is lost.
# TRIES=14 SEED=1 t/slow/kill_writers.sh
set -eu
cd "$(dirname "$0")/../.."
make -s build/obj/survive >/dev/null
exec "${SURVIVE:-build/obj/survive}" kill "${TRIES:-14}" "${SEED:-1}"
