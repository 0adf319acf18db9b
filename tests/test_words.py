"""One word, one meaning: the glossary is in the code, and retired words name nothing any more."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = [
    path
    for folder in ("server/sightline", "tests", "scripts")
    for path in (ROOT / folder).rglob("*.py")
]
PAGE = [path for path in (ROOT / "web" / "src").rglob("*") if path.suffix in (".ts", ".tsx")]
ARCHITECTURE = (ROOT / "server" / "docs" / "explain" / "architecture.md").read_text()

# Words that were used for what now has the word of its field, as names of classes and files.
RETIRED = (
    *("helm", "verbs", "desk", "keeper", "front", "witness", "deed", "veil", "roll", "crowd"),
    *("lookout", "whereabouts", "claim", "claimant", "wheel", "seat", "lifeline"),
    *("patience", "ears", "others", "tells", "hear", "standin", "sight", "intake"),
    *("worst", "asking", "asked", "hiding", "looking", "told", "heard"),
    *("herald", "tape", "traveller", "likings", "rail", "pulse"),
)
# The shared store replaces these folders; their names go with them.
LEFT_ALONE = ("server/sightline/replicas/", "server/sightline/journal/", "tests/replicas/")
# Here the word means what it says: many faces in one place of the map, many clients in a test.
THEIR_OWN = {"web/src/map/crowd.ts", "tests/driving/crowd.py"}


def glossary() -> list[tuple[str, str]]:
    part = ARCHITECTURE.split("\n## Words\n")[1]
    return re.findall(r"^\| ([\w -]+) \| `(\w+)` \| \S", part, re.MULTILINE)


def test_the_glossary_has_about_sixty_words_each_once():
    words = [word for word, _ in glossary()]
    assert 50 <= len(words) <= 80
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(("word", "name"), glossary())
def test_every_word_of_the_glossary_is_in_the_code(word: str, name: str):
    server = [path for path in SOURCES if path.is_relative_to(ROOT / "server")]
    if name[0].isupper():
        pattern = re.compile(rf"^class {name}\b", re.MULTILINE)
    else:
        pattern = re.compile(rf"\b{name}s?\b")
    assert any(pattern.search(path.read_text()) for path in server), (word, name)


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_has_a_retired_name():
    wrong = [
        shown(path)
        for path in [*SOURCES, *PAGE]
        if not shown(path).startswith(LEFT_ALONE) and shown(path) not in THEIR_OWN
        if path.stem.removeprefix("test_") in RETIRED
    ]
    assert wrong == []


def test_no_class_has_a_retired_name():
    wrong = []
    for path in SOURCES:
        if shown(path).startswith(LEFT_ALONE) or shown(path).startswith("tests/"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name.lower() in RETIRED:
                wrong.append(f"{shown(path)}: {node.name}")
    for path in PAGE:
        for name in re.findall(r"^(?:export )?class (\w+)", path.read_text(), re.MULTILINE):
            if name.lower() in RETIRED or name.endswith("Desk"):
                wrong.append(f"{shown(path)}: {name}")
    assert wrong == []
