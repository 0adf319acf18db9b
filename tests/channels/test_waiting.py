"""Rows of what waits: written once, buried once, over when no channel is left."""

from __future__ import annotations

from pathlib import Path

from channels.scene import notification
from sightline.channels.options import ChannelOptions
from sightline.channels.records import Channel
from sightline.channels.store import ChannelStore
from sightline.database.engine import EngineSource


def test_a_notification_is_over_when_the_last_channel_gave_it_up(place: Path | EngineSource):
    store, told = ChannelStore(place, ChannelOptions()), notification("n1")
    rows = store.queue
    for id in ("c1", "c2"):
        channel = Channel(id=id, account="jane", type="mqtt", name="n", host="h")
        store.put(channel, "s")
        for _ in range(2):  # the second changes nothing
            rows.insert(channel, told, "waiting", 5.0, 1.0)
    assert rows.next_due(0.0, ()) == 5.0
    assert rows.bury("c1", "n1", "no", 2.0) == told
    assert rows.bury("c1", "n1", "no", 2.0) is None
    assert list(rows.over([told], "no")) == []
    assert rows.end("c2") == [told]
    (over,) = rows.over([told], "no")
    assert (over.state, over.why) == ("failed", "no")
    rows.note("c2", told, 3.0)
    assert list(rows.over([told], "no")) == []
    assert rows.next_due(0.0, ()) is None
    store.close()
