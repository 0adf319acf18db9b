from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sightline.model.kind import Arrival
from sightline.mqtt.inbox import HANDFUL, TURN_MESSAGES, TURN_SECONDS, Inbox


class Turns:
    """A reactor that does one thing at a time, when told; its clock moves when told."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], None]] = []
        self.time = 0.0
        self.woken = 0

    def callFromThread(self, f: Callable[..., Any], *args: object, **kw: object) -> None:
        self.woken += 1
        self.calls.append(f)

    def callLater(self, delay: float, f: Callable[..., Any], *args: object, **kw: object) -> None:
        assert delay == 0
        self.calls.append(f)

    def seconds(self) -> float:
        return self.time

    def getThreadPool(self) -> None: ...

    def turn(self) -> None:
        calls, self.calls = self.calls, []
        for call in calls:
            call()


class InboxScene:
    """An inbox on such a reactor, and what came out of it."""

    def __init__(self, limit: int = 10_000) -> None:
        self.reactor = Turns()
        self.out: list[Any] = []
        self.sizes: list[int] = []
        self.cost = 0.0
        self.inbox: Inbox[str] = Inbox(self.reactor, limit, self._arrived, self.out.append)

    def _arrived(self, arrivals: list[Arrival]) -> None:
        self.out += [a.topic for a in arrivals]
        self.sizes.append(len(arrivals))
        self.reactor.time += self.cost * len(arrivals)

    def put(self, *topics: str) -> None:
        self.inbox.put([Arrival(topic, b"", False, 0, 0.0) for topic in topics])

    def run(self) -> int:
        """Take turns until nothing is left to do; how many it took."""
        for count in range(10_000):
            if not self.reactor.calls:
                return count
            self.reactor.turn()
        raise AssertionError("it never ends")


def test_messages_and_events_come_out_in_order_after_one_wake_up() -> None:
    scene = InboxScene()
    scene.put("a", "b")
    scene.inbox.tell("lost")
    scene.put("c")
    assert scene.reactor.woken == 1
    assert scene.out == []
    scene.run()
    assert scene.out == ["a", "b", "lost", "c"]
    assert scene.inbox.empty
    scene.put("d")
    assert scene.reactor.woken == 2
    scene.run()
    assert scene.out[-1] == "d"


def test_one_turn_takes_only_so_many_messages() -> None:
    scene = InboxScene()
    scene.put(*("x" * 5000))
    scene.reactor.turn()
    assert len(scene.out) == TURN_MESSAGES
    assert max(scene.sizes) <= HANDFUL
    scene.run()
    assert scene.inbox.received == 5000


def test_one_turn_takes_only_so_long() -> None:
    scene = InboxScene()
    scene.cost = 50e-6
    scene.put(*("x" * 5000))
    before = 0.0
    while scene.reactor.calls:
        scene.reactor.turn()
        assert scene.reactor.time - before <= TURN_SECONDS + HANDFUL * scene.cost + 1e-9
        before = scene.reactor.time
    assert scene.inbox.received == 5000


def test_what_finds_no_room_is_counted_and_events_always_find_it() -> None:
    scene = InboxScene(limit=3)
    scene.put("a", "b")
    assert scene.inbox.crowded
    scene.put("c", "d", "e")
    scene.put("f")
    scene.inbox.tell("lost")
    assert (scene.inbox.waiting, scene.inbox.overflowed) == (3, 3)
    scene.run()
    assert scene.out == ["a", "b", "c", "lost"]
    assert not scene.inbox.crowded
    scene.put("g")
    scene.run()
    assert scene.out[-1] == "g"


@pytest.mark.parametrize("count", [1, 5])
def test_a_failing_listener_is_counted_and_stops_nothing(count: int) -> None:
    reactor = Turns()
    heard = []

    def poisoned(arrivals: list[Arrival]) -> None:
        heard.append(len(arrivals))
        raise RuntimeError("poison")

    inbox: Inbox[str] = Inbox(reactor, 10, poisoned, heard.append)  # type: ignore[arg-type]
    for _ in range(count):
        inbox.put([Arrival("a", b"", False, 0, 0.0)])
    inbox.tell("lost")
    reactor.turn()
    assert heard == [1] * count + ["lost"]  # type: ignore[comparison-overlap]
    assert inbox.failed == count
    assert inbox.empty


def test_a_message_put_while_the_last_is_handed_over_is_not_forgotten() -> None:
    scene = InboxScene()

    def again(event: str) -> None:
        if event == "first":
            scene.put("while draining")

    scene.inbox._on_event = again
    scene.inbox.tell("first")
    scene.run()
    assert scene.out == ["while draining"]


def test_the_bytes_that_wait_are_bounded_too(monkeypatch):
    monkeypatch.setattr("sightline.mqtt.inbox.LARGEST", 1000)
    scene = InboxScene()
    inbox = scene.inbox

    def puts(size: int) -> int:
        return inbox.put([Arrival("t", b"x" * size, False, 0, 0.0)])

    assert puts(400) == 0
    assert not inbox.crowded
    assert puts(400) == 0
    assert inbox.crowded
    assert puts(400) == 1
    assert (inbox.overflowed, inbox.waiting) == (1, 2)
    scene.run()
    assert not inbox.crowded
    assert puts(1000) == 0
