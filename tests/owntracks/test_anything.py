"""Whatever is posted: a JSON array in answer, and one count more; never an exception.

Covers owntracks/formats.py.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any, TypeVar

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from kinds.friends.test_decode import PAYLOADS
from sightline.auth.permissions import VisibleScope
from sightline.kinds import friends
from sightline.kinds.broker import LinkUpdate
from sightline.kinds.friends.encryption import EncryptionKeys
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.world import World
from sightline.owntracks.fixes import Memory
from sightline.owntracks.formats import FORMATS, Items
from sightline.owntracks.latest import LatestPositions
from sightline.owntracks.phone_service import PhoneService
from sightline.owntracks.post_verdict import NotTaken
from sightline.owntracks.ranges import DeviceRange
from sightline.owntracks.recorder_ws import RecorderSockets
from sightline.web.reads import at_once
from sightline.wiring.owntracks_ranges import judged
from web_scene import NOW

T = TypeVar("T")
KEYS = EncryptionKeys({"a/b": "a shared secret"})


class NoAuthenticator:
    def watch(self, *_: object) -> object: ...


def phones() -> PhoneService:
    kind = friends.kind(keys=KEYS)
    world, presence, clock = World("e"), Presence(kind.timeouts), Clock()
    hub = Hub(clock, lambda: NOW, world, Ingest([kind], world, presence), presence, LinkUpdate)
    people = LatestPositions(world)
    live = RecorderSockets(clock, NoAuthenticator(), people)
    return PhoneService(
        clock, lambda: NOW, hub, people, Memory(), live, KEYS, lambda device, payload: "no broker"
    )


def posted(phone_service: PhoneService, payload: bytes, agent: str = "") -> bytes:
    """What is answered, as `HttpMode` does for what was not taken."""
    try:
        return phone_service.posted("a/b", payload, agent, VisibleScope())
    except NotTaken:
        return b"[]"


@given(st.lists(PAYLOADS | PAYLOADS.map(lambda one: KEYS.seal("a/b", one)), max_size=5), st.text())
def test_any_post_is_answered_and_counted(payloads, agent):
    phone_service = phones()
    ingest = phone_service._hub.ingest
    for number, payload in enumerate(payloads, 1):
        phone_service.ask("a/b", "regions", "x") if number == 2 else None
        answer = json.loads(posted(phone_service, payload, agent))
        if isinstance(answer, dict):
            answer = json.loads(KEYS.open("a/b", answer["data"]))
        assert isinstance(answer, list)
        assert ingest.received == number == ingest.accepted + sum(ingest.rejected.values())


def at_a_stroke(work: Coroutine[Any, Any, T]) -> T:
    """What this comes to, which has nothing to wait for."""
    done: list[T] = []
    Deferred.fromCoroutine(work).addCallback(done.append)
    return done[0]


async def joined(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def listed(pieces: AsyncIterator[Sequence[T]]) -> list[T]:
    return [one async for some in pieces for one in some]


@given(PAYLOADS)
def test_any_fix_can_be_told_in_every_format(payload):
    phone_service = phones()
    posted(phone_service, payload)
    for form in FORMATS.values():
        for fields in ((), ("lat", "nothing")):
            past = judged(phone_service._fixes)
            fixes = DeviceRange(past, ["friend/a/b"], (0, 1e12), None, at_once)
            made = form.write(fixes, Items(fields, lambda lat, lon, tst: {}))
            assert at_a_stroke(joined(made))


def test_the_memory_is_bounded_for_each_and_for_all():
    memory = Memory(per_device=3, in_all=5)
    body = b'{"_type":"location","lat":1,"lon":2,"tst":1}'
    for n in range(10):
        memory.keep("friend/a/b", float(n), NOW, body)
    assert len(memory) == 3
    for n in range(4):
        memory.keep(f"friend/c/{n}", 1.0, NOW, body)
    assert len(memory) == 5
    assert [one.tst for one in at_a_stroke(listed(memory.received("friend/a/b", 0, 99)))] == [9]
    memory.forget("friend/a/b")
    assert len(memory) == 4
    assert set(memory) == {f"friend/c/{n}" for n in range(4)}
    for n in range(4, 20):
        memory.keep(f"friend/c/{n}", 1.0, NOW, body)
    assert len(memory) == 5
    long = body + b" " * 400
    memory = Memory(most_bytes=2 * len(long))
    for n in range(3):
        memory.keep(f"friend/a/{n}", 1.0, NOW, long)
    assert set(memory) == {"friend/a/1", "friend/a/2"}
    memory.forget("friend/a/1")
    for n in range(4):
        memory.keep("friend/b/b", float(n), NOW, body)
    assert len(memory) == 5
