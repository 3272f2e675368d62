#!/bin/sh
# The n-th operation fails, with the rows on a PostgreSQL server: t/slow/faults.sh there, on a sample. Needs SIAP_TEST_STORE:
# tools/postgres.sh run t/slow/faults_postgres.sh
set -eu
: "${SIAP_TEST_STORE:?a PostgreSQL server is needed: tools/postgres.sh run t/slow/faults_postgres.sh}"
STORE=$SIAP_TEST_STORE FIRST=${FIRST:-3} SAMPLES=${SAMPLES:-6} exec "$(dirname "$0")/faults.sh"
