"""What a running server makes of its maps: it notices changes, and says what is damaged.

Covers cli/map.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest_twisted

from archives import archive
from helsinki import LIMITS, put_map, quiet
from sightline.cli.main import main
from sightline.kinds.maps.model import MapSource
from sightline.maps.adding import WantedMap, add
from sightline.maps.catalogue import LIST, Catalogue
from web_scene import WebScene


def maps_of(home: WebScene) -> dict[str, str]:
    return {key: state.title for key, state in home.world if isinstance(state, MapSource)}


@pytest_twisted.ensureDeferred
async def test_what_the_command_line_does_is_seen_by_open_pages(
    open_web: Any, tmp_path: Path, capsys: Any
) -> None:
    home = await open_web()
    browser = await home.browser(await home.knows("jane"))
    source = tmp_path / "town.pmtiles"
    source.write_bytes(archive())
    state = str(tmp_path / "state0")
    assert main(["map", "add", str(source), "--title", "Our town", "--state", state]) == 0
    assert "The map town was added" in capsys.readouterr().out
    await home.until(lambda: "map/town" in browser.picture.things)
    told = browser.picture.things["map/town"]
    assert told["title"] == "Our town"
    assert told["bounds"] == [24.9, 60.1, 25.0, 60.2]
    assert main(["map", "list", "--state", state]) == 0
    assert main(["map", "show", "town", "--state", state]) == 0
    said = capsys.readouterr().out
    assert "town  Our town, base, Protomaps" in said
    assert "covers  60.1000,24.9000 to 60.2000,25.0000" in said
    assert main(["map", "remove", "town", "--state", state]) == 0
    await home.until(lambda: "map/town" not in browser.picture.things)
    assert main(["map", "remove", "town", "--state", state]) == 1
    assert "there is no map town" in capsys.readouterr().err


@pytest_twisted.ensureDeferred
async def test_a_damaged_map_is_said_and_the_others_are_shown(
    open_web: Any, tmp_path: Path, capsys: Any
) -> None:
    state = tmp_path / "state0"
    file = put_map(state)
    town = tmp_path / "town.pmtiles"
    town.write_bytes(archive())
    add(Catalogue(state / "maps"), WantedMap(town), LIMITS, quiet)
    file.write_bytes(file.read_bytes()[:-100])
    (tmp_path / "state0").rename(tmp_path / "kept")
    home = await open_web()
    (tmp_path / "kept" / "maps").rename(state / "maps")
    await home.until(lambda: "map/town" in home.world)
    assert maps_of(home) == {"map/town": "Town"}
    root = await home.knows("root", "admin")
    told = (await home.asks("GET", "/admin/maps", cookie=root)).said
    problems = {each["name"]: each["problem"] for each in told["maps"]}
    assert problems["town"] == ""
    assert "helsinki-" in problems["helsinki"]
    assert "bytes and not" in problems["helsinki"]
    assert main(["map", "list", "--state", str(state)]) == 1
    assert "is not shown" in capsys.readouterr().out


@pytest_twisted.ensureDeferred
async def test_a_list_that_cannot_be_read_is_said_and_maps_stay(
    open_web: Any, tmp_path: Path
) -> None:
    home = await open_web()
    folder = tmp_path / "state0" / "maps"
    town = tmp_path / "town.pmtiles"
    town.write_bytes(archive())
    add(Catalogue(folder), WantedMap(town), LIMITS, quiet)
    await home.until(lambda: "map/town" in home.world)
    (folder / LIST).write_bytes(b"{broken")
    await home.until(lambda: home.maps.trouble)
    root = await home.knows("root", "admin")
    told = (await home.asks("GET", "/admin/maps", cookie=root)).said
    assert "catalogue.json is damaged" in told["trouble"]
    assert [each["name"] for each in told["maps"]] == ["town"]
    assert "map/town" in home.world
