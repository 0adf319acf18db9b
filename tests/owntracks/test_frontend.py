"""What OwnTracks' Frontend 2.15.3 asks for when it is opened, as its requests were seen to come.

It asks for the last month unless told otherwise, as the browser sees its days; all of it at once,
device by device, and it draws what it gets.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest_twisted
from twisted.internet.defer import Deferred, gatherResults

from owntracks.scene import PhoneScene, fix
from sightline.history.record import entry
from sightline.owntracks import times
from sightline.owntracks.recorder_ws import EVERY
from sightline.wiring.owntracks_ranges import StoredFixes, judged
from web_scene import NOW

MONTH = {"from": "2026-10-21T00:00:00", "to": "2026-11-21T23:59:59"}
EACH = 620  # s between two fixes
FIRST, LAST = times.epoch(MONTH["from"]), NOW - 100


def month() -> list[int]:
    return list(range(int(FIRST), int(LAST), EACH))


async def told(open_web: Any) -> tuple[PhoneScene, str]:
    """A server with a month of two devices, one of which is somebody's who has two."""
    here = await PhoneScene().opens(open_web)
    here.recorder._ranges = judged(StoredFixes(here.home.store))
    for device in ("jane/phone", "jane/tablet", "omar/watch"):
        entries = [
            entry(f"friend/{device}", "fix", tst, tst, json.dumps(fix(tst=tst, acc=10)).encode())
            for tst in (month() if device != "jane/tablet" else month()[-3:])
        ]
        await here.home.store.write(entries, [])
        here.hears(device, fix(tst=month()[-1], acc=10))  # which is in the history already
    return here, await here.home.knows("reader", see=("*",))


@pytest_twisted.ensureDeferred
async def test_the_frontend_is_given_its_month_whole(open_web):
    here, cookie = await told(open_web)

    async def fetch(path: str, **query: str) -> Any:
        asked = f"{path}?{urlencode(query)}" if query else path
        answer = await here.gets(asked, cookie=cookie, accept="*/*")
        assert answer.status == 200, answer.data
        return answer.said

    users = (await fetch("list"))["results"]
    names = {user: (await fetch("list", user=user))["results"] for user in users}
    assert names == {"jane": ["phone", "tablet"], "omar": ["watch"]}
    assert len(await fetch("last")) == 3
    devices = [(user, device) for user in users for device in names[user]]
    answers = await gatherResults(
        [
            Deferred.fromCoroutine(
                fetch("locations", **MONTH, user=user, device=device, format="json")
            )
            for user, device in devices
        ]
    )
    whole = len(month())
    assert whole > 4_000
    assert [len(answer["data"]) for answer in answers] == [whole, 3, whole]
    assert [answer["count"] for answer in answers] == [whole, 3, whole]
    first = answers[0]["data"][0]
    assert (first["tst"], first["isotst"]) == (int(FIRST), f"{MONTH['from']}Z")
    assert isinstance((await fetch("version"))["version"], str)


@pytest_twisted.ensureDeferred
async def test_it_asks_anew_for_the_last_when_it_is_told_of_a_location(open_web):
    here, cookie = await told(open_web)
    client = await here.client(Cookie=cookie)
    client.says("LAST")
    await client.until(lambda: len(client.heard) == 3)
    here.hears("jane/phone", fix(lat=53, tst=int(NOW)))
    here.home.clock.advance(EVERY)
    await client.until(lambda: len(client.heard) == 4)
    assert client.heard[3]["_type"] == "location"
    (last,) = (await here.gets("last?user=jane&device=phone", cookie=cookie)).said
    assert last["lat"] == 53
