"""The small real extract, and the map that is made of it once for each state of the builder."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from pathlib import Path

import sightline.maps
from sightline.maps.adding import WantedMap, add
from sightline.maps.build.pipeline import BuildLimits
from sightline.maps.catalogue import Catalogue

CACHE = Path(__file__).resolve().parents[1] / ".cache" / "maps"
EXTRACT = CACHE / "Helsinki.osm.pbf"
"""Fetched by scripts/test.sh (`ensure_extract` in scripts/lib/setup.sh)."""
LIMITS = BuildLimits(memory=500_000_000, floor=10_000_000)


def quiet(done: float, words: str) -> None:
    """Show no progress."""


def put_map(state: Path) -> Path:
    """Put the map of Helsinki into a state folder, as ``sightline map add`` does; its file."""
    maps = state / "maps"
    shutil.copytree(_made(), maps)
    return maps / Catalogue(maps).read().maps["helsinki"].file


def _made() -> Path:
    """Return a folder with the map, made if nothing that makes it has changed since."""
    assert EXTRACT.exists(), "run scripts/test.sh once: it fetches the extract"
    code = hashlib.sha256()
    for path in sorted(Path(sightline.maps.__file__).parent.rglob("*.py")):
        code.update(path.read_bytes())
    folder = CACHE / f"made-{code.hexdigest()[:16]}"
    with (CACHE / "made.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            for old in CACHE.glob("made-*"):
                shutil.rmtree(old)
            part = CACHE / "making"
            shutil.rmtree(part, ignore_errors=True)
            add(Catalogue(part), WantedMap(EXTRACT, name="helsinki"), LIMITS, quiet)
            part.rename(folder)
    return folder
