#!/bin/sh
# 64 writers on SQLite whose power is cut, or whose n-th write or sync fails or tears (t/survive): nothing acknowledged is lost.
# TRIES=14 FAULTS=24 SEED=1 t/slow/power_cut.sh
set -eu
cd "$(dirname "$0")/../.."
make -s build/obj/survive >/dev/null
survive=${SURVIVE:-build/obj/survive} seed=${SEED:-1}
"$survive" proof 1 "$seed"
"$survive" power "${TRIES:-14}" "$seed"
"$survive" faults "${FAULTS:-24}" "$seed"
