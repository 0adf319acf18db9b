"""Several recorders on one store: what each would write in its own way is there once."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest_twisted
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from sightline.cluster.leader import SETTLED, Leadership
from sightline.history.handover import missing
from sightline.history.memory import MemoryStore
from sightline.history.record import HistoryEntry
from sightline.history.recorder import Recorder
from sightline.history.store import Span
from sightline.kinds.probots.model import ProBot
from sightline.kinds.regions.model import Transition, shared_body
from sightline.model.faults import Unavailable
from sightline.model.kind import State
from sightline.model.record import Record

T0 = 1_795_235_000.0
BROKER, BOT, JANE = "broker/main", "probot/ProBot1", "friend/jane/phone"


def line(text: str, at: float, n: int = 1) -> Record:
    return Record(BROKER, "log", T0 + at, b'{"n":%d}' % n, text.encode())


class Servers:
    """Two of them. Each hears everything, the second a little later."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = Clock()
        self.leadership = "a"
        self.world: dict[str, State] = {}
        self.duties = {name: self._leadership(name) for name in "ab"}
        self.recorders = {name: self._recorder(name) for name in "ab"}

    def _leadership(self, name: str) -> Leadership:
        return Leadership(lambda: self.leadership == name)

    def _recorder(self, name: str) -> Recorder:
        return Recorder(
            self.store,
            self,
            self.clock,
            lambda: T0 + self.clock.seconds(),
            restored_kinds=("probot",),
            sampled={"probot": ("state", 10.0), "server": ("figures", 60.0)},
            own={"server/sightline": f"server/{name}"},
            leadership=self.duties[name],
            jitter=lambda: 0.0,
        )

    def state(self, key: str) -> State | None:
        return self.world.get(key)

    def says(self, text: str) -> None:
        for n, recorder in enumerate(self.recorders.values()):
            recorder.remember(line(text, self.clock.seconds() + 0.02 * n, n))

    def crosses(self, event: Literal["enter", "leave"]) -> None:
        """Somebody does whose phone is an hour ahead: each server takes its own time instead."""
        for n, recorder in enumerate(self.recorders.values()):
            at = T0 + self.clock.seconds() + 0.02 * n
            said = Transition(n=n, at=at, tst=at, thing=JANE, name="Gym", event=event, by="phone")
            body = msgspec.json.encode(said)
            recorder.remember(Record(JANE, "crossing", at, body, shared_body(said)))

    def moves(self, **state: Any) -> None:
        self.world[BOT] = ProBot(**({"presence": "live"} | state))
        for recorder in self.recorders.values():
            recorder.take([(BOT, T0 + self.clock.seconds(), None, None)])

    def passes(self, seconds: float) -> None:
        for _ in range(int(seconds * 2)):
            self.clock.advance(0.5)
            for name, leadership in self.duties.items():
                if self.leadership not in ("", name):
                    leadership.seen(self.clock.seconds())
            for recorder in self.recorders.values():
                recorder.tick()

    async def entries(self, thing: str, sort: str) -> list[HistoryEntry]:
        return list((await self.store.page(Span(thing, sort))).entries)


@pytest_twisted.ensureDeferred
async def test_only_the_one_on_duty_writes_what_each_would_write_in_its_own_way():
    servers = Servers()
    servers.says("New connection")
    servers.moves(batt=50)
    servers.passes(SETTLED + 1)
    servers.leadership = "b"
    servers.passes(1)
    assert len(await servers.entries(BROKER, "log")) == 1
    assert len(await servers.entries(BOT, "state")) == 1


@pytest_twisted.ensureDeferred
async def test_who_takes_over_writes_what_the_one_before_did_not_and_nothing_twice():
    servers = Servers()
    servers.says("one")
    servers.says("one")  # again, and meant so
    servers.passes(3)
    servers.leadership = ""
    servers.says("two")
    servers.passes(3)
    servers.leadership = "b"
    servers.passes(1)
    assert len(await servers.entries(BROKER, "log")) == 3


@pytest_twisted.ensureDeferred
async def test_a_store_that_is_away_when_duty_changes_costs_no_record():
    servers = Servers()
    servers.says("one")
    servers.leadership = "b"

    def away(*_: object, **__: object) -> object:
        raise Unavailable("away")

    page, servers.store.page = servers.store.page, away  # type: ignore[assignment,method-assign]
    servers.passes(1)
    servers.store.page = page  # type: ignore[method-assign]
    assert len(await servers.entries(BROKER, "log")) == 2


@pytest_twisted.ensureDeferred
async def test_present_states_are_written_by_the_one_on_duty_and_the_last_of_them_by_who_follows():
    servers = Servers()
    servers.moves(batt=50)
    servers.passes(5)
    servers.leadership = ""
    servers.moves(batt=49)
    servers.passes(5)
    last_states, _ = await servers.store.last_states()
    assert b"50" in (last_states[0].body or b"")
    servers.leadership = "b"
    servers.passes(1)
    last_states, _ = await servers.store.last_states()
    assert b"49" in (last_states[0].body or b"")


@pytest_twisted.ensureDeferred
async def test_who_acknowledges_a_message_beside_the_leader_has_written_what_it_led_to():
    servers = Servers()
    servers.world[BOT] = ProBot(presence="live", batt=50)
    second = servers.recorders["b"]
    second.take([(BOT, T0 + 1, None, Record(BOT, "state", T0 + 1, b'{"batt":50}'))])
    last_states, _ = await servers.store.last_states()
    assert [(one.at, one.beside) for one in last_states] == [(T0 + 1, True)]
    # What the leader has written meanwhile is newer, and stays.
    servers.world[BOT] = ProBot(presence="live", batt=48)
    servers.recorders["a"].take([(BOT, T0 + 3, None, None)])
    servers.world[BOT] = ProBot(presence="live", batt=49)
    second.take([(BOT, T0 + 2, None, Record(BOT, "state", T0 + 2, b'{"batt":49}'))])
    last_states, _ = await servers.store.last_states()
    assert [one.at for one in last_states] == [T0 + 3]


@pytest_twisted.ensureDeferred
async def test_a_crossing_is_in_history_before_the_message_that_led_to_it_is_acknowledged():
    servers = Servers()
    first, second = servers.recorders.values()

    def crosses(recorder: Recorder, n: int, tst: float, thing: str = JANE) -> None:
        body = b'{"n":%d}' % n
        recorder.remember(Record(thing, "crossing", tst, body, b"enter", shared_time=True))

    def hears(recorder: Recorder, second: int) -> None:
        fix = Record(JANE, "fix", T0 + second, b'{"n":%d}' % second)
        recorder.take([(JANE, T0 + second, None, fix)])

    # The second alone hears of it, and is gone before it leads.
    crosses(second, 7, T0 + 1)
    hears(second, 1)
    (crossed,) = await servers.entries(JANE, "crossing")
    assert (crossed.tst, crossed.body) == (T0 + 1, b'{"n":7}')
    # The first hears of it later: the same one. What it would say in its own way, the second
    # leaves to it, and what no message of now led to.
    crosses(first, 1, T0 + 1)
    hears(first, 1)
    crosses(second, 8, T0 + 2)
    servers.clock.advance(0)
    hears(second, 2)
    crosses(second, 9, T0 + 3, BOT)
    hears(second, 3)
    assert await servers.entries(JANE, "crossing") == [crossed]
    assert await servers.entries(BOT, "crossing") == []
    # It still does what nobody did.
    servers.leadership = "b"
    servers.passes(1)
    assert len(await servers.entries(JANE, "crossing")) == 2


@pytest_twisted.ensureDeferred
async def test_who_is_to_be_forgotten_is_not_written_beside_the_leader_either():
    servers = Servers()
    second = servers.recorders["b"]
    waits: Deferred[int] = Deferred()
    write, servers.store.write = servers.store.write, lambda *_: waits  # type: ignore[method-assign]
    second.take([(BROKER, T0, None, Record(BROKER, "log", T0, b"{}"))])  # the store is busy
    servers.world[BOT] = ProBot(presence="live", batt=50)
    second.take([(BOT, T0 + 1, None, Record(BOT, "state", T0 + 1, b'{"batt":50}'))])
    second.forget([BOT])
    servers.store.write = write  # type: ignore[method-assign]
    waits.callback(1)
    second.take([(BROKER, T0 + 2, None, Record(BROKER, "log", T0 + 2, b"{}"))])
    assert await servers.store.last_states() == ([], None)
    assert await servers.entries(BOT, "state") == []


@pytest_twisted.ensureDeferred
async def test_an_old_state_is_not_written_over_a_newer_one_when_duty_changes():
    servers = Servers()
    servers.moves(batt=50)
    servers.passes(SETTLED + 1)
    before = await servers.store.last_states()
    servers.world[BOT] = ProBot(presence="live", batt=1)  # what b would write, had it kept it
    servers.leadership = "b"
    servers.passes(1)
    assert await servers.store.last_states() == before


@pytest_twisted.ensureDeferred
async def test_each_server_keeps_its_own_figures_under_its_own_name():
    servers = Servers()
    servers.world["server/sightline"] = ProBot(presence="live")
    for recorder in servers.recorders.values():
        recorder.sample("server/sightline")
    servers.passes(1)
    for name in "ab":
        assert len(await servers.entries(f"server/{name}", "figures")) == 1
    assert await servers.entries("server/sightline", "figures") == []


@pytest_twisted.ensureDeferred
async def test_somebody_who_is_to_be_forgotten_is_not_written_by_who_takes_over():
    servers = Servers()
    servers.leadership = ""
    servers.says("one")
    for recorder in servers.recorders.values():
        recorder.forget([BROKER])
    servers.leadership = "b"
    servers.passes(1)
    assert await servers.entries(BROKER, "log") == []


@pytest_twisted.ensureDeferred
async def test_who_stops_without_duty_is_done_at_once():
    servers = Servers()
    servers.moves(batt=50)
    await servers.recorders["b"].drain()


@pytest_twisted.ensureDeferred
async def test_the_same_words_much_later_are_another_line():
    servers = Servers()
    servers.says("one")
    kept = [(line("one", 60), T0 + 60)]
    assert await missing(servers.store, kept) == kept
    assert await missing(servers.store, [(line("one", 4), T0)]) == []


@pytest_twisted.ensureDeferred
async def test_a_crossing_by_a_clock_that_is_ahead_is_known_again_by_who_follows():
    servers = Servers()
    for event in ("enter", "leave", "enter"):
        servers.crosses(event)
        servers.passes(1)
    servers.leadership = "b"
    servers.passes(5)
    crossed = await servers.entries(JANE, "crossing")
    assert [msgspec.json.decode(one.body)["n"] for one in crossed] == [0, 0, 0]
