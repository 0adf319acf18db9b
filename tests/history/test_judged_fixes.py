"""Doubtful fixes are counted nowhere, and what an owner decides about a fix counts everywhere.

Covers cli/judging.py, history/api_hide.py, history/api_verdicts.py, history/tracks.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import pytest_twisted

from sightline.cli.judging import report
from sightline.history import judged_fixes, tracks
from sightline.history.memory import MemoryStore
from sightline.history.query_params import Track
from sightline.history.record import HistoryEntry, entry
from sightline.kinds.friends.plausibility import INVALID, NULL_ISLAND, TOO_FAST
from web_scene import NOW

T0 = NOW - 3600
JANE = "friend/jane/phone"
WRONG = (25, 45, 90, 105)  # an island, a negative accuracy, two leaps


def fix(second: float, thing: str = JANE, **more: Any) -> HistoryEntry:
    tst = T0 + second
    said = {"_type": "location", "tst": tst, "lat": 48.0, "lon": 11.0, "acc": 10} | more
    return entry(thing, "fix", tst, tst, json.dumps(said).encode())


RIGHT = [fix(10 * n + 0.5) for n in range(12)]
DOUBTFUL = [
    fix(25, lat=0, lon=0),
    fix(45, acc=-5),
    fix(90, lat=49.0),
    fix(105, lat=52.0, lon=5.0),
]


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore()
    pytest_twisted.blockon(made.write([*RIGHT, *DOUBTFUL], []))
    return made


def asked(**more: Any) -> Track:
    usual = {"thing": JANE, "sort": "fix", "since": -1e11, "until": 1e11, "limit": None}
    rest = {"last": None, "fields": (), "max_error": 0.0, "format": "json", "hidden": False}
    return Track(**(usual | rest | more))


async def seconds(store: MemoryStore, **more: Any) -> list[float]:
    return [one["tst"] - T0 async for some in tracks.fixes(store, asked(**more)) for one in some]


@pytest_twisted.ensureDeferred
async def test_the_first_and_the_last_so_many_are_counted_of_those_that_are_used(store):
    right = [10 * n + 0.5 for n in range(12)]
    assert await seconds(store) == right
    for most in range(1, 13):
        assert await seconds(store, limit=most) == right[:most]
        assert await seconds(store, last=most) == right[-most:]
    assert await seconds(store, last=50) == right
    assert await seconds(store, which="doubtful") == list(WRONG)
    assert await seconds(store, which="doubtful", last=2) == [90, 105]
    assert len(await seconds(store, which="all")) == 16


@pytest_twisted.ensureDeferred
async def test_many_doubtful_ones_at_the_end_do_not_shorten_the_last_so_many():
    store = MemoryStore()
    islands = [fix(1_000 + n, lat=0, lon=0) for n in range(1_500)]
    await store.write([*RIGHT, *islands], [])
    assert len(await seconds(store, last=12)) == 12


@pytest_twisted.ensureDeferred
async def test_a_fix_at_the_edge_of_a_span_is_judged_by_what_is_beyond(store):
    for since, until in ((90, 105), (89, 91), (105, 1_000)):
        some = await seconds(store, since=T0 + since, until=T0 + until)
        assert set(some).isdisjoint(WRONG), (since, until)


@pytest_twisted.ensureDeferred
async def test_nobody_makes_a_fix_believed_by_saying_so():
    store = MemoryStore()
    await store.write([*RIGHT, fix(33, lat=0, lon=0, believed=True, hidden=True, doubt="x")], [])
    assert 33 not in await seconds(store)


@pytest_twisted.ensureDeferred
async def test_verdicts_are_counted_by_reason(store):
    lines = await report(store, JANE, 0, 1e11)
    assert lines[0] == "jane/phone: 12 used, 4 doubtful"
    assert sorted(lines[1:]) == sorted(
        [f"  1: {INVALID}", f"  1: {NULL_ISLAND}", f"  2: {TOO_FAST}"]
    )
    await store.hide(JANE, "fix", [(DOUBTFUL[2].tst, DOUBTFUL[2].digest)], "u", believed=True)
    assert (await report(store, JANE, 0, 1e11))[0] == (
        "jane/phone: 13 used (1 of them by an owner's word), 3 doubtful"
    )


@pytest_twisted.ensureDeferred
async def test_the_last_used_fix_of_a_time_is_that_of_a_scene(store):
    await store.write([fix(3, "friend/omar/x", lat=0, lon=0)], [])
    found = await judged_fixes.last_used(store, [JANE, "friend/omar/x"], T0 + 90.2)
    assert [(e.thing, e.tst - T0) for e in found] == [(JANE, 80.5)]


# -- over HTTP, with people


async def _home(open_web: Any) -> Any:
    home = await open_web()
    home.admin = await home.knows("root", "admin")
    home.jane = await home.knows("jane", own=("friend/jane",))
    home.bob = await home.knows("bob", see=("friend/jane",))
    await home.store.write([*RIGHT, *DOUBTFUL], [])
    return home


@pytest_twisted.ensureDeferred
async def test_days_and_scenes_count_no_doubtful_fix(open_web):
    home = await _home(open_web)
    said = (await home.asks("GET", f"/days/{JANE}?month=2026-11", cookie=home.bob)).said
    assert [day["count"] for day in said["days"]] == [12]
    said = (await home.asks("GET", f"/scene?at={T0 + 90.2}", cookie=home.bob)).said
    (jane,) = [one for one in said["things"] if one["k"] == "friend"]
    assert (jane["lat"], jane["tst"] - T0) == (48.0, 80.5)
    said = (await home.asks("GET", f"/judged/{JANE}", cookie=home.bob)).said
    assert (said["used"], sum(said["doubtful"].values())) == (12, 4)


@pytest_twisted.ensureDeferred
async def test_an_owner_overrules_a_verdict_undoably_and_everything_obeys(open_web):
    home = await _home(open_web)

    async def track(query: str = "") -> list[float]:
        said = (await home.asks("GET", f"/history/{JANE}?{query}", cookie=home.bob)).said
        return [one["tst"] - T0 for one in said["data"]]

    asked = {"tst": [T0 + 90]}
    assert (await home.asks("POST", f"/believe/{JANE}", asked, cookie=home.bob)).status == 404
    one = (await home.asks("POST", f"/believe/{JANE}", asked, cookie=home.jane)).said
    assert one["believed"] == 1
    assert 90 in await track()
    assert await track("doubtful=only") == [25, 45, 105]
    gpx = (await home.asks("GET", f"/history/{JANE}?format=gpx", cookie=home.bob)).data
    assert gpx.count(b"<trkpt") == 13
    said = (await home.asks("GET", f"/scene?at={T0 + 90.2}", cookie=home.bob)).said
    assert [t["lat"] for t in said["things"] if t["k"] == "friend"] == [49.0]
    # A range: only what is doubtful in it is marked. An admin may, too.
    span = {"from": T0, "to": T0 + 50}
    two = (await home.asks("POST", f"/believe/{JANE}", span, cookie=home.admin)).said
    assert two["believed"] == 2
    hidden = (await home.asks("POST", f"/hide/{JANE}", {"tst": [T0 + 0.5]}, cookie=home.jane)).said
    said = (await home.asks("GET", f"/overruled/{JANE}", cookie=home.jane)).said
    acts = {act["undo"]: (act["what"], act["count"], act["at"]) for act in said["acts"]}
    assert acts == {
        one["undo"]: ("use", 1, home.wall()),
        two["undo"]: ("use", 2, home.wall()),
        hidden["undo"]: ("hide", 1, home.wall()),
    }
    assert (await home.asks("GET", f"/overruled/{JANE}", cookie=home.bob)).status == 404
    for act in (one, two, hidden):
        undo = {"undo": act["undo"]}
        assert (await home.asks("POST", "/unhide", undo, cookie=home.bob)).status == 404
        assert (await home.asks("POST", "/unhide", undo, cookie=home.jane)).status == 200
    assert await track() == [10 * n + 0.5 for n in range(12)]
    assert (await home.asks("GET", f"/overruled/{JANE}", cookie=home.jane)).said["acts"] == []
    assert (await home.asks("POST", f"/believe/{JANE}", {}, cookie=home.jane)).code == "malformed"
    said = (await home.asks("GET", "/audit", cookie=home.admin)).said
    done = [(deed["who"], deed["what"]) for deed in said["records"]]
    assert [d for d in done if d[1] == "believe"] == [("root", "believe"), ("jane", "believe")]
