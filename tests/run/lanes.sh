# Suites beside each other; read by test.sh.

# side_by_side AT_ONCE COMMAND...: runs the commands, so many at a time, in this order: what takes longest stands first.
# What each of them prints comes out whole, when it has ended. Only the commands are children of the subshell, so it
# waits for no server.
side_by_side() (
  at_once=$1 running=0 number=0
  shift
  outputs=$(mktemp -d "$temporary/outputs.XXXXXX") || exit 1
  print_ended() {
    wait -n
    status=$?
    for ended in "$outputs"/*.ended; do
      [ -e "$ended" ] || continue
      cat "${ended%.ended}"
      rm "$ended"
      running=$((running - 1))
    done
    [ "$status" != 127 ] || running=0
  }
  for command in "$@"; do
    while [ "$running" -ge "$at_once" ]; do print_ended; done
    number=$((number + 1)) running=$((running + 1))
    {
      (eval "$command") || {
        # A suite ends with its numbers, whatever came of its tests.
        record "$command" 0 1 0 0
        echo "$command: ended without numbers" >>"$failures"
      }
      : >"$outputs/$number.ended"
    } >"$outputs/$number" 2>&1 </dev/null &
  done
  while [ "$running" -gt 0 ]; do print_ended; done
)
