"""What no channel took is kept for a while, and not without end."""

from __future__ import annotations

from pathlib import Path

from channels.scene import notification
from sightline.channels import letters
from sightline.channels.options import DEAD_LASTS, ChannelOptions
from sightline.channels.records import Channel
from sightline.channels.store import ChannelStore
from sightline.database.engine import EngineSource


def test_letters_are_taken_once_and_go_when_they_are_old_or_too_many(place: Path | EngineSource):
    store = ChannelStore(place, ChannelOptions(queue=10_000, hourly=10_000))
    store.put(Channel(id="c", account="jane", type="mqtt", name="n", host="h"), "s")
    count = letters.MOST + 5

    def fill() -> None:
        for n in range(count):
            store.queue.accept([notification(f"n{n}")], float(n))
            (job,) = store.queue.reserve(float(n), {}, 1)
            (over,) = store.queue.give_up(job, "answered 403", float(n))
            assert (over.state, over.why) == ("failed", "answered 403")

    store.transact(fill)
    assert len(store.letters.of("jane")) == letters.MOST
    newest = store.letters.of("jane")[0]
    assert (newest.notification.id, newest.attempts) == (f"n{count - 1}", 1)
    taken = store.letters.take("c", newest.notification.id)
    assert taken == newest.notification
    assert store.letters.take("c", newest.notification.id) is None
    assert store.letters.take("else", "n3") is None
    store.letters.tidy(float(count))
    assert len(store.letters.of("jane")) == letters.MOST
    store.letters.tidy(DEAD_LASTS + count)
    assert store.letters.of("jane") == []
    store.close()
