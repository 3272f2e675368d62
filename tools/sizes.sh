#!/bin/sh
# Functions of at most 100 lines (seldom above 40), files of at most 900 (seldom above 450), nesting 4, parameters 6 (but for on_…: what a library calls, with what it gives).
set -eu
cd "$(dirname "$0")/.."
files=$(find src t bench -name '*.[ch]' 2>/dev/null | LC_ALL=C sort)
[ -n "$files" ] || exit 0
{ wc -l $files | awk '$2 != "total" { print "@" $2 ":" $1 }'; node tools/c_text.js code $files; } | awk '
function finding(f, l, text) { print f ":" l ": " text; bad = 1 }
# Counts the parameters of the text collected since the last ; or } at file level, when it declares a function.
function parameters(text,   i, c, depth, n, some) {
	if (text ~ /^[ \t]*(#|typedef)/ || text ~ /=/ || !match(text, /[A-Za-z_0-9]\(/)) return
	if (text ~ /__attribute__/) sub(/__attribute__.*/, "", text)
	depth = 0; n = 0; some = 0
	for (i = index(text, "("); i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "(") depth++
		else if (c == ")") { if (--depth == 0) break }
		else if (c == "," && depth == 1) n++
	}
	if (n + 1 > 6 && text !~ /[ *\n]on_[a-z_]+\(/) { match(text, /[A-Za-z_0-9]+\(/); finding(file, stated, substr(text, RSTART, RLENGTH - 1) " has " n + 1 " parameters, 6 at most") }
}
/^@/ {
	f = substr($0, 2); n = f; sub(/:.*/, "", f); sub(/.*:/, "", n)
	files++
	if (n + 0 > 900) finding(f, n, "file of " n " lines, 900 at most")
	else if (n + 0 > 450) long_files++
	next
}
{
	f = $0; sub(/:.*/, "", f)
	l = $0; sub(/^[^:]*:/, "", l); t = l; sub(/:.*/, "", l); sub(/^[^:]*:/, "", t)
	if (f != file) { file = f; inside = 0; text = "" }
	if (t ~ /^#/ || t ~ /^[ \t].*\\$/) next
	if (!inside) {
		if (text == "") stated = l
		text = text " " t
		if (t ~ /^{/) { if (text ~ /\)[^=]*{[ \t]*$/) { parameters(text); match(text, /[A-Za-z_0-9]+\(/); name = substr(text, RSTART, RLENGTH - 1); start = stated } else name = ""; inside = 1; text = "" }
		else if (t ~ /{[ \t]*$/) { name = (text ~ /\)[ \t]*{[ \t]*$/) ? "x" : ""; if (name != "") { parameters(text); match(text, /[A-Za-z_0-9]+\(/); name = substr(text, RSTART, RLENGTH - 1); start = stated } inside = 1; text = "" }
		else if (t ~ /[;}][ \t]*$/) text = ""
		next
	}
	if (t ~ /^}/) {
		inside = 0
		if (name != "") {
			functions++
			n = l - start + 1
			if (n > 100) finding(f, start, name " has " n " lines, 100 at most")
			else if (n > 40) long_functions++
		}
		text = ""; if (t !~ /[;}][ \t]*$/) { text = t; stated = l }
		next
	}
	if (name != "" && match(t, /^\t+(if|for|while|do|switch|else|} else)[ \t({]/)) {
		match(t, /^\t+/)
		if (RLENGTH > 4) finding(f, l, "nesting of " RLENGTH " levels in " name ", 4 at most")
	}
}
END {
	printf "%d of %d functions over 40 lines, %d of %d files over 450\n", long_functions, functions, long_files, files
	exit bad
}'
