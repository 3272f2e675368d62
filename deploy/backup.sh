#!/bin/sh
# One backup of the desk while it serves: written, read back, checked; then the oldest go, so that SIAP_BACKUPS_KEPT remain.
set -eu
siap=${SIAP:-siap}
to=${SIAP_BACKUPS:-/var/backups/siap}
kept=${SIAP_BACKUPS_KEPT:-48}
case $kept in '' | *[!0-9]* | 0*) echo "SIAP_BACKUPS_KEPT is '$kept': a number from 1 is right" >&2; exit 2 ;; esac

name=$to/$(basename "$SIAP_WORKSPACE")-$(date -u +%Y%m%dT%H%M%SZ)
rm -f "$to"/*.new # of one that was broken off
"$siap" backup "$name.new"
"$siap" restore --check "$name.new"
mv "$name.new" "$name.siap"
# The names sort by time. Nothing is removed before the new one was found whole.
find "$to" -maxdepth 1 -name '*.siap' | sort | head -n "-$kept" | while read -r old; do
	rm -f "$old"
	echo "removed '$old'"
done
