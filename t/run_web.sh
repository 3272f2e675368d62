#!/bin/sh
# Runs the web tests t/web/*.http, or those named: t/run_web.sh NAME. The format is described in t/run_web.js.
exec node "$(dirname "$0")/run_web.js" "$@"
