#!/usr/bin/env bash
# Style, types and layers, of both languages. Needs what scripts/test.sh has installed.
# Every check runs, whatever the one before found; the failed ones are named at the end.
set -uo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/setup.sh
. "$ROOT/scripts/lib/setup.sh"
cd "$ROOT" || exit

[[ -e $VENV/.stamp-dev || -x $VENV/bin/ruff ]] || die "Run scripts/test.sh first: it installs the tools."
ensure_node

failed=()

# check NAME COMMAND…: what it prints matters only when it fails.
check() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        printf '%-28s ok\n' "$name"
    else
        printf '%-28s FAILED\n%s\n' "$name" "$output"
        failed+=("$name")
    fi
}

check "ruff format" "$VENV/bin/ruff" format --check --quiet .
check "ruff check" "$VENV/bin/ruff" check --quiet .
check "docstrings" "$VENV/bin/python" scripts/lib/docstrings.py server scripts
check "mypy" "$VENV/bin/mypy"
check "layers" "$VENV/bin/lint-imports" --no-cache
check "circles and purity" "$VENV/bin/python" scripts/lib/imports.py
check "reference" "$VENV/bin/python" scripts/reference.py --check
check "callables from outside" "$VENV/bin/python" scripts/lib/assigned.py
check "sizes" "$VENV/bin/python" scripts/lib/sizes.py
check "names of tests" "$VENV/bin/python" scripts/lib/test_names.py
check "shellcheck" "$VENV/bin/shellcheck" -x scripts/*.sh scripts/lib/*.sh .ci/run
check "page: tsc, eslint, prettier" in_web "${NPM[@]}" run --silent check

if [[ ${#failed[@]} -gt 0 ]]; then
    printf 'Failed:%s\n' "$(printf ' %s;' "${failed[@]}")" >&2
    exit 1
fi
