"""What history answers over real HTTP: tracks, scenes, events, days, and hiding what is wrong.

Covers history/place_text.py, history/query_params.py.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import fail

from sightline.history.record import entry
from sightline.kinds.friends.model import Friend
from sightline.model.faults import Unavailable
from web_scene import NOW

T0 = NOW - 3600
JANE, BOB, BOT = "friend/jane/phone", "friend/bob/phone", "probot/ProBot1"


def fix(second: float, thing: str = JANE, **more: Any) -> Any:
    tst = T0 + second
    said = {"_type": "location", "tst": tst, "lat": 48 + second / 1e4, "lon": 2.0, **more}
    return entry(thing, "fix", tst, tst + 0.5, json.dumps(said).encode())


def event(second: float, sort: str, thing: str, **more: Any) -> Any:
    return entry(thing, sort, T0 + second, T0 + second, json.dumps({"n": second, **more}).encode())


async def _home(open_web: Any) -> Any:
    home = await open_web()
    home.admin = await home.knows("root", "admin")
    return home


@pytest_twisted.ensureDeferred
async def test_a_track_is_told_from_to_both_ends_included(open_web):
    home = await _home(open_web)
    await home.store.write([fix(n) for n in range(10)], [])
    path = f"/history/{JANE}?from={T0 + 2}&to={T0 + 4}"
    answer = await home.asks("GET", path, cookie=home.admin)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.said["count"] == 3
    first = answer.said["data"][0]
    assert first == {
        "_type": "location",
        "tst": T0 + 2,
        "at": T0 + 2.5,
        "lat": 48.0002,
        "lon": 2.0,
    }
    iso = f"/history/{JANE}?from=2026-11-21T03:23:22Z&to=2026-11-21T05:23:24%2B02:00"
    assert home.wall() == NOW == 1795235000  # 2026-11-21T04:23:20Z
    assert (await home.asks("GET", iso, cookie=home.admin)).said["data"] == answer.said["data"]


@pytest_twisted.ensureDeferred
async def test_the_first_or_the_last_so_many_and_some_fields_only(open_web):
    home = await _home(open_web)
    await home.store.write([fix(n) for n in range(1500)], [])

    async def times(query: str) -> list[float]:
        said = (await home.asks("GET", f"/history/{JANE}?{query}", cookie=home.admin)).said
        assert said["count"] == len(said["data"])
        return [one["tst"] - T0 for one in said["data"]]

    assert await times("") == list(range(1500))
    assert await times("limit=700") == list(range(700))
    assert await times("last=700") == list(range(800, 1500))
    assert await times(f"last=2&to={T0 + 9}") == [8, 9]
    said = (await home.asks("GET", f"/history/{JANE}?last=1&fields=tst", cookie=home.admin)).said
    assert said["data"] == [{"tst": T0 + 1499}]


@pytest_twisted.ensureDeferred
async def test_a_track_is_thinned_out_to_the_error_asked_for(open_web):
    home = await _home(open_web)
    straight = [fix(n) for n in range(1200)]
    corner = [fix(1200 + n, lat=48.12, lon=2 + n / 1e4) for n in range(800)]
    await home.store.write([*straight, *corner], [])
    said = (await home.asks("GET", f"/history/{JANE}?max_error=2", cookie=home.admin)).said
    kept = [one["tst"] - T0 for one in said["data"]]
    assert kept[0] == 0
    assert kept[-1] == 1999
    assert any(1199 <= second <= 1200 for second in kept)
    assert len(kept) < 8


@pytest.mark.parametrize(
    ("form", "media"),
    [
        ("geojson", "application/geo+json"),
        ("linestring", "application/geo+json"),
        ("csv", "text/csv; charset=utf-8"),
        ("gpx", "application/gpx+xml"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_track_in_other_formats(open_web, form, media):
    home = await _home(open_web)
    await home.store.write([fix(n) for n in range(3)], [])
    answer = await home.asks("GET", f"/history/{JANE}?format={form}", cookie=home.admin)
    assert answer.headers["content-type"] == media
    assert 'filename="jane-phone.' in answer.headers["content-disposition"]
    if form == "csv":
        assert len(list(csv.reader(io.StringIO(answer.data.decode())))) == 4
    elif form == "gpx":
        assert answer.data.count(b"<trkpt") == 3
    else:
        assert b"48.0002" in answer.data


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=2026-11-21T04:35:39",
        "from=nan",
        "from=9&to=1",
        "limit=0",
        "last=x",
        "limit=1&last=1",
        "format=doc",
        "fields=a,b%00",
        "max_error=-1",
        "sort=A%20B",
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_question_that_makes_no_sense_is_refused_with_a_word_on_what(open_web, query):
    home = await _home(open_web)
    answer = await home.asks("GET", f"/history/{JANE}?{query}", cookie=home.admin)
    assert (answer.status, answer.code) == (400, "malformed")
    assert query.partition("=")[0] in answer.said["why"]


@pytest_twisted.ensureDeferred
async def test_a_scene_is_everybody_as_they_were_then(open_web):
    home = await _home(open_web)
    home.world.put(JANE, Friend(presence="live", name="Jane"))
    await home.store.write([fix(0), fix(2000), fix(100, BOB)], [])
    robot = json.dumps({"presence": "live", "batt": 50, "at": T0}).encode()
    await home.store.write([entry(BOT, "state", T0, T0, robot)], [])
    viewer = await home.knows("v", see=("friend/jane", BOT))

    async def scene(second: float, cookie: str) -> dict[str, Any]:
        said = (await home.asks("GET", f"/scene?at={T0 + second}", cookie=cookie)).said
        assert said["at"] == T0 + second
        return {f"{one['k']}/{one['id']}": one for one in said["things"]}

    assert set(await scene(-1, home.admin)) == set()
    then = await scene(150, home.admin)
    assert set(then) == {JANE, BOB, BOT}
    jane = then[JANE]
    assert (jane["name"], jane["lat"], jane["presence"]) == ("Jane", 48, "live")
    assert (jane["tst"], jane["at"]) == (T0, T0 + 0.5)
    assert (then[BOT]["batt"], then[BOT]["presence"]) == (50, "offline")
    assert set(await scene(150, viewer)) == {JANE, BOT}
    later = await scene(1999, viewer)
    assert (later[JANE]["lat"], later[JANE]["presence"]) == (48, "stale")
    assert (await scene(2000, viewer))[JANE]["lat"] == 48.2


@pytest_twisted.ensureDeferred
async def test_events_are_told_newest_first_to_who_may_see_them(open_web):
    home = await _home(open_web)
    events = [event(n, "drive", BOT) for n in range(5)]
    events += [event(n + 0.5, "crossing", JANE, region="secret") for n in range(3)]
    events += [event(9, "crossing", JANE, name="home"), event(8, "log", "broker/main")]
    await home.store.write(events, [])
    viewer = await home.knows("v", see=("friend", "probot"))

    async def told(query: str, cookie: str) -> list[float]:
        said = (await home.asks("GET", f"/events?{query}", cookie=cookie)).said
        return [one["tst"] - T0 for one in said["events"]]

    every = [9, 8, 4, 3, 2.5, 2, 1.5, 1, 0.5, 0]
    assert await told("", home.admin) == every
    assert await told("", viewer) == [9]  # neither logs, commands nor crossings of hidden regions
    assert await told("kind=drive,log", home.admin) == [8, 4, 3, 2, 1, 0]
    assert await told(f"thing={JANE}&limit=2", home.admin) == [9, 2.5]
    found: list[float] = []
    after = ""
    for _ in range(10):
        said = (await home.asks("GET", f"/events?limit=3{after}", cookie=home.admin)).said
        found += [one["tst"] - T0 for one in said["events"]]
        if said["next"] is None:
            break
        after = f"&after={said['next']}"
    assert found == every
    answer = await home.asks("GET", "/events?kind=weather", cookie=home.admin)
    assert answer.code == "malformed"
    assert (await home.asks("GET", "/events?after=x", cookie=home.admin)).code == "malformed"


HIDDEN = "friend/eve/secretphone"


@pytest_twisted.ensureDeferred
async def test_hidden_events_show_in_no_answer_no_number_and_no_mark(open_web):
    home = await _home(open_web)
    shown = [event(n, "transition", JANE) for n in (2, 5, 8)]
    hidden = [event(n + 0.25, "transition", HIDDEN) for n in range(10)]
    hidden += [event(n + 0.5, "crossing", JANE, region="attic", name="attic") for n in range(10)]
    await home.store.write([*shown, *hidden], [])
    nobody, jane = await home.knows("nobody"), await home.knows("v", see=("friend/jane",))
    made_up = f"{T0 + 9.5!r}_0_transition_x"
    for after in ("", f"&after={made_up}", f"&after={T0 + 3!r}_0_drive_friend/eve/secretphone"):
        for limit in (1, 2, 1000):
            for about in ("", f"&thing={JANE}", f"&thing={HIDDEN}"):
                query = f"/events?limit={limit}{after}{about}"
                said = (await home.asks("GET", query, cookie=nobody)).said
                assert (said["events"], said["next"]) == ([], None), query
                answer = await home.asks("GET", query, cookie=jane)
                assert b"secretphone" not in answer.data
                assert b"attic" not in answer.data
    for about in ("", f"&thing={JANE}"):
        times, after = [], ""
        for left in (2, 1, 0):
            said = (await home.asks("GET", f"/events?limit=1{after}{about}", cookie=jane)).said
            times += [one["tst"] - T0 for one in said["events"]]
            assert (said["next"] is None) == (left == 0)
            after = f"&after={said['next']}"
        assert times == [8, 5, 2]
    # An admin's mark, passed on, opens nothing.
    mark = (await home.asks("GET", "/events?limit=1", cookie=home.admin)).said["next"]
    said = (await home.asks("GET", f"/events?limit=9&after={mark}", cookie=jane)).said
    assert [one["tst"] - T0 for one in said["events"]] == [8, 5, 2]


@pytest_twisted.ensureDeferred
async def test_crossings_of_hidden_regions_are_in_no_track_calendar_or_export(open_web):
    home = await _home(open_web)
    home.shows(JANE)
    seen = [event(n, "crossing", JANE, region="home") for n in (1, 3)]
    hidden = [event(n, "crossing", JANE, region="attic", name="attic") for n in (0, 2, 4, 5)]
    await home.store.write([*seen, *hidden], [])
    jane = await home.knows("jane", own=("friend/jane",), see=("region/home",))
    path = f"/history/{JANE}?sort=crossing"
    for query, times in (("", [1, 3]), ("&limit=1", [1]), ("&last=1", [3]), ("&last=9", [1, 3])):
        answer = await home.asks("GET", path + query, cookie=jane)
        assert [one["tst"] - T0 for one in answer.said["data"]] == times
        assert answer.said["count"] == len(times)
        assert b"attic" not in answer.data
    path = f"/days/{JANE}?month=2026-11&sort=crossing"
    assert [d["count"] for d in (await home.asks("GET", path, cookie=jane)).said["days"]] == [2]
    assert [d["count"] for d in (await home.asks("GET", path, cookie=home.admin)).said["days"]] == [
        6
    ]
    answer = await home.asks("GET", "/friends/jane/phone/export", cookie=jane)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as made:
        lines = made.read("history.jsonl")
    assert lines.count(b"\n") == 2
    assert b"attic" not in lines


@pytest_twisted.ensureDeferred
async def test_neither_links_nor_tokens_that_do_not_see_are_told_of_the_past(open_web):
    home = await _home(open_web)
    home.shows(JANE)
    await home.store.write([fix(0), event(1, "transition", JANE)], [])
    await home.knows("jane", "admin", own=("friend/jane",))
    opened = await home.asks("POST", "/link", {"token": await home.link(home.admin, JANE)})
    post = await home.token("jane", "publish", things=("friend/jane",))
    figures = await home.token("jane", "metrics")
    sees = await home.token("jane", "see")
    past = [r for r in home.routes if r.path.split("/")[1] in PAST]
    assert len(past) == 6
    for route in past:
        path = (
            route.path.format(kind="friend", group="jane", id="phone") + f"?at={T0}&month=2026-11"
        )
        for who in ({"cookie": opened.cookie}, {"token": post}, {"token": figures}):
            answer = await home.asks("GET", path, **who)
            assert (answer.status, answer.code) == (403, "forbidden"), path
        assert (await home.asks("GET", path, token=sees)).status in (200, 404)


PAST = ("history", "days", "scene", "events")


@pytest_twisted.ensureDeferred
async def test_the_days_of_a_month_with_anything_in_them(open_web):
    home = await _home(open_web)
    day = 86400
    midnight = T0 - T0 % day
    times = [midnight + 1 - T0, midnight + 2 - T0, midnight - 1 - T0]
    await home.store.write([fix(second) for second in times], [])
    path = f"/days/{JANE}?month=2026-11"
    said = (await home.asks("GET", path, cookie=home.admin)).said
    assert [(d["day"], d["count"]) for d in said["days"]] == [("2026-11-20", 1), ("2026-11-21", 2)]
    said = (await home.asks("GET", f"{path}&zone=Europe/Berlin", cookie=home.admin)).said
    assert [(d["day"], d["count"]) for d in said["days"]] == [("2026-11-21", 3)]
    for wrong in (
        "month=2026-13",
        "month=11",
        "month=2026-11&zone=Moon/Base",
        "zone=../etc/passwd",
    ):
        answer = await home.asks("GET", f"/days/{JANE}?{wrong}", cookie=home.admin)
        assert answer.code == "malformed", wrong


@pytest_twisted.ensureDeferred
async def test_wrong_points_are_hidden_by_their_owner_and_shown_again(open_web):
    home = await _home(open_web)
    await home.store.write([fix(n) for n in range(6)], [])
    jane = await home.knows("jane", own=("friend/jane",))
    bob = await home.knows("bob", see=("friend/jane",))

    async def seconds(cookie: str = jane, query: str = "") -> list[float]:
        said = (await home.asks("GET", f"/history/{JANE}{query}", cookie=cookie)).said
        return [one["tst"] - T0 for one in said["data"]]

    async def hides(**what: Any) -> Any:
        return (await home.asks("POST", f"/hide/{JANE}", what, cookie=jane)).said

    one = await hides(tst=[T0 + 2])
    assert one["hidden"] == 1
    assert await seconds(bob) == [0, 1, 3, 4, 5]
    box = await hides(box=[48.00035, 1.9, 49, 2.1])
    assert box["hidden"] == 2
    span = await hides(**{"from": T0, "to": T0 + 1})
    assert span["hidden"] == 2
    assert await seconds() == [3]
    assert await seconds(jane, "?hidden=1") == [0, 1, 2, 3, 4, 5]
    assert (await home.asks("GET", f"/history/{JANE}?hidden=1", cookie=bob)).status == 403
    assert (await home.asks("POST", f"/hide/{JANE}", {"tst": [T0]}, cookie=bob)).status == 404
    undo = {"undo": one["undo"]}
    assert (await home.asks("POST", "/unhide", undo, cookie=bob)).status == 404
    assert (await home.asks("POST", "/unhide", undo, cookie=jane)).said["shown"] == 1
    assert await seconds() == [2, 3]
    assert (await home.asks("POST", f"/hide/{JANE}", {}, cookie=jane)).code == "malformed"
    assert (await home.asks("POST", f"/hide/{JANE}", {"box": [1]}, cookie=jane)).code == "malformed"


@pytest_twisted.ensureDeferred
async def test_a_store_that_fails_is_said_and_not_half_an_answer(open_web, monkeypatch):
    home = await _home(open_web)
    await home.store.write([fix(n) for n in range(1200)], [])
    monkeypatch.setattr(home.store, "page", lambda *_: fail(Unavailable("locked")))
    answer = await home.asks("GET", f"/history/{JANE}", cookie=home.admin)
    assert (answer.status, answer.code) == (503, "busy")
    assert "locked" in answer.said["why"]


@pytest_twisted.ensureDeferred
async def test_things_are_told_as_they_are_now(open_web):
    home = await _home(open_web)
    for n in range(1100):
        home.world.put(f"friend/p{n}/x", Friend(presence="live"))
    home.shows(BOT)
    said = (await home.asks("GET", "/things", cookie=home.admin)).said
    assert len(said["things"]) == 1101
    said = (await home.asks("GET", "/things?kind=probot", cookie=home.admin)).said
    assert [one["id"] for one in said["things"]] == ["ProBot1"]
    said = (await home.asks("GET", "/things/friend/p7/x", cookie=home.admin)).said
    assert said["thing"]["id"] == "p7/x"


@pytest_twisted.ensureDeferred
async def test_the_document_names_every_route(open_web):
    home = await _home(open_web)
    said = json.loads((await home.asks("GET", "/openapi.json", cookie=home.admin)).data)
    routes = {(route.path, route.method.lower()) for route in home.routes}
    assert {(path, method) for path, each in said["paths"].items() for method in each} == routes


@pytest_twisted.ensureDeferred
async def test_what_one_takes_along_holds_the_history_and_erasing_ends_it(open_web):
    home = await _home(open_web)
    home.shows(JANE)
    await home.store.write([*(fix(n) for n in range(700)), event(3, "transition", JANE)], [])
    jane = await home.knows("jane", own=("friend/jane",))
    answer = await home.asks("GET", "/friends/jane/phone/export", cookie=jane)
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as made:
        assert made.testzip() is None
        lines = [json.loads(line) for line in made.read("history.jsonl").splitlines()]
    assert [line["tst"] - T0 for line in lines if line["sort"] == "fix"] == list(range(700))
    assert [line["n"] for line in lines if line["sort"] == "transition"] == [3]
    asked = {"confirm": "jane/phone"}
    assert (await home.asks("POST", "/friends/jane/phone/erase", asked, cookie=jane)).status == 200
    assert list(await home.store.things()) == []


# -- arrivals 03 and 22: what cannot be right is kept, and is in no track

LIKE_HOME = {"lat": 48.0, "lon": 11.0, "acc": 10}


@pytest_twisted.ensureDeferred
async def test_a_track_holds_no_fix_that_cannot_be_right_unless_it_is_asked_for(open_web):
    home = await _home(open_web)
    ahead = {"_type": "location", "tst": T0 + 5700, "lat": 20, "lon": 2, "acc": 5}
    wrong = [
        fix(20, lat=59.3, lon=18.0, acc=2000),
        fix(60, lat=48.0, lon=0.0, acc=4),
        fix(100, lat=48.05, lon=11.0, acc=-2147473),
        fix(140, lat=0, lon=0, acc=10),
        entry(JANE, "fix", T0 + 5700, T0, json.dumps(ahead).encode()),
    ]
    right = [fix(second, **LIKE_HOME) for second in (0, 40, 80, 120, 160, 180)]
    await home.store.write([*right, *wrong], [])

    async def track(query: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (
            await home.asks("GET", f"/history/{JANE}?{query}", cookie=home.admin)
        ).said["data"]
        return found

    assert [one["tst"] - T0 for one in await track()] == [0, 40, 80, 120, 160, 180]
    everything = await track("doubtful=1")
    assert len(everything) == 11
    assert [one["tst"] - T0 for one in everything if "doubt" in one] == [20, 60, 100, 140, 5700]
    assert "negative" in everything[5]["doubt"]
    assert "to come" in everything[-1]["doubt"]
    gpx = (await home.asks("GET", f"/history/{JANE}?format=gpx", cookie=home.admin)).data
    assert gpx.count(b"<trkpt") == 6
