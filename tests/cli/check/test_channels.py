"""`sightline check` says which channels fail, in their own words and without their addresses."""

from __future__ import annotations

from pathlib import Path

from sightline.channels.options import ChannelOptions
from sightline.channels.records import Channel
from sightline.channels.store import ChannelStore
from sightline.cli.check import channels
from sightline.settings import ServerSettings, Settings


def test_channels_that_fail_are_named_and_a_folder_without_any_says_nothing(tmp_path: Path):
    settings = Settings(server=ServerSettings(state=str(tmp_path)))
    assert list(channels.check(settings)) == []
    store = ChannelStore(tmp_path, ChannelOptions())
    assert list(channels.check(settings)) == []
    channel = Channel(id="c1", account="jane", type="address", name="n", host="ntfy.example.org")
    store.put(channel, "sealed")
    (found,) = channels.check(settings)
    assert (found.level, found.said) == ("ok", "1 in use, all took the last message")
    store.queue.failed("c1", "answered 403: forbidden")
    (found,) = channels.check(settings)
    assert found.level == "warn"
    assert "jane's address (ntfy.example.org)" in found.said
    assert "answered 403: forbidden" in found.said
    store.close()
    (tmp_path / "channels.db").write_bytes(b"no database at all" * 100)
    (found,) = channels.check(settings)
    assert found.level == "fail"
