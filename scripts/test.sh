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
Usage: scripts/test.sh [--quick] [--no-check] [pytest arguments]

  --quick      without the browser
  --no-check   without style, types and layers (scripts/check.sh)
  --help       this text

Other arguments go to pytest: scripts/test.sh tests/core -k cursor. With any, only pytest runs.
END
}

# Coverage, in percent of lines and branches; these numbers only rise.
FLOOR=92
PURE_FLOOR=98
PURE='*/sightline/core/*,*/sightline/kinds/*,*/sightline/model/*,*/sightline/settings.py'

# Most tests wait for brokers, browsers and deadlines: more of them at once than there are cores. On a
# machine that is busy with that, one against the clock of real processes gets a second try, and is
# named in the end.
TOGETHER=(-n 3 --dist worksteal --reruns 1 -r R)

quick=""
checks=1
arguments=()
for argument in "$@"; do
    case $argument in
    --quick) quick=1 ;;
    --no-check) checks="" ;;
    -h | --help) usage; exit ;;
    *) arguments+=("$argument") ;;
    esac
done

missing=()
[[ -n $(find_program mosquitto_pub) ]] || missing+=(mosquitto-clients)
if [[ -z $quick && -z $(find_program chromium)$(find_program chromium-browser) ]]; then
    missing+=(chromium)
fi

setup_begin
ensure_venv dev
ensure_mosquitto
[[ ${#missing[@]} -eq 0 ]] || install_packages "The tests need it" "${missing[@]}"
ensure_page
ensure_node_modules
setup_done

# mosquitto is in sbin, which is not on everybody's PATH.
export PATH="$VENV/bin:$PATH:/usr/sbin"

if [[ ${#arguments[@]} -gt 0 ]]; then
    [[ -z $quick ]] || arguments+=(-m "not browser")
    exec "$VENV/bin/python" -m pytest "${arguments[@]}"
fi

# Everything runs, whatever failed before; the answer comes at the end.
status=0

if [[ -n $checks ]]; then
    printf '== checks\n'
    scripts/check.sh || status=1
fi

ensure_node
printf '== vitest\n'
in_web "${NPM[@]}" run --silent test || status=1

printf '== pytest\n'
[[ -z $quick ]] || arguments+=(-m "not browser")
rm -f .coverage .coverage.*
"$VENV/bin/coverage" run -m pytest "${TOGETHER[@]}" --durations=5 "${arguments[@]}" | tee "$CACHE/pytest.log" || status=1

printf '== coverage\n'
"$VENV/bin/coverage" combine --quiet || status=1
# What killed processes left behind is no measurement.
rm -f .coverage.*
"$VENV/bin/coverage" report --skip-covered --fail-under="$FLOOR" | tail -n 40 || status=1
"$VENV/bin/coverage" report --include="$PURE" --fail-under="$PURE_FLOOR" | tail -n 1 || status=1

[[ $status -eq 0 ]] || say "Something failed; see above."
tail -n 1 "$CACHE/pytest.log"
exit "$status"
