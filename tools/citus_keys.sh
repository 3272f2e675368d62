#!/bin/sh
# On a database whose rows are spread by area every unique key contains the area, and no foreign key leads from such a table to another.
# Looks into the catalog of a fresh workspace on a throw-away PostgreSQL server; doc/decisions/0006-citus.md.
set -eu
cd "$(dirname "$0")/.."
[ -n "${SIAP_TEST_STORE-}" ] || exec tools/postgres.sh run "$0"
# The one place that says which tables are not spread: kept whole on one node, and copied to each node. All others are, by the area.
whole='workspace definition origin event import_job migration log_tile log_checkpoint account account_area account_dataset account_recovery session invitation login_attempt paper'
copied='area rule_limit rule_code rule_number rule_day'

dir=$(mktemp -d) name=siap_citus_$$
finish() {
	psql -q "$SIAP_TEST_STORE" -c "DROP DATABASE IF EXISTS $name WITH (FORCE)" || true
	rm -rf "$dir"
}
trap finish EXIT
psql -q "$SIAP_TEST_STORE" -c "CREATE DATABASE $name TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
url=$(printf '%s\n' "$SIAP_TEST_STORE" | sed "s|/[^/?]*?|/$name?|; t; s|/[^/]*$|/$name|")
SIAP_KEYS="$dir/keys" SIAP_LANG=en build/siap init "$dir/w" --rules pilkada2024 --area 1571091002 --store "$url" >/dev/null

# The area of a dataset is its first key field of that type; of a core table the column `area`.
areas=$(awk '$1 == "dataset" { d = $2; done[d] = 0 }
	$1 == "field" && $3 ~ /^area\(/ && / key( |$)/ && !done[d]++ { printf "%s(\047%s\047,\047%s\047)", n++ ? "," : "", d, $2 }' datasets/*.def)
list() { printf "'%s'" "$1" | sed "s/ /','/g"; }
findings() { # schema
	psql -qAtX -v ON_ERROR_STOP=1 "$url" <<X
WITH dataset (name, area) AS (VALUES $areas),
t AS (SELECT c.oid, c.relname AS name, COALESCE(d.area, 'area') AS area FROM pg_class c LEFT JOIN dataset d ON d.name = c.relname
	WHERE c.relnamespace = '$1'::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ($(list "$whole"), $(list "$copied")))
SELECT 'table ' || name || ': no column ' || area FROM t
WHERE NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = t.oid AND attname = t.area)
UNION ALL SELECT 'table ' || name || ': no primary key' FROM t WHERE NOT EXISTS (SELECT 1 FROM pg_index WHERE indrelid = t.oid AND indisprimary)
UNION ALL SELECT 'table ' || name || ': the key ' || i.indexrelid::regclass || ' is without ' || area FROM t JOIN pg_index i ON i.indrelid = t.oid
WHERE i.indisunique AND NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = t.oid AND attname = t.area AND attnum = ANY (i.indkey))
UNION ALL SELECT 'table ' || o.relname || ': a foreign key to ' || r.relname
FROM pg_constraint f JOIN pg_class o ON o.oid = f.conrelid JOIN pg_class r ON r.oid = f.confrelid
WHERE f.contype = 'f' AND (f.conrelid IN (SELECT oid FROM t) OR f.confrelid IN (SELECT oid FROM t)) AND r.relname NOT IN ($(list "$copied"))
X
}
# What it must find, in tables made wrong on purpose.
psql -qX "$url" -c "CREATE SCHEMA wrong; CREATE TABLE wrong.tps (tps text PRIMARY KEY, number text UNIQUE);
	CREATE TABLE wrong.delivery (tps text REFERENCES wrong.tps (tps), item text PRIMARY KEY);
	CREATE TABLE wrong.conflict (key text); CREATE TABLE wrong.event (seq bigint PRIMARY KEY)"
findings wrong | sort >"$dir/wrong"
cat >"$dir/expected" <<'X'
table conflict: no column area
table conflict: no primary key
table delivery: a foreign key to tps
table delivery: the key wrong.delivery_pkey is without tps
table tps: the key wrong.tps_number_key is without tps
X
diff "$dir/expected" "$dir/wrong" || { echo "tools/citus_keys.sh:1: does not find what is wrong (expected <, found >)"; exit 1; }

findings public >"$dir/found"
sed 's|^|migrations/0001_core.sql:1: |' "$dir/found"
for t in $whole $copied; do
	psql -qAtX "$url" -c "SELECT 1 FROM pg_class WHERE relname = '$t' AND relnamespace = 'public'::regnamespace" | grep -q 1 ||
		{ echo "tools/citus_keys.sh:1: there is no table $t any more"; exit 1; }
done
[ ! -s "$dir/found" ]
