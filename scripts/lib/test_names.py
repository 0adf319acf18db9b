#!/usr/bin/env python3
"""Check that a module's test is found by its name.

The test of ``sightline/history/archive/reading.py`` is

- ``tests/history/archive/test_reading.py``, or ``test_reading.py`` or ``test_archive_reading.py``
  in a folder above;
- or the test of its whole package: ``tests/history/test_archive.py``, or the tests in the folder
  ``tests/history/archive/``, where those reach the module by what they import;
- or a test that says so at the end of its docstring, ``Covers history/archive/reading.py.``, and
  reaches the module. A name that ends in ``/`` stands for a folder.

A module without a function needs none.

    scripts/lib/test_names.py [PACKAGE TESTS]
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_FROM = re.compile(r"^\s*from ([\w.]+) import (\([^)]*\)|[^\n]*)", re.M)
_FIXTURE = re.compile(r"^(?:async )?def (\w+)", re.M)
FOLDERS = (ROOT / "server" / "sightline", ROOT / "tests")


def main(options: list[str]) -> int:
    """Print which modules have no test that is found by their name; 1 if there is one."""
    folders = SourceFolders(*map(Path, options or FOLDERS))
    modules = {path.relative_to(folders.package) for path in folders.package.rglob("*.py")}
    working = {name for name in modules if _does_something(folders.package / name)}
    covers = {
        path: list(_covered(path))
        for path in folders.tests.rglob("test_*.py")
        if "Covers" in path.read_text()
    }
    faults = [
        f"{name}: has no test of its name"
        for name in sorted(working)
        if not folders.is_named(name)
        and not folders.is_tested_whole(name)
        and not any(
            _is_meant(name, words) and name in folders.reached(path)
            for path, words in covers.items()
        )
    ]
    for path, words in covers.items():
        faults += [
            f"{path.relative_to(folders.tests)}: {fault}"
            for fault in _wrong(folders, path, words, modules)
        ]
    print(*sorted(faults), sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


def _wrong(
    folders: SourceFolders, path: Path, words: Iterable[str], modules: set[Path]
) -> Iterator[str]:
    """Yield what is wrong with what a test says that it covers."""
    for word in words:
        if word.endswith("/"):
            if not (folders.package / word).is_dir():
                yield f"covers {word}, which is no folder"
        elif Path(word) not in modules:
            yield f"covers {word}, which is no module"
        elif folders.is_named(Path(word)):
            yield f"covers {word}, which has a test of its name"
        elif Path(word) not in folders.reached(path):
            yield f"covers {word}, and never comes to it"


class SourceFolders:
    """Where the modules and their tests are."""

    def __init__(self, package: Path, tests: Path) -> None:
        self.package, self.tests = package, tests

    def is_named(self, module: Path) -> bool:
        """Tell whether a test has the name of a module (or package)."""
        words = module.with_suffix("").parts
        if words[-1] == "__init__":
            words = words[:-1]
        return any(
            (self.tests.joinpath(*words[:depth]) / f"test_{'_'.join(words[first:])}.py").is_file()
            for depth in range(len(words))
            for first in range(depth, len(words))
        )

    def is_tested_whole(self, module: Path) -> bool:
        """Tell whether the test of a package around the module comes to it."""
        for package in list(module.parents)[:-1]:
            words = package.parts
            tests = [
                self.tests.joinpath(*words[:depth]) / f"test_{'_'.join(words[first:])}.py"
                for depth in range(len(words))
                for first in range(depth, len(words))
            ]
            if len(words) > 1:
                tests += sorted((self.tests / package).rglob("test_*.py"))
            if any(path.is_file() and module in self.reached(path) for path in tests):
                return True
        return False

    @cache  # noqa: B019 - there is one for a run
    def reached(self, path: Path) -> frozenset[Path]:
        """Return the modules that a file imports, or names in full, and those that these do."""
        found, new = set[Path](), {path, *self._fixtures(path)}
        while new:
            found |= new
            new = {other for one in new for other in self._named(one)} - found
        package = {one for one in found if self.package in one.parents}
        return frozenset(one.relative_to(self.package) for one in package)

    @cache  # noqa: B019
    def _fixtures(self, path: Path) -> frozenset[Path]:
        """Return the files of fixtures that a test takes one of."""
        text, folders = path.read_text(), [path.parent, *path.parent.parents]
        return frozenset(
            file
            for folder in folders
            if folder.is_relative_to(self.tests) and (file := folder / "conftest.py").is_file()
            if any(re.search(rf"\b{name}\b", text) for name in _FIXTURE.findall(file.read_text()))
        )

    @cache  # noqa: B019
    def _named(self, path: Path) -> frozenset[Path]:
        text, names = path.read_text(), set[str]()
        for module, several in _FROM.findall(text):
            names.add(module)
            names.update(f"{module}.{name}" for name in re.findall(r"\w+", several))
        names.update(re.findall(rf"\b{self.package.name}\.[\w.]*\w", text))
        names.update(re.findall(r"^\s*import ([\w.]+)", text, re.M))
        return frozenset(file for name in names if (file := self._file(name)) is not None)

    def _file(self, name: str) -> Path | None:
        first, *rest = name.split(".")
        roots = [self.package] if first == self.package.name else [self.tests / first]
        roots += [] if first == self.package.name else [self.tests / "history" / first]
        for root in roots:
            path = root.joinpath(*rest)
            for file in (path.with_suffix(".py"), path / "__init__.py"):
                if file.is_file():
                    return file
        return None


def _does_something(path: Path) -> bool:
    return re.search(r"^\s*(async )?def ", path.read_text(), re.M) is not None


def _covered(path: Path) -> Iterator[str]:
    """Yield what a test says that it covers."""
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    for paragraph in text.split("\n\n"):
        if paragraph.startswith("Covers "):
            yield from re.findall(r"[\w/]+(?:\.py|/)", paragraph)


def _is_meant(module: Path, words: Iterable[str]) -> bool:
    return any(
        str(module).startswith(word) if word.endswith("/") else str(module) == word
        for word in words
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
