# Numbers and failures of all checks and runners; read by test.sh, which sets `results` and `failures`.

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
    {
      printf "%-28s %6d passed %4d failed %4d skipped %5d s\n", $1, $2, $3, $4, $5
      passed += $2; failed += $3; skipped += $4
    }
    END {
      printf "%d skipped, %d s\n%d passed, %d failed\n", skipped, total, passed, failed
      exit failed > 0 || passed == 0
    }' "$results/all"
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
