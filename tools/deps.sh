#!/bin/sh
# Folders include only what src/DEPS allows: their own headers, and the one public header of each folder they name.
set -eu
cd "$(dirname "$0")/.."
grep -nE '^[[:space:]]*#[[:space:]]*include' $(find src -name '*.[ch]' | LC_ALL=C sort) /dev/null | awk '
BEGIN {
	# The C library, POSIX and Linux: allowed everywhere.
	n = split("assert ctype dirent errno fcntl fenv float inttypes limits locale math poll pthread pwd semaphore signal stdalign " \
		"stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings termios threads time unistd wchar", w)
	for (i = 1; i <= n; i++) system_header[w[i] ".h"] = 1
	while ((getline line < "src/DEPS") > 0) {
		at++
		sub(/#.*/, "", line)
		if (line ~ /^[ \t]*$/) continue
		name = line; sub(/:.*/, "", name)
		rest = line; sub(/^[^:]*:/, "", rest)
		known[name] = 1
		n = split(rest, w, /[ \t]+/)
		for (i = 1; i <= n; i++) {
			if (w[i] == "") continue
			if (w[i] !~ /^</ && !(w[i] in known))
				{ print "src/DEPS:" at ": " name " names " w[i] ", which is not above it"; bad = 1 }
			may[name, w[i]] = 1
		}
	}
}
{
	file = $0; sub(/:.*/, "", file)
	line = $0; sub(/^[^:]*:/, "", line); text = line; sub(/:.*/, "", line); sub(/^[^:]*:/, "", text)
	split(file, part, "/")
	own = part[2]
	if (!(own in known)) { print file ":" line ": folder " own " is not in src/DEPS"; bad = 1; next }
	if (match(text, /<[^>]*>/)) {
		h = substr(text, RSTART + 1, RLENGTH - 2)
		if ((h in system_header) || h ~ /^(sys|linux|netinet|arpa)\//) next
		dir = h; if (!sub(/\/.*/, "/", dir)) dir = ""
		if (((own, "<" h ">") in may) || ((own, "<" dir ">") in may)) next
		print file ":" line ": " own " may not include <" h ">: src/DEPS does not give it"; bad = 1
	} else if (match(text, /"[^"]*"/)) {
		h = substr(text, RSTART + 1, RLENGTH - 2)
		n = split(h, part, "/")
		if (n != 2) { print file ":" line ": write \"folder/header.h\", not \"" h "\""; bad = 1; next }
		if (part[1] == own) next
		if (!((own, part[1]) in may)) { print file ":" line ": " own " may not include " part[1] ": see src/DEPS"; bad = 1 }
		else if (part[2] != part[1] ".h") { print file ":" line ": \"" h "\" is private to " part[1] "; include \"" part[1] "/" part[1] ".h\""; bad = 1 }
	}
}
END { exit bad }'
