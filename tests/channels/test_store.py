"""The tables of channels, in a file and in PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from channels.scene import notification
from sightline.channels.options import ChannelOptions
from sightline.channels.records import Channel
from sightline.channels.store import FILE, BadChannels, ChannelStore
from sightline.database.engine import EngineSource


def channel(id: str, account: str = "jane", **more: object) -> Channel:
    return Channel(id=id, account=account, type="mqtt", name="n", host="h", **more)


@pytest.fixture
def store(place: Path | EngineSource):
    made = ChannelStore(place, ChannelOptions())
    yield made
    made.close()


def test_a_channel_keeps_its_secret_when_it_is_changed(store):
    store.put(channel("c1"), "sealed")
    store.put(channel("c1", enabled=False), None)
    assert store.get("c1") == (channel("c1", enabled=False), "sealed")
    assert store.get("c2") is None
    assert store.counts() == (1, 0, 0, 0)


def test_a_key_is_made_once_whoever_asks(store, place):
    assert store.key("vapid", lambda: "first", 1.0) == "first"
    other = ChannelStore(place, ChannelOptions(), "two")
    assert other.key("vapid", lambda: "second", 2.0) == "first"
    other.close()


def test_what_waited_for_a_channel_that_goes_is_over_unless_another_has_it(store):
    store.put(channel("c1", made=1.0), "s")
    store.queue.accept([notification("alone")], 1.0)
    store.put(channel("c2", made=2.0), "s")
    store.queue.accept([notification("both")], 1.0)
    assert [each.id for each in store.remove("c1", "gone")] == ["alone"]
    assert [each.id for each in store.remove("c2", "gone")] == ["both"]
    assert store.accounts() == set()


def test_a_file_that_is_none_is_said_to_be(tmp_path):
    (tmp_path / FILE).write_bytes(b"this is no database" * 400)
    with pytest.raises(BadChannels, match=FILE):
        ChannelStore(tmp_path, ChannelOptions())
