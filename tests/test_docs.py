"""What the documents say is what the program does: settings, references, links, questions."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from sightline.settings import (
    BrokerSettings,
    MapSettings,
    OidcSettings,
    ProbotSettings,
    Settings,
    WebhookSettings,
    load,
)

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "config" / "sightline.toml"
DOCS = ROOT / "server" / "docs"
# "#key = value" and "#[table]" are settings; "# words" are words.
SETTING = re.compile(r"#(?=[a-z_]+ = |\[)")


def shipped_lines() -> list[str]:
    return SHIPPED.read_text().splitlines()


def uncommented() -> dict[str, object]:
    return tomllib.loads("\n".join(SETTING.sub("", line) for line in shipped_lines()))


def documented_defaults() -> dict[str, object]:
    sections = msgspec.to_builtins(Settings(), builtin_types=())
    broker = msgspec.to_builtins(BrokerSettings(host="localhost"))
    del broker["password"], broker["named"], sections["friends"]["keys"]  # never in this file
    del sections["store"]["password"]
    robot = msgspec.to_builtins(ProbotSettings())
    hook = msgspec.to_builtins(WebhookSettings(url="https://house.example.org/crossings"))
    remote = msgspec.to_builtins(MapSettings(url="https://tiles.example.org/{z}/{x}/{y}.jpg"))
    signs = msgspec.to_builtins(
        OidcSettings(issuer="https://auth.example.org", client_id="sightline")
    )
    del hook["secret"], remote["secret"], signs["secret"]
    named = {
        "broker": {"main": broker},
        "probot": {"ProBot1": robot},
        "webhook": {"house": hook},
        "map": {"satellite": remote},
        "oidc": {"authelia": signs},
    }
    return sections | named


def as_lists(value: object) -> object:
    return (
        {k: as_lists(v) for k, v in value.items()}
        if isinstance(value, dict)
        else (list(value) if isinstance(value, tuple) else value)
    )


def test_the_shipped_settings_are_the_defaults():
    assert load(SHIPPED, {}) == Settings()


def test_every_setting_is_in_the_shipped_file_with_its_default_and_no_other():
    assert uncommented() == as_lists(documented_defaults())


def test_the_shipped_file_is_still_loadable_when_all_of_it_is_uncommented(tmp_path: Path):
    whole = tmp_path / "whole.toml"
    whole.write_text("\n".join(SETTING.sub("", line) for line in shipped_lines()))
    settings = load(whole, {})
    none: dict[str, object] = {}
    tables = dict.fromkeys(("broker", "probot", "webhook", "map", "oidc"), none)
    assert msgspec.structs.replace(settings, **tables) == Settings()
    assert settings.broker["main"].host == "localhost"


@pytest.mark.parametrize(
    "number", [n for n, line in enumerate(shipped_lines()) if SETTING.match(line)]
)
def test_every_setting_has_words_above_it(number: int):
    lines = shipped_lines()
    while SETTING.match(lines[number]):  # a pair shares its words
        number -= 1
    assert re.match(r"# \S", lines[number]), f"no comment above line {number + 2}"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REFERENCE = script("reference")


@pytest.mark.parametrize("name", REFERENCE.PAGES)
def test_the_reference_is_what_the_code_says(name: str):
    made = REFERENCE.written(name)
    assert (DOCS / "reference" / f"{name}.md").read_text() == made, "run scripts/reference.py"


def test_the_types_of_the_page_are_those_of_the_server():
    made = REFERENCE.page_types()
    assert (ROOT / "web" / "src" / "generated.ts").read_text() == made, "run scripts/reference.py"


def test_every_metric_of_the_collector_is_in_its_reference():
    source = (ROOT / "server" / "sightline" / "web" / "metrics.py").read_text()
    named = set(re.findall(r'"sightline_(\w+)"', source))
    listed = set(re.findall(r"`sightline_(\w+?)(?:_total)?`", REFERENCE.metrics_page()))
    assert len(listed) > 30
    assert named <= listed


def documents() -> dict[str, str]:
    found = {path.relative_to(ROOT).as_posix(): path.read_text() for path in DOCS.rglob("*.md")}
    for name in ("README.md", "server/README.md", "config/README.md", "web/README.md"):
        found[name] = (ROOT / name).read_text()
    return found


DOCUMENTS = documents()
LONGEST = {
    "README.md": 110,
    "server/README.md": 60,
    "config/README.md": 60,
    "server/docs/explain/architecture.md": 150,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_can_be_read_in_one_go(name: str):
    assert DOCUMENTS[name].count("\n") <= LONGEST.get(name, 400)


def anchor(heading: str) -> str:
    """As the repository's viewer and web/scripts/build-docs.mjs make it."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip())


def headings(text: str) -> set[str]:
    return {anchor(found) for found in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(name: str):
    for link in re.findall(r"\]\(([^)\s]+)\)", DOCUMENTS[name]):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, place = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), link
        if place:
            assert place in headings(target.read_text()), link


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_of_ours_that_a_document_names_exists(name: str):
    named = re.findall(r"(?<![\w/.])((?:scripts|tests|config)/[\w./-]+\w)", DOCUMENTS[name])
    folders = (ROOT, ROOT / "web") if name == "web/README.md" else (ROOT,)
    lost = [each for each in named if not any((folder / each).exists() for folder in folders)]
    assert set(lost) <= {"config/broker.secret"}  # made by the reader


def test_the_pictures_are_small_and_shown():
    pictures = sorted((DOCS / "images").glob("*.png"))
    shown = "\n".join(DOCUMENTS.values())
    assert 5 <= len(pictures) <= 8
    for picture in pictures:
        assert 10_000 < picture.stat().st_size < 150_000
        assert f"images/{picture.name})" in shown


# Thirty questions of a newcomer (explain/architecture.md).

ARCHITECTURE = DOCUMENTS["server/docs/explain/architecture.md"]
QUESTIONS = (
    *("login", "frame format", "path of a message", "permissions", "audit log", "geofence verdict"),
    *("leader election", "lock between servers", "acknowledge after commit", "list of all things"),
    *("OpenAPI", "backup", "command line's database access", "connection limits"),
    *("cookies and CSRF", "bound of a stop", "echo and round trip", "WebSocket requests"),
    *("fan-out", "reconnect", "HTTP mode", "Recorder's API", "metrics", "settings", "entry point"),
    *("retention", "origin check", "pseudonyms", "presence", "log of the history"),
    "spill",
)


def rows(heading: str) -> list[list[str]]:
    """The table below a heading of the architecture, without its head."""
    part = ARCHITECTURE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_of_a_newcomers_questions_has_its_answer(question: str):
    (paths,) = (path for asked, path in rows("Where is …") if question in asked)
    assert paths


def test_every_answer_is_there():
    for question, paths in rows("Where is …"):
        for path in re.findall(r"`([^`]+)`", paths):
            assert (ROOT / path).exists(), (question, path)
