# Servers that all tests share; read by test.sh.

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

# The servers that stand in for cloud services. Tests of one that is not there say so and are skipped, and with CI=true
# they fail.
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
