"""The database and the key that opens what is sealed in it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import pytest_twisted

from channels.scene import ChannelScene, notification
from postgres import common, needs_postgres
from push_service import PushService


@pytest.fixture
def push() -> Any:
    with PushService() as service:
        yield service


@needs_postgres
@pytest_twisted.ensureDeferred
async def test_a_server_with_another_key_says_so_and_tells_nobody_a_wrong_thing(push, tmp_path):
    with common() as store:
        shared: Any = SimpleNamespace(engine=store.engine)
        (tmp_path / "else").mkdir()
        one = await ChannelScene(tmp_path, common=shared, server="one").opens()
        two = await ChannelScene(tmp_path / "else", common=shared, server="two").opens()
        assert two.access.vapid is None
        assert "key" in str(two.service.figures().why)
        channel = await one.has_phone(push.subscribe(one.key))
        sealed = await two.reads(lambda found: found.get(channel.id)[1])
        outcome = await two.service.try_now(channel, sealed, notification("n"))
        assert "sealed with the key" in outcome.why
        await one.closes()
        await two.closes()
