"""What is answered about a span of the past over real HTTP, and to whom.

Covers history/span_facts.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest_twisted

from sightline.history.record import entry
from sightline.kinds.regions.model import Region
from web_scene import NOW

T0 = NOW - 7200
JANE, BOB = "friend/jane/phone", "friend/bob/phone"
HOME = "region/home"


def fix(second: float, thing: str = JANE, **more: Any) -> Any:
    tst = T0 + second
    said = {"_type": "location", "tst": tst, "lat": 48.0, "lon": 2.0, "acc": 5, **more}
    return entry(thing, "fix", tst, tst + 0.5, json.dumps(said).encode())


def region(name: str, **more: Any) -> Region:
    return Region(
        name=name, shape="circle", lat=48.0, lon=2.0, rad=150.0, version=1, by="x", at=1.0,
        origin="page", **more,
    )  # fmt: skip


async def _home(open_web: Any) -> Any:
    home = await open_web()
    home.admin = await home.knows("root", "admin")
    home.world.put(HOME, region("Home"))
    home.world.put("region/friend/bob/phone/x", region("Bob's", owner="friend/bob/phone"))
    # An hour at home, half an hour away by car, and back.
    still = [fix(60 * n) for n in range(61)]
    out = [fix(3600 + 60 * n, lat=48 + n / 200, vel=33) for n in range(1, 16)]
    back = [fix(4500 + 60 * n, lat=48 + (15 - n) / 200, vel=33) for n in range(1, 16)]
    wrong = fix(1830, lat=58.0)
    await home.store.write([*still, *out, *back, wrong], [])
    return home


@pytest_twisted.ensureDeferred
async def test_a_span_is_summed_up_over_all_its_fixes(open_web):
    home = await _home(open_web)
    said = (await home.asks("GET", f"/summary/{JANE}", cookie=home.admin)).said
    assert (said["fixes"], said["doubtful"]) == (91, 1)
    assert (said["first"], said["last"]) == (T0, T0 + 5400)
    assert 16_600 < said["distance_m"] < 16_750
    assert 1700 <= said["moving_s"] <= 1800
    assert (said["top_speed_kmh"], said["top_speed_at"]) == (33.0, T0 + 3660)
    stays = [(each["name"], each["from"] - T0, each["to"] - T0) for each in said["visits"]]
    assert stays == [("Home", 0, 3660), ("Home", 5400, 5400)]
    (total,) = said["regions"]
    assert total == {"region": HOME, "name": "Home", "visits": 2, "seconds": 3660.0}


@pytest_twisted.ensureDeferred
async def test_where_somebody_was_is_known_at_both_ends_of_a_span(open_web):
    home = await _home(open_web)
    path = f"/summary/{JANE}?from={T0 + 615}&to={T0 + 645}"  # between two fixes
    (stay,) = (await home.asks("GET", path, cookie=home.admin)).said["visits"]
    assert (stay["from"] - T0, stay["to"] - T0) == (615, 645)
    path = f"/summary/{JANE}?from={T0 + 630}&to={T0 + 750}"
    said = (await home.asks("GET", path, cookie=home.admin)).said
    assert said["fixes"] == 2
    assert [(each["from"] - T0, each["to"] - T0) for each in said["visits"]] == [(630, 750)]


@pytest_twisted.ensureDeferred
async def test_a_span_without_fixes_has_no_times(open_web):
    home = await _home(open_web)
    said = (await home.asks("GET", f"/summary/{BOB}", cookie=home.admin)).said
    assert (said["fixes"], said["first"], said["top_speed_kmh"]) == (0, None, None)
    assert said["visits"] == []
    assert (await home.asks("GET", f"/heat/{BOB}", cookie=home.admin)).said["cells"] == []


@pytest_twisted.ensureDeferred
async def test_heat_is_where_somebody_was_longest(open_web):
    home = await _home(open_web)
    said = (await home.asks("GET", f"/heat/{JANE}?cells=10", cookie=home.admin)).said
    hottest = said["cells"][0]
    assert len(said["cells"]) <= 10
    assert (round(hottest["lat"], 1), round(hottest["lon"], 1)) == (48.0, 2.0)
    assert hottest["seconds"] >= 3600
    assert sum(cell["seconds"] for cell in said["cells"]) == said["seconds"] == 5400
    answer = await home.asks("GET", f"/heat/{JANE}?cells=9", cookie=home.admin)
    assert (answer.status, answer.code) == (400, "malformed")


@pytest_twisted.ensureDeferred
async def test_nobody_is_told_of_whom_or_of_what_they_may_not_see(open_web):
    home = await _home(open_web)
    await home.store.write([fix(-40 * 86_400, BOB)], [])
    jane = await home.knows("j", see=("friend/jane",))
    for path in (f"/summary/{BOB}", f"/heat/{BOB}", f"/calendar?month=2026-11&thing={BOB}"):
        assert (await home.asks("GET", path, cookie=jane)).code == "unknown"
    bob = await home.knows("b", see=("friend/bob",))

    async def days(cookie: str, month: str) -> list[str]:
        answer = await home.asks("GET", f"/calendar?month={month}", cookie=cookie)
        return [each["day"] for each in answer.said["days"]]

    assert (await days(jane, "2026-11"), await days(jane, "2026-10")) == (["2026-11-21"], [])
    assert (await days(bob, "2026-11"), await days(bob, "2026-10")) == ([], ["2026-10-12"])
    assert await days(home.admin, "2026-10") == ["2026-10-12"]
    # A region of the same place that only others see is not named.
    said = (await home.asks("GET", f"/summary/{JANE}", cookie=jane)).said
    assert said["visits"] == said["regions"] == []
    link = await home.link(home.admin, JANE)
    assert link
    assert (await home.asks("GET", f"/summary/{JANE}")).code == "signed_out"
