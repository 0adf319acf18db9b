"""Ninety days of two people and a robot, lived through a real world and recorded.

The messages are made up by a seeded generator. A real hub folds them, a real `GeofenceMonitor`
watches the regions, a real recorder keeps what it would keep, and an engine judges it all live.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from regions.scene import NOW as BEGIN
from regions.scene import M, Scene
from rules.scene import Around
from sightline.geometry.positions import Rules
from sightline.history.memory import MemoryStore
from sightline.history.record import HistoryEntry
from sightline.history.recorder import Recorder
from sightline.history.store import Span
from sightline.kinds import SAMPLED, friends, probots
from sightline.kinds.friends import SenderClocks
from sightline.kinds.regions.model import Transition, shared_body
from sightline.kinds.rules.model import Rule
from sightline.live.ingest import News
from sightline.model.kind import Arrival, State
from sightline.model.record import Record
from sightline.rules.calendar import SystemCalendar
from sightline.rules.engine import RuleEngine
from sightline.rules.firing import Event

DAY = 86_400.0
JANE, BOB, ROBOT = "friend/jane/phone", "friend/bob/phone", "probot/ProBot1"
HOME, SCHOOL = 0.0, 6_000.0  # m north of the middle of the map


class Message(NamedTuple):
    at: float
    """When it arrives, s after the begin."""
    topic: str
    payload: str


class Life:
    """One person: at home at night, at school or at work on weekdays, now and then elsewhere."""

    def __init__(self, name: str, seed: int, goal: float, clock: float = 0.0) -> None:
        self._random = random.Random(seed)
        self._topic = f"owntracks/{name}"
        self._goal = goal
        self._clock = clock  # by so many s its clock is ahead
        self._batt = 90.0

    def days(self, count: int) -> Iterator[Message]:
        for day in range(count):
            yield from self._day(day)

    def _day(self, day: int) -> Iterator[Message]:
        begin, chance = day * DAY, self._random.random
        goes = begin + 7.4 * 3600 + 1800 * chance()
        back = begin + 13 * 3600 + 4 * 3600 * chance()
        stays_home = day % 7 in (0, 1) or chance() < 0.1
        waits: list[Message] = []
        offline = chance() < 0.12  # in the afternoon: its messages come hours later
        for at, place in self._places(begin, goes, back, stays_home):
            message = self._fix(at, place, moves=place not in (HOME, self._goal))
            if offline and back - 1800 < at < back + 5400:
                waits.append(message)
                continue
            for n, late in enumerate(waits):
                yield late._replace(at=at + 0.01 * n)
            waits.clear()
            yield message._replace(at=message.at + 0.5)
            yield from self._says(at, place, begin)

    def _places(
        self, begin: float, goes: float, back: float, home: bool
    ) -> Iterator[tuple[float, float]]:
        at, chance = begin + 60 * self._random.random(), self._random.random
        while at < begin + DAY - 60:
            if not home and (part := (at - goes) / 1500) > 0 and at < goes + 1500:
                yield at, self._goal * part
                at += 60 + 5 * chance()
            elif not home and back < at < back + 1500:
                yield at, self._goal * (1 - (at - back) / 1500)
                at += 60 + 5 * chance()
            else:
                yield at, self._goal if not home and goes < at < back else HOME
                pause = 2400 if chance() > 0.03 else 9000
                at += pause * (0.9 + 0.2 * chance())
                for turn in (goes, back):  # it wakes up when it moves
                    if not home and at - pause * 1.1 < turn < at:
                        at = turn + 1

    def _fix(self, at: float, place: float, *, moves: bool) -> Message:
        chance = self._random.random
        self._batt -= 0.5 if moves else 1.2
        night = at % DAY > 21 * 3600 or at % DAY < 6 * 3600
        charging = place == HOME and night and chance() > 0.2
        if charging or self._batt < 4:
            self._batt = min(100.0, self._batt + 12)
        if chance() < 0.01:
            place += 40_000  # a wild fix
        speed = 14 + 100 * (chance() < 0.06) if moves else 0
        tst = int(BEGIN + at + self._clock)
        lat = 48.5 + (place + 30 * (chance() - 0.5)) * M
        acc = 900 if chance() < 0.02 else 5 + int(20 * chance())
        payload = (
            f'{{"_type":"location","lat":{lat:.6f},"lon":2.25,"tst":{tst},"acc":{acc},'
            f'"batt":{int(self._batt)},"bs":{2 if charging else 1},"vel":{speed}}}'
        )
        return Message(at, self._topic, payload)

    def _says(self, at: float, place: float, begin: float) -> Iterator[Message]:
        """Now and then the phone itself says that it came or went."""
        if place in (HOME, self._goal) or self._random.random() > 0.05:
            return
        event = "leave" if abs(place) < 3000 else "enter"
        tst = int(BEGIN + at + self._clock)
        payload = f'{{"_type":"transition","event":"{event}","desc":"Home","tst":{tst},"acc":10}}'
        yield Message(at + 2, f"{self._topic}/event", payload)


def robot_days(count: int) -> Iterator[Message]:
    """The robot drives for a quarter of an hour a day, falls over now and then."""
    chance = random.Random(7).random
    for day in range(count):
        at, batt, fallen = day * DAY + 15 * 3600, 100.0, 0
        while at < day * DAY + 15.25 * 3600:
            batt -= 2.8 * chance()
            fallen = fallen - 1 if fallen else 4 * (chance() < 0.03)
            angle = 90 + (70 if fallen else 10 * chance())
            rtt = 30 + 400 * (chance() < 0.05)
            line = f"ProBot1,{batt:.1f},{angle:.1f},started,{rtt:.1f},192.168.7.20"
            yield Message(at, "telemetry", line)
            at += 20


class Recorded(Scene):
    """The scene, with history and an engine of rules."""

    def __init__(self, folder: Path, rules: dict[str, Rule]) -> None:
        self.verdicts: list[Event] = []
        self.watched = rules
        self.memory = MemoryStore(1_000_000)
        super().__init__(folder, fixes=2)
        self.kind = friends.kind(clocks=SenderClocks())
        self._make()

    def _make(self) -> None:
        super()._make()
        self.ingest._decoders["telemetry"] = probots.KIND.decode
        self.recorder = Recorder(
            self.memory, self.world, self.clock, self.wall, sampled=SAMPLED, jitter=lambda: 0.0
        )
        self.geofence_monitor.transitions.listen(self._crossed)
        self.engine = RuleEngine(SystemCalendar(), LiveAround(self))
        for kind in ("friend", "probot", "crossing", "stay"):
            self.world.watch(kind, self._changed)

    def keeps(self, news: list[News]) -> None:
        self.recorder.take(news)

    def remembers(self, record: Record) -> None:
        self.recorder.remember(record)

    def _crossed(self, transition: Transition) -> None:
        self.hub.happened(
            "crossing", transition.thing, transition.tst, transition, shared_body(transition)
        )

    def _changed(self, key: str, before: State | None, after: State | None) -> None:
        self.verdicts += self.engine.observe(self.wall(), key, before, after)

    def begins(self) -> None:
        for key, rule in self.watched.items():
            self.verdicts += self.engine.put(key, rule, self.wall())

    def lives(self, messages: Iterator[Message]) -> None:
        """Let it all happen; whatever is due in between is ticked, a little late."""
        late = random.Random(3).random
        for message in messages:
            while self.engine.due < BEGIN + message.at - 1:
                self._goes_to(self.engine.due - BEGIN + 0.7 * late())
                self.verdicts += self.engine.tick(self.wall())
            self._goes_to(message.at)
            topic, payload = message.topic, message.payload.encode()
            self.hub.arrived([Arrival(topic, payload, False, 1, self.wall())])
        self.recorder.tick()

    def _goes_to(self, at: float) -> None:
        """Let the clock go on, with a look of the fences after the dwell, when somebody waits."""
        while (left := at - self.clock.seconds()) > 0:
            self.clock.advance(min(left, 20.0) if self.containment_waits else left)

    @property
    def containment_waits(self) -> bool:
        return bool(self.geofence_monitor.containment.fences._waiting)

    async def entries(self, thing: str, sort: str) -> list[HistoryEntry]:
        found: list[HistoryEntry] = []
        after = None
        while True:
            page = await self.memory.page(Span(thing, sort), 1000, after)
            found += page.entries
            if (after := page.more) is None:
                return found


class LiveAround(Around):
    def __init__(self, scene: Recorded) -> None:
        super().__init__()
        self._scene = scene

    def name(self, key: str) -> str | None:
        if key.startswith("region/"):
            return self._scene.regions.name(key.removeprefix("region/"))
        return super().name(key)

    def place(self, thing: str) -> tuple[float, float] | None:
        state: Any = self._scene.world.state(thing)
        return None if getattr(state, "lat", None) is None else (state.lat, state.lon)

    def zone(self, thing: str) -> str:
        return "Europe/Berlin"


def ninety_days(count: int = 90) -> Iterator[Message]:
    """All messages, in the order in which they arrive; no two at once."""
    lives = (
        *Life("jane/phone", 1, SCHOOL).days(count),
        *Life("bob/phone", 2, 9_000.0, clock=-400.0).days(count),
        *robot_days(count),
    )
    last = 0.0
    for message in sorted(lives, key=lambda each: each.at):
        last = max(message.at, last + 0.001)
        yield message._replace(at=last)


RULES = Rules(margin=30.0, fixes=2)
