#!/usr/bin/env python3
"""Check the sizes of what a reader has to take in at once.

Functions have 60 lines at most, those that join parts (``wiring``) 40; classes 20 methods, files
400 lines. Properties do not count as methods.

    scripts/lib/sizes.py [FOLDER]
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent.parent / "server" / "sightline"
LINES, METHODS, FILE = 60, 20, 400
JOINING = 40
"""Lines of a function in `wiring`."""


def main(options: list[str]) -> int:
    """Print what is too large; 1 if there was anything."""
    folder = Path(options[0]) if options else PACKAGE
    faults = [
        f"{name}: {size} {unit}, and {most} at most" for name, size, unit, most in measured(folder)
    ]
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


def measured(folder: Path) -> Iterator[tuple[str, int, str, int]]:
    """Yield what is too large, its size, in what, and what it may have."""
    for path in sorted(folder.rglob("*.py")):
        text, name = path.read_text(), str(path.relative_to(folder))
        if (lines := len(text.splitlines())) > FILE:
            yield name, lines, "lines", FILE
        most = JOINING if name.startswith("wiring/") else LINES
        yield from _within(ast.parse(text), name, most)


def _within(tree: ast.AST, name: str, most: int) -> Iterator[tuple[str, int, str, int]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            inner = f"{name}:{node.name}"
            count = sum(_is_method(each) for each in node.body)
            if count > METHODS:
                yield inner, count, "methods", METHODS
            yield from _within(node, inner, most)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = f"{name}:{node.name}"
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > most:
                yield inner, size, "lines", most
            yield from _within(node, inner, most)
        else:
            yield from _within(node, name, most)


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
