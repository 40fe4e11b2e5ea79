# Ends what a run has started and removes what it has made; read by test.sh.

# end_processes [PROGRAM]: those of this run, or those of them that execute the program.
end_processes() {
  local environment id
  # Most of these files are closed to us or belong to processes that are ending.
  {
    for environment in /proc/[0-9]*/environ; do
      id=${environment#/proc/} && id=${id%/environ}
      if [ -n "${1:-}" ] && [ "$(readlink "/proc/$id/exe")" != "$1" ]; then continue; fi
      if [ "$id" != "$$" ] && tr '\0' '\n' <"$environment" | grep -qxF "RELAY_TEST_RUN=$RELAY_TEST_RUN"; then
        kill -KILL "$id"
      fi
    done
  } 2>/dev/null
}

cleanup() {
  trap - EXIT INT TERM HUP
  [ -z "$lane" ] || kill -KILL "$lane" 2>/dev/null
  end_processes
  rm -rf "$temporary"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
