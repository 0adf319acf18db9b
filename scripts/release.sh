#!/usr/bin/env bash
# Makes a release: a wheel that carries the built page (no Node on the server), the locked
# dependencies, what it is made of, and checksums; then installs it somewhere empty and tries it.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/setup.sh
. "$ROOT/scripts/lib/setup.sh"
cd "$ROOT"

usage() {
    cat <<'END'
Usage: scripts/release.sh [options]

Makes dist/sightline-VERSION-py3-none-any.whl with requirements.lock, sbom.json and SHA256SUMS
beside it, and tries them: everything installed by its hash into a fresh environment, twistd started
from an empty folder, the page fetched.

  --out DIR      put them there                       (default: dist)
  --wheels       also put the dependencies' wheels into DIR/wheels, to install without a network
  --no-try       do not install and try it
  --lock         write config/requirements.lock anew (the newest versions setup.py allows) and stop
  --help         this text
END
}

out="$ROOT/dist"
wheels=""
try=1
action=release
while [[ $# -gt 0 ]]; do
    case $1 in
    --out)
        [[ $# -ge 2 ]] || die "--out needs a folder."
        out=$(realpath -m -- "$2")
        shift
        ;;
    --wheels) wheels=1 ;;
    --no-try) try="" ;;
    --lock) action=lock ;;
    -h | --help) usage; exit ;;
    *) die "There is no option $1; scripts/release.sh --help lists the options." ;;
    esac
    shift
done

LOCK="$ROOT/config/requirements.lock"
MAPS_LOCK="$ROOT/config/requirements-maps.lock"
scratch=$(mktemp -d)
server=""
cleanup() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    rm -rf "$scratch"
}
trap cleanup EXIT

pip_of() { # pip_of ENVIRONMENT ARGUMENT…
    local environment=$1
    shift
    "$environment/bin/python" -m pip --disable-pip-version-check --quiet "$@"
}

make_lock() {
    ensure_python
    "$PYTHON" -m venv "$scratch/tools"
    step "Fetching pip-tools" pip_of "$scratch/tools" install "pip-tools>=7.4"
    # For every platform and Python: all files of a version are listed. No index is named in it.
    step "Choosing versions" "$scratch/tools/bin/pip-compile" --quiet --generate-hashes \
        --extra encryption --strip-extras --allow-unsafe --upgrade --no-header --no-emit-options \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
        --output-file "$scratch/requirements.lock" setup.py
    mv "$scratch/requirements.lock" "$LOCK"
    # The same, and what makes maps (sightline[maps]): the command line alone needs it.
    step "Choosing versions of what makes maps" "$scratch/tools/bin/pip-compile" --quiet \
        --generate-hashes --extra encryption --extra maps --constraint config/requirements.lock --strip-extras \
        --allow-unsafe --no-header --no-emit-options --no-emit-index-url --no-emit-trusted-host \
        --no-emit-find-links --output-file "$scratch/requirements-maps.lock" setup.py
    mv "$scratch/requirements-maps.lock" "$MAPS_LOCK"
    say "Written: $LOCK, $MAPS_LOCK"
}

# A tree of what is committed, with the page inside the package.
make_tree() {
    local tree="$scratch/tree"
    mkdir -p "$tree"
    git ls-files -z -- setup.py pyproject.toml README.md LICENSE server |
        xargs -0 cp --parents -t "$tree"
    cp -r web/dist "$tree/server/sightline/web/dist"
}

make_release() {
    setup_begin
    ensure_venv base
    ensure_page
    setup_done
    git diff --quiet HEAD -- || say "Mind: there are changes that are not committed."
    make_tree
    # So that the same commit gives the same wheel.
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
    export SOURCE_DATE_EPOCH
    mkdir -p "$out"
    rm -rf "$out"/sightline-*.whl "$out/wheels"
    step "Building the wheel" pip_of "$VENV" wheel --no-deps --wheel-dir "$out" "$scratch/tree"
    wheel=$(find "$out" -maxdepth 1 -name 'sightline-*.whl')
    cp "$LOCK" "$out/requirements.lock"
    cp "$MAPS_LOCK" "$out/requirements-maps.lock"
    if [[ -n $wheels ]]; then
        step "Fetching the dependencies' wheels" pip_of "$VENV" download --require-hashes \
            --only-binary :all: --requirement "$LOCK" --dest "$out/wheels"
    fi
}

try_release() {
    local fresh="$scratch/fresh" empty="$scratch/empty" port
    ensure_python
    "$PYTHON" -m venv "$fresh"
    step "Installing the dependencies by their hashes" \
        pip_of "$fresh" install --require-hashes --requirement "$out/requirements.lock"
    step "Installing the wheel" pip_of "$fresh" install --no-deps --no-index "$wheel"
    "$fresh/bin/python" -m pip --disable-pip-version-check check >/dev/null ||
        die "The lock does not fit setup.py: scripts/release.sh --lock"
    "$fresh/bin/python" "$ROOT/scripts/lib/sbom.py" >"$out/sbom.json"
    mkdir "$empty"
    cd "$empty"
    port=$("$fresh/bin/python" -c \
        'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "$fresh/bin/python" "$fresh/bin/twistd" --nodaemon --pidfile= sightline --port "$port" \
        >"$scratch/log" 2>&1 &
    server=$!
    "$fresh/bin/python" "$ROOT/scripts/lib/fetch.py" "$port" ||
        { tail -n 20 "$scratch/log" >&2; die "The release does not work."; }
    kill "$server"
    wait "$server" || true
    server=""
    cd "$ROOT"
    say "Tried: it serves its page from an empty folder."
}

case $action in
lock) make_lock ;;
release)
    make_release
    [[ -z $try ]] || try_release
    (cd "$out" && find . -type f ! -name SHA256SUMS -printf '%P\0' | sort -z |
        xargs -0 sha256sum) >"$scratch/sums"
    mv "$scratch/sums" "$out/SHA256SUMS"
    say "Made: $wheel ($(stat -c %s "$wheel") bytes)"
    ;;
esac
