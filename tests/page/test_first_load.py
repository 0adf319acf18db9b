"""How many bytes the first visit to the map page costs: those of the built page, as they are sent.

Bytes and not times, so that a busy machine changes nothing. `scripts/first_load.py` measures times.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DIST = Path(__file__).resolve().parents[2] / "web" / "dist"
ENTRY = "index.html"
MAP = "src/map/map.ts"
LETTERS = "fonts/inter-latin.woff2"
FIRST_LOAD = 500_000
"""Everything that a visit of the map fetches, without tiles, faces and the names of towns."""
BEFORE_THE_LIST = 160_000
"""What is fetched before there is a list: page, script, style sheet, letters."""


@pytest.fixture(scope="module")
def manifest() -> dict[str, dict[str, Any]]:
    path = DIST / ".vite" / "manifest.json"
    if not path.exists():
        pytest.skip("needs a built page: cd web && npm run build")
    found: dict[str, dict[str, Any]] = json.loads(path.read_text())
    return found


def sent(name: str) -> int:
    """Return the bytes of a file as a browser is sent them."""
    packed = DIST / f"{name}.br"
    return (packed if packed.exists() else DIST / name).stat().st_size


def files(manifest: dict[str, dict[str, Any]], start: str) -> Iterator[str]:
    """List what comes with a module: what it imports at once, and the style sheets of both."""
    seen, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        about = manifest[name]
        yield about["file"]
        yield from about.get("css", ())
        todo += about.get("imports", ())


def before_the_list(manifest: dict[str, dict[str, Any]]) -> set[str]:
    return {
        "index.html",
        "theme.js",
        "icon.svg",
        manifest[LETTERS]["file"],
        *files(manifest, ENTRY),
    }


def worker(manifest: dict[str, dict[str, Any]]) -> str:
    (found,) = (name for name in manifest if name.endswith("src/source/worker.ts"))
    return found


def test_the_first_visit_of_the_map_costs_no_more_than_half_a_megabyte(
    manifest: dict[str, dict[str, Any]],
) -> None:
    whole = before_the_list(manifest) | set(files(manifest, MAP))
    whole |= set(files(manifest, worker(manifest)))
    cost = {name: sent(name) for name in whole}
    assert sum(cost.values()) <= FIRST_LOAD, sorted(cost.items(), key=lambda each: -each[1])


def test_the_list_waits_for_neither_map_nor_other_sections(
    manifest: dict[str, dict[str, Any]],
) -> None:
    first = set(files(manifest, ENTRY))
    later = [MAP, "src/pages/broker/page.tsx", "src/pages/console/page.tsx", "src/pages/robots.tsx"]
    assert not first & {manifest[name]["file"] for name in later}
    cost = {name: sent(name) for name in before_the_list(manifest)}
    assert sum(cost.values()) <= BEFORE_THE_LIST, sorted(cost.items(), key=lambda each: -each[1])


def test_names_of_towns_come_in_pieces_and_whole_only_for_a_search(
    manifest: dict[str, dict[str, Any]],
) -> None:
    pieces = [about["file"] for name, about in manifest.items() if "townpieces/" in name]
    assert len(pieces) > 50
    assert max(sent(name) for name in pieces) < 25_000
