#!/usr/bin/env bash
# docker-engine.sh up | down | status
#   up    make a Docker engine answer, installing docker.io and starting dockerd where
#         that is possible. The last line of stdout is DOCKER_HOST=…
#         exit 0: an engine answers; 77: impossible here, and why; 1: it should have worked
#   down  stop the engine that `up` started, never one that was there before
# Needs Linux, root and Debian's apt, no systemd. A second `up` returns at once.
set -uo pipefail
dir=${SRE_ENGINE_DIR:-/var/tmp/sre-course-engine} # data, run state and log of our engine
socket=${SRE_ENGINE_SOCKET:-/var/run/docker.sock}
patience=${SRE_ENGINE_WAIT:-60} # seconds

say() { echo "docker-engine: $*" >&2; }
skip() { say "impossible here: $*"; exit 77; }
die() {
  say "FAILED: $*"
  [ -f "$dir/log" ] && tail -n 15 "$dir/log" | cut -c1-300 >&2
  exit 1
}
answers() { curl -fsS -m 5 --unix-socket "$1" http://d/_ping 2>/dev/null | grep -q OK; }
program() { readlink "/proc/$1/exe" 2>/dev/null | sed 's#.*/##'; }

end_process() { # PID: politely, then not
  kill "$1" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.3
  done
  kill -9 "$1" 2>/dev/null
}

clear_leftovers() { # what an engine of ours leaves when it is killed
  # A new one refuses to start beside its predecessor's pid files, containerd and shims.
  local pid process
  for pid in $(cat "$dir/pid" "$dir/exec/containerd/containerd.pid" 2>/dev/null); do
    case $(program "$pid") in dockerd | containerd) ;; *) continue ;; esac
    grep -qa -- "$dir" "/proc/$pid/cmdline" 2>/dev/null && end_process "$pid"
  done
  for process in /proc/[0-9]*; do
    { tr '\0' ' ' <"$process/cmdline"; } 2>/dev/null |
      grep -q -- "containerd-shim.*-address $dir/exec/" || continue
    pkill -9 -P "${process#/proc/}" 2>/dev/null
    kill -9 "${process#/proc/}" 2>/dev/null
  done
  awk -v d="$dir/" 'index($2, d) == 1 {print $2}' /proc/mounts | sort -r |
    while read -r mount; do umount -l "$mount" 2>/dev/null; done
  rm -rf "$dir/exec" "$dir/pid"
  [ -S "$socket" ] && ! answers "$socket" && rm -f "$socket"
  return 0
}

check_possible() {
  [ "$(uname -s)" = Linux ] || skip "not Linux"
  [ "$(id -u)" = 0 ] || skip "not root"
  unshare -m true 2>/dev/null || skip "mount namespaces are refused"
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    grep -q memory /sys/fs/cgroup/cgroup.controllers || skip "cgroup v2 without memory"
    return
  fi
  for controller in memory devices pids; do
    [ -d /sys/fs/cgroup/$controller ] || skip "cgroup v1 without $controller"
  done
}

install_engine() {
  command -v apt-get >/dev/null || skip "no dockerd and no apt-get"
  say "installing docker.io"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=120 update -qq >/dev/null 2>&1 || skip "apt-get update failed"
  # The package would start an engine of its own on /var/lib/docker.
  local policy=/usr/sbin/policy-rc.d made=0
  [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && made=1; }
  apt-get -o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends docker.io curl \
    iptables iproute2 >/dev/null 2>&1
  local failed=$?
  [ $made = 1 ] && rm -f $policy
  [ $failed = 0 ] && command -v dockerd >/dev/null || skip "docker.io cannot be installed"
}

packet_filter() { # print the engine's arguments: published ports work even without one
  iptables -t nat -S >/dev/null 2>&1 && return
  if command -v iptables-legacy >/dev/null && iptables-legacy -t nat -S >/dev/null 2>&1; then
    update-alternatives --set iptables /usr/sbin/iptables-legacy >/dev/null
  else
    say "no usable iptables: containers get no way out"
    echo "--iptables=false --ip-masq=false"
  fi
}

storage() { # print the engine's arguments: overlay2 cannot lie on every file system
  local t
  t=$(mktemp -d "$dir/overlay.XXXX") && mkdir "$t"/{lower,upper,work,merged}
  if mount -t overlay overlay -o "lowerdir=$t/lower,upperdir=$t/upper,workdir=$t/work" \
    "$t/merged" 2>/dev/null; then
    umount "$t/merged"
  else
    say "overlay is refused here: every layer is a copy"
    echo "--storage-driver=vfs"
  fi
  rm -rf "$t"
}

mtu() { # print the engine's arguments: a bridge wider than the way out loses big packets
  local device width
  device=$(ip -o route show default 2>/dev/null | grep -oE 'dev [^ ]+' | head -n 1)
  width=$(cat "/sys/class/net/${device#dev }/mtu" 2>/dev/null) && echo "--mtu=$width"
}

up() {
  case "${DOCKER_HOST:-}" in
    unix://*) socket=${DOCKER_HOST#unix://} ;;
    ?*) echo "DOCKER_HOST=$DOCKER_HOST" && return ;;
  esac
  if answers "$socket"; then
    echo "DOCKER_HOST=unix://$socket"
    return
  fi
  check_possible
  command -v dockerd >/dev/null || install_engine
  mkdir -p "$dir/data" "$(dirname "$socket")"
  clear_leftovers
  mkdir -p "$dir/exec"
  # shellcheck disable=SC2046  # each of them prints words
  set -- $(packet_filter) $(storage) $(mtu) ${SRE_ENGINE_ARGS:-}
  setsid dockerd --data-root "$dir/data" --exec-root "$dir/exec" -p "$dir/pid" \
    -H "unix://$socket" "$@" >"$dir/log" 2>&1 </dev/null &
  local pid=$! tenths=0
  until answers "$socket"; do
    tenths=$((tenths + 1))
    [ $tenths -le $((patience * 10)) ] || die "no answer within ${patience} s"
    kill -0 $pid 2>/dev/null || die "dockerd ended"
    sleep 0.1
  done
  say "$(dockerd --version) $*"
  echo "DOCKER_HOST=unix://$socket"
}

down() {
  local pid
  pid=$(cat "$dir/pid" 2>/dev/null) || { say "none of ours" && return; }
  kill "$pid" 2>/dev/null
  for _ in $(seq 150); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  clear_leftovers
}

case "${1:-}" in
  up) up ;;
  down) down ;;
  status) answers "$socket" && echo up || { echo down && exit 1; } ;;
  *) echo "usage: $0 up|down|status" >&2 && exit 2 ;;
esac
