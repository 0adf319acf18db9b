#!/usr/bin/env python3
"""Check what imports of the package no contract of pyproject.toml can say.

No module imports itself over others, not for its types either. And every module that reaches
nothing of what the pure ones may not is in their list, so that it stays so; but not those that ask
a database that is handed to them, nor those that answer HTTP.

    scripts/lib/imports.py
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from grimp import ImportGraph, build_graph

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = "sightline"

# No I/O of their own, yet no rules: statements for a database, answers to requests, a way to end.
_EDGES = ("sightline.database", "sightline.wiring")
_ANSWERS = "api_"


def main() -> int:
    """Print what was found; 1 if there was anything."""
    graph = build_graph(PACKAGE, include_external_packages=True, cache_dir=None)
    faults = [*circles(graph), *unlisted(graph, *_pure())]
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


def _pure() -> tuple[list[str], list[str]]:
    """Return the modules that are to be pure, and what these may not import."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = (each for each in options["contracts"] if each["name"].startswith("Pure"))
    return contract["source_modules"], contract["forbidden_modules"]


def circles(graph: ImportGraph) -> Iterator[str]:
    """Yield a circle, if there is one."""
    imported = {
        each: graph.find_modules_directly_imported_by(each)
        for each in graph.modules
        if _is_below(each, PACKAGE)
    }
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as circle:
        yield f"a circle of imports: {' ← '.join(circle.args[1])}"


def unlisted(graph: ImportGraph, listed: list[str], forbidden: list[str]) -> Iterator[str]:
    """Yield the pure modules that are not listed."""
    for each in sorted(graph.modules):
        if not _is_below(each, PACKAGE) or graph.find_children(each):
            continue
        if any(_is_below(each, above) for above in (*listed, *_EDGES)):
            continue
        reached = graph.find_upstream_modules(each)
        if each.rpartition(".")[2].startswith(_ANSWERS) or any(
            _is_below(other, edge) for other in reached for edge in (*forbidden, *_EDGES)
        ):
            continue
        yield f"{each} is pure: pyproject.toml is to list it"


def _is_below(module: str, above: str) -> bool:
    return module == above or module.startswith(f"{above}.")


if __name__ == "__main__":
    sys.exit(main())
