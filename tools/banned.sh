#!/bin/sh
# What the compiler's poison (tools/banned.h) cannot see: goto; memory outside arenas; SQL in C; libraries that print or exit.
# A line that must free what a library allocated says so: /* library owns */. A line, or a file in its first line, that derives
# statements from a dataset says: derived SQL.
set -eu
cd "$(dirname "$0")/.."
src=$(find src -name '*.[ch]' | LC_ALL=C sort)
all=$(find src t bench -name '*.[ch]' 2>/dev/null | LC_ALL=C sort)
[ -n "$src" ] || exit 0
{
	node tools/c_text.js code $all
	node tools/c_text.js strings $src | sed 's/^/"/'
} | awk '
function finding(text) { print f ":" l ": " text; bad = 1 }
{
	string = sub(/^"/, "")
	f = $0; sub(/:.*/, "", f)
	l = $0; sub(/^[^:]*:/, "", l); t = l; sub(/:.*/, "", l); sub(/^[^:]*:/, "", t)
}
string {
	if (f ~ /^src\/db\//) next
	if (t ~ /(^|[^A-Z_])(SELECT ([0-9*]|[^ ]+( .*)? FROM|[a-z_.]+,|[a-z_.]+\()|FROM [a-z_]+ WHERE|INSERT (OR [A-Z]+ )?INTO|UPDATE [a-z_%"]+ SET|DELETE FROM|(CREATE|DROP|ALTER) (TABLE|INDEX|VIEW|TRIGGER|UNIQUE)|ORDER BY|GROUP BY|PRAGMA|SAVEPOINT)/ ||
	    t ~ /(^|[^a-z_])(insert into|delete from|create table|drop table) /)
		finding("SQL in a C string: it lives in src/MODULE/MODULE.sql, migrations/, indicators/ or checks/")
	next
}
t ~ /(^|[^A-Za-z_0-9])goto[ \t]/ { finding("goto: return early, or let AUTO() clean up") }
f !~ /^src\// { next }
t ~ /^[A-Za-z_].*[A-Za-z_0-9]\(/ { name = t; sub(/\(.*/, "", name); sub(/.*[^A-Za-z_0-9]/, "", name) }
f !~ /^src\/(base|db)\// && t !~ /\/\* library owns \*\// &&
t ~ /(^|[^A-Za-z_0-9.>])(malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf|getline)\(/ {
	finding("heap memory outside base, db and library adapters: use an Arena or Buf, or say /* library owns */")
}
f !~ /^src\/cli\// && f != "src/main.c" && !(f ~ /^src\/base\// && name == "need_failed") &&
t ~ /(^|[^A-Za-z_0-9.>])(printf|vprintf|fprintf|vfprintf|puts|fputs|putchar|putc|fputc|perror|exit|_exit|_Exit|quick_exit|abort)\(/ {
	finding("a library neither prints nor exits: fill the Err, return false")
}
END { exit bad }'
