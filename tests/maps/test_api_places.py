"""What lies where, over real HTTP: asked for by itself, and beside things, tracks and events.

Covers maps/place_service.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest_twisted

from place_scene import make_index
from sightline.history.record import entry
from sightline.maps.catalogue import Catalogue, MapEntry, MapList
from sightline.maps.place_service import PlaceService
from web_scene import NOW

HERE = [52.3710, 4.8800]
JANE = "friend/jane/phone"
WORDS = "Keizersgracht 123, Amsterdam"
BOUNDS = (4.0, 52.0, 6.0, 53.0)


async def town(open_web: Any, monkeypatch: Any) -> Any:
    """A server with the map of a town; its tiles are of no matter here."""
    monkeypatch.setattr("sightline.maps.service.problems", lambda folder, maps: {})
    home = await open_web()
    catalogue = Catalogue(home.maps.folder)
    with catalogue.locked():
        make_index(home.maps.folder / "town-1.places")
        made = MapEntry(
            file="town-1.pmtiles",
            digest="0" * 64,
            title="Town",
            role="base",
            tiles="mvt",
            schema="protomaps",
            bounds=BOUNDS,
            min_zoom=0,
            max_zoom=15,
            attribution=(),
            size=1,
            updated=1.0,
            source="town.pmtiles",
            places="town-1.places",
        )
        catalogue.write(MapList().put("town", made, NOW))
    await home.maps.look()
    home.admin = await home.knows("root", "admin")
    return home


async def posts(home: Any, path: str, **body: Any) -> Any:
    return await home.asks("POST", path, body, cookie=home.admin)


@pytest_twisted.ensureDeferred
async def test_positions_are_put_into_words_in_their_order(open_web, monkeypatch):
    home = await town(open_web, monkeypatch)
    answer = await posts(home, "/places/at", positions=[HERE, [0, 0]], language="el")
    assert answer.said["places"] == [
        {
            "text": "Keizersgracht 123, Άμστερνταμ",
            "street": "Keizersgracht",
            "number": "123",
            "park": "",
            "part": "",
            "town": "Άμστερνταμ",
        },
        {"text": "", "street": "", "number": "", "park": "", "part": "", "town": ""},
    ]


@pytest_twisted.ensureDeferred
async def test_streets_and_house_numbers_are_found(open_web, monkeypatch):
    home = await town(open_web, monkeypatch)
    near = {"lat": 52.37, "lon": 4.88}
    found = (await posts(home, "/places/search", text="keizersg", **near)).said["places"]
    assert [(each["name"], each["town"]) for each in found] == [
        ("Keizersgracht", "Amsterdam"),
        ("Keizersgracht", "Eindhoven"),
    ]
    asked = {"text": "keizersgracht 125 a", "language": "en", **near}
    first = (await posts(home, "/places/search", **asked)).said["places"][0]
    assert (first["name"], first["type"]) == ("Emperor's Canal 125A", "house")
    asked["text"] = "emperor's canal 123"
    first = (await posts(home, "/places/search", **asked)).said["places"][0]
    assert (first["name"], first["local"]) == ("Emperor's Canal 123", "Keizersgracht 123")
    assert (first["type"], first["lat"], first["lon"]) == ("house", 52.371, 4.8801)


@pytest_twisted.ensureDeferred
async def test_without_a_map_nothing_is_known(open_web):
    home = await open_web()
    home.admin = await home.knows("root", "admin")
    assert (await posts(home, "/places/at", positions=[HERE])).said["places"][0]["text"] == ""
    assert (await posts(home, "/places/search", text="keizersgracht")).said["places"] == []


@pytest_twisted.ensureDeferred
async def test_what_makes_no_sense_is_refused(open_web):
    home = await open_web()
    home.admin = await home.knows("root", "admin")
    for positions in ([[91, 0]], [[0]], [["a", 1]], [[0, 0]] * 51, None):
        answer = await posts(home, "/places/at", positions=positions)
        assert (answer.status, answer.code) == (400, "malformed"), positions
    assert (await posts(home, "/places/search", text="x" * 101)).code == "malformed"


@pytest_twisted.ensureDeferred
async def test_things_tracks_and_events_say_their_places_when_asked(open_web, monkeypatch):
    home = await town(open_web, monkeypatch)
    home.shows(JANE)
    where = {"lat": HERE[0], "lon": HERE[1]}
    said = json.dumps({"place": "what the phone says", **where}).encode()
    await home.store.write(
        [entry(JANE, sort, NOW - 60, NOW - 60, said) for sort in ("fix", "transition")], []
    )

    async def gets(path: str) -> Any:
        return (await home.asks("GET", path, cookie=home.admin)).said

    assert "place" not in (await gets(f"/things/{JANE}"))["thing"]
    track = (await gets(f"/history/{JANE}?place=1&last=10"))["data"]
    assert [each["place"] for each in track] == [WORDS]
    (event,) = (await gets("/events?place=1&language=el"))["events"]
    assert event["place"] == "Keizersgracht 123, Άμστερνταμ"
    unplaced = (await gets(f"/history/{JANE}"))["data"][0]
    assert unplaced["place"] == "what the phone says"
    too_long = await home.asks("GET", f"/history/{JANE}?place=1", cookie=home.admin)
    assert (too_long.status, too_long.code) == (400, "malformed")


@pytest_twisted.ensureDeferred
async def test_a_thing_says_its_place_when_asked(open_web, monkeypatch):
    async def texts(self: PlaceService, positions: Any, language: str = "") -> list[str]:
        return [f"{lat} {lon} {language}" for lat, lon in positions]

    monkeypatch.setattr(PlaceService, "texts", texts)
    home = await open_web()
    cookie = await home.knows("root", "admin")
    home.shows(JANE)
    home.shows("probot/ProBot1")
    one = await home.asks("GET", f"/things/{JANE}?place=1&language=de", cookie=cookie)
    assert one.said["thing"]["place"] == "48.5 2.25 de"
    every = await home.asks("GET", "/things?place=1", cookie=cookie)
    found = {thing["id"]: thing.get("place") for thing in every.said["things"]}
    assert found["jane/phone"] == "48.5 2.25 "
    assert found["ProBot1"] is None
