#!/bin/sh
# The same imports and changes on SQLite and on PostgreSQL give byte for byte the same answers. Needs SIAP_TEST_STORE, the
# address of a database: tools/postgres.sh run t/stores.sh
set -eu
cd "$(dirname "$0")/.."
root=$PWD
: "${SIAP_TEST_STORE:?a PostgreSQL server is needed: tools/postgres.sh run t/stores.sh}"
dir=$(mktemp -d)
name=siap_stores_$$
server=
finish() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	psql -q "$SIAP_TEST_STORE" -c "DROP DATABASE IF EXISTS $name" || true
	rm -rf "$dir"
}
trap finish EXIT
psql -q "$SIAP_TEST_STORE" -c "CREATE DATABASE $name TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
url=$(printf '%s\n' "$SIAP_TEST_STORE" | sed "s|/[^/?]*?|/$name?|; t; s|/[^/]*$|/$name|")
export SIAP_KEYS="$dir/keys" SIAP_LANG=en SIAP_CLOCK=2024-11-20T08:00:00+07:00
siap=$root/build/siap

# Synthetic rows from a seeded generator: some good, some doubled, some changed, some with findings.
awk -v dir="$dir" 'BEGIN {
	srand(7)
	n = split("1571011001 1571011002 1571021002 1571021004", village, " ")
	items = split("ballot_box ink booth ballot_governor roll_copy seal", item, " ")
	print "tps,number,kind" >(dir "/tps.csv")
	for (v = 1; v <= n; v++) for (i = 1; i <= 25; i++) {
		tps[++all] = sprintf("%s%03d", village[v], i)
		printf "%s,%03d,regular\n", tps[all], i >(dir "/tps.csv")
	}
	print "tps,total,male,female" >(dir "/roll.csv")
	for (i = 1; i <= all; i += 1 + int(rand() * 2)) {
		m = 150 + int(rand() * 200); f = 150 + int(rand() * 200)
		printf "%s,%d,%d,%d\n", tps[i], m + f + (rand() < 0.1), m, f >(dir "/roll.csv")
	}
	for (round = 1; round <= 3; round++) {
		file = dir "/delivery" round ".csv"
		print "tps,item,received,damaged" >file
		for (i = 1; i <= all; i++) for (k = 1; k < items; k++) if (rand() < 0.6)
			printf "%s,%s,%d,%s\n", tps[i], item[k], int(rand() * 500), rand() < 0.3 ? int(rand() * 4) : "" >file
		file = dir "/officers" round ".csv"
		print "tps,role,filled,trained" >file
		for (i = 1; i <= all; i++) if (rand() < 0.7)
			printf "%s,kpps,%d,%s\n", tps[i], int(rand() * 9), rand() < 0.5 ? int(rand() * 8) : "" >file
	}
	# In no order, so that the rows of a slice lie scattered over the table; some are the same, some changed, some new.
	file = dir "/scattered.csv"
	print "tps,item,received,damaged" >file
	for (i = 0; i < all; i++) for (k = 1; k <= items; k++)
		printf "%s,%s,%d,%s\n", tps[(i * 37 + k * 11) % all + 1], item[k], i % 3 ? int(rand() * 500) : 7, "" >file
}'

life() { # workspace: everything that is said on the way is compared too
	w=$1
	s() { "$siap" -w "$w" "$@" 2>&1 || echo "exit $?"; }
	export SIAP_CLOCK=2024-11-10T08:00:00+07:00
	s import tps "$dir/tps.csv"
	s import roll_count "$dir/roll.csv"
	for round in 1 2 3; do
		export SIAP_CLOCK=2024-11-1${round}T20:00:00+07:00
		s import delivery "$dir/delivery$round.csv" --accept-conflicts
		s import officer_count "$dir/officers$round.csv" --accept-conflicts
		s import delivery "$dir/delivery$round.csv"
	done
	s import delivery "$dir/scattered.csv" --accept-conflicts
	s import delivery "$dir/scattered.csv"
	export SIAP_CLOCK=2024-11-20T08:00:00+07:00
	s enter officer_count tps=1571011001001 role=kpps filled=6
	s enter officer_count tps=1571011001001 role=kpps filled=7 --base 1
	# Based on the first event of the row: over the others, and settled.
	row="officer_count tps=1571011001001 role=kpps"
	s enter $row filled=8 --base "$("$siap" -w "$w" history $row --json | sed 's/.*"event":\([0-9]*\).*/\1/')"
	s resolve $row
	s resolve $row --why "counted again" filled=7
	s enter $row filled=5 --device a --request 1 --clock 1732100000000.0
	s enter $row filled=4 --device a --request 2 --after 1 --clock 1732000000000.0
	s enter $row filled=5 --device a --request 1 --clock 1732100000000.0
	s enter officer_count tps=1571011001001 role=kpps filled=-1
	s enter tps tps=1571011001002 contact=081234500001
	s enter tps tps=1571011001002 number=002
	s close delivery tps=1571011001003 item=ink
	s close delivery tps=1571011001003 item=ink
	s enter tps tps=9999999999001 number=001
}
answers() { # workspace, folder
	mkdir "$2"
	"$siap" -w "$1" ready --json >"$2/ready.json"
	"$siap" -w "$1" ready 1571011001 >"$2/ready.txt"
	for area in 1571 157101 1571021004; do
		"$siap" -w "$1" why "$area" --csv >"$2/why-$area.csv" || [ $? -lt 3 ]
		"$siap" -w "$1" check "$area" --csv >"$2/check-$area.csv" || [ $? -lt 3 ]
	done
	for day in 09 10 11 12 20; do
		"$siap" -w "$1" ready 157101 --at 2024-11-$day --json >"$2/ready-$day.json"
		"$siap" -w "$1" why --at 2024-11-$day --csv >"$2/why-$day.csv" || [ $? -lt 3 ]
		"$siap" -w "$1" check --at 2024-11-$day --csv >"$2/check-$day.csv" || [ $? -lt 3 ]
	done
	"$siap" -w "$1" trend --csv >"$2/trend.csv"
	"$siap" -w "$1" trend 157101 --indicator delivered --json >"$2/trend-delivered.json"
	for d in tps roll_count delivery officer_count; do
		"$siap" -w "$1" export "$d" - >"$2/export-$d.csv"
	done
}
# The log itself and the conflicts. Hashes differ, for each request has a random number: each workspace verifies its own.
columns="SELECT seq, at, origin, key, area, op, base, device_clock, open"
log="FROM event WHERE seq > 1 ORDER BY seq; SELECT dataset, key, area, event, over, resolved FROM conflict ORDER BY event;
	SELECT area, device, request, event, own, wall, counter, ahead, behind FROM device_edit ORDER BY event;
	SELECT id, dataset, rows, applied, added, changed, same, conflicts, state FROM import_job ORDER BY id"
$siap init "$dir/w" --rules pilkada2024 --area 1571 >/dev/null
life "$dir/w" | sed "s|$dir||g" >"$dir/said1"
answers "$dir/w" "$dir/a1"
sqlite3 -separator '|' "$dir/w/siap.db" "$columns $log" >"$dir/log1"
mv "$dir/w" "$dir/w1"
$siap init "$dir/w" --rules pilkada2024 --area 1571 --store "$url" >/dev/null
[ ! -e "$dir/w/siap.db" ] || { echo "the rows went into a file"; exit 1; }
life "$dir/w" | sed "s|$dir||g" >"$dir/said2"
answers "$dir/w" "$dir/a2"
diff "$dir/said1" "$dir/said2" || { echo "what was said differs (SQLite <, PostgreSQL >)"; exit 1; }
diff -r "$dir/a1" "$dir/a2" || { echo "answers differ (SQLite <, PostgreSQL >)"; exit 1; }
psql -qAt "$url" -c "$(printf '%s' "$columns $log" | tr '\n' ' ')" >"$dir/log2"
diff "$dir/log1" "$dir/log2" | head -n 10 >"$dir/differ"
[ ! -s "$dir/differ" ] || { echo "events differ (SQLite <, PostgreSQL >)"; cat "$dir/differ"; exit 1; }
awk -F '|' '$6 == 1 && $7 == "" { added++ } $6 == 1 && $7 != "" { changed++ } $6 == 2 { closed++ }
	END { exit !(added > 500 && changed > 200 && closed > 0) }' "$dir/log1" || { echo "the log says too little"; wc -l "$dir/log1"; exit 1; }
# Nothing was compared with nothing.
for words in 'entered over a newer change' 'conflicts settled: ' 'is none of row'; do
	grep -q "$words" "$dir/said1" || { echo "nobody said '$words'"; exit 1; }
done
for f in ready.json why-1571.csv check-1571.csv export-delivery.csv; do
	[ "$(wc -c <"$dir/a1/$f")" -gt 500 ] || { echo "$f is nearly empty"; cat "$dir/a1/$f" "$dir/said1"; exit 1; }
done
for day in 11 12; do
	! cmp -s "$dir/a1/ready-$day.json" "$dir/a1/ready-$((day - 1)).json" 2>/dev/null || { echo "2024-11-$day is as the day before"; exit 1; }
done
for w in w1 w; do
	"$siap" -w "$dir/$w" verify | grep -q 'all is as it was' || { echo "$w does not verify"; exit 1; }
done
# A board built anew from the database says what the followed one said.
rm -f "$dir/w/board.snap"
"$siap" -w "$dir/w" ready --json | diff - "$dir/a2/ready.json"
# The desk shows the same pages over both.
pages() { # workspace, folder
	mkdir "$2"
	password=$("$siap" -w "$1" account add reader --name Reader --agency kpu --role supervisor --area 1571 | sed -n 's/^one-time password.*: //p')
	"$siap" -w "$1" serve --listen 127.0.0.1:0 >"$2.served" 2>&1 &
	server=$!
	for i in $(seq 300); do
		grep -q http: "$2.served" && break
		kill -0 $server 2>/dev/null || { cat "$2.served"; exit 1; }
		sleep 0.1
	done
	address=$(sed -n 's,.*\(http://[0-9.:]*\)/.*,\1,p' "$2.served")
	cookie=$(node bench/web_login.js "$address" reader "$password")
	node - "$address" "$cookie" "$2" <<'END' || exit 1
const [address, cookie, folder] = process.argv.slice(2), fs = require("fs"), tps = "1571011001001";
const pages = ["/area/1571", "/area/157101", "/area/1571011001", "/area/" + tps, "/area/1571/findings", "/area/1571/missing", "/area/1571/silent",
	"/area/1571/trend", "/area/1571/map", "/area/1571/stages", "/data", "/data/delivery", "/data/delivery?sort=packed&dir=desc", "/data/delivery/export.csv",
	"/data/officer_count/row/" + tps + "/kpps", "/data/officer_count/history/" + tps + "/kpps", "/data/officer_count/edit/" + tps + "/kpps",
	"/changes", "/conflicts", "/search?q=kotabaru", "/check/delivered_over", "/indicator/delivered", "/event/200"];
(async () => {
	for (const page of pages) {
		const a = await fetch(address + page, { headers: { cookie }, redirect: "manual" });
		if (a.status !== 200) throw new Error(page + ": " + a.status);
		const text = (await a.text()).replace(/name="csrf" value="[0-9a-f]+"/g, "");
		fs.writeFileSync(folder + "/" + page.slice(1).replace(/[^\w.]/g, "_"), text);
	}
})().catch((e) => { console.error(e.message); process.exit(1); });
END
	kill "$server"
	wait "$server"
	server=
}
pages "$dir/w1" "$dir/p1"
pages "$dir/w" "$dir/p2"
diff -r "$dir/p1" "$dir/p2" || { echo "pages differ (SQLite <, PostgreSQL >)"; exit 1; }
grep -q '100 TPS' "$dir/p1/area_1571" && grep -q '1571011001001' "$dir/p1/data_delivery" || { echo "the pages say too little"; exit 1; }
echo "the same on both stores: $(wc -l <"$dir/said1") lines said, $(cat "$dir"/a1/* | wc -l) lines answered, $(ls "$dir/p1" | wc -l) pages"
