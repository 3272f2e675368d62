#!/bin/sh
# Two implementations of the log agree, ours in C and one in Node written from the specifications: 1,000 random trees, their tiles,
# proofs, signed notes and cosignatures, whole and damaged, made by either and judged by both. SEED=N takes other trees.
set -eu
cd "$(dirname "$0")/../.."
exec node t/tlog_verify.js build/obj/t/tlog_trees ${SEED:+"$SEED"}
