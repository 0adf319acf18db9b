"""The recorder: nothing is acknowledged before it is safe, and nobody waits for the store.

Covers history/pending_records.py, history/sampling.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from sightline.history.memory import MemoryStore
from sightline.history.pending_records import MOST_ROWS, Bounds
from sightline.history.record import HistoryEntry, LastState
from sightline.history.recorder import ENOUGH, GATHER, Recorder
from sightline.history.store import Span
from sightline.kinds.friends.model import Friend
from sightline.kinds.probots.model import ProBot
from sightline.model.faults import Unavailable
from sightline.model.kind import State
from sightline.model.record import Record

T0 = 1_795_235_000.0
JANE, BOT = "friend/jane/phone", "probot/ProBot1"


class SlowStore(MemoryStore):
    """Answers when told."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[list[HistoryEntry], list[LastState]]] = []
        self.waiting: Deferred[int] | None = None
        self.poison: HistoryEntry | None = None

    def write(self, entries: Any, last_states: Any) -> Deferred[int]:
        assert self.waiting is None, "asked again before it answered"
        self.asked.append((list(entries), list(last_states)))
        self.waiting = Deferred()
        return self.waiting

    def answers(self) -> None:
        waiting, self.waiting = self.waiting, None
        assert waiting is not None
        done: Any = succeed(None)
        done.addCallback(lambda _: super(SlowStore, self).write(*self.asked[-1]))
        done.addCallback(waiting.callback)

    def fails(self, why: Exception | None = None) -> None:
        waiting, self.waiting = self.waiting, None
        assert waiting is not None
        waiting.errback(why or Unavailable("disk full"))


class Slip:
    """A receipt."""

    def __init__(self, log: list[str], name: str = "slip") -> None:
        self.log = log
        self.name = name

    def acknowledge(self) -> None:
        self.log.append(f"{self.name} kept")

    def again(self) -> None:
        self.log.append(f"{self.name} again")


class Scene:
    def __init__(self, **how: Any) -> None:
        self.store = SlowStore()
        self.clock = Clock()
        self.world: dict[str, State] = {}
        self.log: list[str] = []
        self.recorder = Recorder(
            self.store,
            self,
            self.clock,
            lambda: T0 + self.clock.seconds(),
            restored_kinds=("friend", "probot"),
            sampled={"probot": ("state", 10.0)},
            jitter=lambda: 0.0,
            **how,
        )

    def state(self, key: str) -> State | None:
        return self.world.get(key)

    def hears(self, *seconds: float) -> None:
        """Fixes of jane's at these times."""
        self.world[JANE] = Friend(presence="live", tst=T0 + seconds[-1])
        self.recorder.take([(JANE, T0 + s, T0 + s, fix(s)) for s in seconds])

    def slip(self, name: str, whole: bool = True) -> None:
        self.recorder.when_stored(Slip(self.log, name), whole)

    @property
    def written(self) -> list[list[float]]:
        return [[e.tst - T0 for e in entries] for entries, _ in self.store.asked]


def fix(second: float) -> Record:
    return Record(JANE, "fix", T0 + second, b'{"n":%d}' % second)


def test_the_first_record_is_written_at_once_and_the_rest_in_one_batch_behind_it():
    scene = Scene()
    for second in range(4):
        scene.hears(second)
    assert scene.written == [[0]]
    scene.store.answers()
    assert scene.written == [[0], [1, 2, 3]]
    scene.store.answers()
    assert scene.recorder.backlog == 0
    assert scene.recorder.stored == 4


def test_the_first_record_after_a_while_waits_for_the_end_of_the_turn_alone():
    scene = Scene(gather=GATHER)
    scene.clock.advance(2 * GATHER)
    scene.hears(0)
    scene.slip("first")
    assert scene.written == []  # the turn may bring more, and the receipt behind it
    scene.clock.advance(0)
    assert scene.written == [[0]]
    scene.store.answers()
    assert scene.log == ["first kept"]
    scene.hears(1)
    scene.clock.advance(0)
    assert scene.written == [[0]]
    scene.clock.advance(GATHER)
    assert scene.written == [[0], [1]]


def test_few_records_wait_a_little_for_more_and_share_a_commit():
    scene = Scene(gather=GATHER)
    scene.hears(0)
    scene.slip("first")
    scene.clock.advance(GATHER / 2)
    scene.hears(1)
    scene.slip("second")
    assert scene.written == []
    scene.clock.advance(GATHER / 2)
    assert scene.written == [[0, 1]]
    scene.store.answers()
    assert scene.log == ["first kept", "second kept"]
    assert not scene.clock.getDelayedCalls()


def test_many_records_wait_for_nothing_for_the_broker_may_wait_for_us():
    scene = Scene(gather=GATHER)
    scene.hears(*range(ENOUGH))
    assert scene.written == [list(range(ENOUGH))]
    scene.hears(99)
    scene.store.answers()
    assert len(scene.written) == 1
    scene.clock.advance(GATHER)
    assert scene.written[1] == [99]


def test_nothing_waits_any_more_when_we_stop():
    scene = Scene(gather=GATHER)
    scene.hears(0)
    done = scene.recorder.drain()
    assert scene.written == [[0]]
    scene.store.answers()
    assert done.called
    assert not scene.clock.getDelayedCalls()


def test_a_message_is_acknowledged_only_when_all_before_it_is_safe():
    scene = Scene()
    scene.hears(0)
    scene.slip("first")
    scene.hears(1)
    scene.slip("second")
    assert scene.log == []
    scene.store.answers()
    assert scene.log == []  # its own record was in the batch, it came after
    scene.store.answers()
    assert scene.log == ["first kept", "second kept"]


def test_a_message_with_nothing_to_keep_is_acknowledged_when_its_turn_comes():
    scene = Scene()
    scene.slip("alone")
    scene.store.answers()
    assert scene.log == ["alone kept"]


def test_where_there_is_no_room_nothing_is_written_and_later_all_of_it():
    why = ["less than 64 MB of disk are free"]
    scene = Scene(no_room=lambda: why[0])
    scene.hears(0)
    scene.slip("first")
    scene.hears(1)
    scene.clock.advance(60)
    assert scene.written == []
    assert scene.log == []
    assert scene.recorder.why == why[0]
    assert scene.recorder.late
    why[0] = ""
    scene.clock.advance(60)
    scene.store.answers()
    scene.store.answers()
    assert scene.written == [[0], [1]]
    assert scene.log == ["first kept"]
    assert scene.recorder.why == ""


def test_a_failed_batch_is_tried_again_until_it_is_kept():
    scene = Scene()
    scene.hears(0)
    scene.slip("slip")
    scene.store.fails()
    assert scene.recorder.why == "disk full"
    assert scene.recorder.late
    for _ in range(3):
        scene.clock.advance(10)
        scene.store.fails()
    assert scene.log == []
    scene.clock.advance(10)
    scene.store.answers()
    scene.store.answers()
    assert scene.log == ["slip kept"]
    assert (scene.recorder.why, scene.recorder.late, scene.recorder.lost) == ("", False, 0)


def test_what_finds_no_room_is_counted_and_comes_again_when_there_is_room():
    scene = Scene(bounds=Bounds(rows=3))
    scene.hears(0)
    scene.hears(1, 2, 3, 4, 5)
    assert scene.recorder.lost == 2
    assert scene.recorder.backlog == 4
    scene.slip("cut", whole=False)
    assert scene.log == []
    scene.store.answers()
    scene.store.answers()
    assert scene.log == ["cut again"]
    scene.slip("late", whole=False)
    assert scene.log == ["cut again", "late again"]


def test_the_queue_is_bounded_in_bytes_too():
    scene = Scene(bounds=Bounds(bytes=1000))
    scene.hears(0)
    for second in range(1, 10):
        scene.hears(second)
    assert scene.recorder.lost == 5
    scene.store.answers()
    scene.store.answers()
    scene.hears(10)
    assert scene.recorder.lost == 5


def test_under_load_a_batch_has_its_bounds():
    scene = Scene()
    scene.hears(0)
    scene.hears(*range(1, MOST_ROWS + 2))
    scene.store.answers()
    assert len(scene.store.asked[1][0]) == MOST_ROWS


def test_something_the_store_cannot_take_is_left_out_alone_and_counted():
    scene = Scene()
    scene.hears(0)
    scene.hears(1, 2, 3)
    scene.slip("slip")
    scene.store.answers()
    for _ in range(10):
        if scene.store.waiting is None:
            break
        if 2 in scene.written[-1]:
            scene.store.fails(OverflowError("too large"))
        else:
            scene.store.answers()
    kept = MemoryStore.page(scene.store, Span(JANE, "fix"))
    page: Any = kept.result
    assert [e.tst - T0 for e in page.entries] == [0, 1, 3]
    assert scene.recorder.lost == 1
    assert scene.log == ["slip kept"]


def test_the_present_state_goes_along_with_its_record_the_latest_once():
    scene = Scene()
    scene.hears(0)
    scene.hears(1)
    scene.hears(2)
    scene.store.answers()
    [standing] = scene.store.asked[1][1]
    assert (standing.thing, standing.at) == (JANE, T0 + 2)
    assert json.loads(standing.body or b"")["tst"] == T0 + 2


def test_a_thing_that_is_gone_loses_its_standing():
    scene = Scene()
    scene.recorder.take([(JANE, T0, None, None)])
    assert scene.store.asked[0][1] == [LastState(JANE, T0, None)]


def test_other_kinds_are_not_kept():
    scene = Scene()
    scene.recorder.take([("client/x", T0, None, None)])
    assert scene.store.asked == []


def test_states_are_thinned_out_but_the_last_one_is_kept():
    scene = Scene()
    for tenth in range(250):
        scene.clock.advance(0.1)
        scene.world[BOT] = ProBot(presence="live", batt=float(tenth))
        scene.recorder.take([(BOT, T0 + tenth / 10, T0 + tenth / 10, None)])
        if scene.store.waiting:
            scene.store.answers()
    for _ in range(12):
        scene.clock.advance(1)
        scene.recorder.tick()
        if scene.store.waiting:
            scene.store.answers()
    page: Any = MemoryStore.page(scene.store, Span(BOT, "state")).result
    assert [json.loads(e.body)["batt"] for e in page.entries] == [0, 100, 200, 249]


def test_at_the_end_everything_that_waits_is_kept_first():
    scene = Scene()
    scene.hears(0)
    scene.hears(1)
    done: list[None] = []
    scene.recorder.drain().addCallback(done.append)
    scene.hears(2)
    assert scene.recorder.lost == 1
    scene.store.answers()
    assert done == []
    scene.store.answers()
    assert done == [None]


def test_a_failing_store_does_not_hold_up_the_end():
    scene = Scene()
    scene.hears(0)
    scene.slip("slip")
    scene.store.fails()
    done: list[None] = []
    scene.recorder.drain().addCallback(done.append)
    scene.store.fails()
    assert done == [None]
    assert scene.log == []
    assert scene.clock.getDelayedCalls() == []


def test_the_age_of_the_backlog_is_known():
    scene = Scene()
    scene.hears(0)
    scene.clock.advance(3)
    assert scene.recorder.age == pytest.approx(3)
    assert scene.recorder.late
    scene.store.answers()
    assert scene.recorder.age == 0
