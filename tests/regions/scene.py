"""Regions with all that looks after them, but no web and no broker: a clock of the test's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from common_store import close_store, common_store, open_store
from sightline.auth.permissions import Grants, User, user_of
from sightline.geometry.geofences import Rules
from sightline.kinds import friends
from sightline.kinds.broker import LinkUpdate
from sightline.kinds.friends.updates import PhoneWaypoint
from sightline.kinds.regions.model import Transition
from sightline.live import protocol
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest, News
from sightline.live.presence import Presence
from sightline.live.requests import Requests
from sightline.live.world import World
from sightline.model.kind import Arrival, State
from sightline.model.record import Record
from sightline.regions.monitor import GeofenceMonitor
from sightline.regions.phones import PhoneRegionService
from sightline.regions.requests import RegionRequests
from sightline.regions.service import RegionChange, RegionService
from waits import until

reactor: Any = _reactor
NOW = 1_795_240_000.0  # epoch s at the clock's 0
JANE = "friend/jane/phone"
BOB = "friend/bob/phone"
HOME: dict[str, Any] = {"name": "Home", "shape": "circle", "lat": 48.5, "lon": 2.25, "rad": 100}
M = 1 / 111_200  # degrees of latitude in a metre


def account(name: str, role: Any = "viewer", *see: str, own: tuple[str, ...] = ()) -> User:
    return user_of(name, role, Grants(see=frozenset(see), own=frozenset(own)), owners=OWNERS)


OWNERS = frozenset(("jane", "bob", "friend/jane/phone", "friend/bob/phone"))
ADMIN = account("root", "admin")
OPERATOR = account("olga", "operator", "*")
PERSON = account("jane", "viewer", own=("friend/jane",))
OTHER = account("bob", "viewer")


class Asks:
    """Somebody's connection."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.address = "127.0.0.1"
        self.said: list[dict[str, Any]] = []

    def say(self, frame: bytes) -> None:
        self.said.append(json.loads(frame))


class Scene:
    def __init__(self, folder: Path, store: str = "", name: str = "", **rules: Any) -> None:
        self.folder = folder
        self.url, self.name = store, name
        self.clock = Clock()
        self.rules = rules
        self.owners: dict[str, list[str]] = {JANE: ["jane"]}
        self.kind = friends.KIND
        self.recorded: Callable[[], Deferred[None]] = lambda: succeed(None)
        self._make()

    def keeps(self, news: list[News]) -> None:
        """History gets this; here there is none."""

    def remembers(self, record: Record) -> None:
        """History gets this, too."""

    def _make(self) -> None:
        self.world = World("e")
        presence = Presence({})
        self.ingest = Ingest([self.kind], self.world, presence, keep=self.keeps)
        self.hub = Hub(
            self.clock, self.wall, self.world, self.ingest, presence, LinkUpdate,
            remember=self.remembers,
        )  # fmt: skip
        self.requests = Requests(self.wall)
        self.store = common_store(self.url, self.name)
        self.regions = RegionService(
            reactor, self.wall, self.folder, self.hub, self.store, self.name
        )
        self.phones = PhoneRegionService(
            self.clock, self.regions, lambda thing: self.owners.get(thing, [])
        )
        self.geofence_monitor = GeofenceMonitor(
            self.clock,
            self.wall,
            self.hub,
            self.regions,
            self.phones,
            Rules(**({"fixes": 1} | self.rules)),
            lambda: self.recorded(),
        )
        self.ingest.tell(PhoneWaypoint, self.phones.received)
        RegionRequests(self.requests, self.clock, self.regions)
        self.crossed: list[Transition] = []
        self.changed: list[RegionChange] = []
        self.geofence_monitor.transitions.listen(self.crossed.append)
        self.regions.when_changed(self.changed.append)
        self.tst = 0

    def wall(self) -> float:
        return NOW + self.clock.seconds()

    async def opens(self, early: Callable[[], None] = lambda: None) -> Scene:
        """``early`` happens before the regions that several share are known."""
        open_store(self.store)
        self.regions.privilegedStartService()
        self.regions.startService()
        self.geofence_monitor.startService()
        early()
        await self.until(lambda: self.regions.ready.called)
        return self

    async def closes(self) -> None:
        await self.geofence_monitor.stopService()
        await self.regions.stopService()
        await close_store(self.store)

    async def restarts(self, early: Callable[[], None] = lambda: None) -> None:
        await self.closes()
        self._make()
        await self.opens(early)

    # -- what happens

    def hears(self, part: str, *, of: str = JANE, retain: bool = False, **said: Any) -> None:
        topic = f"owntracks/{of.removeprefix('friend/')}{part}"
        payload = json.dumps(said).encode()
        self.hub.arrived([Arrival(topic, payload, retain, 1, self.wall())])

    def is_at(self, metres: float, *, of: str = JANE, retain: bool = False, **more: Any) -> None:
        """A fix so many m north of home's middle, each a second after the last."""
        self.passes(1)
        said = {"lat": 48.5 + metres * M, "lon": 2.25, "tst": int(self.wall()), "acc": 5} | more
        self.hears("", of=of, retain=retain, _type="location", **said)

    def says(self, event: str, desc: str, **more: Any) -> None:
        said = {"event": event, "desc": desc, "tst": int(self.wall())} | more
        self.hears("/event", _type="transition", **said)

    def tells(self, *waypoints: dict[str, Any]) -> None:
        self.hears("/waypoints", _type="waypoints", waypoints=list(waypoints))

    def passes(self, seconds: float) -> None:
        self.clock.advance(seconds)

    async def asks(self, user: User, do: str, **more: Any) -> dict[str, Any]:
        asker = Asks(user)
        self.requests.ask(asker, protocol.Request(1, do, more))
        await self.until(lambda: bool(asker.said))
        return asker.said[0]

    async def draws(self, user: User = OPERATOR, **more: Any) -> str:
        """A region is made; its id."""
        made = await self.asks(user, "region", **(HOME | {"shared": True} | more))
        assert made["ok"], made
        thing: str = made["thing"]
        return thing.removeprefix("region/")

    async def phones_are_read(self) -> None:
        """What phones said is taken over, and the pause after it has begun."""

        def pauses() -> bool:
            waits = [
                call for call in self.clock.getDelayedCalls() if call.func == self.phones._again
            ]
            return len(waits) == len(self.phones._busy)

        await self.until(pauses)

    async def until(self, fact: Any) -> None:
        await until(fact)

    # -- what is there

    def state(self, key: str) -> State | None:
        return self.world.state(key)

    def keys(self, kind: str) -> list[str]:
        return sorted(key for key, _ in self.world if key.startswith(kind + "/"))

    def events(self) -> list[tuple[str, str]]:
        return [(transition.event, transition.by) for transition in self.crossed]


def waypoint(**fields: Any) -> dict[str, Any]:
    given = {
        "_type": "waypoint",
        "desc": "Gym",
        "lat": 48.6,
        "lon": 2.25,
        "rad": 60,
        "tst": 1_700_000_000,
    }
    return given | fields
