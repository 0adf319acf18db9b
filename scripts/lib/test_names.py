#!/usr/bin/env python3
"""Check that a module's test is found by its name.

The test of ``sightline/history/archive/reading.py`` is ``tests/history/archive/test_reading.py``,
or ``test_reading.py`` or ``test_archive_reading.py`` in a folder above. A module without a function
needs none. The modules that have none stand in `scripts/lib/untested_names.txt`: many of them are
tested by a file of another name. The list may shrink, but not grow.

    scripts/lib/test_names.py [--shrink] [PACKAGE TESTS LIST]

``--shrink`` takes out of the list what is not so any more.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PLACES = (ROOT / "server" / "sightline", ROOT / "tests", HERE / "untested_names.txt")


def main(options: list[str]) -> int:
    """Print which modules have no test of their name; 1 if one is new."""
    shrink = options[:1] == ["--shrink"]
    package, tests, listed = map(Path, options[shrink:] or PLACES)
    known = set(listed.read_text().split())
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if _does_something(path) and not _has_test(path.relative_to(package), tests)
    }
    if shrink:
        known &= found
        listed.write_text("".join(f"{name}\n" for name in sorted(known)))
    faults = [f"{name}: has no test of its name" for name in sorted(found - known)]
    faults += [
        f"{name}: is there no more, or has a test (scripts/lib/test_names.py --shrink)"
        for name in sorted(known - found)
    ]
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


def _does_something(path: Path) -> bool:
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(ast.parse(path.read_text()))
    )


def _has_test(module: Path, tests: Path) -> bool:
    words = module.with_suffix("").parts
    if words[-1] == "__init__":
        words = words[:-1]
    return any(
        (tests.joinpath(*words[:depth]) / f"test_{'_'.join(words[first:])}.py").is_file()
        for depth in range(len(words))
        for first in range(depth, len(words))
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
