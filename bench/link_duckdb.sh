#!/bin/sh
# Fetches DuckDB for node, once, into a folder under build/, and prints where it is: what the linkage benches compare with, and no part of Siap.
# Run alone it says just that.
set -eu
cd "$(dirname "$0")/.."
home=$PWD/build/bench-node
if [ ! -d "$home/node_modules/@duckdb/node-api" ]; then
	mkdir -p "$home"
	npm install --no-save --no-audit --no-fund --prefix "$home" @duckdb/node-api@1.5.6-r.1 >&2
fi
echo "$home/node_modules"
