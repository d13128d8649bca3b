# What the server scripts of this folder share. Sourced by them, never run.
#
# A server lives in one directory: its configuration, data, logs (`log/`) and process ids (`run/`). Nothing outside of
# it is touched and every port is a free one, so any number of servers can run side by side.
# shellcheck shell=bash

python=/usr/bin/python3 # the system's: Swift's modules and ours are meant for it

# free_ports N: N distinct TCP ports that nobody listens on at this moment, separated by spaces.
free_ports() {
  "$python" - "$1" <<'PY'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in sockets:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))
PY
}

# make_bucket DIR ENDPOINT ACCESS_KEY SECRET_KEY BUCKET: waits until the server in DIR is ready for use.
make_bucket() {
  "$python" "$(dirname "${BASH_SOURCE[0]}")/bucket.py" "$1/run" "$2" "$3" "$5" <<<"$4"
}

# need COMMAND…: complains about every missing command at once.
need() {
  local command missing=()
  for command in "$@"; do
    command -v "$command" >/dev/null || missing+=("$command")
  done
  [ ${#missing[@]} -eq 0 ] && return
  echo "$0: not installed: ${missing[*]} (see the group \`test\` in packages.txt)" >&2
  exit 1
}

# claim DIR: makes DIR an empty directory for one server; refuses one that holds anything but an old server.
claim() {
  if [ -e "$1" ] && [ ! -f "$1/.server" ] && [ -n "$(ls -A "$1")" ]; then
    echo "$0: \`$1\` is not empty and holds no server; give it a directory of its own" >&2
    exit 1
  fi
  [ ! -f "$1/.server" ] || stop_server "$1"
  rm -rf "$1"
  mkdir -p "$1/log" "$1/run"
  : >"$1/.server"
}

# run_server DIR NAME COMMAND…: starts COMMAND in the background; its id in run/NAME.pid, its output in log/NAME.out.
run_server() {
  local dir=$1 name=$2
  shift 2
  UNENTROPY_TEST_SERVER=$dir "$@" </dev/null >"$dir/log/$name.out" 2>&1 &
  echo $! >"$dir/run/$name.pid"
  disown
}

# alive DIR PID: whether PID still runs and is a server of DIR (the system uses process ids again).
alive() {
  tr '\0' '\n' 2>/dev/null <"/proc/$2/environ" | grep -qxF "UNENTROPY_TEST_SERVER=$1"
}

# stop_server DIR: SIGKILL (the data is thrown away, and Ceph needs seconds to end politely), then waits until gone.
stop_server() {
  local file pid pids=()
  for file in "$1"/run/*.pid; do
    pid=$(cat "$file" 2>/dev/null) && alive "$1" "$pid" && pids+=("$pid")
  done
  [ ${#pids[@]} -eq 0 ] || kill -KILL "${pids[@]}" 2>/dev/null
  for pid in "${pids[@]}"; do
    for _ in $(seq 250); do
      alive "$1" "$pid" || break # not `/proc/$pid`: a process that nobody has reaped yet has ended too
      sleep 0.02
    done
  done
  rm -f "$1"/run/*.pid
}

# show_logs DIR: the end of every log, for a start that failed.
show_logs() {
  local file
  for file in "$1"/log/*; do
    [ -s "$file" ] || continue
    echo "--- ${file##*/}"
    tail -n 8 "$file" | cut -c -300
  done >&2
}

# main START ARGUMENTS…: the command line of a server script. A start that fails (another process may have taken one of
# the ports in the meantime) is tried three times.
main() {
  local start=$1 verb=${2:-} dir=${3:-} attempt
  if [ -z "$dir" ]; then verb=; fi
  [ -z "$dir" ] || dir=$(realpath -m "$dir")
  case "$verb" in
    stop) stop_server "$dir" ;;
    attempt) # A process of its own: `set -e` has no effect below an `if`.
      set -e
      "$start" "$dir"
      ;;
    start)
      for attempt in 1 2 3; do
        claim "$dir"
        if "$BASH" "$0" attempt "$dir"; then return; fi
        echo "$0: did not start (attempt $attempt of 3)" >&2
        show_logs "$dir"
        stop_server "$dir"
      done
      exit 1
      ;;
    *)
      sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2
      exit 2
      ;;
  esac
}
