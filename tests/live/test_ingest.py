from __future__ import annotations

import pytest

from sightline.live.ingest import Ingest, Quarantined
from sightline.live.presence import Presence
from sightline.live.world import World
from sightline.model.kind import Arrival, CannotDecode, Kind, ThingType, Timeouts
from states import Says, spot


def decode(arrival: Arrival) -> list[Says]:
    """`name=value` pairs on topic `spot`; `name=` removes."""
    if arrival.payload.startswith(b"!"):
        raise CannotDecode(arrival.payload[1:].decode(), "because")
    updates = []
    for pair in arrival.payload.decode().split():
        name, _, value = pair.partition("=")
        heard = None if arrival.retain else arrival.at
        updates.append(Says(f"a/{name}", int(value) if value else None, heard, dropped=1))
    return updates


KIND = Kind(
    name="spots",
    filters=(("spot", 0),),
    roots=frozenset({"spot"}),
    things=(ThingType(name="a", plural="spots", timeouts=Timeouts(2, 5)),),
    decode=decode,
)


class Scene:
    def __init__(self, capacity: int = 100) -> None:
        self.world = World("e", capacity=capacity)
        self.presence = Presence(KIND.timeouts)
        self.ingest = Ingest([KIND], self.world, self.presence, quarantine=3)
        self.now = 0.0

    def hear(self, payload: bytes, topic: str | bytes = "spot", **more: object) -> None:
        arrival = Arrival(topic, payload, bool(more.get("retain")), 0, 1000 + self.now)
        self.ingest.take([arrival], self.now)

    def quarantine(self) -> list[Quarantined]:
        return [state for _, state in self.world if isinstance(state, Quarantined)]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_an_arrival_changes_the_world(scene):
    scene.hear(b"x=1 y=2")
    assert dict(scene.world) == {"a/x": spot(1), "a/y": spot(2)}
    assert (scene.ingest.received, scene.ingest.accepted) == (1, 1)


def test_a_leading_slash_in_the_topic_is_tolerated(scene):
    scene.hear(b"x=1", topic="/spot")
    assert "a/x" in scene.world


@pytest.mark.parametrize("topic", ["other", "", "$SYS/x", b"\xff\xfe"])
def test_a_topic_nobody_listens_to_is_rejected(scene, topic):
    scene.hear(b"x=1", topic=topic)
    assert scene.ingest.rejected == {"bad_topic": 1}
    assert scene.ingest.accepted == 0


def test_what_is_rejected_is_counted_by_reason_and_shown(scene):
    scene.hear(b"!not_json")
    assert scene.ingest.rejected == {"not_json": 1}
    (shown,) = scene.quarantine()
    assert (shown.n, shown.topic, shown.counter, shown.why) == (1, "spot", "not_json", "because")
    assert shown.head == "!not_json"
    assert shown.size == 9


def test_the_rest_of_a_batch_is_not_lost_to_a_bad_message(scene):
    batch = [Arrival("spot", payload, False, 0, 1000) for payload in (b"x=1", b"!no", b"y=2")]
    scene.ingest.take(batch, 0)
    assert dict(scene.world).keys() >= {"a/x", "a/y"}


def test_the_quarantine_keeps_the_last_few(scene):
    for number in range(10):
        scene.now += 1
        scene.hear(b"!reason%d" % number)
    assert [shown.n for shown in scene.quarantine()] == [8, 9, 10]


def test_a_flood_of_one_kind_of_rubbish_does_not_wash_out_the_others(scene):
    scene.hear(b"!rare")
    for _ in range(1000):
        scene.now += 0.0001
        scene.hear(b"!flood")
    assert {shown.counter for shown in scene.quarantine()} == {"rare", "flood"}
    assert scene.ingest.rejected["flood"] == 1000


def test_what_is_shown_of_a_payload_is_fit_to_be_shown(scene):
    scene.hear(b"!x", topic="a\u202eb\r\n/c")
    (shown,) = scene.quarantine()
    assert shown.topic == "a\ufffdb\ufffd\ufffd/c"
    scene.now += 1


def test_dropped_fields_are_counted(scene):
    scene.hear(b"x=1 y=2")
    assert scene.ingest.dropped == 2


def test_a_sign_of_life_is_noted(scene):
    scene.hear(b"x=1")
    assert [s.presence for s in scene.presence.silent(3, ())] == ["stale"]


def test_what_proves_no_life_is_not_noted(scene):
    scene.hear(b"x=1", retain=True)
    assert list(scene.presence.silent(100, ())) == []


def test_what_is_gone_is_forgotten(scene):
    scene.hear(b"x=1")
    scene.hear(b"x=", retain=True)
    assert list(scene.presence.silent(100, ())) == []


def test_a_full_world_rejects_new_things_and_says_so():
    scene = Scene(capacity=1)
    scene.hear(b"x=1")
    scene.hear(b"y=1")
    scene.hear(b"x=2")
    assert scene.world.state("a/x") == spot(2)
    assert "a/y" not in scene.world
    assert scene.ingest.rejected == {"too_many_things": 1}
    assert [shown.counter for shown in scene.quarantine()] == ["too_many_things"]


def test_whoever_asks_is_told_of_a_sort_of_readings_after_they_were_folded(scene):
    heard = []
    scene.ingest.tell(Says, lambda update: heard.append((update, scene.world.state("a/x"))))
    scene.ingest.tell(int, heard.append)
    scene.hear(b"x=1")
    assert [(update.value, state) for update, state in heard] == [(1, spot(1))]


def test_two_devices_at_once_are_both_in_quarantine(scene):
    scene.hear(b"!flood", topic="spot/q/a")
    scene.hear(b"!flood", topic="spot/q/b")
    scene.hear(b"!flood", topic="spot/q/a/event")
    assert [shown.topic for shown in scene.quarantine()] == ["spot/q/a", "spot/q/b"]


def test_a_flood_of_many_devices_does_not_fill_the_network(scene):
    for n in range(1000):
        scene.hear(b"!flood", topic=f"spot/q/{n}")
    assert scene.ingest.quarantined == 10
    scene.now = 0.3
    for n in range(1000):
        scene.hear(b"!flood", topic=f"spot/q/{n}")
    assert scene.ingest.quarantined == 20
    assert scene.ingest.rejected["flood"] == 2000
