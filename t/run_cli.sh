#!/bin/sh
# Runs the command-line transcripts t/cli/*.test, or those named: t/run_cli.sh NAME. The format is described in t/run_cli.js.
exec node "$(dirname "$0")/run_cli.js" "$@"
