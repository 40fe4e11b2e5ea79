# The runners of .NET and Node, and how their tests are counted; read by test.sh.

# unfinished NAME: the tests of a project that had begun and not ended when its runner was ended for that. What is
# attached to the results stands there twice.
unfinished() {
  find "$results" -name 'Sequence_*.xml' -exec sed -nE \
    "s|.* DisplayName=\"([^\"]*)\".*/$1\.dll\" Completed=\"False\".*|$1: \1 began and did not end|p" {} + | sort -u
}

# dotnet_tests PROJECT OPTION...
dotnet_tests() {
  local project=$1 name begin=$SECONDS status counters total bad
  shift
  name=$(basename "$project" .csproj)
  printf '\n== %s\n' "$name"
  dotnet test "$project" --no-build -c Release --results-directory "$results" \
    --logger "trx;LogFileName=$name.trx" --logger 'console;verbosity=minimal' \
    --blame-hang --blame-hang-timeout "${RELAY_TEST_HANG:-5min}" --blame-hang-dump-type none "$@"
  status=$?
  # The process of the tests outlives a runner that was ended because a test hangs.
  end_processes "$root/$(dirname "$project")/bin/Release/net10.0/$name"
  unfinished "$name" | tee -a "$failures"
  counters=$(grep -o '<Counters [^>]*>' "$results/$name.trx" 2>/dev/null)
  awk -v name="$name" '
    /<UnitTestResult / {
      failed = /outcome="(Failed|Error|Timeout|Aborted)"/; lines = 0
      sub(/.* testName="/, ""); sub(/".*/, "")
      if (failed) print name ": " $0
    }
    /<Message>/ { message = failed }
    message && lines++ < 5 { sub(/.*<Message>/, ""); print "    " $0 }
    /<\/Message>/ { message = 0 }' "$results/$name.trx" >>"$failures" 2>/dev/null
  number() {
    local value
    value=$(printf '%s' "$counters" | grep -oE " $1=\"[0-9]+\"" | grep -oE '[0-9]+')
    echo "${value:-0}"
  }
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

# tests_of DIRECTORY CONDITION...: the test files of Node below it, but for those that the condition leaves out.
tests_of() {
  local directory=$1
  shift
  find "$directory" -name node_modules -prune -o "$@" -name '*.test.mjs' -print | sort
}

# node_tests NAME AT_ONCE FILE...: several files at a time, because some of them mostly wait.
node_tests() {
  local name=$1 at_once=$2 begin=$SECONDS status tap=$temporary/$1.tap bad
  shift 2
  printf '\n== %s\n' "$name"
  node --test --test-concurrency="$at_once" --test-timeout=600000 \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$tap" "$@"
  status=$?
  number() {
    local value
    value=$(grep -aE "^# $1 [0-9]+$" "$tap" 2>/dev/null | tail -1 | grep -oE '[0-9]+')
    echo "${value:-0}"
  }
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
