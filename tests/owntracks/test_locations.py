"""Ranges of ``/api/0/locations`` of any length: whole, streamed, counted, in every format.

Covers owntracks/fixes.py, owntracks/recorder_query.py, owntracks/times.py, owntracks/zones.py.
"""

from __future__ import annotations

import csv
import io
import json
import re
import socket
from typing import Any
from xml.etree import ElementTree

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from owntracks.scene import PhoneScene, fix
from sightline.history.record import entry
from sightline.model.faults import Unavailable
from sightline.owntracks import ranges, recorder_api
from sightline.owntracks.fixes import Fix
from sightline.owntracks.ranges import HELD
from sightline.owntracks.times import iso
from sightline.owntracks.zones import TimeZones
from sightline.web.streaming import follow, is_disconnected
from sightline.wiring.owntracks_ranges import StoredFixes, judged
from web_scene import NOW, Answer

ANN = "friend/ann/p"
MONTH = 31 * 86400
LONG = HELD + 1_234  # fixes: more than what is held, in several pages
SPAN = f"from={iso(NOW - MONTH)}&to={iso(NOW)}"
PATH = f"locations?user=ann&device=p&{SPAN}"
FORMATS = ("json", "geojson", "linestring", "csv", "xml", "gpx")


async def stored(open_web: Any, *messages: dict[str, Any]) -> tuple[PhoneScene, Any]:
    """A server whose history has these locations of Ann's phone, and how one asks for them."""
    here = await PhoneScene().opens(open_web)
    here.recorder._ranges = judged(StoredFixes(here.home.store))
    cookie = await here.home.knows("reader", see=("*",))
    here.hears("ann/p", {"_type": "card", "name": "Ann"}, "/info")
    await here.home.store.write(
        [entry(ANN, "fix", one["tst"], NOW, json.dumps(one).encode()) for one in messages], []
    )

    async def get(path: str, **more: Any) -> Answer:
        return await here.gets(path, cookie=cookie, **more)

    return here, get


def month(count: int) -> list[dict[str, Any]]:
    """So many fixes of a month of a phone that is on its way all the time."""
    return [
        fix(tst=int(NOW) - MONTH + 1 + n * (MONTH // count), lat=48 + n / 1e5, lon=11, acc=10)
        for n in range(count)
    ]


def count(form: str, text: bytes) -> int:
    """How many fixes are in such an answer, which is read as its readers do."""
    if form == "json":
        said = json.loads(text)
        assert said["count"] == len(said["data"])
        assert [*said] == ["count", "data", "status", "version"]
        assert said["data"] == sorted(said["data"], key=lambda one: one["tst"])
        return len(said["data"])
    if form == "geojson":
        return len(json.loads(text)["features"])
    if form == "linestring":
        return len(json.loads(text)["geometry"]["coordinates"])
    if form == "csv":
        return len(list(csv.DictReader(io.StringIO(text.decode()))))
    point = "point" if form == "xml" else "{http://www.topografix.com/GPX/1/1}trkpt"
    return sum(1 for _ in ElementTree.fromstring(text).iter(point))


@pytest_twisted.ensureDeferred
async def test_a_month_is_given_as_a_whole(open_web, monkeypatch):
    monkeypatch.setattr("sightline.owntracks.formats.LONG", 5_000)
    sent = month(10_500)
    here, get = await stored(open_web, *sent)
    answer = await get(PATH)
    assert count("json", answer.data) == 10_500
    assert re.match(rb'{"count": +10500,"data":\[{"_type":"location","lat":48.0,', answer.data)
    assert "content-length" not in answer.headers  # it was sent as it was made
    said = (await get(f"{PATH}&limit=10200&fields=tst")).said
    assert [one["tst"] for one in said["data"]] == [one["tst"] for one in sent[300:]]
    await here.home.until(lambda: (here.home.reads.running, here.home.reads.waiting) == (0, 0))


@pytest.mark.parametrize("soon", [True, False])
@pytest.mark.parametrize("form", FORMATS)
@pytest_twisted.ensureDeferred
async def test_a_long_range_is_whole_in_every_format(open_web, form, soon, monkeypatch):
    """Also where the answer is begun ``soon``, before the whole of it is known."""
    if soon:
        monkeypatch.setattr("sightline.owntracks.formats.LONG", 100)
    _, get = await stored(
        open_web, *month(LONG), fix(tst=int(NOW) - 1, lat=48.1, lon=11, poi="Pier")
    )
    answer = await get(f"{PATH}&format={form}")
    assert answer.status == 200
    assert count(form, answer.data) == LONG + 1
    if form == "csv":
        assert answer.data.splitlines()[-1].decode().count(",Pier,") == 1


@pytest_twisted.ensureDeferred
async def test_no_more_of_a_range_is_held_than_a_short_one(open_web, monkeypatch):
    """What is alive of a month at any time, while nobody reads it faster than it is made."""
    _, get = await stored(open_web, *month(LONG))
    most = alive = 0

    class Counted(Fix):
        def __new__(cls, *fields: Any) -> Counted:
            nonlocal most, alive
            alive += 1
            most = max(most, alive)
            return super().__new__(cls, *fields)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    monkeypatch.setattr(ranges, "Fix", Counted)
    for form in ("json", "csv"):  # both are read twice
        assert (await get(f"{PATH}&format={form}")).status == 200
    assert HELD <= most < HELD + 200


@pytest_twisted.ensureDeferred
async def test_for_a_client_that_went_away_nothing_more_is_read(open_web, monkeypatch):
    here, _ = await stored(open_web, *month(LONG))
    cookie = await here.home.knows("leaver", see=("*",))
    third, pages, followed = Deferred[None](), list[int](), list[Any]()
    page = here.home.store.page

    def counted(*args: Any) -> Any:
        pages.append(1)
        return third.addCallback(lambda _: page(*args)) if len(pages) == 3 else page(*args)

    def noted(request: Any) -> None:
        followed.append(request)
        follow(request)

    monkeypatch.setattr(here.home.store, "page", counted)
    monkeypatch.setattr(recorder_api, "follow", noted)
    with socket.create_connection(("127.0.0.1", here.home.port)) as client:
        host = f"Host: 127.0.0.1:{here.home.port}\r\nCookie: {cookie}\r\n\r\n"
        client.sendall(f"GET /api/0/{PATH}&format=xml HTTP/1.1\r\n{host}".encode())
        await here.home.until(lambda: len(pages) == 3)
    await here.home.until(lambda: is_disconnected(followed[0]))
    third.callback(None)
    await here.home.until(lambda: here.home.reads.running == 0)
    assert len(pages) == 3


@pytest_twisted.ensureDeferred
async def test_a_short_range_has_a_length_and_a_store_that_is_away_is_said(open_web, monkeypatch):
    here, get = await stored(open_web, fix(tst=int(NOW) - 60))
    answer = await get(PATH)
    assert answer.headers["content-length"] == answer.headers["x-content-length"]
    assert answer.data.startswith(b'{"count":1,"data":[{')
    head = await get(PATH, method="HEAD")
    assert (head.status, head.data) == (200, b"")
    assert head.headers["content-length"] == answer.headers["content-length"]

    def away(*_: Any) -> Any:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(here.home.store, "page", away)
    answer = await get(PATH)
    assert (answer.status, b"the disk is full" in answer.data) == (503, True)


@pytest_twisted.ensureDeferred
async def test_the_newest_of_a_range_are_counted_without_what_cannot_be_right(open_web):
    good = [fix(tst=int(NOW) - 100 + n, acc=5) for n in range(5)]
    wrong = fix(tst=int(NOW) - 10, lat=0.0, lon=0.0, acc=5)
    _, get = await stored(open_web, *good, wrong)
    said = (await get(f"{PATH}&limit=2")).said
    assert [one["tst"] - int(NOW) for one in said["data"]] == [-97, -96]
    assert said["count"] == 2
    assert (await get(f"{PATH}&limit=0")).said["data"] == []


@pytest_twisted.ensureDeferred
async def test_without_a_store_a_range_is_judged_in_the_same_way(open_web):
    here = await PhoneScene().opens(open_web)
    cookie = await here.home.knows("reader", see=("*",))
    for n, lat in enumerate((48.1, 0.0, 48.1, 59.3, 48.1)):
        here.hears("ann/p", fix(tst=int(NOW) - 10 + n, lat=lat, lon=11.5 if lat else 0.0, acc=5))
    said = (await here.gets("locations?user=ann&device=p", cookie=cookie)).said
    assert [one["lat"] for one in said["data"]] == [48.1, 48.1, 48.1]
    assert said["count"] == 3


@pytest.mark.parametrize("kept", [True, False])
@pytest_twisted.ensureDeferred
async def test_numbers_stay_of_the_kind_they_were_sent_as_and_a_topic_is_told(open_web, kept):
    message = (
        b'{"_type":"location","lat":48,"lon":-11.12345678901234,"tst":%d,"acc":12.0,"alt":7,'
        b'"vel":0,"p":101.30,"batt":80,"topic":"owntracks/ann/P","odd":1}' % (int(NOW) - 20)
    )
    here = await PhoneScene().opens(open_web)
    if kept:
        here.recorder._ranges = judged(StoredFixes(here.home.store))
        await here.home.store.write([entry(ANN, "fix", NOW - 20, NOW, message)], [])
    cookie = await here.home.knows("reader", see=("*",))
    here.hears("ann/p", message)
    text = (await here.gets("locations?user=ann&device=p", cookie=cookie)).data
    for part in (
        *(b'"lat":48,', b'"lon":-11.12345678901234,', b'"acc":12.0,', b'"alt":7,', b'"vel":0,'),
        *(b'"p":101.3,', b'"batt":80,', b'"topic":"owntracks/ann/P"', b'"tst":%d' % (NOW - 20)),
    ):
        assert part in text, part
    assert b"odd" not in text


@pytest_twisted.ensureDeferred
async def test_a_line_over_the_antimeridian_is_cut_in_both_apis(open_web):
    over = [
        fix(tst=int(NOW) - 50 + n, lat=lat, lon=lon)
        for n, (lat, lon) in enumerate([(10, 179.0), (20, -179.0), (30, -178.0)])
    ]
    here, get = await stored(open_web, *over)
    admin = await here.home.knows("root", "admin")
    old = (await get(f"{PATH}&format=linestring")).said["geometry"]
    new = await here.home.asks("GET", f"/history/{ANN}?format=linestring", cookie=admin)
    cut = [[[179.0, 10.0], [180.0, 15.0]], [[-180.0, 15.0], [-179.0, 20.0], [-178.0, 30.0]]]
    for geometry in (old, new.said["geometry"]):
        assert geometry == {"type": "MultiLineString", "coordinates": cut}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\uff1d1"])
@pytest_twisted.ensureDeferred
async def test_no_text_becomes_a_formula(open_web, text):
    _, get = await stored(open_web, fix(tst=int(NOW) - 5, SSID=text, lat=-1.5))
    answer = await get(f"{PATH}&format=csv&fields=SSID,lat")
    row = list(csv.reader(io.StringIO(answer.data.decode(), newline="")))[1]
    assert row[0].startswith("'")
    assert row[1] == "-1.500000"


# -- time zones


def zones() -> TimeZones:
    return TimeZones(lambda: lambda lon, lat: {2: "Europe/Paris", 9: "Mars/Base"}.get(int(lon), ""))


@pytest_twisted.ensureDeferred
async def test_the_time_zone_of_a_place_and_the_time_there_are_told(open_web):
    here, get = await stored(
        open_web,
        fix(tst=1_795_235_749 - 86400, lat=48.85, lon=2.29),
        fix(tst=1_795_235_749 - 86300, lat=48.85, lon=9.1),
        fix(tst=1_795_235_749 - 86200, lat=48.85, lon=33.1),
    )
    here.recorder._zones = zones()
    said = (await get(PATH)).said["data"]
    told = [{name: one[name] for name in ("tzname", "isolocal") if name in one} for one in said]
    paris = {"tzname": "Europe/Paris", "isolocal": "2026-11-20T05:35:49+0100"}
    assert told == [paris, {"tzname": "Mars/Base"}, {}]
    assert [*said[0]][-2:] == ["tzname", "isolocal"]
    answer = await get(f"{PATH}&fields=lon,isolocal&limit=3")
    assert answer.said["data"][0] == {"lon": 2.29, "isolocal": paris["isolocal"]}
    table = (await get(f"{PATH}&format=csv")).data.decode().splitlines()
    assert table[0].endswith(",disptst,tzname,isolocal")
    here.hears("ann/p", fix(tst=1_795_235_749 - 100, lat=48.85, lon=2.29))
    (last,) = (await get("last?user=ann")).said
    assert (last["tzname"], last["isolocal"]) == ("Europe/Paris", "2026-11-21T05:34:09+0100")


@pytest_twisted.ensureDeferred
async def test_the_real_borders_name_real_zones():
    real = TimeZones()
    assert real.at(48.85, 2.29, NOW) == {}  # they are not loaded
    await real.ready()
    await real.ready()
    assert real.at(48.85, 2.29, 1_795_235_749)["tzname"] == "Europe/Paris"
    assert real.at(-33.87, 151.21, 1_795_235_749) == {
        "tzname": "Australia/Sydney",
        "isolocal": "2026-11-21T15:35:49+1100",
    }


@pytest_twisted.ensureDeferred
async def test_without_the_borders_no_zone_is_told():
    def missing() -> Any:
        raise ImportError("no such module")

    without = TimeZones(missing)
    await without.ready()
    assert without.at(48.85, 2.29, NOW) == {}


def test_answers_are_made_ahead_within_a_bound():
    assert recorder_api._AHEAD <= 262_144
