#!/usr/bin/env bash
# A Postgres for tests: postgres.sh DIRECTORY [PORT]. Everything is below DIRECTORY, from which a later start takes it
# up again; user "postgres", no password, loopback only. Says "ready postgres://127.0.0.1:PORT" when it answers. The
# process becomes the server itself, so that signals reach it. With RELAY_SERVER_STDIN it also ends when its standard
# input does.
set -euo pipefail
directory=$1
port=${2:-0}
programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
programs=${programs:-$(dirname "$(command -v initdb)")}
as=()
mkdir -p "$directory"
if [ "$(id -u)" = 0 ]; then
  # A Postgres refuses to be root.
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  chown postgres:postgres "$directory"
  chmod o+x "$(dirname "$directory")"
fi
cd "$directory"

if [ ! -f data/PG_VERSION ]; then
  "${as[@]}" "$programs/initdb" -D data -U postgres -A trust --no-sync --locale=C -E UTF8 >initdb.log 2>&1 \
    || { cat initdb.log >&2; exit 1; }
fi
while [ "$port" = 0 ]; do
  # Below the range from which the system takes the ports of outgoing connections.
  port=$((15000 + RANDOM % 15000))
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then port=0; fi
done

# A server that was killed leaves memory behind until its last process has gone.
if [ -f data/postmaster.pid ]; then
  for ((i = 0; i < 100; i++)); do
    kill -0 "$(head -1 data/postmaster.pid)" 2>/dev/null || break
    sleep 0.05
  done
fi

# Grandchildren: the server takes its children for its own processes.
if [ -n "${RELAY_SERVER_STDIN:-}" ]; then
  ({ cat >/dev/null <&3; kill -QUIT $$ 2>/dev/null; } 3<&0 </dev/null >/dev/null 2>&1 &)
fi
({
  until "$programs/pg_isready" -q -h 127.0.0.1 -p "$port"; do
    kill -0 $$ 2>/dev/null || exit 0
    sleep 0.05
  done
  echo "ready postgres://127.0.0.1:$port"
} </dev/null 2>&1 &)
exec "${as[@]}" "$programs/postgres" -D data -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
  -c fsync=off -c max_connections=200 </dev/null >server.log 2>&1
