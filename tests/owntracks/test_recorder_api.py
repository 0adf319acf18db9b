"""The Recorder's API: as the real Recorder 1.0.1 answered, save for what is listed here.

Its answers lie beside the project (golden/recorder-http.txt); where they are not, what they show is
still tested by our own cases below.

Covers owntracks/blank_picture.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_twisted

from owntracks.scene import PhoneScene, basic, fix
from sightline.owntracks import times
from sightline.owntracks.blank_picture import BLANK
from web_scene import NOW, Answer

GOLDEN = Path(__file__).parents[3] / "shared" / "golden" / "recorder-http.txt"
NOTED = 1_795_235_839  # epoch s, when the Recorder was asked

# What differs from the Recorder, by the request: why, and what we answer instead (made of what the
# Recorder answers). A limit, a time's offset and both ends of a range are tested further down, as
# are the requests that are left out here.
DIFFERENCES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "list": ("names are sorted", lambda said: {"results": sorted(said["results"])}),
    "list?user=jane&device=phone": (
        "no paths of the server are told, and the months are those of fixes, not of receipts",
        lambda said: {"results": ["jane/phone/2026-11.rec"]},
    ),
    "list?user=nobody": ("an error here breaks the Frontend", lambda said: {"results": []}),
    "last": (
        "sorted by nothing in particular; the topic is the one that the phone may post to",
        lambda said: [said[1], said[0] | {"topic": "owntracks/john/android"}],
    ),
    "last?fields=lat,lon,SSID,tst": (
        "names of fields keep their case, so that SSID is found",
        lambda said: [said[1], said[0] | {"SSID": "Cafe"}],
    ),
    "locations?user=nobody&device=phone": (
        "count is there always",
        lambda said: said | {"count": 0},
    ),
    "locations?user=jane&device=phone&from=2024-01-01&limit=1": (
        "a limit is the newest so many; the Recorder counts other lines, too",
        lambda said: said | {"count": 1, "data": [PHONE]},
    ),
    "locations?user=jane&device=phone&format=gpx": (
        "it is us who wrote it",
        lambda said: said.replace("OwnTracks-Recorder", "Sightline"),
    ),
    "photo/?user=john": (
        "the golden answer has no body; it is the picture of the card",
        lambda said: "\x89PNG\r\n\x1a\n".strip() + "\n",
    ),
    "last?user=bob": ("OsmAnd's way to report has no login, and is not taken", lambda said: []),
}
PHONE = {
    "_type": "location",
    "lat": 48.85,
    "lon": 2.29,
    "acc": 5,
    "tid": "JA",
    "tst": 1795235749,
    "batt": 50,
    "t": "p",
    "_http": True,
    "ghash": "u09tuhg",
    "isorcv": "2026-11-21T04:35:49Z",
    "isotst": "2026-11-21T04:35:49Z",
    "disptst": "2026-11-21 04:35:49",
}
# Nothing is answered to preflights but whom the settings name; see the tests below.
NOT_ASKED = ("OPTIONS", "/pub", "/?id=")


async def told(open_web: Any) -> PhoneScene:
    """What the Recorder had been told when it was asked."""
    here = await PhoneScene().opens(open_web)
    here.home.clock.advance(NOTED - NOW)
    await here.home.knows("john", own=("friend/john",))
    await here.home.knows("jane", own=("friend/jane",))
    john = await here.login("john", "friend/john")
    jane = await here.login("jane", "friend/jane")
    first = fix(
        acc=10, alt=3, vel=12, cog=90, batt=77, bs=1, tid="JO", tst=1795235739, t="u", conn="m"
    )
    first |= {"SSID": "Cafe", "inregions": ["Home"]}
    second = fix(lat=48.85, lon=2.29, acc=5, tst=1795235749, batt=50, t="p")
    for message, login, user, device in (
        (first, john, "john", "android"),
        (second, jane, "jane", "phone"),
        ({"_type": "card", "name": "John Doe", "face": "iVBORw0KGgo="}, john, "john", "android"),
        (second, jane, "jane", "phone"),
    ):
        answer = await here.posts(message, login, user=user, device=device)
        assert answer.status == 200
    return here


def golden() -> list[tuple[str, dict[str, str], str]]:
    """Path, headers and answer of each request of the API."""
    if not GOLDEN.exists():
        return []
    found = []
    for part in re.split(r"^--$", GOLDEN.read_text(), flags=re.MULTILINE):
        command, _, answer = part.lstrip("\n").partition("\n")
        if not command.startswith("$ curl") or any(word in command for word in NOT_ASKED):
            continue
        headers = dict(re.findall(r"-H (X-Limit-\w+): (\S+)", command))
        if " -si " in command or " -sI " in command:
            answer = answer.partition("\n\n")[2]
        found.append((command.split("/api/0/", 1)[1], headers, answer))
    return found


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.strip() + "\n"


@pytest.mark.skipif(not GOLDEN.exists(), reason="the Recorder's own answers are not there")
@pytest_twisted.ensureDeferred
async def test_every_answer_is_the_recorders_or_differs_for_a_reason(open_web):
    here = await told(open_web)
    reader = await here.home.knows("reader", see=("*",))
    unused = set(DIFFERENCES)
    for path, headers, answer in golden():
        more = {name.replace("-", "_").lower(): value for name, value in headers.items()}
        got = await here.gets(quote(path, safe="/?&=:,"), cookie=reader, **more)
        ours, theirs = parsed(got.data.decode("latin-1")), parsed(answer)
        key = path if not headers else ""
        if key not in DIFFERENCES:
            assert ours == theirs, path
            continue
        unused.discard(key)
        assert ours == DIFFERENCES[key][1](theirs), path
    assert not unused


# -- what is asked of the API beyond those answers


@pytest_twisted.ensureDeferred
async def test_nobody_is_answered_without_signing_in(open_web):
    here = await told(open_web)
    for path in ("version", "list", "last", "locations?user=jane&device=phone", "monitor", "x"):
        answer = await here.gets(path)
        assert answer.status == 401, path
        assert answer.headers["www-authenticate"].startswith("Basic")
        assert b"jane" not in answer.data


@pytest_twisted.ensureDeferred
async def test_a_session_a_token_and_a_login_with_a_token_open_it_and_a_phones_token_does_not(
    open_web,
):
    here = await told(open_web)
    cookie = await here.home.knows("reader", see=("friend",))
    see = await here.home.token("reader", "see")
    post = await here.home.token("jane", "publish", things=("friend/jane",))
    for how, status in (
        ({"cookie": cookie}, 200),
        ({"token": see}, 200),
        ({"authorization": basic("reader", see)}, 200),
        ({"authorization": basic("jane", see)}, 401),
        ({"authorization": basic("reader", "x")}, 401),
        ({"authorization": basic("jane", post)}, 403),
    ):
        assert (await here.gets("last", **how)).status == status, how


@pytest_twisted.ensureDeferred
async def test_those_one_may_not_see_are_as_if_they_were_not(open_web):
    here = await told(open_web)
    await here.home.knows("reader", see=("friend/jane",))
    token = await here.home.token("reader", "see")
    for path, said in (
        ("list", {"results": ["jane"]}),
        ("list?user=john", {"results": []}),
        ("last?user=john", []),
        ("locations?user=john&device=android&from=2020-01-01", ...),
        ("locations?user=nobody&device=android&from=2020-01-01", ...),
    ):
        answer = await here.gets(path, token=token)
        assert answer.said == (NOTHING if said is ... else said), path
    assert [one["username"] for one in (await here.gets("last", token=token)).said] == ["jane"]
    assert "jane" in (await here.gets("monitor", token=token)).data.decode()
    assert (await here.gets("photo/?user=john", token=token)).data == BLANK


@pytest_twisted.ensureDeferred
async def test_a_shared_link_shows_where_somebody_is_and_not_where_they_were(open_web):
    here = await told(open_web)
    secret = await here.home.link(await here.home.knows("jane", own=("friend/jane",)), JANE)
    opened = await here.home.asks("POST", "/link", {"token": secret})
    assert len((await here.gets("last", cookie=opened.cookie)).said) == 1
    answer = await here.gets("locations?user=jane&device=phone", cookie=opened.cookie)
    assert answer.said == NOTHING


JANE = "friend/jane/phone"
NOTHING = {"count": 0, "data": [], "status": 200, "version": "1.0.1"}


async def reading(open_web: Any) -> tuple[PhoneScene, Any]:
    here = await PhoneScene().opens(open_web)
    cookie = await here.home.knows("reader", see=("*",))

    async def get(path: str, **more: Any) -> Answer:
        return await here.gets(path, cookie=cookie, **more)

    return here, get


@pytest_twisted.ensureDeferred
async def test_the_version_is_that_of_the_api(open_web):
    _, get = await reading(open_web)
    assert (await get("version")).said == {"version": "1.0.1", "git": "sightline-test"}


@pytest_twisted.ensureDeferred
async def test_a_range_is_sorted_by_the_time_of_the_fix_and_late_fixes_are_in_it(open_web):
    here, get = await reading(open_web)
    for n in (1, 4, 2, 3):
        here.hears("ann/p", fix(lat=n, tst=int(NOW) - 100 + n))
    said = (await get("locations?user=ann&device=p")).said
    assert [one["lat"] for one in said["data"]] == [1, 2, 3, 4]
    assert (await get("last?user=ann")).said[0]["lat"] == 4


@pytest_twisted.ensureDeferred
async def test_both_ends_belong_to_a_range_and_offsets_are_honoured(open_web):
    here, get = await reading(open_web)
    for n in range(5):
        here.hears("ann/p", fix(lat=n, tst=int(NOW) - 10 + n))
    whole = "locations?user=ann&device=p"
    since, until = times.iso(int(NOW) - 9), times.iso(int(NOW) - 7)

    async def lats(query: str) -> list[float]:
        return [one["lat"] for one in (await get(f"{whole}&{query}")).said["data"]]

    assert await lats(f"from={since}&to={until}") == [1, 2, 3]
    assert await lats(f"from={since[:-1]}&to={until[:-1]}") == [1, 2, 3]
    hour = 3600
    east = times.iso(int(NOW) - 9 + hour)[:-1] + quote("+01:00")
    assert await lats(f"from={east}&to={until}") == [1, 2, 3]
    assert await lats(f"from={since}&limit=2") == [3, 4]
    assert await lats("limit=0") == []
    assert await lats("") == [0, 1, 2, 3, 4]
    assert (await get(f"{whole}&from={until}&to={since}")).status == 416
    for junk in ("garbage", "2024-13-01", "2024-01-31x", "2024"):
        answer = await get(f"{whole}&from={junk}")
        assert (answer.status, answer.data) == (416, b"impossible date/time ranges\n"), junk


@pytest_twisted.ensureDeferred
async def test_what_is_asked_wrongly_is_answered_as_the_recorder_does(open_web):
    _, get = await reading(open_web)
    for path, status, text in (
        ("locations?user=ann", 416, b"user and device are required\n"),
        ("photo/", 416, b"user is required\n"),
        ("last?user=..", 416, b"nobody is called . or ..\n"),
        ("locations?user=ann&device=.", 416, b"nobody is called . or ..\n"),
        ("locations?user=a&device=b&format=foo", 400, b"unrecognized format\n"),
        ("nonsense", 404, b"no comprendo\n"),
        ("kill?user=ann&device=p", 404, b"no comprendo\n"),
    ):
        answer = await get(path)
        assert (answer.status, answer.data) == (status, text), path


@pytest_twisted.ensureDeferred
async def test_a_parameter_comes_by_header_query_or_form_in_that_order(open_web):
    here, get = await reading(open_web)
    here.hears("ann/p", fix())
    here.hears("ben/p", fix())
    assert (await get("last?user=ann", x_limit_user="ben")).said[0]["username"] == "ben"
    cookie = await here.home.knows("other", see=("*",))
    answer = await here.home.asks(
        "POST",
        "//api/0/last",
        b"user=ann",
        ours=False,
        cookie=cookie,
        content_type="application/x-www-form-urlencoded",
    )
    assert [one["username"] for one in answer.said] == ["ann"]


@pytest_twisted.ensureDeferred
async def test_names_keep_their_case_and_are_found_in_any(open_web):
    here, get = await reading(open_web)
    here.hears("Ann/iPhone 12", fix())
    assert (await get("list")).said == {"results": ["Ann"]}
    assert (await get("list?user=ann")).said == {"results": ["iPhone 12"]}
    assert (await get("locations?user=ann&device=iphone%2012")).said["count"] == 1
    # What was brought in from a Recorder under its small letters is the same device's past.
    old = json.dumps(fix(lat=1, lon=2, tst=int(NOW) - 60)).encode()
    here.fixes.keep("friend/ann/iphone 12", NOW - 60, NOW, old)
    for user in ("ann", "Ann", "ANN"):
        said = (await get(f"locations?user={user}&device=iPhone%2012")).said
        assert [one["lat"] for one in said["data"]] == [1.0, 52.1]


@pytest_twisted.ensureDeferred
async def test_a_table_carries_nothing_out(open_web):
    here, get = await reading(open_web)
    here.hears("ann/p", fix(SSID="=1+1", lat=-1.5))
    here.hears("ann/p", fix(poi='a,"b"\nc', tst=int(NOW) - 1))
    lines = (await get("locations?user=ann&device=p&format=csv")).data.decode()
    assert ",'=1+1," in lines
    assert "\nlocation,-1.500000," in lines
    assert lines.splitlines()[0].startswith("_type,lat,lon,tid,tst,SSID,poi,")
    for form in ("xml", "gpx"):
        here.hears("ann/p", fix(SSID="<b>&", tid="<"))
        text = (await get(f"locations?user=ann&device=p&format={form}")).data
        assert b"<b>" not in text
        assert_xml(text)


def assert_xml(text: bytes) -> None:
    from xml.etree import ElementTree

    ElementTree.fromstring(text)


@pytest_twisted.ensureDeferred
async def test_many_fixes_are_written_beside_the_reactor_and_the_newest_are_told(open_web):
    here, get = await reading(open_web)
    for n in range(300):
        here.hears("ann/p", fix(tst=int(NOW) - 1000 + n))
    said = (await get("locations?user=ann&device=p&limit=250")).said
    assert said["count"] == 250
    assert said["data"][-1]["tst"] == int(NOW) - 701
    assert said["data"][0]["tst"] == int(NOW) - 950


@pytest_twisted.ensureDeferred
async def test_points_of_interest_and_a_line(open_web):
    here, get = await reading(open_web)
    here.hears("ann/p", fix(lat=1, lon=2))
    here.hears("ann/p", fix(lat=3, lon=4, poi="Pier", tst=int(NOW) - 5))
    said = (await get("locations?user=ann&device=p&format=geojsonpoi")).said
    assert [one["properties"]["poi"] for one in said["features"]] == ["Pier"]
    line = (await get("locations?user=ann&device=p&format=linestring")).said
    assert line["geometry"]["coordinates"] == [[2, 1], [4, 3]]
    # RFC 7946: a line has two positions at least (arrivals 19).
    one = (await get("locations?user=ann&device=p&format=linestring&limit=1")).said
    assert one["geometry"] == {"type": "Point", "coordinates": [4, 3]}
    none = (await get("locations?user=ann&device=q&format=linestring")).said
    assert none == {"type": "Feature", "properties": {}, "geometry": None}


@pytest_twisted.ensureDeferred
async def test_pages_of_other_origins_read_it_only_where_the_settings_name_them(open_web):
    here, get = await reading(open_web)
    here.home.front._trusted = ["https://tracks.example.org"]
    for origin, named in (("https://tracks.example.org", True), ("https://evil.example", False)):
        for method in ("GET", "OPTIONS"):
            answer = await get("version", method=method, origin=origin)
            assert answer.headers.get("access-control-allow-origin") == (origin if named else None)
        assert answer.status == 204
    assert (await get("version")).headers.get("access-control-allow-origin") is None


@pytest_twisted.ensureDeferred
async def test_a_flood_of_questions_is_told_to_wait(open_web):
    here, get = await reading(open_web)
    here.recorder._calls._burst = 2
    assert [(await get("version")).status for _ in range(3)] == [200, 200, 429]


@pytest_twisted.ensureDeferred
async def test_a_friend_without_a_position_is_listed_and_has_no_last(open_web):
    here, get = await reading(open_web)
    here.hears("ann/p", {"_type": "card", "name": "Ann"}, "/info")
    assert (await get("list?user=ann")).said == {"results": ["p"]}
    assert (await get("last")).said == []


def test_a_place_has_the_recorders_hash():
    assert times.geohash(52.1, 5.1) == "u178kh9"
    assert times.geohash(48.85, 2.29) == "u09tuhg"
    assert times.geohash(50.1, 8.2) == "u0vv487"
    assert len(times.geohash(-90, 180)) == 7
