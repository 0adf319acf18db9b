"""The fan-out with connections that are as slow as the test wants, and a clock of its own.

Covers web/framing.py, web/viewers.py.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterator
from itertools import pairwise

import pytest
from twisted.internet.task import Clock

from picture import Picture
from sightline.auth.permissions import EVERYTHING, VisibleScope
from sightline.live.world import World
from sightline.web.fanout import FanOut
from sightline.web.framing import frame
from sightline.web.pace import Pace
from sightline.web.viewers import Viewer
from states import spot


def messages(data: bytes) -> Iterator[tuple[bool, bytes]]:
    """Whole unmasked frames: whether each is compressed, and its payload."""
    while data:
        first, size = data[0], data[1]
        assert first in (0x81, 0xC1)
        start = 2
        if size == 126:
            size, start = int.from_bytes(data[2:4]), 4
        elif size == 127:
            size, start = int.from_bytes(data[2:10]), 10
        yield first == 0xC1, data[start : start + size]
        data = data[start + size :]


class Line:
    """A connection with so much room in its socket; the browser at its end keeps a picture."""

    def __init__(self, room: float = float("inf")) -> None:
        self.room = room
        self.sent = b""
        self.buffered = b""
        self.closed = False
        self.broken = False
        self.viewer: Viewer | None = None
        self.picture = Picture()
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self.beats: list[dict] = []
        self.compressed = 0

    def send(self, data: bytes) -> int:
        assert not self.buffered, "written past what the transport holds"
        if self.broken:
            raise BrokenPipeError
        if self.room < 1:
            raise BlockingIOError
        taken = int(min(self.room, len(data)))
        self.room -= taken
        self.sent += data[:taken]
        return taken

    def send_later(self, data: bytes) -> None:
        self.buffered += data

    def too_slow(self) -> None:
        self.closed = True

    def drain(self, fanout: FanOut, room: float = float("inf")) -> None:
        """The browser reads: the socket has room again, the transport writes what it holds."""
        self.sent, self.buffered, self.room = self.sent + self.buffered, b"", room
        assert self.viewer is not None
        fanout.drained(self.viewer)

    def look(self) -> Picture:
        for compressed, payload in messages(self.sent):
            if compressed:
                self.compressed += 1
                payload = self._inflate.decompress(payload + b"\x00\x00\xff\xff")
            if json.loads(payload)["t"] == "beat":
                self.beats.append(json.loads(payload))
            else:
                self.picture.see(payload)
        self.sent = b""
        return self.picture


class Scene:
    def __init__(self, **pace: float) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.world = World("e")
        self.fanout = FanOut(self.clock, lambda: 1795235000.0, self.world, Pace(**pace))

    def join(self, line: Line, scope: VisibleScope = EVERYTHING, *, deflate: bool = False) -> Line:
        line.viewer = self.fanout.join(
            line, scope, line.picture.epoch, line.picture.seq, deflate=deflate
        )
        return line

    def change(self, key: str, value: int) -> None:
        self.world.put(key, spot(value))
        self.fanout.stir()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_newcomer_sees_the_world_at_once(scene):
    scene.change("a/1", 1)
    assert scene.join(Line()).look().things["a/1"]["value"] == 1


def test_the_first_news_after_quiet_goes_out_at_once(scene):
    line = scene.join(Line())
    scene.change("a/1", 1)
    assert line.look().things["a/1"]["value"] == 1


def test_further_news_within_the_tick_share_one_frame(scene):
    line = scene.join(Line())
    scene.change("a/1", 1)
    line.look()
    scene.change("a/2", 2)
    scene.change("a/3", 3)
    assert line.sent == b""
    scene.clock.advance(0.010)
    assert len(list(messages(line.sent))) == 1
    assert set(line.look().things) == {"a/1", "a/2", "a/3"}


def test_everybody_gets_the_very_same_bytes(scene):
    lines = [scene.join(Line()) for _ in range(3)]
    for line in lines:
        line.look()
    scene.change("a/1", 1)
    assert lines[0].sent == lines[1].sent == lines[2].sent != b""


def test_a_full_viewer_holds_up_nobody_and_gets_the_newest_value_when_it_drains(scene):
    slow, quick = scene.join(Line()), scene.join(Line())
    slow.look()
    slow.room = 10
    for value in range(50):
        scene.change("a/1", value)
        scene.clock.advance(0.010)
    assert quick.look().things["a/1"]["value"] == 49
    assert len(slow.buffered) < 200  # the rest of one frame, whatever went by since
    assert scene.fanout.behind == 1
    slow.drain(scene.fanout)
    assert slow.look().seen["a/1"] == [1, 50]
    assert scene.fanout.behind == 0
    scene.change("a/1", 50)
    scene.clock.advance(0.010)
    assert slow.look().things["a/1"]["value"] == 50


def test_a_viewer_with_no_room_at_all_loses_nothing(scene):
    line = scene.join(Line(room=0))
    for number in range(5):
        scene.change(f"a/{number}", number)
        scene.clock.advance(0.010)
    line.drain(scene.fanout)
    assert len(line.look().things) == 5


def test_a_large_catch_up_waits_for_each_page_to_drain():
    scene = Scene(page=300)
    for number in range(50):
        scene.world.put(f"a/{number}", spot(number))
    line = scene.join(Line(room=0))
    drains = 0
    while scene.fanout.behind:
        assert len(line.buffered) < 500
        line.drain(scene.fanout, room=0)
        drains += 1
    assert drains > 5
    assert len(line.look().things) == 50


def test_a_viewer_that_stays_full_is_closed_after_its_patience(scene):
    stuck, quick = scene.join(Line(room=0)), scene.join(Line())
    scene.clock.advance(9)
    scene.fanout.beat()
    assert not stuck.closed
    scene.clock.advance(2)
    scene.fanout.beat()
    assert stuck.closed
    assert not quick.closed
    assert scene.fanout.viewers == 1


def test_a_slow_viewer_that_still_drains_is_kept(scene):
    line = scene.join(Line(room=0))
    for value in range(10):
        scene.clock.advance(6)
        scene.change("a/1", value)
        line.drain(scene.fanout, room=0)
        scene.fanout.beat()
    assert not line.closed


def test_a_broken_connection_is_left_to_its_transport(scene):
    broken, whole = scene.join(Line()), scene.join(Line())
    broken.look()
    broken.broken = True
    scene.change("a/1", 1)
    assert whole.look().things
    assert broken.buffered


def test_a_viewer_that_left_gets_nothing_more(scene):
    line = scene.join(Line())
    line.look()
    scene.fanout.leave(line.viewer)
    scene.change("a/1", 1)
    scene.fanout.full(line.viewer)
    scene.fanout.drained(line.viewer)
    assert line.sent == line.buffered == b""
    assert scene.fanout.viewers == 0


def test_viewers_see_only_what_they_may(scene):
    all_, some = scene.join(Line()), scene.join(Line(), VisibleScope(kinds=frozenset("a")))
    scene.change("b/1", 1)
    scene.change("a/1", 2)
    scene.clock.advance(0.010)
    assert set(all_.look().things) == {"a/1", "b/1"}
    assert set(some.look().things) == {"a/1"}


def test_the_beat_tells_the_time_and_the_number(scene):
    line = scene.join(Line())
    scene.change("a/1", 1)
    scene.fanout.beat()
    line.look()
    assert line.beats == [{"t": "beat", "now": 1795235000000, "seq": 1}]


def test_the_tick_widens_when_flushing_takes_long(scene):
    class Heavy(Line):
        def send(self, data: bytes) -> int:
            scene.clock.rightNow += 0.030
            return super().send(data)

    line = scene.join(Heavy())
    line.look()
    scene.change("a/1", 1)
    line.look()
    scene.change("a/1", 2)
    scene.clock.advance(0.059)
    assert line.sent == b""
    scene.clock.advance(0.002)
    assert line.look().things["a/1"]["value"] == 2


def test_a_long_catch_up_lets_others_have_their_turn():
    scene = Scene(page=100)

    class Heavy(Line):
        def send(self, data: bytes) -> int:
            scene.clock.rightNow += 0.006
            return super().send(data)

    for number in range(20):
        scene.change(f"a/{number}", number)
    other, newcomer = scene.join(Line()), scene.join(Heavy())
    other.look()
    assert 0 < len(newcomer.look().things) < 20
    scene.change("b/1", 1)
    while scene.fanout.behind:
        scene.clock.advance(0)
    assert set(newcomer.look().things) == set(scene.world._entries)
    scene.clock.advance(0.1)
    assert set(other.look().things) == set(scene.world._entries)


def test_newcomers_of_a_moment_share_one_compressed_snapshot(scene):
    for number in range(100):
        scene.change(f"a/{number}", number)
    first, second = Line(), Line()
    scene.join(first, deflate=True)
    scene.join(second, deflate=True)
    assert first.sent == second.sent
    scene.change("b/1", 1)
    scene.clock.advance(0.1)
    for line in (first, second):
        assert len(line.look().things) == 101
        assert line.compressed == 1


def test_compressed_viewers_read_one_shared_stream(scene):
    first, second = (scene.join(Line(), deflate=True) for _ in range(2))
    for turn in range(5):
        for number in range(30):
            scene.world.put(f"a/{number}", spot(turn * 100 + number))
        scene.fanout.stir()
        scene.clock.advance(1)
        assert first.sent[-100:] == second.sent[-100:]
        for line in (first, second):
            assert line.look().things["a/29"]["value"] == turn * 100 + 29
    assert first.compressed >= 5


def test_a_compressed_viewer_may_join_or_fall_behind_in_the_middle_of_the_stream(scene):
    old = scene.join(Line(), deflate=True)
    for turn in range(6):
        for number in range(30):
            scene.world.put(f"a/{number}", spot(turn))
        scene.fanout.stir()
        scene.clock.advance(1)
        if turn == 2:
            new = scene.join(Line(), deflate=True)
        if turn == 3:
            old.look()
            old.room = 20
        if turn == 5:
            old.drain(scene.fanout)
    for number in range(30):
        scene.world.put(f"a/{number}", spot(7))
    scene.fanout.stir()
    scene.clock.advance(1)
    for line in (old, new):
        assert {thing["value"] for thing in line.look().things.values()} == {7}


def test_plain_and_compressed_viewers_share_a_group(scene):
    plain, small = scene.join(Line()), scene.join(Line(), deflate=True)
    for number in range(30):
        scene.world.put(f"a/{number}", spot(number))
    scene.fanout.stir()
    assert plain.look().things == small.look().things
    assert not plain.compressed
    assert small.compressed


class SlowLine(Line):
    """A connection whose every write takes 1 ms of the server's time."""

    def __init__(self, clock: Clock, room: float = float("inf")) -> None:
        super().__init__(room)
        self.clock = clock

    def send(self, data: bytes) -> int:
        self.clock.rightNow += 0.001
        return super().send(data)


def crowd(scene: Scene, many: int, *, deflate: int = 0) -> list[Line]:
    """So many level viewers, every ``deflate``-th of them with compressed frames."""
    lines = [
        scene.join(SlowLine(scene.clock), deflate=bool(deflate) and number % deflate == 0)
        for number in range(many)
    ]
    for _ in range(1000):
        scene.clock.advance(0.01)
    return lines


def reached(lines: list[Line], key: str, value: int) -> list[Line]:
    return [line for line in lines if line.look().things.get(key, {}).get("value") == value]


def until_quiet(scene: Scene) -> None:
    for _ in range(1000):
        scene.clock.advance(0.001)


def test_news_to_many_viewers_let_others_have_a_turn(scene):
    scene.change("a/1", 1)
    lines = crowd(scene, 1000, deflate=2)
    turns = [scene.clock.seconds()]

    def other() -> None:
        turns.append(scene.clock.seconds())
        if len(reached(lines, "a/1", 2)) < len(lines):
            scene.clock.callLater(0, other)

    scene.clock.callLater(0, other)
    scene.change("a/1", 2)
    scene.clock.advance(0)
    assert len(reached(lines, "a/1", 2)) == len(lines)
    # They are written to one after the other; the clock is looked at after every 50.
    assert max(after - before for before, after in pairwise(turns)) < 0.1
    assert len(turns) > 10


def test_what_changes_between_two_slices_comes_after_them_in_order(scene):
    scene.change("a/1", 1)
    lines = crowd(scene, 300)
    for value in range(2, 6):
        scene.change("a/1", value)
        scene.change(f"b/{value}", value)
        scene.clock.advance(0)
    until_quiet(scene)
    for line in lines:
        assert line.look().things["a/1"]["value"] == 5
        assert {f"b/{value}" for value in range(2, 6)} <= line.picture.things.keys()


def test_a_viewer_that_is_still_owed_news_gets_them_before_a_frame_of_its_own(scene):
    scene.change("a/1", 1)
    *_, last = lines = crowd(scene, 300)
    scene.change("a/1", 2)
    assert last not in reached(lines, "a/1", 2)
    own = frame(b'{"t":"beat","now":0,"seq":0}')
    scene.fanout.write(last.viewer, own)
    assert last.sent.endswith(own)
    assert last.look().things["a/1"]["value"] == 2
    until_quiet(scene)
    assert not last.sent  # and not once more


def test_a_viewer_that_falls_behind_between_two_slices_misses_nothing(scene):
    scene.change("a/1", 1)
    *_, gone, last = lines = crowd(scene, 300)
    scene.change("a/1", 2)
    scene.fanout.full(last.viewer)
    scene.fanout.leave(gone.viewer)
    until_quiet(scene)
    assert last.look().things["a/1"]["value"] == 1
    last.drain(scene.fanout)
    assert last.look().things["a/1"]["value"] == 2
    assert gone.look().things["a/1"]["value"] == 1
    assert len(reached(lines, "a/1", 2)) == 299


def test_beats_wait_for_news_that_are_being_sent(scene):
    scene.change("a/1", 1)
    lines = crowd(scene, 300, deflate=3)
    scene.change("a/1", 2)
    scene.fanout.beat()
    until_quiet(scene)
    for line in lines:
        assert line.look().things["a/1"]["value"] == 2
        assert [beat["seq"] for beat in line.beats] == [line.picture.seq]


@pytest.mark.parametrize("seed", range(10))
def test_whatever_happens_between_slices_every_picture_becomes_the_world(seed):
    scene, choose = Scene(), random.Random(seed)
    lines = crowd(scene, 120, deflate=2)
    for step in range(150):
        match choose.randrange(6):
            case 0 | 1:
                scene.change(f"a/{choose.randrange(8)}", step)
            case 2:
                scene.clock.advance(choose.choice((0, 0.001, 0.02)))
            case 3:
                choose.choice(lines).room = choose.choice((0, 30, 300))
            case 4:
                choose.choice(lines).drain(scene.fanout)
            case 5:
                scene.fanout.beat()
    for line in lines:
        line.drain(scene.fanout)
    until_quiet(scene)
    world = {key: state.value for key, state in scene.world}
    for line in lines:
        things = line.look().things
        assert {key: thing["value"] for key, thing in things.items()} == world
