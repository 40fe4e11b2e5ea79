#!/usr/bin/env bash
# Builds everything, checks it and runs all tests. Needs git, the .NET SDK (global.json says which) and Node 20 or newer.
#
# Missing programs that single tests need are installed on Debian as root; elsewhere they are named and their tests skipped, but with CI=true they fail.
# The last line is "N passed, N failed", summed over all runners and checks; the exit code is 0 only if nothing failed.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P) && cd "$root" || exit 1

# Everything temporary goes into one directory, and every process started below carries the same mark, so that both can be removed at the end. The path is short because sockets lie in it.
temporary=$(mktemp -d /tmp/relay-test.XXXXXX) || exit 1
# A Postgres that is not root passes through.
chmod o+x "$temporary"
export TMPDIR=$temporary RELAY_TEST_RUN=$temporary
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_UI_LANGUAGE=en

cleanup() {
  trap - EXIT INT TERM HUP
  local environment id
  [ -z "$lane" ] || kill -KILL "$lane" 2>/dev/null
  # Most of these files are closed to us or belong to processes that are ending.
  {
    for environment in /proc/[0-9]*/environ; do
      id=${environment#/proc/} && id=${id%/environ}
      if [ "$id" != "$$" ] && tr '\0' '\n' <"$environment" | grep -qxF "RELAY_TEST_RUN=$RELAY_TEST_RUN"; then kill -KILL "$id"; fi
    done
  } 2>/dev/null
  rm -rf "$temporary"
}
lane=
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A line of numbers for each check and runner, and what each failed test said.
results=$temporary/results
failures=$temporary/failures
mkdir "$results"
: >"$failures"
started=$SECONDS

# record NAME PASSED FAILED SKIPPED SECONDS
record() { printf '%s\t%d\t%d\t%d\t%d\n' "$@" >>"$results/all"; }

finish() {
  if [ -n "$lane" ]; then
    wait "$lane"
    lane=
    cat "$temporary/lane"
  fi
  if [ -s "$failures" ]; then
    printf '\n== Failed\n'
    cut -c1-300 "$failures"
  fi
  printf '\n== Summary\n'
  awk -F '\t' -v total=$((SECONDS - started)) '
    { printf "%-28s %6d passed %4d failed %4d skipped %5d s\n", $1, $2, $3, $4, $5; passed += $2; failed += $3; skipped += $4 }
    END { printf "%d skipped, %d s\n%d passed, %d failed\n", skipped, total, passed, failed; exit failed > 0 || passed == 0 }' "$results/all"
  exit
}

# check NAME COMMAND...: a check is one test.
check() {
  local name=$1 begin=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  if "$@"; then record "$name" 1 0 0 $((SECONDS - begin)); else
    record "$name" 0 1 0 $((SECONDS - begin))
    echo "$name" >>"$failures"
    return 1
  fi
}

# provide VARIABLE PURPOSE DEBIAN_PACKAGES COMMAND...: puts the path of the first command that is there into the variable; installs the packages where that is possible.
provide() {
  local variable=$1 purpose=$2 package=$3 command attempt
  shift 3
  for attempt in 1 2; do
    for command in "$@"; do
      if command -v "$command" >/dev/null 2>&1; then
        export "$variable=$(command -v "$command")"
        return 0
      fi
    done
    if [ "$attempt" = 1 ] && [ -f /etc/debian_version ] && ! grep -qi '^ID=ubuntu' /etc/os-release && [ "$(id -u)" = 0 ]; then
      printf 'Installing %s for %s.\n' "$package" "$purpose"
      { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $package; } >"$temporary/apt.log" 2>&1 || tail -5 "$temporary/apt.log"
    else
      break
    fi
  done
  printf 'Not found: %s (%s). Install %s to run it.\n' "$1" "$purpose" "$package"
  return 1
}

tools() {
  local missing=0
  dotnet --version >/dev/null 2>&1 || { echo "The .NET SDK that global.json asks for is not installed."; missing=1; }
  node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null || { echo "Node 20 or newer is not installed."; missing=1; }
  npm --version >/dev/null 2>&1 || { echo "npm is not installed."; missing=1; }
  return $missing
}

# What is committed must not depend on one machine: no host of a package registry, no path of a developer's or a build machine.
hygiene() {
  git rev-parse --git-dir >/dev/null 2>&1 || { echo "Not a git checkout: nothing to look at."; return 0; }
  local bad=0 hosts paths
  hosts=$({ npm config get registry; dotnet nuget list source --format Short; } 2>/dev/null | grep -oE 'https?://[^/ ]+' | sed -E 's#https?://##; s#\.#\\.#g' | sort -u | paste -sd '|' -)
  if git grep -nIE "${hosts:-no-registry-is-set}" -- . | cut -c1-160; then echo "These lines name a package registry."; bad=1; fi
  if git grep -nI '"resolved": "http' -- '*package-lock.json' | head -3 | cut -c1-160 | grep .; then
    echo "These lock files name a package registry; .npmrc needs omit-lockfile-registry-resolved=true."
    bad=1
  fi
  paths="(^|[^A-Za-z0-9_.~-])/(home|Users|work|workspace|builds|mnt)/[A-Za-z0-9]"
  if git grep -nIE "$paths" -- . ':!test.sh' | cut -c1-160; then echo "These lines name a path of one machine."; bad=1; fi
  return $bad
}

node_packages() {
  local folder=$1
  [ -f "$folder/package-lock.json" ] || return 0
  if [ ! -f "$folder/node_modules/.package-lock.json" ] || [ "$folder/package-lock.json" -nt "$folder/node_modules/.package-lock.json" ]; then
    (cd "$folder" && npm ci --no-fund --no-audit --loglevel=error) || { echo "npm ci failed in $folder."; return 1; }
  fi
}

packages() {
  local folder result=0
  for folder in tests/clients tests/clients/browser/editors tests/servers tests/deployment web tests/Yjs.Tests/oracle; do node_packages "$folder" || result=1; done
  return $result
}

build() { dotnet build Relay.sln -c Release -v quiet -nodeReuse:false; }

# server VARIABLE COMMAND...: starts a server for all tests and puts its address into the variable.
server() {
  local variable=$1 output=$temporary/$1.server ready
  shift
  : >"$output"
  "$@" >"$output" 2>&1 </dev/null &
  for ((ready = 0; ready < 1200; ready++)); do
    if grep -q '^ready ' "$output"; then
      export "$variable=$(sed -n 's/^ready //p' "$output")"
      return 0
    fi
    kill -0 $! 2>/dev/null || break
    sleep 0.1
  done
  echo "$1 did not start:"
  tail -5 "$output"
  return 1
}

# The servers that stand in for cloud services. Tests of one that is not there say so and are skipped, and with CI=true they fail.
servers() {
  local result=0
  server RELAY_TEST_DYNAMODB node tests/servers/dynamodb.mjs || result=1
  if provide RELAY_TEST_RADOSGW 'the tests of S3' 'ceph-mon ceph-osd radosgw' radosgw; then
    # The others come with it.
    export RELAY_TEST_S3_DIRECTORY=$temporary/s3
    server RELAY_TEST_S3 tests/servers/s3.sh "$RELAY_TEST_S3_DIRECTORY" || result=1
  fi
  return $result
}

# unfinished NAME: the tests of a project that had begun and not ended when its runner was ended for that. What is
# attached to the results stands there twice.
unfinished() {
  find "$results" -name 'Sequence_*.xml' -exec sed -nE \
    "s|.* DisplayName=\"([^\"]*)\".*/$1\.dll\" Completed=\"False\".*|$1: \1 began and did not end|p" {} + | sort -u
}

# dotnet_tests PROJECT
dotnet_tests() {
  local project=$1 name begin=$SECONDS status counters total bad
  name=$(basename "$project" .csproj)
  printf '\n== %s\n' "$name"
  dotnet test "$project" --no-build -c Release --results-directory "$results" --logger "trx;LogFileName=$name.trx" --logger 'console;verbosity=minimal' \
    --blame-hang --blame-hang-timeout 5min --blame-hang-dump-type none
  status=$?
  unfinished "$name" | tee -a "$failures"
  counters=$(grep -o '<Counters [^>]*>' "$results/$name.trx" 2>/dev/null)
  awk -v name="$name" '
    /<UnitTestResult / { failed = /outcome="(Failed|Error|Timeout|Aborted)"/; lines = 0; sub(/.* testName="/, ""); sub(/".*/, ""); if (failed) print name ": " $0 }
    /<Message>/ { message = failed }
    message && lines++ < 5 { sub(/.*<Message>/, ""); print "    " $0 }
    /<\/Message>/ { message = 0 }' "$results/$name.trx" >>"$failures" 2>/dev/null
  number() { local value; value=$(printf '%s' "$counters" | grep -oE " $1=\"[0-9]+\"" | grep -oE '[0-9]+'); echo "${value:-0}"; }
  total=$(number total)
  bad=$(($(number failed) + $(number error) + $(number timeout) + $(number aborted)))
  if [ "$total" -eq 0 ]; then
    echo "No test of $name ran." | tee -a "$failures"
    bad=1
  elif [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
    echo "The runner of $name ended with code $status." | tee -a "$failures"
    bad=1
  fi
  record "$name" "$(number passed)" "$bad" $((total - $(number executed))) $((SECONDS - begin))
}

# node_tests NAME AT_ONCE FILE...: several files at a time, because some of them mostly wait.
node_tests() {
  local name=$1 at_once=$2 begin=$SECONDS status tap=$temporary/$1.tap bad
  shift 2
  printf '\n== %s\n' "$name"
  node --test --test-concurrency="$at_once" --test-timeout=600000 --test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination="$tap" "$@"
  status=$?
  number() { local value; value=$(grep -aE "^# $1 [0-9]+$" "$tap" 2>/dev/null | tail -1 | grep -oE '[0-9]+'); echo "${value:-0}"; }
  bad=$(($(number fail) + $(number cancelled)))
  awk -v name="$name" '
    /^ *not ok / { sub(/^ *not ok [0-9]+ - /, ""); print name ": " $0; lines = 0; message = 0 }
    /^ *ok / { message = 0 }
    /^ +(location|error): / { message = 1 }
    /^ +(code|stack): / { message = 0 }
    message && lines++ < 8' "$tap" >>"$failures" 2>/dev/null
  if [ "$(number tests)" -eq 0 ]; then
    echo "No test of $name ran." | tee -a "$failures"
    bad=1
  elif [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
    echo "The runner of $name ended with code $status." | tee -a "$failures"
    bad=1
  fi
  record "$name" "$(number pass)" "$bad" "$(number skipped)" $((SECONDS - begin))
}

# skip NAME FILE...: what they need is not there. On a CI machine it must be.
skip() {
  local name=$1
  shift
  if [ "${CI:-}" = true ]; then
    record "$name" 0 1 0 0
    echo "$name: what they need is not there" >>"$failures"
  else
    record "$name" 0 0 $# 0
  fi
}

# Elsewhere than the others a missing provider is no failure in CI: it cannot be installed everywhere.
terraform_checks() {
  local begin=$SECONDS status=0
  printf '\n== terraform\n'
  tests/deployment/terraform.sh "$temporary/terraform" || status=$?
  case $status in
    0) record 'terraform' 1 0 0 $((SECONDS - begin)) ;;
    3) record 'terraform' 0 0 1 0 ;;
    *)
      record 'terraform' 0 1 0 $((SECONDS - begin))
      echo terraform >>"$failures"
      ;;
  esac
}

# What calculates for long, and what nothing else depends on, runs beside the tests with clients, which mostly wait, and takes the processors that are left over.
beside='DocLocator.Tests Persistence.Tests Yjs.Tests Yjs.Costs.Tests Simulation.Tests'
projects() { sed -nE 's/^Project.*"(tests[^"]*\.Tests\.csproj)".*/\1/p' Relay.sln | tr '\\' '/' | grep "$@" -E "/(${beside// /|})\.csproj"; }

run_beside() {
  renice -n 5 -p "$BASHPID" >/dev/null
  terraform_checks
  for project in $(projects); do dotnet_tests "$project"; done
}

check 'tools' tools || finish
check 'repository hygiene' hygiene
check 'packages' packages
# The compiler looks at the style of what it compiles; this looks at the white space of all files.
check 'format' dotnet format whitespace . --folder --verify-no-changes
check 'build' build || finish
check 'tests on containers' dotnet build tests/Containers -c Release -v quiet -nodeReuse:false
[ -f web/package.json ] && check 'web bundle' npm --prefix web run --silent check
check 'servers' servers

provide RELAY_TEST_POSTGRES 'the tests of room metadata' postgresql pg_ctlcluster initdb
provide RELAY_TEST_REDIS_SERVER 'the tests against Redis' redis-server redis-server
provide RELAY_TEST_REDIS_CLI 'the tests against Redis' redis-tools redis-cli
provide RELAY_TEST_OPENSSL 'the tests against Redis over TLS' openssl openssl
if provide RELAY_TEST_PROMTOOL 'the checks of metrics and alert rules' prometheus promtool; then
  check 'alert rules' "$RELAY_TEST_PROMTOOL" test rules infra/prometheus/alerts.test.yml
  check 'Prometheus' "$RELAY_TEST_PROMTOOL" check config infra/prometheus/prometheus.yml
else
  skip 'alert rules' infra/prometheus/alerts.test.yml
fi

run_beside >"$temporary/lane" 2>&1 </dev/null &
lane=$!
for project in $(projects -v); do dotnet_tests "$project"; done

client_tests=$(find tests/clients -name node_modules -prune -o -path tests/clients/browser -prune -o -name '*.test.mjs' -print | sort)
node_tests 'clients' 3 $client_tests
node_tests 'deployment' 3 tests/deployment/*.test.mjs
cluster_tests=$(find tests/Cluster -name '*.test.mjs' | sort)
if [ -n "${RELAY_TEST_S3:-}" ] && [ -n "${RELAY_TEST_REDIS_SERVER:-}" ] && [ -n "${RELAY_TEST_REDIS_CLI:-}" ]; then
  node_tests 'several nodes' 4 $cluster_tests
else
  skip 'several nodes' $cluster_tests
fi
browser_tests=$(find tests/clients/browser -name node_modules -prune -o -name '*.test.mjs' -print 2>/dev/null | sort)
if [ -n "$browser_tests" ]; then
  if provide RELAY_TEST_CHROMIUM 'the tests in a browser' chromium chromium chromium-browser google-chrome-stable google-chrome; then
    node_tests 'clients in a browser' 3 $browser_tests
  else
    skip 'clients in a browser' $browser_tests
  fi
fi
finish
