#!/usr/bin/env python3
"""Check the sizes of what a reader has to take in at once.

Functions have 60 lines at most, classes 20 methods, files 400 lines. What is larger stands on the
lists below with the size it has by now: it may shrink, and then the figure here, too, but not grow.
Properties and what is inside a function do not count as methods; a docstring counts as lines.

    scripts/lib/sizes.py [--list]

``--list`` prints the lists as they should be.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent / "server" / "sightline"
LINES, METHODS, FILE = 60, 20, 400

LARGE: dict[str, int] = {}


def main(options: list[str]) -> int:
    """Print what is too large; 1 if there was anything."""
    found = dict(measured())
    if options == ["--list"]:
        for what, (size, _) in sorted(found.items()):
            print(f'    "{what}": {size},')
        return 0
    faults = []
    for what, (size, unit) in sorted(found.items()):
        if size > LARGE.get(what, 0):
            faults.append(f"{what}: {size} {unit}")
        elif size < LARGE[what]:
            faults.append(f"{what}: has {size} {unit} now; say so in scripts/lib/sizes.py")
    faults += [
        f"{what}: is not too large any more; take it off" for what in sorted(LARGE.keys() - found)
    ]
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


def measured() -> Iterator[tuple[str, tuple[int, str]]]:
    """Yield what is too large, its size and in what."""
    for path in sorted(ROOT.rglob("*.py")):
        text, name = path.read_text(), str(path.relative_to(ROOT))
        if (lines := len(text.splitlines())) > FILE:
            yield name, (lines, "lines")
        yield from _within(ast.parse(text), name)


def _within(tree: ast.AST, name: str) -> Iterator[tuple[str, tuple[int, str]]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            inner = f"{name}:{node.name}"
            count = sum(_is_method(each) for each in node.body)
            if count > METHODS:
                yield inner, (count, "methods")
            yield from _within(node, inner)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = f"{name}:{node.name}"
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > LINES:
                yield inner, (size, "lines")
            yield from _within(node, inner)
        else:
            yield from _within(node, name)


def _is_method(node: ast.stmt) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    words = (
        each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "")
        for each in node.decorator_list
    )
    return not any(word.endswith(("property", "setter", "overload")) for word in words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
