"""The world as it was kept: faces as older versions wrote them, and more than there is room for."""

from __future__ import annotations

import base64
import json

from twisted.internet.task import Clock

from sightline.history.record import LastState
from sightline.history.restore import Restorer
from sightline.kinds import friends
from sightline.kinds.broker import LinkUpdate
from sightline.kinds.friends.model import Face, Friend
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.quotas import Quota, Senders
from sightline.live.world import World
from sightline.model.kind import State, Update

NOW = 1_795_235_000.0
KIND = friends.kind()
PNG = b"\x89PNG\r\n\x1a\n..."


def restored(*kept: tuple[str, State | bytes], world: World | None = None) -> World:
    world = World("e") if world is None else world
    presence = Presence(KIND.timeouts)
    hub = Hub(Clock(), lambda: NOW, world, Ingest([KIND], world, presence), presence, LinkUpdate)
    restorer = Restorer(KIND.states, KIND.timeouts, lambda: NOW)
    readings: list[Update] = []
    for thing, state in kept:
        body = state if isinstance(state, bytes) else _encoded(state)
        found = restorer.reading(LastState(thing, NOW - 10, body), NOW)
        assert found is not None
        readings.append(found)
    hub.restore(readings)
    return world


def _encoded(state: State) -> bytes:
    import msgspec

    return msgspec.json.encode(state)


def test_a_face_is_kept_as_ever_and_brought_back():
    before = json.dumps({"mime": "image/png", "data": base64.b64encode(PNG).decode()}).encode()
    face = Face(mime="image/png", data=PNG)
    assert json.loads(_encoded(face)) == json.loads(before)
    assert restored(("face/jane/phone", before)).state("face/jane/phone") == face


def test_more_than_there_is_room_for_is_left_out_and_nobody_has_used_up_a_day():
    friend = Friend(presence="live", lat=1.0, lon=2.0, tst=NOW)
    world = World("e", senders=Senders(Quota(devices=5, new=3)), room=5 * friend.weight)
    many = [(f"friend/jane/p{n}", friend) for n in range(3)]
    more = [(f"friend/u{n}/p", friend) for n in range(10)]
    restored(*many, *more, world=world)
    assert len(world) == 5
    assert world.bytes == 5 * friend.weight
    world.remove("friend/u0/p")
    world.put("friend/jane/new", friend)
