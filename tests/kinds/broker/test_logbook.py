from __future__ import annotations

import sys
from collections.abc import Callable

from kinds.scene import NOW, arrival, read, refused
from sightline.kinds import broker
from sightline.kinds.broker.logbook import BURST, RING, Logbook, LogLine
from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.world import World


def line(text: str, level: str = "N", at: float = NOW, **more):
    return arrival(f"$SYS/broker/log/{level}", f"1795240000: {text}", at=at, qos=0, **more)


class Scene:
    def __init__(self) -> None:
        self.book = Logbook()
        self.kind = broker.kind(self.book)
        self.world = World("e")
        self.ingest = Ingest([self.kind], self.world, Presence({}))

    def hears(self, *lines) -> None:
        self.ingest.take(lines, 0.0)

    def shown(self) -> list[str]:
        return [state.text for _, state in self.world if isinstance(state, LogLine)]


def test_a_line_is_a_thing_and_so_is_the_client_it_speaks_of():
    scene = Scene()
    scene.hears(line("New client connected from 10.0.0.1:1 as jane (p2, c1, k60)."))
    assert scene.world.state("log/main/1") == LogLine(
        broker="main",
        n=1,
        at=NOW,
        level="notice",
        text="New client connected from 10.0.0.1:1 as jane (p2, c1, k60).",
        tst=1795240000,
        client="jane",
    )
    assert scene.world.state("client/main/jane").state == "connected"


def test_without_a_book_the_log_is_passed_over():
    assert read(line("x"), broker.KIND) == []


def test_the_ring_keeps_the_newest():
    scene = Scene()
    for n in range(RING + 10):
        scene.hears(line(f"line {n}", at=NOW + n))
    assert scene.shown() == [f"line {n}" for n in range(10, RING + 10)]


def test_a_flood_is_bounded_counted_and_does_not_hide_errors():
    scene = Scene()
    scene.hears(*(line(f"line {n}") for n in range(1000)), line("bad", "E"))
    book = scene.book.book("main")
    assert book.missed == 1000 - BURST
    assert len(scene.shown()) == BURST + 1
    assert "bad" in scene.shown()
    scene.hears(*(line(f"later {n}", at=NOW + 1) for n in range(50)))
    assert sum(text.startswith("later") for text in scene.shown()) == 20


def test_clients_are_followed_through_a_flood():
    scene = Scene()
    scene.hears(*(line(f"line {n}") for n in range(1000)))
    scene.hears(line("New client connected from 10.0.0.1:1 as jane (p2, c1, k60)."))
    assert "client/main/jane" in scene.world


def test_saving_the_database_every_other_second_is_no_news():
    scene = Scene()
    scene.hears(line("Saving in-memory database to /x/mosquitto.db.", "I"))
    assert (scene.shown(), scene.book.book("main").noise) == ([], 1)


def test_a_retained_line_is_not_the_brokers():
    scene = Scene()
    scene.hears(line("Client jane disconnected.", retain=True))
    assert len(scene.world) == 0


def test_a_monstrous_line_is_refused():
    scene = Scene()
    assert refused(line("x" * 100_000), scene.kind) == "too_large"
    scene.hears(line("x" * 60_000), line("Client " + "y" * 60_000 + " disconnected."))
    assert all(len(key) < 300 for key, _ in scene.world)


def test_each_broker_has_a_book_of_its_own():
    scene = Scene()
    scene.hears(line("a"), line("b", source="attic"))
    assert {key for key, _ in scene.world} == {"log/main/1", "log/attic/1"}


def calls(do: Callable[[], None]) -> int:
    """How many functions are called meanwhile: a measure of work that is the same everywhere."""
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        do()
    finally:
        sys.setprofile(before)
    return count


def test_a_line_takes_the_same_little_work_however_many_clients_are_known():
    def of_a_line(known: int) -> float:
        scene = Scene()
        scene.hears(*(connected(n) for n in range(known)))
        again = [connected(n % known, at=NOW + 60) for n in range(500)]
        return calls(lambda: scene.hears(*again)) / len(again)

    few, many = of_a_line(10), of_a_line(400)
    assert many < 1.5 * few
    assert many < 150


def connected(n: int, at: float = NOW):
    return line(f"New client connected from 10.0.0.1:1 as c{n} (p2, c1, k60).", at=at)
