"""The checks of scripts/check.sh that are our own find what they are for."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from grimp import ImportGraph

LIB = Path(__file__).parent.parent / "scripts" / "lib"

MODULE = """
from collections.abc import Callable
Hear = Callable[[str], None]

class Ear:
    told: Hear | None = None
    name = ""
    def __init__(self, heard: Hear) -> None:
        self.heard = heard
        self.gone: Callable[[], None] = lambda: None
    def hears(self) -> None: ...

class Head:
    def __init__(self, ear: Ear) -> None:
        {line}
    def thinks(self) -> None: ...

def alone() -> None: ...
"""


def run(script: str, *options: object) -> tuple[int, str]:
    command = [sys.executable, str(LIB / script), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    "line",
    [
        "ear.told = None",
        "ear.heard = print",
        "ear.gone = print",
        "ear.other = lambda: None",
        "ear.other = self.thinks",
        "ear.other = alone",
        "self.ear = ear; self.ear.heard = print",
        "ear.other = Ear(print).hears",
        "ear.name, ear.other = 'left', alone",
        "setattr(ear, 'heard', print)",
    ],
)
def test_a_callable_that_is_assigned_from_outside_is_found(tmp_path, line):
    (tmp_path / "ears.py").write_text(MODULE.format(line=line))
    status, said = run("assigned.py", tmp_path)
    assert status == 1
    assert "ears.py:15: the callable" in said


@pytest.mark.parametrize(
    "line",
    ["self.told = print", "ear.name = 'left'", "self.ear = ear", "setattr(ear, 'name', 'left')"],
)
def test_what_an_object_says_of_itself_is_not(tmp_path, line):
    (tmp_path / "ears.py").write_text(MODULE.format(line=line))
    assert run("assigned.py", tmp_path) == (0, "")


def test_what_is_too_large_is_found(tmp_path):
    methods = "".join(f"    def m{n}(self): ...\n" for n in range(21))
    (tmp_path / "a.py").write_text(f"class Many:\n{methods}")
    (tmp_path / "b.py").write_text("def long():\n" + "    x = 1\n" * 60)
    (tmp_path / "c.py").write_text("x = 1\n" * 401)
    (tmp_path / "wiring").mkdir()
    (tmp_path / "wiring" / "d.py").write_text("def joined():\n" + "    x = 1\n" * 40)
    status, said = run("sizes.py", tmp_path)
    assert (status, said.splitlines()) == (
        1,
        [
            "a.py:Many: 21 methods, and 20 at most",
            "b.py:long: 61 lines, and 60 at most",
            "c.py: 401 lines, and 400 at most",
            "wiring/d.py:joined: 41 lines, and 40 at most",
        ],
    )
    (tmp_path / "a.py").write_text("class Few: ...\n")
    (tmp_path / "b.py").write_text("def short():\n" + "    x = 1\n" * 59)
    (tmp_path / "c.py").write_text("x = 1\n" * 400)
    (tmp_path / "wiring" / "d.py").write_text("def joined():\n" + "    x = 1\n" * 39)
    assert run("sizes.py", tmp_path) == (0, "")


def imports():
    found = spec_from_file_location("imports", LIB / "imports.py")
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


def graph_of(**imported: str) -> ImportGraph:
    graph = ImportGraph()
    for name, others in imported.items():
        for other in others.split():
            graph.add_import(importer=f"sightline.{name}", imported=other)
    return graph


def test_a_circle_of_imports_is_found():
    check = imports()
    around = {"a": "sightline.b", "b": "sightline.c time", "c": "sightline.a"}
    (fault,) = check.circles(graph_of(**around))
    assert fault.startswith("a circle of imports: sightline.")
    around["c"] = "time"
    assert [*check.circles(graph_of(**around))] == []


def test_a_pure_module_that_is_not_listed_is_found():
    check = imports()
    graph = graph_of(a="re", b="sightline.a", c="sightline.d", d="os.path", e="sightline.a")
    listed, forbidden = ["sightline.a"], ["os", "sqlite3"]
    assert [*check.unlisted(graph, listed, forbidden)] == [
        "sightline.b is pure: pyproject.toml is to list it",
        "sightline.e is pure: pyproject.toml is to list it",
    ]
    # Statements for a database that is handed over, and answers to requests, are no rules.
    graph.add_import(importer="sightline.b", imported="sightline.database.engine")
    graph.add_import(importer="sightline.api_e", imported="sightline.a")
    assert [*check.unlisted(graph, [*listed, "sightline.e"], forbidden)] == []


def test_a_module_whose_test_is_not_found_by_its_name_is_told(tmp_path):
    package, tests = tmp_path / "package", tmp_path / "tests"
    for name in ("a/b/one.py", "a/b/two.py", "a/three.py", "a/__init__.py", "a/only_names.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("MOST = 1\n" if "only" in name else "def work(): ...\n")
    for name in ("a/b/test_one.py", "a/test_b_two.py", "test_a.py", "a/test_else.py"):
        (tests / name).parent.mkdir(parents=True, exist_ok=True)
        (tests / name).write_text("")
    other = tests / "a" / "test_else.py"
    missing = "a/three.py: has no test of its name\n"
    assert run("test_names.py", package, tests) == (1, missing)
    # It is enough that another test says so, and comes to it.
    other.write_text('"""Whatever.\n\nCovers a/three.py.\n"""\n')
    never = "a/test_else.py: covers a/three.py, and never comes to it\n"
    assert run("test_names.py", package, tests) == (1, never + missing)
    other.write_text(other.read_text() + "from package.a import three\n")
    assert run("test_names.py", package, tests) == (0, "")
    other.write_text(other.read_text().replace("a/three.py", "a/three.py, a/b/one.py, a/no.py"))
    assert run("test_names.py", package, tests) == (
        1,
        "a/test_else.py: covers a/b/one.py, which has a test of its name\n"
        "a/test_else.py: covers a/no.py, which is no module\n",
    )


def test_the_test_of_a_whole_package_is_that_of_the_modules_it_comes_to(tmp_path):
    package, tests = tmp_path / "package", tmp_path / "tests"
    for name in ("a/b/one.py", "a/b/two.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("def work(): ...\n")
    (tests / "a").mkdir(parents=True)
    (tests / "a" / "test_b.py").write_text("from package.a.b.one import work\n")
    two = (1, "a/b/two.py: has no test of its name\n")
    assert run("test_names.py", package, tests) == two
    (tests / "a" / "test_b.py").rename(tests / "a" / "test_other.py")
    (tests / "a" / "b").mkdir()
    (tests / "a" / "b" / "test_work.py").write_text("from package.a.b import one, two\n")
    assert run("test_names.py", package, tests) == (0, "")


def test_the_files_that_are_begun_first_are_there():
    tests = Path(__file__).parent
    for name in (tests / "longest.txt").read_text().split():
        assert (tests / f"{name}.py").is_file(), name


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ('"""Of a module with a text."""\nMOST = 5\n"""Of one viewer."""', ""),
        ('"""Of a module with a text."""\nMOST = 5\n"""s"""', "MOST: says too little"),
        ("class A:\n    at: float\n    '''Epoch s.'''", "at: says too little"),
        ("class A:\n    at: float\n    '''When it came, epoch s.'''", ""),
        ("def f():\n    '''A small box of it.'''", "f: begins with no verb"),
        ("def f():\n    '''Open it.'''", "f: says too little"),
    ],
)
def test_a_docstring_that_says_too_little_is_found(tmp_path, source, fault):
    (tmp_path / "a.py").write_text(source)
    status, said = run("docstrings.py", tmp_path)
    assert (status, fault in said) == (int(bool(fault)), True)
    assert bool(said) == bool(fault)
