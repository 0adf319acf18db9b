"""Over HTTP: what a rule would have told of what its maker may see, and an acknowledgement."""

from __future__ import annotations

import json
from typing import Any

import pytest_twisted

from sightline.history.record import entry
from sightline.wiring.clock import now

JANE, BOB = "friend/jane/phone", "friend/bob/phone"
LOW: dict[str, Any] = {
    "about": ["friend"],
    "condition": {"type": "battery", "below": 20},
    "tell": [{"account": "eve"}],
}


async def past(home: Any) -> float:
    """Two phones whose batteries ran low, yesterday or the day before.

    From a quarter past midnight: what is usual is learned by the hour of the day.
    """
    began = (now() // 86_400.0 - 1) * 86_400.0 + 15 * 60
    for thing in (JANE, BOB):
        home.shows(thing)
        entries = []
        for n in range(30):
            at = float(began + n * 300)
            fix = {"_type": "location", "lat": 48.5, "lon": 2.25, "tst": at, "batt": 45 - n}
            entries.append(entry(thing, "fix", at, at, json.dumps(fix).encode()))
        await home.store.write(entries, [])
    return began + 26 * 300.0


@pytest_twisted.ensureDeferred
async def test_a_trial_tells_of_what_its_maker_may_see_alone(open_web):
    home = await open_web()
    low = await past(home)
    eve = await home.knows("eve", see=("friend/jane",))
    for cookie, things in ((eve, [JANE]), (await home.knows("root", "admin"), [BOB, JANE])):
        answer = await home.asks("POST", "/rules/try", {"rule": LOW, "days": 3}, cookie=cookie)
        assert answer.status == 200, answer.data
        said = answer.said
        assert sorted(each["thing"] for each in said["would"]) == things
        assert said["count"] == len(things)
        assert said["looked_at"] == 30 * len(things)
        assert all(each["at"] == low for each in said["would"])
        assert said["trouble"] == []


@pytest_twisted.ensureDeferred
async def test_what_is_wrong_with_a_rule_is_said_and_what_is_hidden_is_gone(open_web):
    home = await open_web()
    await past(home)
    eve = await home.knows("eve", see=("friend/jane",))
    answers = []
    for about in (BOB, "friend/no/body"):
        asked = {"rule": {**LOW, "about": [about]}}
        answers.append((await home.asks("POST", "/rules/try", asked, cookie=eve)).said)
        assert answers[-1]["would"] == []
        assert answers[-1]["trouble"]
    assert [each["code"] for each in answers[0]["trouble"]] == [
        each["code"] for each in answers[1]["trouble"]
    ]
    wrong = {"rule": {**LOW, "condition": {"type": "battery"}}}
    said = (await home.asks("POST", "/rules/try", wrong, cookie=eve)).said
    assert [each["code"] for each in said["trouble"]] == ["missing"]
    assert (await home.asks("GET", f"/rules/usual?thing={BOB}", cookie=eve)).status == 404
    usual = await home.asks("GET", f"/rules/usual?thing={JANE}", cookie=eve)
    assert usual.said["learned"] == 8 + 12, "of the hour of the last one, and of that before"
    assert 300 <= usual.said["usual"] <= 900, "they came every five minutes"


@pytest_twisted.ensureDeferred
async def test_an_alert_is_acknowledged_from_a_notification(open_web):
    home = await open_web()
    eve = await home.knows("eve", see=("friend/jane",))
    for alert in ("alert/eve/ab12cd34.1", "alert/jane/ab12cd34.1", "rule/eve/ab12cd34", "x"):
        answer = await home.asks("POST", "/alerts/acknowledge", {"alert": alert}, cookie=eve)
        assert answer.status == 404, answer.data
    for _ in range(100):
        answer = await home.asks("POST", "/alerts/acknowledge", {"alert": "x"}, cookie=eve)
        if answer.status == 429:
            return
    raise AssertionError("nothing bounds it")
