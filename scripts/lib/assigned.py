#!/usr/bin/env python3
"""Find callables that are assigned to an object from outside after it was made.

Everything an object needs comes through its constructor. An attribute that holds a function is
found by its annotation (``Callable``, or a name that stands for one), by a lambda or by an argument
that is annotated so; an assignment to an attribute of that name on anything but ``self`` is
reported. So is any assignment of a lambda, a function or a method to another object.

    scripts/lib/assigned.py [FOLDER…]

ALLOWED lists what third parties want to have assigned, each with its reason.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent / "server" / "sightline"

# (file below the package, how the attribute begins): why it may be assigned.
_PAHO = "paho's client has its callbacks assigned, and no other way"
_EXPAT = "expat's parser has its handlers assigned, and no other way"
ALLOWED: dict[tuple[str, str], str] = {
    ("cli/check/probe.py", "on_"): _PAHO,
    ("cli/sender.py", "on_"): _PAHO,
    ("cli/simulate/line.py", "on_"): _PAHO,
    ("mqtt/paho_thread.py", "on_"): _PAHO,
    ("channels/worker.py", "send"): "apprise shows what a service answered in no other way",
    ("history/formats/gpx.py", ""): _EXPAT,
}


def main(folders: list[Path]) -> int:
    """Print what was found; 1 if there was anything."""
    files = {path: ast.parse(path.read_text(), str(path)) for path in _files(folders)}
    aliases = {name for tree in files.values() for name in _aliases(tree)}
    callables = {name for tree in files.values() for name in attributes(tree, aliases)}
    methods = {name for tree in files.values() for name in _methods(tree)}
    methods -= {name for tree in files.values() for name in _fields(tree)}
    found, unused = 0, set(ALLOWED)
    for path, tree in files.items():
        for line, attribute in assigned(tree, callables, methods):
            below = _below(path, folders)
            allowed = [w for w in ALLOWED if w[0] == below and attribute.startswith(w[1])]
            unused.difference_update(allowed)
            if not allowed:
                print(f"{path}:{line}: the callable {attribute} is assigned from outside")
                found += 1
    if folders == [ROOT]:
        for file, attribute in sorted(unused):
            print(
                f"{file}: {attribute}… is allowed, but not assigned any more: take it off the list"
            )
            found += 1
    return 1 if found else 0


def _files(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.rglob("*.py"))


def _below(path: Path, folders: list[Path]) -> str:
    return next(str(path.relative_to(f)) for f in folders if path.is_relative_to(f))


def _aliases(tree: ast.Module) -> Iterator[str]:
    """Yield the names of a module that stand for callables: ``Take = Callable[…]``."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and _is_callable(node.value, frozenset()):
            yield from (each.id for each in node.targets if isinstance(each, ast.Name))


def _is_callable(node: ast.expr | None, aliases: frozenset[str] | set[str]) -> bool:
    """Tell whether an annotation is of a callable, or of one or None."""
    if isinstance(node, ast.BinOp):
        return _is_callable(node.left, aliases) or _is_callable(node.right, aliases)
    if isinstance(node, ast.Subscript):
        return _is_callable(node.value, aliases)
    if isinstance(node, ast.Attribute):
        return node.attr == "Callable" or node.attr in aliases
    return isinstance(node, ast.Name) and (node.id == "Callable" or node.id in aliases)


def attributes(tree: ast.Module, aliases: set[str]) -> Iterator[str]:
    """Yield the attributes of the classes of a module that hold callables."""
    for one in ast.walk(tree):
        if not isinstance(one, ast.ClassDef):
            continue
        for node in one.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                if _is_callable(node.annotation, aliases):
                    yield node.target.id
            elif isinstance(node, ast.FunctionDef):
                yield from _of_method(node, aliases)


def _of_method(method: ast.FunctionDef, aliases: set[str]) -> Iterator[str]:
    given = (*method.args.args, *method.args.kwonlyargs)
    taken = {each.arg for each in given if _is_callable(each.annotation, aliases)}
    for node in ast.walk(method):
        if isinstance(node, ast.AnnAssign) and _of_self(node.target):
            if _is_callable(node.annotation, aliases) or isinstance(node.value, ast.Lambda):
                yield node.target.attr  # type: ignore[union-attr]
        elif isinstance(node, ast.Assign):
            value = node.value
            holds = isinstance(value, ast.Name) and value.id in taken
            if holds or isinstance(value, ast.Lambda):
                yield from (each.attr for each in node.targets if _of_self(each))  # type: ignore[attr-defined]


def _of_self(target: ast.expr) -> bool:
    return (
        isinstance(target, ast.Attribute)
        and isinstance(target.value, ast.Name)
        and target.value.id == "self"
    )


def _methods(tree: ast.Module) -> Iterator[str]:
    """Yield the names of the methods of a module's classes, but not those of properties."""
    for one in ast.walk(tree):
        if isinstance(one, ast.ClassDef):
            for each in one.body:
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and not any(
                    _name(decorator).endswith(("property", "setter"))
                    for decorator in each.decorator_list
                ):
                    yield each.name


def _fields(tree: ast.Module) -> Iterator[str]:
    """Yield the names of what is no method, somewhere in a module."""
    for one in ast.walk(tree):
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            yield one.target.id
        elif isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store) and _of_self(one):
            yield one.attr


class _Assignment(NamedTuple):
    """An attribute of an object that is assigned; ``alone``: not with others in one statement.

    Of several at once only the value tells: figures stand together more often than callables.
    """

    line: int
    target: ast.expr
    name: str
    value: ast.expr | None
    alone: bool = True


def assigned(tree: ast.Module, callables: set[str], methods: set[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines that assign a callable to another object, and the attribute."""
    own = set(_methods(tree))
    functions = {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)} - own
    for line, target, name, value, alone in _assignments(tree):
        if isinstance(target, ast.Name) and target.id == "self":
            continue
        function = (
            isinstance(value, ast.Lambda)
            or (isinstance(value, ast.Attribute) and _is_method(value, own, methods))
            or (isinstance(value, ast.Name) and value.id in functions)
        )
        if function or (alone and name in callables):
            yield line, name


def _assignments(tree: ast.AST) -> Iterator[_Assignment]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _of_target(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            yield from _of_target(node.target, node.value)
        elif isinstance(node, ast.Call) and _name(node.func) == "setattr":
            target, name, value = node.args
            if isinstance(name, ast.Constant):
                yield _Assignment(node.lineno, target, str(name.value), value)


def _of_target(target: ast.expr, value: ast.expr | None) -> Iterator[_Assignment]:
    if isinstance(target, ast.Attribute):
        yield _Assignment(target.lineno, target.value, target.attr, value)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for each, its in zip(target.elts, value.elts, strict=False):
            for one in _of_target(each, its):
                yield one._replace(alone=False)


def _is_method(value: ast.Attribute, own: set[str], methods: set[str]) -> bool:
    """Tell whether a value is a method: of the object itself, or by its name of some other."""
    return value.attr in (own if _of_self(value) else methods)


def _name(decorator: ast.expr) -> str:
    if isinstance(decorator, ast.Attribute):
        return decorator.attr
    return decorator.id if isinstance(decorator, ast.Name) else ""


if __name__ == "__main__":
    sys.exit(main([Path(each).resolve() for each in sys.argv[1:]] or [ROOT]))
