"""What was accepted is told: over kill -9, and by one of several servers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from channels.scene import ChannelScene, notification
from postgres import needs_postgres, prepared
from push_service import PushService
from sightline.channels.queue import HELD

HERE = Path(__file__).parent
COUNT = 20


@pytest.fixture
def push() -> Any:
    with PushService() as service:
        yield service


@pytest_twisted.ensureDeferred
async def test_what_waited_when_the_server_was_killed_is_told_by_the_next(push, where):
    scene = await ChannelScene(**where).opens()
    phone = push.subscribe(scene.key)
    await scene.has_phone(phone)
    await scene.closes()
    push.hanging.clear()  # the first is under way when it is killed
    child = subprocess.Popen(
        [sys.executable, str(HERE / "teller.py"), str(COUNT), *map(str, where.values())],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
    )
    assert child.stdout is not None
    assert await deferToThread(child.stdout.readline) == b"accepted\n"
    await scene.until(lambda: push.seen)
    child.kill()
    child.wait()
    child.stdout.close()
    push.hanging.set()
    anew = await ChannelScene(**where).opens()
    await anew.until(lambda: len([e for e in anew.heard if e.state == "sent"]) == COUNT)
    told = [each.data["id"] for each in push.messages]
    assert set(told) == {f"n{n}" for n in range(COUNT)}
    assert len(told) <= COUNT + 1  # what was under way may come twice, under its one id
    await anew.closes()


@needs_postgres
@pytest_twisted.ensureDeferred
async def test_of_two_servers_one_tells_and_takes_over_when_the_other_is_gone(push, tmp_path):
    with prepared() as url:
        one = await ChannelScene(tmp_path, url=url, name="one").opens()
        two = await ChannelScene(tmp_path, url=url, name="two").opens()
        assert one.key == two.key
        await one.has_phone(push.subscribe(one.key))
        for n in range(10):
            for each in (one, two):
                each.service.tell(notification(f"n{n}"))

        def heard() -> list[str]:
            both = (*one.heard, *two.heard)
            return sorted(each.id for each in both if each.state == "sent")

        await one.until(lambda: len(heard()) == 10)
        assert sorted(each.data["id"] for each in push.messages) == heard()
        # The first holds one, and is seen no more: the other tells it once that is over.
        push.hanging.clear()
        one.service.tell(notification("held"))
        await one.until(lambda: push.seen[-1].data["id"] == "held")
        two.service.tell(notification("held"))
        later = two.now() + HELD + 1
        push.now = two.now = lambda: later
        push.hanging.set()
        two.service.tell(notification("else"))
        await two.until(lambda: {"held", "else"} <= {e.data["id"] for e in push.messages})
        await one.closes()
        await two.closes()
