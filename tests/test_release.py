"""What of scripts/release.sh can be looked at without building; the rest it tries itself."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "release.sh"
LOCK = (ROOT / "config" / "requirements.lock").read_text()
# Only who makes maps of extracts installs these, by a lock of their own.
MAPS_LOCK = (ROOT / "config" / "requirements-maps.lock").read_text()
PIN = re.compile(
    r"^([A-Za-z0-9._-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def pinned(lock: str) -> dict[str, tuple[str, str]]:
    return {
        canonicalize_name(name): (version, hashes) for name, version, hashes in PIN.findall(lock)
    }


PINNED = pinned(LOCK)
FOR_MAPS = pinned(MAPS_LOCK)


@pytest.mark.parametrize("lock", [LOCK, MAPS_LOCK], ids=["all", "maps"])
def test_every_line_of_the_lock_is_a_version_with_hashes_and_no_address(lock):
    other = [
        line
        for line in lock.splitlines()
        if line and not line.startswith((" ", "#")) and not re.match(r"\S+==\S+ \\$", line)
    ]
    assert other == []
    assert len(pinned(lock)) == len(re.findall(r"^\S+==", lock, re.MULTILINE)) > 20
    assert "://" not in lock


def test_the_lock_for_maps_has_the_same_versions_of_what_both_have():
    assert {name: FOR_MAPS[name] for name in FOR_MAPS if name in PINNED} == {
        name: PINNED[name] for name in FOR_MAPS if name in PINNED
    }


@pytest.mark.parametrize(
    "wanted",
    [
        Requirement(text)
        for text in importlib.metadata.requires("sightline") or []
        if 'extra == "dev"' not in text.replace("'", '"')
    ],
    ids=lambda wanted: wanted.name,
)
def test_what_setup_py_wants_is_locked(wanted):
    lock = FOR_MAPS if "maps" in str(wanted.marker) else PINNED
    version, _ = lock[canonicalize_name(wanted.name)]
    assert wanted.specifier.contains(version), "scripts/release.sh --lock makes it anew"


def test_what_the_tests_run_on_is_what_a_release_ships():
    """scripts/test.sh installs it so."""
    other = {}
    for name, (version, _) in PINNED.items():
        try:
            here = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            here = None
        if here != version:
            other[name] = (version, here)
    assert other == {}, "run scripts/test.sh: it installs what config/requirements.lock names"


def test_whatever_the_locked_packages_want_themselves_is_locked_too():
    missing = set()
    for name in PINNED:
        try:
            wanted = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        for one in map(Requirement, wanted):
            if one.marker is None or one.marker.evaluate({"extra": ""}):
                missing |= {canonicalize_name(one.name)} - set(PINNED)
    assert missing <= {"setuptools"}


def test_help_names_every_option_and_a_wrong_one_is_answered():
    said = subprocess.run([SCRIPT, "--help"], capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"^ +(--[a-z-]+)\)", SCRIPT.read_text(), re.MULTILINE))
    assert known == {"--out", "--wheels", "--no-try", "--lock"}
    assert all(option in said for option in known)
    wrong = subprocess.run([SCRIPT, "--lok"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, "There is no option --lok" in wrong.stderr) == (1, True)


def test_the_bill_of_materials_names_what_is_installed():
    script = ROOT / "scripts" / "lib" / "sbom.py"
    said = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    bill = json.loads(said.stdout)
    assert bill["bomFormat"] == "CycloneDX"
    found = {one["name"].lower(): one["version"] for one in bill["components"]}
    assert found["twisted"] == importlib.metadata.version("twisted")
    assert "sightline" not in found
