from __future__ import annotations

import pytest

from sightline.kinds import friends
from sightline.kinds.friends.model import Face, Friend
from sightline.kinds.probots.model import ProBot
from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.quotas import DAY, OverQuota, Quota, Senders, WorldFull, budget
from sightline.live.world import World
from sightline.model.kind import Arrival
from states import spot

PNG = b"\x89PNG\r\n\x1a\n"
ROBOT = ProBot(presence="live")


def friend(**more: object) -> Friend:
    return Friend(lat=1.0, lon=2.0, tst=3.0, presence="live", **more)


def face(size: int) -> Face:
    return Face(mime="image/png", data=PNG.ljust(size, b"."))


class Scene:
    def __init__(self, quota: Quota, **world: object) -> None:
        self.kind = friends.kind()
        self.world = World("e", senders=Senders(quota), **world)
        self.kept: list[str] = []
        self.ingest = Ingest(
            [self.kind],
            self.world,
            Presence(self.kind.timeouts),
            keep=lambda news: self.kept.extend(one[0] for one in news if one[3]),
        )
        self.over: list[OverQuota] = []
        self.ingest.when_over_quota(self.over.append)
        self.now = 0.0

    def hears(self, device: str, n: int = 1, part: str = "", said: bytes = b"") -> None:
        said = said or b'{"_type":"location","lat":1,"lon":%d,"tst":%d}' % (n % 90, 1000 + n)
        arrival = Arrival(f"owntracks/{device}{part}", said, False, 1, 5000 + self.now)
        self.ingest.take([arrival], self.now)

    @property
    def friends(self) -> set[str]:
        return {key.removeprefix("friend/") for key, _ in self.world if key[:7] == "friend/"}


def test_a_sender_has_so_many_devices_and_others_have_theirs():
    scene = Scene(Quota(devices=3))
    for n in range(10):
        scene.hears(f"jane/p{n}")
    scene.hears("john/phone")
    assert scene.friends == {"jane/p0", "jane/p1", "jane/p2", "john/phone"}
    assert scene.ingest.rejected == {"over_quota": 7}
    assert {(over.sender, over.what) for over in scene.over} == {("owntracks/jane", "devices")}
    assert scene.over[0].why == "owntracks/jane has used up its quota of 3 devices"
    shown = [state for key, state in scene.world if key.startswith("quarantine/")]
    assert {each.counter for each in shown} == {"over_quota"}
    assert [each.topic for each in shown] == [f"owntracks/jane/p{n}" for n in range(3, 10)]
    scene.hears("jane/p0", 2)  # those that are there go on
    assert scene.world.state("friend/jane/p0").lon == 2


def test_what_is_cleared_makes_room_again_but_not_for_ever_in_one_day():
    scene = Scene(Quota(devices=2, new=6))
    for n in range(20):
        scene.hears(f"jane/p{n}")
        arrival = Arrival(f"owntracks/jane/p{n}", b"", True, 1, 5000)
        scene.ingest.take([arrival], 0)
    assert {over.what for over in scene.over} == {"new"}
    assert len(scene.over) == 14
    scene.now = DAY - 1
    scene.hears("jane/again")
    assert scene.friends == set()
    scene.now = DAY + 1
    scene.hears("jane/again")
    assert scene.friends == {"jane/again"}


def test_a_sender_has_so_many_rows_of_history_a_day():
    scene = Scene(Quota(rows=5))
    scene.hears("jane/phone", 0)  # makes the friend
    for n in range(1, 10):
        scene.hears("jane/phone", n)
    scene.hears("john/phone", 1)
    assert scene.kept.count("friend/jane/phone") == 6
    assert scene.ingest.rejected == {"over_quota": 4}
    assert scene.world.state("friend/jane/phone").lon == 5  # refused is refused
    assert {over.what for over in scene.over} == {"rows"}
    scene.now = DAY + 1
    scene.hears("jane/phone", 11)
    assert scene.world.state("friend/jane/phone").lon == 11


def test_an_empty_message_is_taken_from_who_has_used_up_everything():
    scene = Scene(Quota(rows=1, new=1))
    scene.hears("jane/phone", 0)
    scene.hears("jane/phone", 1)
    scene.hears("jane/phone", 2)
    assert scene.ingest.rejected == {"over_quota": 1}
    scene.ingest.take([Arrival("owntracks/jane/phone", b"", True, 1, 5000)], 0)
    assert scene.friends == set()


def test_the_bytes_of_a_sender_are_bounded_also_of_what_grows():
    world = World("e", senders=Senders(Quota(bytes=50_000)))
    world.put("friend/jane/phone", friend())
    with pytest.raises(OverQuota) as over:
        world.put("face/jane/phone", face(60_000))
    assert over.value.what == "bytes"
    world.put("face/jane/phone", face(30_000))
    with pytest.raises(OverQuota):
        world.put("face/jane/phone", face(60_000))
    assert len(world.state("face/jane/phone").data) == 30_000
    world.put("face/jane/phone", face(1_000))
    world.put("face/jane/phone", face(40_000))
    world.put("face/john/phone", face(40_000))
    with pytest.raises(OverQuota):
        world.put("friend/jane/phone", friend(inregions=("x" * 128,) * 64))


def test_a_card_whose_picture_finds_no_room_still_gives_the_name():
    scene = Scene(Quota(bytes=10_000))
    picture = "iVBORw0KGgo" + "A" * 20_000
    card = b'{"_type":"card","name":"Jane","face":"%b"}' % picture.encode()
    scene.hears("jane/phone", part="/info", said=card)
    assert scene.world.state("friend/jane/phone").name == "Jane"
    assert scene.world.state("face/jane/phone") is None
    assert scene.ingest.rejected == {"over_quota": 1}


def weighed(world: World) -> int:
    return sum(state.weight for key, state in world if key.partition("/")[0] in ("friend", "face"))


def test_the_bytes_of_the_world_are_bounded_and_counted_right():
    world = World("e", room=100_000)
    count = 100_000 // friend().weight
    for n in range(count):
        world.put(f"friend/u{n}/p", friend())
    with pytest.raises(WorldFull):
        world.put("friend/one/more", friend())
    assert world.bytes == weighed(world) <= 100_000
    with pytest.raises(WorldFull):
        world.put("friend/u0/p", friend(inregions=("home",) * 64))
    world.put("friend/u1/p", friend(batt=7.0))
    for n in range(0, count, 2):
        world.remove(f"friend/u{n}/p")
    world.put("face/u1/p", face(20_000))
    world.put("face/u1/p", face(10_000))
    assert world.bytes == weighed(world)
    for n in range(count):
        world.remove(f"friend/u{n}/p")
        world.remove(f"face/u{n}/p")
    assert world.bytes == 0


def test_faces_have_a_room_of_their_own_and_friends_are_not_lost_to_them():
    world = World("e", room=1_000_000, rooms={"face": 100_000})
    world.put("face/u0/p", face(90_000))
    with pytest.raises(WorldFull):
        world.put("face/u1/p", face(20_000))
    world.put("friend/u1/p", friend())
    world.remove("face/u0/p")
    world.put("face/u1/p", face(20_000))
    assert world.bytes_of == {"face": face(20_000).weight}


OURS = ("lease/ProBot1", "alarm/keys/ProBot1", "guard/main", "broker/main", "server/sightline")


def test_what_is_ours_has_room_in_a_full_world():
    world = World("e", capacity=2, room=100)
    with pytest.raises(WorldFull):
        world.put("friend/u/p", friend())
    for key in OURS:
        world.put(key, spot(1))
        world.put(key, spot(2))
    world.put("probot/ProBot7", ROBOT)
    assert {key for key, _ in world} == {*OURS, "probot/ProBot7"}
    assert world.bytes == 0


def test_robots_do_not_take_the_room_of_friends():
    world = World("e", capacity=1)
    for n in range(5):
        world.put(f"probot/ProBot{n}", ROBOT)
    world.put("friend/u/p", friend())
    assert len(world) == 6


def test_senders_that_have_nothing_left_are_forgotten_in_the_end(monkeypatch):
    monkeypatch.setattr("sightline.live.quotas.MOST_SENDERS", 10)
    senders = Senders()
    world = World("e", senders=senders)
    world.put("friend/stays/p", friend())
    for n in range(100):
        world.put(f"friend/u{n}/p", friend())
        world.remove(f"friend/u{n}/p")
    assert len(senders) <= 10
    assert senders.of("friend/stays/p").things == {"friend": 1}


def test_a_new_sender_is_not_a_search_through_all_others(monkeypatch):
    monkeypatch.setattr("sightline.live.quotas.MOST_SENDERS", 10)
    world = World("e")
    searches = []
    forget = Senders._forget
    monkeypatch.setattr(Senders, "_forget", lambda self: (searches.append(1), forget(self)))
    for n in range(1000):
        world.put(f"friend/u{n}/p", friend())
    assert len(searches) < 10


def test_what_comes_and_goes_leaves_nothing_with_presence():
    presence = Presence(friends.kind().timeouts)
    for n in range(20_000):
        presence.note(f"friend/u{n}/p", 0.0, "main")
        presence.forget(f"friend/u{n}/p")
    assert len(presence._looks) < 2_000
    presence.note("friend/jane/p", 1.0, "main")
    assert [silence.thing for silence in presence.silent(1000.0, ())] == ["friend/jane/p"]


def test_the_budget_fits_the_memory():
    given = budget(512 * 1024 * 1024)
    assert (given.world, given.sender) == (201_326_592, 16_777_216)
    assert given.of_types == {"face": 33_554_432}
