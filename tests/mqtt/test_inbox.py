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


class Desk:
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
    desk = Desk()
    desk.put("a", "b")
    desk.inbox.tell("lost")
    desk.put("c")
    assert desk.reactor.woken == 1
    assert desk.out == []
    desk.run()
    assert desk.out == ["a", "b", "lost", "c"]
    assert desk.inbox.empty
    desk.put("d")
    assert desk.reactor.woken == 2
    desk.run()
    assert desk.out[-1] == "d"


def test_one_turn_takes_only_so_many_messages() -> None:
    desk = Desk()
    desk.put(*("x" * 5000))
    desk.reactor.turn()
    assert len(desk.out) == TURN_MESSAGES
    assert max(desk.sizes) <= HANDFUL
    desk.run()
    assert desk.inbox.received == 5000


def test_one_turn_takes_only_so_long() -> None:
    desk = Desk()
    desk.cost = 50e-6
    desk.put(*("x" * 5000))
    before = 0.0
    while desk.reactor.calls:
        desk.reactor.turn()
        assert desk.reactor.time - before <= TURN_SECONDS + HANDFUL * desk.cost + 1e-9
        before = desk.reactor.time
    assert desk.inbox.received == 5000


def test_what_finds_no_room_is_counted_and_events_always_find_it() -> None:
    desk = Desk(limit=3)
    desk.put("a", "b")
    assert desk.inbox.crowded
    desk.put("c", "d", "e")
    desk.put("f")
    desk.inbox.tell("lost")
    assert (desk.inbox.waiting, desk.inbox.overflowed) == (3, 3)
    desk.run()
    assert desk.out == ["a", "b", "c", "lost"]
    assert not desk.inbox.crowded
    desk.put("g")
    desk.run()
    assert desk.out[-1] == "g"


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
    desk = Desk()

    def again(event: str) -> None:
        if event == "first":
            desk.put("while draining")

    desk.inbox._on_event = again
    desk.inbox.tell("first")
    desk.run()
    assert desk.out == ["while draining"]


def test_the_bytes_that_wait_are_bounded_too(monkeypatch):
    monkeypatch.setattr("sightline.mqtt.inbox.LARGEST", 1000)
    desk = Desk()
    inbox = desk.inbox

    def puts(size: int) -> int:
        return inbox.put([Arrival("t", b"x" * size, False, 0, 0.0)])

    assert puts(400) == 0
    assert not inbox.crowded
    assert puts(400) == 0
    assert inbox.crowded
    assert puts(400) == 1
    assert (inbox.overflowed, inbox.waiting) == (1, 2)
    desk.run()
    assert not inbox.crowded
    assert puts(1000) == 0
