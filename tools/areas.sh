#!/bin/sh
# Helper of make: writes all areas of idn-area-data as sorted "code<TAB>name" lines, dots removed from the codes (provinces 2 digits, regencies 4,
# districts 6, villages 10). Source: npm idn-area-data (data under ODbL, see README).
set -eu
for f in provinces regencies districts villages; do
	awk 'NR > 1 {
		sub(/\r$/, "")
		code = $0; sub(/,.*/, "", code); gsub(/\./, "", code)
		name = $0; n = (FILENAME ~ /provinces/) ? 1 : 2
		for (i = 0; i < n; i++) sub(/^[^,]*,/, "", name)
		if (name ~ /^".*"$/) { name = substr(name, 2, length(name) - 2); gsub(/""/, "\"", name) }
		print code "\t" name
	}' "$1/$f.csv"
done | LC_ALL=C sort
