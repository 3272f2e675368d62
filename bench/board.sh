#!/bin/sh
# The board: one TPS updated, against one indexed SQLite UPDATE of the same table committed on its own (synchronous=FULL), at 6,391
# and at 823,220 TPS; a cold start from the snapshot against a full rebuild, which must be equal bit for bit.
# Targets: at most 5 x one UPDATE; at most 1.3 x as much at 823,220 TPS as at 6,391; a cold start under 1/10 of the rebuild.
set -eu
cd "$(dirname "$0")/.."
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
for n in ${SIZES:-6391 823220}; do
	area= # 6,391 is the province of Jambi, more is the nation
	[ "$n" -gt 50000 ] || area=15
	build/siap init "$dir/$n" --rules pilkada2024 --area "${area:-0}" >/dev/null
	for what in tps roll officers; do
		case $what in tps) set=tps ;; roll) set=roll_count ;; officers) set=officer_count ;; esac
		bench/generate.sh $what "$n" "$area" >"$dir/rows.csv"
		build/siap -w "$dir/$n" import $set "$dir/rows.csv" >/dev/null
	done
	build/obj/bench/board "$dir/$n" 2000 >"$dir/$n.out"
	awk -v n="$n" '{
		printf "%d TPS (%d nodes): one TPS updated on the board %d us, one durable UPDATE %d us, ratio %.2f (target at most 5)\n", n, $1, $2, $3, $2 / $3
		printf "%d TPS: against an UPDATE inside an open transaction (nothing durable), %.1f us: ratio %.1f\n", n, $4, $2 / $4
		printf "%d TPS: cold start from snapshot %.4f s, full rebuild %.4f s, ratio %.3f (target under 0.1), %s\n", n, $5, $6, $5 / $6, $7
	}' "$dir/$n.out"
	rm -rf "${dir:?}/$n"
done
set -- ${SIZES:-6391 823220}
[ $# -lt 2 ] || cat "$dir/$1.out" "$dir/$2.out" | awk '{ us[NR] = $2 } END { printf "one TPS at the large size against the small: %.2f x (target at most 1.3)\n", us[2] / us[1] }'
