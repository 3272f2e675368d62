#!/bin/sh
# Refuses SQL that SQLite and PostgreSQL answer differently. Usage: tools/sql_subset.sh [FILE... | --self-test]
# Comments and string literals are ignored; so are the `-- sqlite:` and `-- postgres:` blocks of migrations.
# `-- allow: REASON` at the end of a line excuses that line. Not covered: ORDER BY without NULLS LAST, which
# needs the schema to know what may be null.
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C

program=$(cat <<'AWK'
function complain(line, rule, remedy) {
	if (line in excused)
		return
	printf "%s:%d: %s: %s\n", file, line, rule, remedy
	found++
}
# Tokens: words in lower case, numbers, :parameters, '' for any literal, and signs of one to three bytes.
function add(text) {
	tok[++n] = text
	at[n] = line
}
function read_comment(text) {
	if (text ~ /^--[ \t]*allow:[ \t]*[^ \t\r]/)
		excused[line] = 1
	if (text ~ /^--[ \t]*(sqlite|postgres):[ \t\r]*$/)
		foreign = 1
	if (text ~ /^--[ \t]*both:[ \t\r]*$/)
		foreign = 0
}
function read_line(s,   size, end) {
	while (s != "") {
		if (inside == "*") {
			end = index(s, "*/")
			if (!end)
				return
			s = substr(s, end + 2)
			inside = ""
		} else if (inside == "'") {
			end = index(s, "'")
			if (!end)
				return
			s = substr(s, end + 1)
			inside = ""
		} else if (substr(s, 1, 2) == "--") {
			read_comment(s)
			return
		} else if (substr(s, 1, 2) == "/*") {
			inside = "*"
			s = substr(s, 3)
		} else if (substr(s, 1, 1) == "'") {
			inside = "'"
			if (!foreign)
				add("''")
			s = substr(s, 2)
		} else if (match(s, /^[ \t\r]+/)) {
			s = substr(s, RLENGTH + 1)
		} else {
			if (match(s, /^[A-Za-z_][A-Za-z0-9_]*/) || match(s, /^[0-9]+(\.[0-9]*)?/) ||
			    match(s, /^:[A-Za-z_][A-Za-z0-9_]*/) || match(s, /^->>/) || match(s, /^(->|::|[|][|])/))
				size = RLENGTH
			else
				size = 1
			if (!foreign)
				add(tolower(substr(s, 1, size)))
			s = substr(s, size + 1)
		}
	}
}
# The arguments of the call whose "(" is token i: their number; last = the closing token.
function arguments(i,   depth, commas) {
	depth = commas = 0
	for (last = i; last <= n; last++) {
		if (tok[last] == "(")
			depth++
		else if (tok[last] == ")" && --depth == 0)
			break
		else if (tok[last] == "," && depth == 1)
			commas++
	}
	return commas + 1
}
# CAST(x AS integer) truncates here and rounds there, when x shows itself to be a real.
function check_cast(i,   j, real, type, depth) {
	arguments(i + 1)
	depth = 0
	for (j = i + 1; j < last; j++) {
		depth += (tok[j] == "(") - (tok[j] == ")")
		if (tok[j] == "as" && depth == 1)
			type = tok[j + 1]
		else if (tok[j] ~ /^(avg|total|sqrt|power|exp|ln)$/ && tok[j + 1] == "(")
			real = 1
		else if (tok[j] ~ /^(real|double|float|numeric|decimal)$/ && (tok[j - 1] == "as" || tok[j - 1] == "::"))
			real = 1
		else if (tok[j] ~ /^[0-9]+\./)
			real = 1
	}
	if (real && type ~ /^(int|integer|bigint|smallint|int2|int4|int8)$/)
		complain(at[i], "CAST of a real to integer", "calculate in integers, for example in thousandths")
}
function check_divisor(i,   j) {
	j = i + 1
	while (tok[j] == "(")
		j++
	if (tok[j] == "nullif" || tok[j] ~ /^[0-9]/ && tok[j] + 0 != 0)
		return
	complain(at[i], "division that can meet 0", "divide by NULLIF(..., 0), or say why it cannot be 0: -- allow: REASON")
}
function check_call(i,   w) {
	w = tok[i]
	if (w ~ /^(date|time|datetime|julianday|strftime|unixepoch|timediff|now|age|extract|date_part|date_trunc|to_char|to_date|to_timestamp|make_date|clock_timestamp)$/)
		complain(at[i], "date function " w "()", "pass :now or :today as a parameter and compare values")
	else if (w == "round")
		complain(at[i], "round()", "calculate in integers, round in C")
	else if (w ~ /^jsonb?(_|$)/ || w ~ /_to_jsonb?$/ || w == "to_json" || w == "to_jsonb")
		complain(at[i], "JSON function " w "()", "keep the value in a column, take JSON apart in C")
	else if (w == "group_concat" || w == "string_agg")
		complain(at[i], w "()", "return rows and join them in C")
	else if (w == "iif")
		complain(at[i], "iif()", "write CASE WHEN ... THEN ... ELSE ... END")
	else if (w == "ifnull")
		complain(at[i], "ifnull()", "write COALESCE(a, b)")
	else if ((w == "min" || w == "max") && arguments(i + 1) > 1)
		complain(at[i], w "() of several values", "write CASE WHEN a < b THEN a ELSE b END")
	else if (w == "cast")
		check_cast(i)
}
function check_file(   i, w) {
	for (i = 1; i <= n; i++) {
		w = tok[i]
		if (tok[i + 1] == "(" && tok[i - 1] != ".")
			check_call(i)
		if (w ~ /^(current_date|current_time|current_timestamp|localtime|localtimestamp)$/)
			complain(at[i], "date function " w, "pass :now or :today as a parameter")
		else if (w ~ /^(like|ilike|glob|regexp|similar)$/)
			complain(at[i], toupper(w), "compare whole values or a range: x >= :lo AND x < :hi")
		else if (w == "->" || w == "->>")
			complain(at[i], "JSON operator " w, "keep the value in a column, take JSON apart in C")
		else if (w == "\"" && !((at[i], "quote") in seen)) {
			seen[at[i], "quote"] = 1
			complain(at[i], "double quotes", "'text' in single quotes, names of columns without any")
		} else if (w == "/" || w == "%")
			check_divisor(i)
	}
}
function begin_file() {
	file = FILENAME
	line = n = foreign = 0
	inside = ""
	split("", tok)
	split("", at)
	split("", excused)
	split("", seen)
}
FNR == 1 {
	if (file != "")
		check_file()
	begin_file()
}
{
	line = FNR
	read_line($0)
}
END {
	if (file != "")
		check_file()
	exit found > 0
}
AWK
)

check() {
	awk "$program" "$@"
}

# One case per line: the rule that must be named (or: ok), a bar, the SQL with \n for line ends.
cases() {
	cat <<'CASES'
date function date()|SELECT date ('now')
date function strftime()|SELECT a,\n strftime('%Y', b) FROM t
date function extract()|SELECT extract(year FROM b) FROM t
date function current_timestamp|INSERT INTO t VALUES (CURRENT_TIMESTAMP)
LIKE|SELECT a FROM t WHERE a LIKE :x
GLOB|SELECT a FROM t WHERE a GLOB :x
round()|SELECT Round(a) FROM t
JSON function json_extract()|SELECT json_extract(a, '$.b') FROM t
JSON function json()|SELECT json(a) FROM t
JSON operator ->>|SELECT a ->> 'b' FROM t
JSON operator ->|SELECT a->'b' FROM t
group_concat()|SELECT group_concat(a) FROM t
string_agg()|SELECT string_agg(a, ',') FROM t
iif()|SELECT iif(a, 1, 2) FROM t
ifnull()|SELECT ifnull(a, 0) FROM t
double quotes|SELECT a FROM t WHERE b = "x"
max() of several values|SELECT max(a,\n b) FROM t
min() of several values|SELECT min((a + 1), COALESCE(b, c)) FROM t
CAST of a real to integer|SELECT CAST(a * 1.5 AS INTEGER) FROM t
CAST of a real to integer|SELECT CAST(avg(a) AS bigint) FROM t
CAST of a real to integer|SELECT CAST(CAST(a AS REAL) AS INTEGER) FROM t
division that can meet 0|SELECT a / b FROM t
division that can meet 0|SELECT a % (b) FROM t
division that can meet 0|SELECT a / 0 FROM t
round()|SELECT 'it''s', round(a) FROM t
round()|/* a\n b */ SELECT round(a) FROM t
round()|-- sqlite:\nSELECT 1;\n-- both:\nSELECT round(a) FROM t
round()|SELECT round(a) FROM t -- allow:
round()|SELECT a -- allow: another line\n, round(a) FROM t
ok|SELECT max(a), min(b + COALESCE(c, d)) FROM t
ok|SELECT 'date(1) LIKE "x" iif(', a FROM t
ok|SELECT 'one\n round(2)\n', a FROM t
ok|-- round(a), "quoted", LIKE\nSELECT 1
ok|/* round(a)\n "x" */ SELECT 1
ok|SELECT date, round, time FROM t
ok|CREATE TABLE t (date TEXT, max INTEGER)
ok|SELECT CAST(sum(a) AS INTEGER), CAST(a AS REAL) FROM t
ok|SELECT CAST(sum(t.total) AS bigint), total FROM t
ok|SELECT a / 100, a % 97, a / NULLIF(b, 0), a / (NULLIF(b, 0)) FROM t
ok|SELECT a / b FROM t -- allow: b is checked above 0
ok|-- postgres:\nSELECT now();\n-- both:\nSELECT 1
ok|SELECT a FROM t WHERE code >= :date AND code < :max
CASES
}

self_test() {
	dir=$(mktemp -d)
	trap 'rm -rf "$dir"' EXIT
	cases >"$dir/cases"
	passed=0 failed=0
	while IFS='|' read -r want sql; do
		printf '%b\n' "$sql" >"$dir/case.sql"
		status=0
		got=$(check "$dir/case.sql") || status=$?
		case $want:$status in
		ok:0) [ -z "$got" ] && good=1 || good=0 ;;
		ok:* | *:0) good=0 ;;
		*) case $got in *": $want: "*) good=1 ;; *) good=0 ;; esac ;;
		esac
		if [ "$good" = 1 ]; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			printf 'sql_subset: %s\n  expected: %s\n  came:     %s\n' "$sql" "$want" "${got:-nothing} (exit $status)"
		fi
	done <"$dir/cases"
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

if [ "${1:-}" = --self-test ]; then
	self_test
	exit
fi
if [ $# = 0 ]; then
	for f in indicators/*.sql checks/*.sql views/*.sql migrations/*.sql src/*/*.sql; do
		[ ! -s "$f" ] || set -- "$@" "$f"
	done
fi
[ $# = 0 ] || check "$@"
