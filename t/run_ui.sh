#!/bin/sh
# Runs the flows in a browser, t/ui/*.js, or those named: t/run_ui.sh NAME. What they may use is described in t/run_ui.js.
exec node "$(dirname "$0")/run_ui.js" "$@"
