"""Notifications to real push services, over refusals, hangs, restarts and quiet hours."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_twisted

from channels.scene import ChannelScene, notification
from common_store import traces
from push_service import PushService
from sightline.channels.options import GIVE_UP
from sightline.channels.quiet import Quiet


@pytest.fixture
def push() -> Any:
    with PushService() as service:
        yield service


@pytest_twisted.ensureDeferred
async def test_a_phone_reads_what_was_told_once_and_that_is_heard(push, where):
    scene = await ChannelScene(**where, badge=3).opens()
    phone = push.subscribe(scene.key)
    channel = await scene.has_phone(phone, language="de-AT")
    told = notification("n1", urgent=True)
    for _ in range(3):
        scene.service.tell(told)
    await scene.until(lambda: scene.states("n1") == ["waiting", "sent"])
    (message,) = push.messages
    assert message.data == {
        "id": "n1",
        "tag": told.tag,
        "title": "Bob ist da (n1)",
        "body": "",
        "url": "#map?at=1",
        "at": told.at,
        "urgent": True,
        "alert": told.alert,
        "actions": ["show", "acknowledge"],
        "badge": 3,
    }
    assert (message.urgency, message.subject) == ("high", "mailto:a@example.org")
    assert 86_000 < message.ttl <= GIVE_UP
    scene.service.tell(told)  # and once it was told it is not told again
    scene.service.tell(notification("n2"))
    await scene.until(lambda: scene.states("n2") == ["waiting", "sent"])
    assert [each.data["id"] for each in push.messages] == ["n1", "n2"]
    assert push.messages[1].urgency == "normal"
    assert push.messages[1].topic == message.topic  # the same tag: it takes the other's place
    assert push.refused == []
    status = await scene.status(channel)
    assert status.last is not None
    assert (status.why, status.waiting, status.dead) == (None, 0, 0)
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_who_has_no_channel_is_said_to_have_none(where):
    scene = await ChannelScene(**where).opens()
    scene.service.tell(notification("n1", "nobody"))
    await scene.until(lambda: scene.states("n1") == ["no_channel"])
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_a_subscription_that_ended_is_removed_and_the_other_phone_is_told(push, where):
    scene = await ChannelScene(**where).opens()
    gone, there = push.subscribe(scene.key), push.subscribe(scene.key)
    await scene.has_phone(gone)
    kept = await scene.has_phone(there)
    gone.gone = True
    scene.service.tell(notification("n1"))
    await scene.until(lambda: push.refused and push.messages)
    await scene.until(lambda: scene.service.figures().channels == 1)
    assert [each.channel.id for each in await scene.service.statuses("jane")] == [kept.id]
    await scene.until(lambda: scene.states("n1") == ["waiting", "sent"])
    there.gone = True
    scene.service.tell(notification("n2"))
    await scene.until(lambda: scene.states("n2") == ["waiting", "failed"])
    assert "no notifications any more" in str(scene.heard[-1].why)
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_what_is_refused_for_now_is_tried_again_when_the_service_asked(push, where):
    answers = iter([(500, {}), (429, {"Retry-After": "1"}), (503, {})])
    push.answer = lambda message: next(answers, None)
    push.said = b"slow  down"
    scene = await ChannelScene(**where).opens()
    channel = await scene.has_phone(push.subscribe(scene.key))
    scene.service.tell(notification("n1"))
    await scene.until(lambda: len(push.seen) == 2)
    await scene.until_why(channel, "answered 429: slow down")
    await scene.until(lambda: scene.states("n1") == ["waiting", "sent"])
    assert {each.data["id"] for each in push.seen} == {"n1"}
    assert push.seen[2].at - push.seen[1].at >= 1.0
    assert (await scene.status(channel)).why is None
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_what_is_never_taken_is_shown_with_its_reason_and_tried_again_by_hand(push, where):
    push.answer = lambda message: (403, {})
    push.said = b"crypto key mismatch"
    scene = await ChannelScene(**where).opens()
    channel = await scene.has_phone(push.subscribe(scene.key))
    scene.service.tell(notification("n1"))
    await scene.until(lambda: scene.states("n1") == ["waiting", "failed"])
    (letter,) = await scene.reads(lambda store: store.letters.of("jane"))
    assert (letter.why, letter.attempts) == ("answered 403: crypto key mismatch", 1)
    assert letter.notification.id == "n1"
    push.answer = lambda message: None

    def again(store: Any) -> None:
        told = store.letters.take(channel.id, "n1")
        store.queue.insert(channel, told, "waiting", 0.0, 0.0)

    await scene.service.change(again)
    await scene.until(lambda: scene.states("n1") == ["waiting", "failed", "sent"])
    assert await scene.reads(lambda store: store.letters.of("jane")) == []
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_after_a_day_nobody_tries_any_more(push, where):
    push.answer = lambda message: (503, {})
    scene = await ChannelScene(**where).opens()
    start = scene.now()
    await scene.has_phone(push.subscribe(scene.key))
    scene.service.tell(notification("n1"))
    await scene.until(lambda: push.seen)
    scene.now = lambda: start + GIVE_UP + 1
    scene.service.tell(notification("n2", "nobody"))  # so that the service looks
    await scene.until(lambda: scene.states("n1") == ["waiting", "failed"])
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_a_service_that_hangs_delays_no_other(push, where):
    with PushService() as slow:
        slow.hanging.clear()
        scene = await ChannelScene(**where).opens()
        for n in range(6):  # more than one account may keep busy
            await scene.has_phone(slow.subscribe(scene.key), f"slow{n % 2}")
        await scene.has_phone(push.subscribe(scene.key))
        for account in ("slow0", "slow1"):
            scene.service.tell(notification(f"for {account}", account))
        await scene.until(lambda: len(slow.seen) == 6)
        scene.service.tell(notification("n1"))
        await scene.until(lambda: "sent" in scene.states("n1"))
        assert slow.messages == []
        slow.hanging.set()
        await scene.until(lambda: len(slow.messages) == 6)
        await scene.closes()


@pytest_twisted.ensureDeferred
async def test_what_waits_is_told_after_the_next_start(push, where):
    push.answer = lambda message: (503, {})
    scene = await ChannelScene(**where, first=3600.0).opens()
    await scene.has_phone(push.subscribe(scene.key))
    scene.service.tell(notification("n1"))
    await scene.until(lambda: push.seen)
    await scene.closes()
    push.answer = lambda message: None
    anew = ChannelScene(**where)
    push.now = anew.now = lambda: scene.now() + 7200.0
    await anew.opens()
    await anew.until(lambda: anew.states("n1") == ["sent"])
    await anew.closes()


@pytest_twisted.ensureDeferred
async def test_quiet_hours_hold_back_until_the_morning_and_urgent_ones_pass(push, where):
    scene = ChannelScene(**where)
    berlin = ZoneInfo("Europe/Berlin")
    night = datetime(2026, 3, 28, 23, 30, tzinfo=berlin).timestamp()
    scene.now = lambda: night
    push.now = lambda: scene.now()
    await scene.opens()
    quiet = Quiet(begin="22:00", end="07:00")
    await scene.has_phone(push.subscribe(""), quiet=quiet, zone="Europe/Berlin", language="de")
    # The night in which clocks are put forward: an hour less until seven.
    for n, at in (("n1", night), ("n2", night + 60)):
        scene.service.tell(notification(n, at=at))
    await scene.until(lambda: scene.states("n1") == scene.states("n2") == ["quiet"])
    scene.service.tell(notification("n3", urgent=True))
    await scene.until(lambda: scene.states("n3") == ["waiting", "sent"])
    assert [each.data["id"] for each in push.messages] == ["n3"]
    scene.now = lambda: night + 6.5 * 3600
    scene.service.tell(notification("n4", "nobody"))
    await scene.until(lambda: len(push.messages) == 2)
    await scene.until(lambda: scene.states("n1") == scene.states("n2") == ["quiet", "sent"])
    assert push.messages[1].data["title"] == "2 Benachrichtigungen während deiner Ruhezeit"
    lines = push.messages[1].data["body"].split("\n")
    assert lines == ["23:30 Bob ist da (n1)", "23:31 Bob ist da (n2)"]
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_quiet_hours_may_drop_what_can_wait(push, where):
    scene = ChannelScene(**where)
    night = datetime(2026, 6, 1, 1, 0, tzinfo=ZoneInfo("UTC")).timestamp()
    scene.now = lambda: night
    push.now = lambda: scene.now()
    await scene.opens()
    await scene.has_phone(push.subscribe(""), quiet=Quiet(begin="00:00", end="06:00", then="drop"))
    scene.service.tell(notification("n1"))
    await scene.until(lambda: scene.states("n1") == ["quiet"])
    scene.now = lambda: night + 6 * 3600
    scene.service.tell(notification("n2"))
    await scene.until(lambda: scene.states("n2") == ["waiting", "sent"])
    assert [each.data["id"] for each in push.messages] == ["n2"]
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_too_many_push_out_the_oldest_and_too_many_an_hour_are_refused(push, where):
    push.answer = lambda message: (503, {})
    scene = await ChannelScene(**where, queue=3, hourly=6, first=3600.0).opens()
    channel = await scene.has_phone(push.subscribe(scene.key))
    for n in range(5):
        scene.service.tell(notification(f"n{n}"))
    await scene.until(lambda: "waiting" in scene.states("n4"))
    assert scene.states("n0") == ["waiting", "failed"]
    assert (await scene.status(channel)).waiting == 3
    letters = await scene.reads(lambda store: store.letters.of("jane"))
    assert {each.why for each in letters} == {"too many were waiting"}
    for n in range(5, 9):
        scene.service.tell(notification(f"n{n}"))
    scene.service.tell(notification("urgent", urgent=True))
    await scene.until(lambda: scene.states("urgent"))
    failed = [each.why for each in scene.heard if each.state == "failed" and each.id == "n8"]
    assert failed == [] or "within an hour" in str(failed)
    assert "waiting" in scene.states("urgent")
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_who_is_erased_is_in_no_table_any_more(push, where):
    push.answer = lambda message: (503, {})
    scene = await ChannelScene(**where, first=3600.0, queue=2).opens()
    await scene.has_phone(push.subscribe(scene.key))
    await scene.has_phone(push.subscribe(scene.key), "amy")
    for n in range(4):
        scene.service.tell(notification(f"n{n}"))
    scene.service.tell(notification("else", thing="friend/bobby/phone"))
    await scene.until(lambda: scene.states("else"))
    await scene.service.forget("friend/bob")
    tables = ("channel", "channel_waiting", "channel_dead", "channel_told")
    assert traces(where, "friend/bob/phone", *tables) == []
    assert (await scene.service.statuses("jane"))[0].waiting == 1
    await scene.service.forget_account("jane")
    assert await scene.service.owners() == {"amy"}
    assert traces(where, "jane", *tables) == []
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_private_addresses_are_told_nothing_unless_an_admin_allows_it(push, where):
    open_scene = await ChannelScene(**where).opens()
    await open_scene.has_phone(push.subscribe(open_scene.key))
    await open_scene.closes()
    scene = await ChannelScene(**where, private=False).opens()
    scene.service.tell(notification("n1"))
    await scene.until(lambda: scene.service.figures().failing == 1)
    assert "private" in str((await scene.service.statuses())[0].why)
    assert push.seen == []
    await scene.closes()
