#!/usr/bin/env bash
# Builds everything, checks it and runs all tests. Needs git, the .NET SDK (global.json says which) and Node 20 or
# newer.
#
#   ./test.sh         everything
#   ./test.sh quick   what a change breaks first: build, unit tests with fewer random inputs, 1,000 simulated schedules,
#                     one stock client
#
# Missing programs that single tests need are installed on Debian as root; elsewhere they are named and their tests
# skipped, but with CI=true they fail. The last line is "N passed, N failed", summed over all runners and checks; the
# exit code is 0 only if no test failed.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P) && cd "$root" || exit 1

# Everything temporary goes into one directory, and every process started below carries the same mark, so that both can
# be removed at the end. The path is short because sockets lie in it.
temporary=$(mktemp -d /tmp/relay-test.XXXXXX) || exit 1
# A Postgres that is not root passes through.
chmod o+x "$temporary"
export TMPDIR=$temporary RELAY_TEST_RUN=$temporary
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en
export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

results=$temporary/results
failures=$temporary/failures
mkdir "$results"
: >"$failures"
started=$SECONDS
lane=

. tests/run/cleanup.sh
. tests/run/results.sh
. tests/run/lanes.sh
. tests/run/runners.sh
. tests/run/programs.sh
. tests/run/servers.sh
. tests/run/checks.sh

# What calculates for long runs beside the tests with clients, which mostly wait, and takes the processors that are left
# over.
beside='DocLocator.Tests Persistence.Tests Yjs.Tests Yjs.Costs.Tests Simulation.Tests'
projects() {
  sed -nE 's/^Project.*"(tests[^"]*\.Tests\.csproj)".*/\1/p' Relay.sln | tr '\\' '/' \
    | grep "$@" -E "/(${beside// /|})\.csproj"
}

run_beside() {
  renice -n 5 -p "$BASHPID" >/dev/null
  terraform_checks
  for project in $(projects); do dotnet_tests "$project"; done
}

check 'tools' tools || finish

if [ "${1:-}" = quick ]; then
  check 'packages' node_packages tests/clients
  check 'build' build || finish
  export RELAY_TEST_SCHEDULES=1000 RELAY_TEST_FUZZ_INPUTS=200000 RELAY_TEST_DOCUMENTS=600
  # Three on two processors: those of the server and the client mostly wait.
  side_by_side 3 \
    "dotnet_tests tests/Yjs.Tests/Yjs.Tests.csproj --filter 'FullyQualifiedName!~RandomDocuments'" \
    'dotnet_tests tests/Server.Tests/Server.Tests.csproj' \
    'dotnet_tests tests/Sessions.Tests/Sessions.Tests.csproj' \
    'dotnet_tests tests/Simulation/Simulation.Tests.csproj' \
    "node_tests 'a stock client' 1 tests/clients/editing.test.mjs" \
    'dotnet_tests tests/Sockets.Tests/Sockets.Tests.csproj' \
    'dotnet_tests tests/Relay.Tests/Relay.Tests.csproj'
  finish
fi

check 'repository hygiene' hygiene
check 'lines of 120 columns' columns
check 'files of 300 lines' lengths
check 'packages' packages
# The compiler looks at the style of what it compiles; this looks at the white space of all files.
check 'format' dotnet format whitespace . --folder --verify-no-changes
check 'build' build || finish
check 'web bundle' npm --prefix web run --silent check
check 'servers' servers
find_programs

run_beside >"$temporary/lane" 2>&1 </dev/null &
lane=$!
mapfile -t suites < <(projects -v | sed 's/^/dotnet_tests /')
side_by_side 2 "${suites[@]}"
node_tests 'clients' 3 $(tests_of tests/clients -path tests/clients/browser -prune -o)
node_tests 'deployment' 3 $(tests_of tests/deployment)
if [ -n "${RELAY_TEST_S3:-}" ] && [ -n "${RELAY_TEST_REDIS_SERVER:-}" ] && [ -n "${RELAY_TEST_REDIS_CLI:-}" ]; then
  node_tests 'several nodes' 4 $(tests_of tests/Cluster)
else
  skip 'several nodes' $(tests_of tests/Cluster)
fi
if provide RELAY_TEST_CHROMIUM 'the tests in a browser' chromium \
  chromium chromium-browser google-chrome-stable google-chrome; then
  node_tests 'clients in a browser' 3 $(tests_of tests/clients/browser)
else
  skip 'clients in a browser' $(tests_of tests/clients/browser)
fi
finish
