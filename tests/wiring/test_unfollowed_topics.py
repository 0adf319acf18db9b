"""Phones on topics that nobody follows are said once: in the log and among what was rejected."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.logger import capturedLogs, formatEvent

from sightline.kinds.broker import LinkUpdate
from sightline.kinds.friends.bases import BaseTopics
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest, Quarantined
from sightline.live.presence import Presence
from sightline.live.world import World
from sightline.model.kind import Arrival
from sightline.wiring.unfollowed_topics import Unfollowed

LOCATION = b'{"_type":"location","lat":52.1,"lon":5.1,"tst":3}'


def arrival(topic: str, payload: bytes = LOCATION) -> Arrival:
    return Arrival(topic, payload, False, 0, 5.0)


def test_what_looks_like_owntracks_is_said_once_for_each_base_and_not_shown() -> None:
    clock, world, presence = Clock(), World("e"), Presence({})
    ingest = Ingest((), world, presence)
    hub = Hub(clock, clock.seconds, world, ingest, presence, LinkUpdate)
    unfollowed = Unfollowed(clock, clock.seconds, hub, BaseTopics())
    with capturedLogs() as events:
        unfollowed.look("main", [arrival("home/jane/phone"), arrival("home/kim/phone/event")])
        unfollowed.look("main", [arrival("owntracks/jane/phone"), arrival("x/y/z", b"21.5")])
        clock.advance(1)
        unfollowed.look("main", [arrival("work/jane/phone")])
    said = [formatEvent(event) for event in events]
    assert len(said) == 2
    assert "add home/+/+ to friends.topics" in said[0]
    shown = [state for _, state in world if isinstance(state, Quarantined)]
    assert [state.topic for state in shown] == ["home/jane/phone", "work/jane/phone"]
    assert "home/+/+" in shown[0].why
    assert "52.1" not in repr(shown)
    assert ingest.rejected == {"not_followed": 2}
