#!/bin/sh
# Helper of ./demo and ./check: installs what tools/packages.txt names and is missing, then the npm packages of the lock file.
#   tools/install.sh demo|check
set -eu
cd "$(dirname "$0")/.."
purpose=$1

there() { # package, how to see it
	case $2 in
	pc:*) command -v pkg-config >/dev/null && pkg-config --exists "${2#pc:}" ;;
	dpkg) dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed' ;;
	*) command -v "$2" >/dev/null ;;
	esac
}
missing=
while read -r package who how; do
	case $package in '' | '#'*) continue ;; esac
	[ "$who" = demo ] || [ "$who" = "$purpose" ] || continue
	there "$package" "$how" || missing="$missing $package"
done <tools/packages.txt

if [ -n "$missing" ]; then
	as_root=
	if [ "$(id -u)" != 0 ]; then
		as_root='sudo -n'
		command -v sudo >/dev/null && sudo -n true 2>/dev/null || [ -t 0 ] && as_root=sudo
	fi
	if ! command -v apt-get >/dev/null || { [ -n "$as_root" ] && ! command -v sudo >/dev/null; }; then
		echo "these Debian packages are missing and cannot be installed from here:$missing" >&2
		echo "as an administrator: apt-get install$missing" >&2
		exit 1
	fi
	echo "installing:$missing"
	log=$(mktemp)
	if ! { $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1 </dev/null; then
		tail -n 20 "$log" >&2
		echo "installing failed; the whole output is in $log" >&2
		exit 1
	fi
	rm -f "$log"
fi

stale() { [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; }
if stale || { [ "$purpose" = check ] && [ ! -e node_modules/axe-core ]; }; then
	echo "installing the npm packages of package-lock.json"
	npm ci --no-audit --no-fund --silent $([ "$purpose" = check ] || echo --omit=dev)
	touch node_modules/.package-lock.json
fi
