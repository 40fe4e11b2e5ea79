#!/usr/bin/env bash
# S3 on this machine, for tests: s3.sh DIRECTORY [PORT]
#
# Ceph's S3 gateway on a cluster of one monitor and one storage daemon that keeps everything in memory. Listens on
# 127.0.0.1; without a port, or with 0, a free one is taken. Prints "ready ADDRESS" after about 13 s and runs until it
# is killed. The keys are relay-test and relay-test-secret.
#
# When DIRECTORY already holds a running cluster, only one more gateway to it is started, which takes a second and can
# be stopped and killed without harm to other runs. Such a gateway takes the place of this script, so that a signal to
# the script's process meets it.
#
# With RELAY_SERVER_STDIN=1 it also ends when standard input does, so that it cannot outlive a test that is killed.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 DIRECTORY [PORT]" >&2; exit 2; }
mkdir -p "$1"
directory=$(cd "$1" && pwd -P)
port=${2:-0}
conf=$directory/ceph.conf

# Below the range from which the system gives ports to outgoing connections.
free_port() {
  local candidate
  while candidate=$((20000 + RANDOM % 12000)); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# until_true SECONDS WHAT COMMAND...
until_true() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then
      echo "$what did not come up; its log is in $directory." >&2
      return 1
    fi
    sleep 0.1
  done
}

[ "$port" != 0 ] || port=$(free_port)

# The port in the names keeps the files of several gateways apart.
gateway() {
  local files=$directory/gateway-$port
  exec radosgw -f -c "$conf" -n client.admin --rgw-frontends "beast endpoint=127.0.0.1:$port" \
    --log-file "$files.log" --admin-socket "$files.asok" --pid-file "$files.pid"
}

if [ -f "$directory/ready" ]; then
  shell=$$
  (
    until_true 60 'The gateway' listening "$port" && echo "ready http://127.0.0.1:$port" || kill "$shell"
  ) &
  if [ "${RELAY_SERVER_STDIN:-}" = 1 ]; then
    exec 4<&0
    (
      cat <&4 >/dev/null
      if [ "$(cat "/proc/$shell/comm" 2>/dev/null)" = radosgw ]; then kill -KILL "$shell"; fi
    ) >/dev/null 2>&1 &
    exec 4<&-
  fi
  gateway >"$directory/gateway-$port.out" 2>&1 </dev/null
fi

for program in ceph-mon ceph-osd radosgw radosgw-admin ceph; do
  command -v "$program" >/dev/null || {
    echo "$program is not installed: it comes with ceph-mon, ceph-osd and radosgw." >&2
    exit 1
  }
done

monitor=$(free_port)
fsid=$(cat /proc/sys/kernel/random/uuid)
mkdir -p "$directory/mon" "$directory/osd"
cat >"$conf" <<EOF
[global]
fsid = $fsid
mon initial members = a
mon host = [v2:127.0.0.1:$monitor]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind msgr1 = false
auth allow insecure global id reclaim = true

keyring = $directory/keyring
run dir = $directory
crash dir = $directory
log file = $directory/\$name.log
pid file = $directory/\$name.pid
admin socket = $directory/\$name.asok
mon data = $directory/mon
osd data = $directory/osd
rgw data = $directory

# One copy of everything, in memory, whatever else this machine's disk holds.
osd objectstore = memstore
memstore device bytes = 2147483648
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd class load list = *
osd class default list = *
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
mon data avail warn = 2
rgw enable usage log = false
rgw thread pool size = 32
EOF

children=()
stop() {
  trap - EXIT
  trap '' INT TERM HUP
  rm -f "$directory/ready"
  [ ${#children[@]} -eq 0 ] || kill -KILL "${children[@]}" 2>/dev/null || true
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

ceph() { command timeout 20 ceph -c "$conf" "$@"; }

ceph-authtool --create-keyring "$directory/keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
ceph-authtool "$directory/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' >/dev/null
monmaptool --create --clobber --fsid "$fsid" --addv a "[v2:127.0.0.1:$monitor]" "$directory/monmap" >/dev/null
ceph-mon -c "$conf" --mkfs -i a --monmap "$directory/monmap" --keyring "$directory/keyring"
ceph-mon -f -c "$conf" -i a >"$directory/mon.out" 2>&1 </dev/null &
children+=($!)
until_true 30 'The monitor' ceph -s

osd=$(cat /proc/sys/kernel/random/uuid)
ceph osd new "$osd" >/dev/null 2>&1
ceph auth get-or-create osd.0 mon 'allow profile osd' osd 'allow *' -o "$directory/osd/keyring"
cat "$directory/osd/keyring" >>"$directory/keyring"
ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$osd" >"$directory/mkfs.out" 2>&1
ceph-osd -f -c "$conf" -i 0 >"$directory/osd.out" 2>&1 </dev/null &
children+=($!)
osd_is_up() { ceph osd stat | grep -q '1 up'; }
until_true 30 'The storage daemon' osd_is_up

(trap - EXIT; gateway) >"$directory/gateway-$port.out" 2>&1 </dev/null &
children+=($!)
until_true 90 'The gateway' listening "$port"
radosgw-admin -c "$conf" user create --uid=relay-test --display-name=relay-test \
  --access-key=relay-test --secret-key=relay-test-secret >/dev/null 2>"$directory/user.out"
touch "$directory/ready"
echo "ready http://127.0.0.1:$port"

if [ "${RELAY_SERVER_STDIN:-}" = 1 ]; then
  cat >/dev/null
else
  wait -n "${children[@]}"
  echo "A daemon ended; its log is in $directory." >&2
  exit 1
fi
