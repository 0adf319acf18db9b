"""Find docstrings that say too little or are hard to read, in the files and folders given.

A docstring of three words or fewer goes, or says more; so does the text below an attribute or a
constant, which says what the value is, with its unit. A function's first line is an imperative
sentence, and nobody is "whoever". Exits with 1 if there are any.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

FEWEST = 4
"""Words of a docstring."""
FEWEST_OF_VALUE = 3
"""Words of the text below an attribute or a constant ("Longitude, degrees east.")."""
# How a first line of a function begins that is no imperative sentence.
NOT_IMPERATIVE = (
    " a an the whether what how why when where who whoever whose which one another it we they this"
    " these those something somebody someone nobody nothing everything everybody every all some"
    " no yes its our us as of from in by there "
)


def texts_of_values(body: list[ast.stmt]) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the name and the text of each documented attribute or constant."""
    for line, below in pairwise(body):
        match line:
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                pass
            case ast.Assign(targets=[ast.Tuple()]):
                name = "several"
            case _:
                continue
        match below:
            case ast.Expr(value=ast.Constant(value=str() as text)):
                yield below.lineno, name, text


def complaints(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the fault of each docstring."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.Module | ast.ClassDef):
            for line, name, text in texts_of_values(node.body):
                if len(text.split()) < FEWEST_OF_VALUE:
                    yield line, f"{name}: says too little: {text!r}"
        text = ast.get_docstring(node)
        if text is None:
            continue
        line = node.body[0].lineno
        words = text.split()
        name = getattr(node, "name", "the module")
        if len(words) < FEWEST:
            yield line, f"{name}: says too little: {text!r}"
        elif "\u00b6" in text:
            yield line, f"{name}: holds a mark of another program"
        elif words[0] == "Whoever":
            yield line, f"{name}: nobody is whoever: {' '.join(words[:6])!r}"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (
            f" {words[0].strip('.,:;').lower()} " in NOT_IMPERATIVE or words[0].startswith("`")
        ):
            yield line, f"{name}: begins with no verb: {' '.join(words[:6])!r}"


def main(given: list[str]) -> int:
    """Print the complaints; return the exit status."""
    found = 0
    for path in map(Path, given):
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for line, fault in complaints(ast.parse(file.read_text())):
                print(f"{file}:{line}: {fault}")
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
