"""One word, one meaning: the glossary is in the code, and retired words name nothing any more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
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
# The same for the server, the tests and the scripts alone: on the page there are places and stays.
RETIRED_BEHIND = (
    *(
        "standing",
        "standings",
        "stay",
        "stays",
        "places",
        "crossing",
        "crossings",
        "ledger",
        "duty",
    ),
    *("said", "gone", "kept", "ours", "safe", "ties", "turn"),
)
# And those that are no part of a name either: ``AdminDesk``, ``channel_standing``.
RETIRED_PARTS = {
    *("helm", "desk", "keeper", "witness", "deed", "deeds", "veil", "lookout", "whereabouts"),
    *("claimant", "lifeline", "intake", "standing", "standings", "door", "doors", "said"),
}
# The same for names that more than one function sees: attributes, parameters, functions, variables
# of a module. A local variable of a short function may be plain past tense.
NAMES = {
    *("helm", "desk", "keeper", "front", "witness", "deed", "veil", "roll", "crowd", "lookout"),
    *("whereabouts", "claim", "claimant", "wheel", "seat", "lifeline", "patience", "ears"),
    *("others", "tells", "sight", "intake", "worst", "told", "heard"),
    *("deeds", "veiled", "sights", "door", "doors", "fronts", "standing", "standings", "keepers"),
    *("stay", "stays", "crossing", "crossings", "claims", "ledger", "seats", "ties"),
    *("said", "gone", "kept", "ours"),
}
# Names that others rely on: fields of states and frames, of what `check --json` prints, of the rows
# of locks. ``heard`` is one of them: when a thing last gave a sign of life.
ON_THE_WIRE = {
    "cli/check/findings.py: said",
    "console/checkup.py: said",  # the same finding, read from what `sightline check` says
    "accounts/answers.py: standing",
    "contract/frames.py: gone",
    "model/server.py: standing",
    "model/server.py: kept",
    "kinds/broker/clients.py: ours",
    "cluster/locks.py: told",
    # What a `Lock` has under that name.
    "cluster/lock_beats.py: told",
    "cluster/lock_client.py: told",
    "cluster/lock_store.py: told",
    "cluster/lock_table.py: told",
    "driving/lock_ports.py: told",
    "wiring/locks.py: told",
    # An alert tells by it who was notified.
    "kinds/rules/model.py: told",
    # What the engine writes down of its cases and conditions has these keys.
    "rules/case.py: told",
    "rules/case.py: told_at",
    "rules/conditions/regions.py: told",
    # OpenID Connect calls so what a token says of somebody; ``roles_claim`` is a setting.
    "accounts/oidc/decision.py: claims",
    "accounts/oidc/decision.py: read_claims",
    "accounts/oidc/decision.py: roles_claim",
    "accounts/oidc/id_token.py: claims",
    "accounts/oidc/id_token.py: verified_claims",
    "accounts/oidc/options.py: roles_claim",
    "accounts/oidc/provider.py: claims",
    "accounts/oidc/service.py: _claims",
    "accounts/oidc/service.py: claims",
    "settings/oidc.py: roles_claim",
}
# Here the word means what it says: many faces in one place of the map, many clients in a test.
THEIR_OWN = {"web/src/map/crowd.ts", "tests/driving/crowd.py"}
THEIR_OWN |= {"tests/page/test_places.py"}  # of places on the map


@cache
def source(path: Path) -> str:
    return path.read_text()


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Read a module and list everything in it, once for all that look."""
    return list(ast.walk(ast.parse(source(path))))


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
    assert any(pattern.search(source(path)) for path in server), (word, name)


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parts(name: str) -> list[str]:
    """List the words of a name, small."""
    return [part.lower() for part in re.findall("[A-Z]?[a-z]+|[A-Z]+", name)]


def behind(name: str) -> bool:
    """Tell whether a class or a file behind the page has a retired name."""
    return name.strip("_").lower() in (*RETIRED, *RETIRED_BEHIND) or not (
        RETIRED_PARTS.isdisjoint(parts(name))
    )


def test_the_names_of_classes_and_files_are_looked_at_as_meant():
    wrong = ("Standing", "ChannelStandings", "DeadDeed", "Stays", "Desk", "AdminDesk", "OpenDoor")
    assert all(map(behind, (*wrong, "doors", "said", "kept", "_Said", "admin_desk", "Witness")))
    assert not any(map(behind, ("StaysLonger", "PlacesApi", "Sightline", "Indoors", "crossed")))


def test_no_file_has_a_retired_name():
    wrong = [path for path in SOURCES if behind(path.stem.removeprefix("test_"))]
    wrong += [path for path in PAGE if path.stem in RETIRED]
    assert [shown(path) for path in wrong if shown(path) not in THEIR_OWN] == []


def test_no_class_has_a_retired_name():
    wrong = [
        f"{shown(path)}: {node.name}"
        for path in SOURCES
        for node in nodes(path)
        if isinstance(node, ast.ClassDef) and behind(node.name)
    ]
    for path in PAGE:
        for name in re.findall(r"^(?:export )?class (\w+)", path.read_text(), re.MULTILINE):
            if name.lower() in RETIRED or name.endswith("Desk"):
                wrong.append(f"{shown(path)}: {name}")
    assert wrong == []


def shared_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that more than one function sees."""
    for node in nodes:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.Module(body=body) | ast.ClassDef(body=body):
                for line in body:
                    targets = line.targets if isinstance(line, ast.Assign) else []
                    targets += [line.target] if isinstance(line, ast.AnnAssign) else []
                    yield from (t.id for t in targets if isinstance(t, ast.Name))


def retired(name: str) -> bool:
    return not NAMES.isdisjoint(parts(name))


def test_the_names_are_looked_at_as_meant():
    text = """
KEPT = 1
class A:
    told: int
    def veil(self, sight):
        said = self.world.heard
        self._ours, left = said, 1
"""
    found = {name for name in shared_names(ast.walk(ast.parse(text))) if retired(name)}
    assert found == {"KEPT", "told", "veil", "sight", "_ours"}
    assert not any(map(retired, ("scope", "hidden", "untold", "doorbell", "on_event")))


def test_nothing_that_is_shared_in_the_server_has_a_retired_name():
    wrong = set()
    for path in (ROOT / "server" / "sightline").rglob("*.py"):
        for name in shared_names(nodes(path)):
            if retired(name) and "heard" not in name:
                wrong.add(f"{shown(path).removeprefix('server/sightline/')}: {name}")
    assert wrong == ON_THE_WIRE


def test_no_two_classes_have_one_name():
    places: dict[str, set[str]] = {}
    for path in (ROOT / "server" / "sightline").rglob("*.py"):
        for node in nodes(path):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, set()).add(shown(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
