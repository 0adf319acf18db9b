"""The database and the key that opens what is sealed in it."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_twisted

from channels.scene import ChannelScene, notification
from postgres import needs_postgres, prepared
from push_service import PushService


@pytest.fixture
def push() -> Any:
    with PushService() as service:
        yield service


@needs_postgres
@pytest_twisted.ensureDeferred
async def test_a_server_with_another_key_says_so_and_tells_nobody_a_wrong_thing(push, tmp_path):
    with prepared() as url:
        (tmp_path / "else").mkdir()
        one = await ChannelScene(tmp_path, url=url, name="one").opens()
        two = await ChannelScene(tmp_path / "else", url=url, name="two").opens()
        assert two.access.vapid is None
        assert "key" in str(two.service.figures().why)
        channel = await one.has_phone(push.subscribe(one.key))
        sealed = await two.reads(lambda found: found.get(channel.id)[1])
        outcome = await two.service.try_now(channel, sealed, notification("n"))
        assert "sealed with the key" in outcome.why
        # What it accepts is told by the other, and it does not even try.
        for n in range(3):
            two.service.tell(notification(f"told{n}"))
        await one.until(lambda: len(push.messages) == 3)
        assert two.service.figures().failed == 1  # the trial
        await one.closes()
        await two.closes()
