#!/bin/sh
# Code is laid out by clang-format (.clang-format), headers by hand as tables; `tools/format.sh --fix` does it.
set -eu
cd "$(dirname "$0")/.."
files=$(find src t bench -name '*.c' 2>/dev/null | LC_ALL=C sort)
[ -n "$files" ] || exit 0
case ${1-} in
--fix) exec clang-format -i $files ;;
esac
clang-format --dry-run -Werror $files 2>&1 | grep -E '^[^ ]+:[0-9]+:[0-9]+: ' | awk -F: '
	!($1 in n) { order[++k] = $1; first[$1] = $2 }
	{ n[$1]++ }
	END { for (i = 1; i <= k; i++) print order[i] ":" first[order[i]] ": " n[order[i]] " places are not laid out by clang-format; run tools/format.sh --fix"; exit k > 0 }'
