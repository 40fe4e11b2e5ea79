# Programs that tests need; read by test.sh.

# provide VARIABLE PURPOSE DEBIAN_PACKAGES COMMAND...: puts the path of the first command that is there into the
# variable; installs the packages where that is possible.
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
    if [ "$attempt" = 1 ] && [ -f /etc/debian_version ] && ! grep -qi '^ID=ubuntu' /etc/os-release \
      && [ "$(id -u)" = 0 ]; then
      printf 'Installing %s for %s.\n' "$package" "$purpose"
      {
        apt-get update -qq \
          && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $package
      } >"$temporary/apt.log" 2>&1 || tail -5 "$temporary/apt.log"
    else
      break
    fi
  done
  printf 'Not found: %s (%s). Install %s to run it.\n' "$1" "$purpose" "$package"
  return 1
}

# Postgres, Redis and Prometheus; what is not there is told to the tests by a variable that is not set.
find_programs() {
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
}
