#!/usr/bin/env python3
"""Check the sizes of what a reader has to take in at once.

Functions have 60 lines at most, classes 20 methods, files 400 lines. What is larger stands in
`scripts/lib/large.txt` with the size that it had: it may shrink, but not grow. Properties do not
count as methods.

    scripts/lib/sizes.py [--shrink] [FOLDER LIST]

``--shrink`` writes the list anew with what has become smaller; nothing is added and nothing grows.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

Large = tuple[str, tuple[int, str, int]]
HERE = Path(__file__).resolve().parent
PACKAGE, LIST = HERE.parent.parent / "server" / "sightline", HERE / "large.txt"
LINES, METHODS, FILE = 60, 20, 400


def main(options: list[str]) -> int:
    """Print what is too large; 1 if there was anything."""
    shrink = options[:1] == ["--shrink"]
    folder, listed = map(Path, options[shrink:] or (PACKAGE, LIST))
    known = {name: int(size) for name, size in map(str.split, listed.read_text().splitlines())}
    found = dict(measured(folder))
    if shrink:
        fewer = {name: min(size, found[name][0]) for name, size in known.items() if name in found}
        listed.write_text("".join(f"{name} {size}\n" for name, size in sorted(fewer.items())))
        known = fewer
    faults = [
        f"{name}: {size} {unit}, and {known.get(name, most)} at most"
        for name, (size, unit, most) in sorted(found.items())
        if size > known.get(name, 0)
    ]
    faults += [
        f"{name}: is not too large any more (scripts/lib/sizes.py --shrink)"
        for name in sorted(known.keys() - found)
    ]
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


def measured(folder: Path) -> Iterator[Large]:
    """Yield what is too large, its size, in what, and what it may have."""
    for path in sorted(folder.rglob("*.py")):
        text, name = path.read_text(), str(path.relative_to(folder))
        if (lines := len(text.splitlines())) > FILE:
            yield name, (lines, "lines", FILE)
        yield from _within(ast.parse(text), name)


def _within(tree: ast.AST, name: str) -> Iterator[Large]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            inner = f"{name}:{node.name}"
            count = sum(_is_method(each) for each in node.body)
            if count > METHODS:
                yield inner, (count, "methods", METHODS)
            yield from _within(node, inner)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = f"{name}:{node.name}"
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > LINES:
                yield inner, (size, "lines", LINES)
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
