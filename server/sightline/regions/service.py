"""Keep the regions: in the database, in the world, and for those that watch them.

Every change goes to the database first, on a thread, and takes effect when it is committed. The
fences, the phones and the history recorder are told of changes (`when_changed`).
Where several servers share it, the changes of the others take effect in the same way.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace
from twisted.logger import Logger

from sightline.contract.errors import Refused
from sightline.database.trouble import Degraded
from sightline.geometry.shapes import BadShape, Circle, Polygon, Shape
from sightline.kinds.regions.model import Region
from sightline.live.hub import Hub
from sightline.model.faults import Unavailable
from sightline.model.kind import id_of
from sightline.regions.access import Known, RegionAccess
from sightline.regions.ids import WaypointTimes
from sightline.regions.store import RegionRow, RegionStore, StaleRegion, StoredVisit

if TYPE_CHECKING:
    from sightline.database.common import CommonStore

MOST = 5000
"""Regions of all owners together."""
MOST_SHARED = 1000
MOST_OF_ONE = 200
"""Regions of one account or phone."""
REMEMBERED_OF_PHONES = 20
"""Versions of a phone's region that are kept: a phone may change it as often as it likes."""
_AWAY = (
    "regions cannot be changed just now: the server cannot reach its database."
    " Try again in a moment"
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RegionChange:
    """A region was changed (``record``) or removed (None); ``edition`` counts all changes."""

    id: str
    edition: int
    before: RegionRow | None
    record: RegionRow | None
    by: str
    at: float


class RegionService(RegionAccess):
    """All regions. ``wall`` gives epoch s.

    With a ``common`` store they are those of all servers that have the same; ``server`` is ours.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        wall: Callable[[], float],
        folder: Path,
        hub: Hub,
        common: CommonStore | None = None,
        server: str = "",
    ) -> None:
        super().__init__(reactor, wall, folder, common, server)
        self.records: dict[str, RegionRow] = {}
        self.edition = 0
        self.visits: tuple[list[str], list[StoredVisit]] = ([], [])
        """What the database knew of who was where, at the start."""
        self._hub = hub
        self._listeners: list[Callable[[RegionChange], None]] = []
        self.times = WaypointTimes(wall)
        self._by_owner: dict[str | None, dict[str, RegionRow]] = {}

    # -- start and stop

    def privilegedStartService(self) -> None:
        """Read the file; what several servers share is read once it can be. Raises `BadRegions`."""
        super().privilegedStartService()
        self.open()

    def begin(self, store: RegionStore, known: Known) -> None:
        """Take what is in the database at the start (`RegionAccess`)."""
        self.edition, self.visits, regions = known
        for id, (number, record) in regions.items():
            self._apply(RegionChange(id, number, None, record, record.region.by, record.region.at))
        if store.several:
            self._hub.announce()

    async def _change(self, do: Callable[[RegionStore], T], *, scrub: bool = False) -> T:
        """Return what ``do`` changes of the regions, all or nothing. Raises `Refused`."""
        try:
            done = await self.work(lambda store: store.transact(lambda: do(store), scrub=scrub))
            if self._common is not None:
                await self.follow()
        except StaleRegion as stale:
            raise _stale(stale) from None
        except Degraded as why:
            raise Refused("degraded", f"regions cannot be changed just now: {why}") from None
        except Unavailable:
            raise Refused("busy", _AWAY) from None
        return done

    async def follow(self) -> None:
        """Tell everybody what is in the database now, also what other servers changed."""
        known = self.records

        def changes(store: RegionStore) -> list[RegionChange]:
            return store.transact(lambda: read(store))

        def read(store: RegionStore) -> list[RegionChange]:
            found = store.regions()
            changes = [
                RegionChange(id, edition, None, record, record.region.by, record.region.at)
                for id, (edition, record) in found.items()
                if known.get(id) != record
            ]
            for id in [id for id in list(known) if id not in found]:
                gone = store.removal(id)
                if gone is None:
                    changes.append(RegionChange(id, store.edition(), None, None, "", self.wall()))
                else:
                    changes.append(RegionChange(id, gone.edition, None, None, gone.who, gone.at))
            return sorted(changes, key=lambda each: each.edition)

        for change in await self.work(changes):
            before = self.records.get(change.id)
            if before != change.record:
                self._apply(dataclasses.replace(change, before=before))
        self._hub.announce()

    # -- looking

    def name(self, id: str) -> str:
        """Tell what a region is called."""
        record = self.records.get(id)
        return "" if record is None else record.region.name

    def owners(self) -> frozenset[str]:
        """Return all who have regions of their own: accounts, phones (``friend/jane/phone``)."""
        return frozenset(owner for owner in self._by_owner if owner is not None)

    def of(self, owner: str | None) -> list[tuple[str, RegionRow]]:
        """Return the regions of one owner; None: the shared ones."""
        return list(self._by_owner.get(owner, {}).items())

    def when_changed(self, listener: Callable[[RegionChange], None]) -> None:
        """Call ``listener`` with each change, also with each region that is read at the start.

        This is where a recorder of history listens, too.
        """
        self._listeners.append(listener)

    # -- changing

    def check_room(self, owner: str | None) -> None:
        """Raise `Refused` (``full``) when this owner may have no more regions."""
        most = MOST_SHARED if owner is None else MOST_OF_ONE
        if len(self._by_owner.get(owner, ())) >= most or len(self.records) >= MOST:
            raise Refused("full", f"there are {most} regions already, and no room for another")

    async def put(self, id: str, record: RegionRow, keep: int | None = None) -> None:
        """Set a region; its version says which one it replaces. Raises `Refused`."""
        expected = record.region.version - 1
        edition = await self._change(lambda store: store.put(id, record, expected, keep))
        if self._common is None:
            before, region = self.records.get(id), record.region
            self._apply(RegionChange(id, edition, before, record, region.by, region.at))
            self._hub.announce()

    async def remove(self, id: str, by: str, version: int, *, trace: bool = True) -> None:
        """Remove a region. Raises `Refused`."""
        at = round(self.wall(), 3)
        edition = await self._change(lambda store: store.remove(id, by, at, version, trace=trace))
        if self._common is None:
            self._apply(RegionChange(id, edition, self.records.get(id), None, by, at))
            self._hub.announce()

    async def replace(self, old: str, version: int, new: str, record: RegionRow) -> None:
        """Give a region to another owner, under another id. Raises `Refused`."""
        by, at = record.region.by, round(self.wall(), 3)

        def go_over(store: RegionStore) -> tuple[int, int]:
            return store.put(new, record, 0), store.remove(old, by, at, version)

        made, gone = await self._change(go_over)
        if self._common is None:
            self._apply(RegionChange(new, made, None, record, by, record.region.at))
            self._apply(RegionChange(old, gone, self.records.get(old), None, by, at))
            self._hub.announce()

    async def forget(self, thing: str) -> None:
        """Forget a thing: the regions of its own, and where it was."""
        await self._change(lambda store: store.forget(thing), scrub=True)
        if self._common is not None:
            return
        for id, record in self.of(thing):
            at = self.wall()
            self._apply(RegionChange(id, self.edition, record, None, "", at))
        for id, record in list(self.records.items()):
            if record.region.phone == id_of(thing):
                plain = replace(record, region=replace(record.region, phone=None), rid=None)
                self._apply(
                    RegionChange(id, self.edition, record, plain, record.region.by, self.wall())
                )
        self._hub.announce()

    async def remove_of(self, accounts: Iterable[str]) -> None:
        """Remove the regions of accounts that were removed."""
        for owner in accounts:
            for id, record in self.of(owner):
                try:
                    await self.remove(id, "Sightline", record.region.version)
                except Refused as why:
                    if self._common is None or why.code == "busy":
                        raise
                    # Another server was quicker.

    def _apply(self, changed: RegionChange) -> None:
        self.edition = max(self.edition, changed.edition)
        for record in (changed.before, changed.record):
            if record is not None and record.region.origin == "page":
                self.times.saw(record.tst)
        if changed.before is not None:
            del self.records[changed.id]
            mates = self._by_owner[changed.before.region.owner]
            del mates[changed.id]
            if not mates:
                del self._by_owner[changed.before.region.owner]
        if changed.record is not None:
            self.records[changed.id] = changed.record
            self._by_owner.setdefault(changed.record.region.owner, {})[changed.id] = changed.record
        region = None if changed.record is None else changed.record.region
        self._hub.place(f"region/{changed.id}", region)
        for listener in self._listeners:
            listener(changed)


def _stale(stale: StaleRegion) -> Refused:
    if stale.version == 0:
        return Refused("unknown", "there is no such region any more")
    return Refused("stale", f"somebody else changed it meanwhile: it is version {stale.version}")


def shape_of(region: Region) -> Shape:
    """Return the shape of a region. Raises `BadShape`."""
    if region.shape == "circle":
        if region.lat is None or region.lon is None or region.rad is None:
            raise BadShape("a circle has lat, lon and rad")
        return Circle(region.lat, region.lon, region.rad)
    if region.points is None:
        raise BadShape("a polygon has points")
    return Polygon(region.points)
