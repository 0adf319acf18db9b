"""How long one client's bytes are worked on in one turn of the reactor, on a clock of our own."""

from __future__ import annotations

from twisted.internet.task import Clock

from sightline.model.token_bucket import TokenBuckets
from sightline.web.inflow import Allowance, Ends, Inflow
from sightline.web.turns import Turns

PING = b"\x89\x80mask"


class Slow(Clock):
    """A clock on which every step of work takes a ms. ``done``: what each turn of it did."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[list[str]] = [[]]

    def work(self, name: str) -> None:
        self.rightNow += 0.001
        self.done[-1].append(name)

    def turn(self) -> list[str]:
        """The next turn of the reactor; what was done in it."""
        self.done.append([])
        due, self.calls = self.calls, []  # not what they ask for: that is for the next one
        for call in due:
            call.called = 1
            call.func(*call.args, **call.kw)
        return self.done[-1]


def steps(clock: Slow, name: str, count: int):
    left = count

    def step() -> bool:
        nonlocal left
        left -= 1
        clock.work(name)
        return left > 0

    return step


def test_one_client_has_a_share_of_a_turn_whatever_the_number_of_its_connections():
    clock = Slow()
    turns = Turns(clock, share=0.0045)
    for _ in range(3):
        turns.run("a", steps(clock, "a", 4))
    turns.run("b", steps(clock, "b", 2))
    assert clock.done == [[*"aaaaa", *"bb"]]
    assert clock.turn() == [*"aaaaa"]
    turns.run("b", steps(clock, "b", 1))
    assert clock.done[-1] == [*"aaaaa", "b"]
    assert clock.turn() == [*"aa"]
    assert clock.turn() == []
    assert clock.getDelayedCalls() == []


def test_the_order_of_one_clients_work_is_kept():
    clock = Slow()
    turns = Turns(clock, share=0.001)
    turns.run("a", steps(clock, "1", 3))
    turns.run("a", steps(clock, "2", 1))
    assert "".join("".join(clock.turn()) for _ in range(5)) in ("1112", "1121", "121")


class Connection:
    def __init__(self, clock: Slow, turns: Turns, shared: TokenBuckets | None = None) -> None:
        self.clock = clock
        self.fed: list[bytes] = []
        self.marks: list[str] = []
        ends = Ends(
            self.feed,
            lambda: self.marks.append("pause"),
            lambda: self.marks.append("resume"),
            lambda why: self.marks.append(why),
            lambda: self.marks.append("abort"),
        )
        self.inflow = Inflow(Allowance(100, 10_000), turns, "a", ends, 0.0, shared)

    def feed(self, data: bytes) -> None:
        self.clock.work("feed")
        self.fed.append(data)

    def hears(self, data: bytes) -> None:
        self.inflow.received(data, self.clock.seconds())


def test_a_flood_of_pings_reaches_no_parser():
    clock = Slow()
    connection = Connection(clock, Turns(clock))
    connection.hears(PING * 1600)
    assert (connection.fed, connection.marks) == ([], ["too many messages"])
    connection.hears(bytes(1_048_576))
    assert connection.fed == []
    connection.hears(b"x")
    assert connection.marks[-1] == "abort"


def test_what_is_within_the_budget_is_parsed_in_slices_and_nothing_is_read_meanwhile():
    clock = Slow()
    connection = Connection(clock, Turns(clock, share=0.003))
    connection.hears(PING * 100)
    assert [len(piece) for piece in connection.fed] == [96] * 3
    assert connection.marks == ["pause"]
    while clock.getDelayedCalls():
        assert len(clock.turn()) <= 3
    assert b"".join(connection.fed) == PING * 100
    assert connection.marks == ["pause", "resume"]


def test_bytes_count_as_well_as_frames():
    clock = Slow()
    connection = Connection(clock, Turns(clock))
    connection.hears(bytes((0x82, 0xFF)) + (10**6).to_bytes(8, "big") + b"mask" + bytes(30_000))
    assert (connection.fed, connection.marks) == ([], ["too many messages"])


def test_all_connections_of_a_client_share_a_budget():
    clock = Slow()
    turns, shared = Turns(clock, share=1), TokenBuckets(100, 150)
    first, second = Connection(clock, turns, shared), Connection(clock, turns, shared)
    first.hears(PING * 100)
    second.hears(PING * 100)
    assert first.marks == []
    assert second.marks == ["too many messages"]
