#!/bin/sh
# The board: one TPS updated, against one indexed UPDATE of the same table in the same database committed on its own (durable), at
# 6,391 and at 823,220 TPS; a cold start from the snapshot against a full rebuild, which must be equal bit for bit. On SQLite, then on
# PostgreSQL (STORES=sqlite leaves it out).
# Targets: at most 5 x one UPDATE; at most 1.3 x as much at 823,220 TPS as at 6,391; a cold start under 1/10 of the rebuild.
set -eu
cd "$(dirname "$0")/.."
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-bench.XXXXXX")
pg=$(mktemp -d /tmp/siap-pg.XXXXXX)
trap 'tools/postgres.sh stop "$pg"; rm -rf "$dir"' EXIT
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
url=
for store in ${STORES:-sqlite postgres}; do
	if [ "$store" = postgres ]; then
		FSYNC=on tools/postgres.sh start "$pg" >"$dir/url"
		url=$(cat "$dir/url")
	fi
	for n in ${SIZES:-6391 823220}; do
		area= # 6,391 is the province of Jambi, more is the nation
		[ "$n" -gt 50000 ] || area=15
		here=
		if [ "$url" ]; then
			psql -q "$url" -c "CREATE DATABASE n$n TEMPLATE template0"
			here=$(printf %s "$url" | sed "s,/postgres?,/n$n?,")
		fi
		build/siap init "$dir/$n" --rules pilkada2024 --area "${area:-0}" ${here:+--store "$here"} >/dev/null
		for what in tps roll officers; do
			case $what in tps) set=tps ;; roll) set=roll_count ;; officers) set=officer_count ;; esac
			bench/generate.sh $what "$n" "$area" >"$dir/rows.csv"
			build/siap -w "$dir/$n" import $set "$dir/rows.csv" >/dev/null
		done
		build/obj/bench/board "$dir/$n" 2000 >"$dir/$store.$n"
		awk -v n="$n" -v store="$store" '{
			printf "%s, %d TPS (%d nodes): one TPS updated on the board %d us, one durable UPDATE %d us, ratio %.2f (target at most 5)\n", store, n, $1, $2, $3, $2 / $3
			printf "%s, %d TPS: against an UPDATE inside an open transaction (nothing durable), %.1f us: ratio %.1f\n", store, n, $4, $2 / $4
			printf "%s, %d TPS: cold start from snapshot %.4f s, full rebuild %.4f s, ratio %.3f (target under 0.1), %s\n", store, n, $5, $6, $5 / $6, $7
		}' "$dir/$store.$n"
		rm -rf "${dir:?}/$n"
	done
	set -- ${SIZES:-6391 823220}
	[ $# -lt 2 ] || cat "$dir/$store.$1" "$dir/$store.$2" | awk -v store="$store" '
		{ us[NR] = $2 }
		END { printf "%s: one TPS at the large size against the small: %.2f x (target at most 1.3)\n", store, us[2] / us[1] }'
done
