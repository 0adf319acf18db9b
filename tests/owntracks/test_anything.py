"""Whatever is posted: a JSON array in answer, and one count more; never an exception."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from twisted.internet.task import Clock

from kinds.friends.test_decode import PAYLOADS
from sightline.auth.permissions import VisibleScope
from sightline.kinds import friends
from sightline.kinds.broker import LinkUpdate
from sightline.kinds.friends.encryption import EncryptionKeys
from sightline.kinds.friends.model import Friend
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.world import World
from sightline.owntracks.fixes import Memory, fix_fields
from sightline.owntracks.formats import FORMATS, Fix
from sightline.owntracks.latest import LatestPositions
from sightline.owntracks.phone_service import PhoneService
from sightline.owntracks.post_verdict import NotTaken
from sightline.owntracks.recorder_ws import RecorderSockets
from web_scene import NOW

KEYS = EncryptionKeys({"a/b": "a shared secret"})


class NoDoor:
    def watch(self, *_: object) -> object: ...


def phones() -> PhoneService:
    kind = friends.kind(keys=KEYS)
    world, presence, clock = World("e"), Presence(kind.timeouts), Clock()
    hub = Hub(clock, lambda: NOW, world, Ingest([kind], world, presence), presence, LinkUpdate)
    people = LatestPositions(world)
    live = RecorderSockets(clock, NoDoor(), people)
    return PhoneService(
        clock, lambda: NOW, hub, people, Memory(), live, KEYS, lambda device, payload: "no broker"
    )


def posted(desk: PhoneService, payload: bytes, agent: str = "") -> bytes:
    """What is answered, as `HttpMode` does for what was not taken."""
    try:
        return desk.posted("a/b", payload, agent, VisibleScope())
    except NotTaken:
        return b"[]"


@given(st.lists(PAYLOADS | PAYLOADS.map(lambda one: KEYS.seal("a/b", one)), max_size=5), st.text())
def test_any_post_is_answered_and_counted(payloads, agent):
    desk = phones()
    ingest = desk._hub.ingest
    for number, payload in enumerate(payloads, 1):
        desk.ask("a/b", "regions", "x") if number == 2 else None
        answer = json.loads(posted(desk, payload, agent))
        if isinstance(answer, dict):
            answer = json.loads(KEYS.open("a/b", answer["data"]))
        assert isinstance(answer, list)
        assert ingest.received == number == ingest.accepted + sum(ingest.rejected.values())


@given(PAYLOADS)
def test_any_fix_can_be_told_in_every_format(payload):
    desk = phones()
    posted(desk, payload)
    fixes = [
        Fix(friend.tst or 0, 0.0, fix_fields(friend))
        for friend, _, _ in desk._fixes._stored.get("friend/a/b", ())
    ]
    for _, write in FORMATS.values():
        assert b"".join(write(fixes, []))
        assert b"".join(write(fixes, ["lat", "nothing"])) is not None


def test_the_memory_is_bounded_for_each_and_for_all():
    memory = Memory(per_device=3, in_all=5)
    state = Friend(1.0, 2.0, 1.0, presence="live")
    for n in range(10):
        memory.keep("friend/a/b", replace(state, tst=float(n)))
    assert len(memory) == 3
    for n in range(4):
        memory.keep(f"friend/c/{n}", state)
    assert len(memory) == 5
    assert memory.between("friend/a/b", 0, 99).result[0].tst == 9
    memory.forget("friend/a/b")
    assert len(memory) == 4
    assert set(memory) == {f"friend/c/{n}" for n in range(4)}
    for n in range(4, 20):
        memory.keep(f"friend/c/{n}", state)
    assert len(memory) == 5
