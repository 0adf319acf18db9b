#!/usr/bin/env bash
# Sets up everything Sightline needs in this clone, then runs the server in the foreground.
# What is set up already is left alone: a second start takes a second or two.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/setup.sh
. "$ROOT/scripts/lib/setup.sh"

usage() {
    cat <<'END'
Usage: scripts/run_server.sh [options]

Runs Sightline at http://127.0.0.1:8080 until Ctrl-C. Without a broker in the settings it brings
a private mosquitto of its own. The first start installs what is needed, into this folder where
possible (.venv, .cache, web/node_modules); Debian packages are announced before.

  --demo           add simulated friends and robots
  --near LAT,LON   with --demo: the friends walk around this place
  --config FILE    settings to use           (default: config/sightline.toml)
  --port N         listen on 127.0.0.1:N     (default: as the settings say, 8080)
  --state DIR      keep files there          (default: as the settings say, ./state)
  --daemon         run in the background; log and process id are kept in the state folder
  --stop           stop the server that runs in the background
  --status         say whether one runs in the background
  --setup-only     set everything up and stop there
  --help           this text

Passwords come from files or the environment, never from this command line: see the settings.
END
}

config="$ROOT/config/sightline.toml"
state=""
port=""
demo=""
near=""
action="run"

need() { [[ $# -ge 2 && -n $2 ]] || die "$1 needs a value; scripts/run_server.sh --help lists the options."; }

while [[ $# -gt 0 ]]; do
    case $1 in
    --*=*) # --port=8081 is --port 8081
        set -- "${1%%=*}" "${1#*=}" "${@:2}"
        continue
        ;;
    --config) need "$@"; config=$2; shift ;;
    --port) need "$@"; port=$2; shift ;;
    --state) need "$@"; state=$(realpath -m -- "$2"); shift ;;
    --demo) demo=1 ;;
    --near) need "$@"; near=$2; shift ;;
    --daemon) action=daemon ;;
    --stop) action=stop ;;
    --status) action=status ;;
    --setup-only) action=setup ;;
    -h | --help) usage; exit ;;
    *) die "There is no option $1; scripts/run_server.sh --help lists the options." ;;
    esac
    shift
done

[[ -f $config ]] || die "There is no file $config."
[[ -r $config ]] || die "The file $config cannot be read by $(id -un)."
config=$(realpath -- "$config")
[[ -z $port || ($port =~ ^[0-9]{1,5}$ && $((10#$port)) -le 65535) ]] ||
    die "--port must be a number from 0 to 65535 (is $port)."

# From here on relative paths in the settings are meant from the top of the clone.
cd "$ROOT"

# setting KEY: one value of [server], as the server will read it; wrong settings end here.
setting() {
    "$VENV/bin/python" -c '
import os, sys
from sightline.settings import BadSettings, load
try:
    print(getattr(load(sys.argv[1], os.environ).server, sys.argv[2]))
except BadSettings as why:
    sys.exit(str(why))' "$config" "$1"
}

has_broker() { grep -qE '^[[:space:]]*(\[broker\.|broker\.)' "$config"; }

setup() {
    setup_begin
    ensure_venv base
    has_broker || ensure_mosquitto
    ensure_page
    setup_done
}

# The process in the pid file, if it is a twistd that still runs.
running() {
    local pid
    pid=$(cat "$state/sightline.pid" 2>/dev/null) || return 1
    [[ $pid =~ ^[0-9]+$ ]] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q twistd &&
        printf '%s\n' "$pid"
}

find_state() {
    [[ -x $VENV/bin/python ]] || die "No server was set up in this folder yet."
    [[ -n $state ]] || state=$(realpath -m -- "$(setting state)")
}

stop() {
    local pid
    find_state
    pid=$(running) || { say "No server runs in the background (state folder $state)."; return; }
    kill -TERM "$pid"
    for _ in {1..150}; do
        running >/dev/null || { say "Stopped."; return; }
        sleep 0.1
    done
    die "Process $pid does not end; kill -KILL $pid ends it by force."
}

status() {
    local pid
    find_state
    if pid=$(running); then
        say "Running in the background as process $pid; log: $state/sightline.log"
    else
        say "Not running in the background (state folder $state)."
        return 3
    fi
}

options=(--config "$config")
[[ -z $port ]] || options+=(--port "$port")
[[ -z $state ]] || options+=(--state "$state")
[[ -z $demo ]] || options+=(--demo)
[[ -z $near ]] || options+=("--near=$near")

# `python twistd` and not `twistd`: its first line breaks when it is longer than 127 bytes.
twistd=("$VENV/bin/python" "$VENV/bin/twistd")

daemon() {
    find_state
    local pid
    if pid=$(running); then die "A server runs already as process $pid; --stop ends it."; fi
    (umask 077 && mkdir -p "$state")
    local log="$state/sightline.log" size=0
    rm -f "$state/sightline.pid"
    [[ ! -f $log ]] || size=$(stat -c %s "$log")
    # Ten files of 10 MB at most: sightline.log, sightline.log.1, …
    SIGHTLINE_LOG="$log" "${twistd[@]}" "--pidfile=$state/sightline.pid" \
        --logger sightline.wiring.logfile.observer sightline "${options[@]}"
    local address
    for _ in {1..300}; do
        address=$(tail -c "+$((size + 1))" "$log" 2>/dev/null |
            sed -nE 's/.*Sightline is at ([^ ]+).*/\1/p')
        if [[ -n $address ]]; then
            # Written right after the address, while nobody has an account.
            sleep 0.2
            local invitation
            invitation=$(tail -c "+$((size + 1))" "$log" | sed -nE 's/.*open once: ([^ ]+).*/\1/p')
            [[ -z $invitation ]] || say "To sign in for the first time, open once: $invitation"
            say "Sightline is at $address, in the background as process $(running)." \
                $'\n'"Log: $log"$'\n'"To stop it: scripts/run_server.sh --stop"
            return
        fi
        running >/dev/null || { tail -n 5 "$log" >&2; die "The server did not start; log: $log"; }
        sleep 0.1
    done
    die "The server gave no sign of life for 30 s; log: $log"
}

case $action in
setup) setup; say "Everything is set up." ;;
stop) stop ;;
status) status ;;
daemon) setup; daemon ;;
run) setup; exec "${twistd[@]}" --nodaemon --pidfile= sightline "${options[@]}" ;;
esac
