#!/bin/sh
# Every definition carries its own examples and sources; then `siap doc --check` runs them.
set -eu
cd "$(dirname "$0")/.."
bad=0
finding() { printf '%s\n' "$1"; bad=1; }
for f in datasets/*.def; do
	[ -e "$f" ] || continue
	for word in dataset title owner example reject; do
		grep -qE "^$word[[:space:]]" "$f" || finding "$f:1: no line '$word ...'"
	done
done
for f in indicators/*.sql checks/*.sql views/*.sql; do
	[ -e "$f" ] || continue
	case $f in
	indicators/*) words="indicator title source given expect pillar owner level scope" ;;
	views/*) words="view title source definition" ;;
	*) words="check title source given expect severity remedy" ;;
	esac
	for word in $words; do # `-- pillar: x  owner: y` may share a line
		grep -qE "^--([[:space:]]|[[:space:]].*[[:space:]])$word:[[:space:]]*[^[:space:]]" "$f" ||
			finding "$f:1: no header '-- $word: ...'"
	done
done
if [ -x build/siap ] && [ -e src/cli/cmd_doc.c ]; then
	build/siap doc --check >build/definitions.out 2>&1 || { cat build/definitions.out; bad=1; }
fi
exit $bad
