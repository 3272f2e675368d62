#!/bin/sh
# Runs the commands of the documentation: each ```sh block of README.md and CONTRIBUTING.md whose first line is `# tested`, by
# sh -e in a scratch copy of the repository. t/run_doc.sh README.md:2 runs the second such block of one file.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD
only=${1-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

blocks() { # file: writes block N to $scratch/FILE:N
	awk -v to="$scratch/blocks/$1:" '
		/^```sh$/ { start = 1; next }
		/^```/ { on = start = 0; next }
		start { start = 0; if ($0 == "# tested") { on = 1; n++ ; print "" >(to n) } }
		on { print >(to n) }' "$1"
}
mkdir "$scratch/blocks"
for file in README.md CONTRIBUTING.md; do
	[ ! -e "$file" ] || blocks "$file"
done
for block in "$scratch"/blocks/*; do
	[ -e "$block" ] || continue
	name=$(basename "$block")
	[ -z "$only" ] || [ "$only" = "$name" ] || continue
	copy=$scratch/copy
	rm -rf "$copy"
	mkdir -p "$copy/build"
	find . -mindepth 1 -maxdepth 1 ! -name .git ! -name build ! -name node_modules -exec cp -a {} "$copy/" \;
	cp -a build/siap build/obj build/embed "$copy/build/"
	ln -s "$root/node_modules" "$copy/node_modules"
	(cd "$copy" && sh -e "$block") >"$scratch/out" 2>&1
	status=$?
	if [ $status = 0 ]; then
		echo "ok $name"
	else
		failed=1
		echo "not ok $name: expected exit 0, got exit $status"
		sed -e 1d -e 's/^/  | /' "$block"
		tail -n 30 "$scratch/out" | sed 's/^/  /'
		echo "  rerun: t/run_doc.sh $name"
	fi
done
exit $failed
