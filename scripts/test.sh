#!/usr/bin/env bash
# The one test command: installs what it needs, then checks, unit tests, tests against a real
# mosquitto and tests in a real Chromium.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/setup.sh
. "$ROOT/scripts/lib/setup.sh"
cd "$ROOT"

usage() {
    cat <<'END'
Usage: scripts/test.sh [--quick] [--no-check] [--coverage] [pytest arguments]

  --quick      without the browser
  --no-check   without style, types and layers (scripts/check.sh)
  --coverage   measure which lines the tests run, and hold them to the floor (twice as slow)
  --help       this text

Other arguments go to pytest: scripts/test.sh tests/live -k cursor. With any, only pytest runs.
Where the time went is in .cache/times.txt afterwards: seconds of the processor and of the clock.
END
}

# Coverage, in percent of lines and branches; these numbers only rise.
FLOOR=92
PURE_FLOOR=98
PURE='*/sightline/auth/*,*/sightline/geometry/*,*/sightline/kinds/*,*/sightline/model/*,*/sightline/settings/*'

# What needs no process, no socket and no clock: seconds, and it says most of what can be wrong.
PURE_TESTS=(tests/auth tests/geometry tests/kinds tests/live tests/model tests/settings)

# A robot stops within half a second of silence. Beside browsers that draw, a machine of two cores
# is silent for longer than that: these run among themselves.
DRIVING_TESTS=(tests/driving tests/test_replicas_driving.py)

# Most of the others wait, for brokers, browsers and deadlines: more of them at once than there are
# cores. A file stays together, with the servers and the browser that its tests share; the longest
# are begun first (tests/conftest.py).
TOGETHER=(-n "${SIGHTLINE_TOGETHER:-6}" --dist loadfile --no-loadscope-reorder)

quick=""
checks=1
coverage=""
arguments=()
for argument in "$@"; do
    case $argument in
    --quick) quick=1 ;;
    --no-check) checks="" ;;
    --coverage) coverage=1 ;;
    -h | --help) usage; exit ;;
    *) arguments+=("$argument") ;;
    esac
done

missing=()
[[ -n $(find_program mosquitto_pub) ]] || missing+=(mosquitto-clients)
if [[ -z $quick ]]; then
    [[ -n $(find_program chromium)$(find_program chromium-browser) ]] || missing+=(chromium)
    # The one without windows is a third less work, where there is one (tests/page/conftest.py).
    [[ -n $(find_program chromium-headless-shell) ]] ||
        ! apt-cache show chromium-headless-shell >/dev/null 2>&1 ||
        missing+=(chromium-headless-shell)
fi

# Three things are fetched and made at once: Python's packages, the page with its own (which need
# nothing of Python's, unless Node comes from there), and what comes from the system.
begin_python() {
    (SETUP_LOG="$CACHE/setup-python.log" && ensure_venv dev && ensure_extract) &
    python_begun=$!
}
page_begun=""
begin_page() {
    (SETUP_LOG="$CACHE/setup-page.log" && ensure_page && ensure_node_modules) &
    page_begun=$!
}

setup_begin
venv_is_ready dev || ensure_python
begin_python
if node_is_good node; then begin_page; fi
ensure_mosquitto
ensure_postgresql
[[ ${#missing[@]} -eq 0 ]] || install_packages "The tests need it" "${missing[@]}"
wait "$python_begun"
[[ -n $page_begun ]] || begin_page
wait "$page_begun"
ensure_node
setup_done

# mosquitto is in sbin, which is not on everybody's PATH.
export PATH="$VENV/bin:$PATH:/usr/sbin"

# A hundred servers are started: they read what the first one compiled, whatever the environment says.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX="$CACHE/bytecode"

# Hundreds of databases are made, and wait for the disk. Where there is room, what tests write is in
# memory; what they are told of a disk is the same. Short: sockets have no long names.
if [[ -z ${TMPDIR:-} && $(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1) -gt 4000000 ]]; then
    TMPDIR="$(mktemp -d /dev/shm/sl.XXXX)"
    chmod 1777 "$TMPDIR" # as /tmp: not all that is started runs as we do
    export TMPDIR
    trap 'rm -rf "$TMPDIR"' EXIT
fi

python=("$VENV/bin/python")
if [[ -n $coverage ]]; then
    python=("$VENV/bin/coverage" run)
    rm -f .coverage .coverage.*
fi
browser=()
[[ -z $quick ]] || browser=(-m "not browser")

report() { # after tests with --coverage
    printf '== coverage\n'
    "$VENV/bin/coverage" combine --quiet || return
    # What killed processes left behind is no measurement.
    rm -f .coverage.*
    "$VENV/bin/coverage" report --skip-covered "$@" | tail -n 40
}

if [[ ${#arguments[@]} -gt 0 ]]; then
    status=0
    "${python[@]}" -m pytest "${browser[@]}" "${arguments[@]}" || status=$?
    [[ -z $coverage ]] || report || status=1
    exit "$status"
fi

# Everything runs, whatever failed before; the answer comes at the end.
status=0
mkdir -p "$CACHE"
: >"$CACHE/pytest.log"
export SIGHTLINE_TIMES="$CACHE/times"
: >"$SIGHTLINE_TIMES"

tests() { # tests NAME ARGUMENT…
    local name=$1
    shift
    printf '== pytest: %s\n' "$name"
    "${python[@]}" -m pytest --durations=5 "$@" | tee -a "$CACHE/pytest.log" || status=1
}

# Reading all tests takes a process ten seconds, and those who come after it three.
read_tests() { "${python[@]}" -m pytest --collect-only -qq >"$CACHE/read.log" 2>&1 || true; }

# Tests wait more than they work: what only works has the processor while they do. They come first
# where both want it.
work() { # work NAME COMMAND…: what it says is shown at the end
    local name=$1
    shift
    nice -n 2 "$@" >"$CACHE/$name.log" 2>&1 || touch "$CACHE/$name.failed"
}
besides=(vitest)
[[ -z $checks ]] || besides+=(checks)
rm -f "$CACHE"/*.failed

read_tests &
reading=$!
(
    [[ -z $checks ]] || work checks scripts/check.sh
    cd "$ROOT/web" && work vitest "${NPM[@]}" run --silent test
) &
working=$!
tests "the pure ones" "${PURE_TESTS[@]}"
wait "$reading"
tests "driving" -n 6 --dist worksteal "${DRIVING_TESTS[@]}"

tests "all others" "${TOGETHER[@]}" "${browser[@]}" "${PURE_TESTS[@]/#/--ignore=}" \
    "${DRIVING_TESTS[@]/#/--ignore=}"

wait "$working"
for name in "${besides[@]}"; do
    printf '== %s\n' "$name"
    cat "$CACHE/$name.log"
    [[ ! -e $CACHE/$name.failed ]] || status=1
done

if [[ -n $coverage ]]; then
    report --fail-under="$FLOOR" || status=1
    "$VENV/bin/coverage" report --include="$PURE" --fail-under="$PURE_FLOOR" | tail -n 1 || status=1
fi

awk '{ file = $3; sub(/::.*/, "", file); cpu[file] += $1; wall[file] += $2 }
    END { for (file in cpu) printf "%8.2f %8.2f  %s\n", cpu[file], wall[file], file }' \
    "$SIGHTLINE_TIMES" | sort -rn >"$CACHE/times.txt"
[[ $status -eq 0 ]] || say "Something failed; see above."
grep -E '^(=+ )?[0-9]+ (passed|failed)' "$CACHE/pytest.log" || true
exit "$status"
