"""Exchange regions with phones: what goes to a phone, what it says it has, what it means by a
name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.contract.errors import Refused
from sightline.kinds.friends.beacons import unmistakable
from sightline.kinds.friends.model import Waypoint
from sightline.kinds.friends.updates import PhoneWaypoint
from sightline.kinds.regions.model import Region
from sightline.model.kind import id_of
from sightline.regions.ids import id_for, letters_of
from sightline.regions.service import (
    MOST_OF_ONE,
    REMEMBERED_OF_PHONES,
    RegionChange,
    RegionService,
    shape_of,
)
from sightline.regions.store import RegionRow

MOST_OF_PHONES = 3000
"""Regions of all phones: so there is room for those that people draw."""
_MOST_NAMES = 1000  # owners whose names are kept at hand
_PAUSE = 5.0  # s between two looks at what one phone says


@dataclass(frozen=True, slots=True)
class RegionBundle:
    """All regions that go to one phone.

    ``version`` is another, greater number after any of them was changed, added or removed.
    ``waypoints`` are those that can be said in OwnTracks: circles, ``rad`` whole metres, ``tst``
    unique, ``rid`` the letters of the region's id. ``left_out`` counts those that cannot: polygons.
    """

    version: int
    waypoints: tuple[Waypoint, ...]
    left_out: int = 0


class PhoneRegions(Protocol):
    """What the service of phones needs of the regions. ``phone``: jane/phone."""

    def for_phone(self, phone: str) -> RegionBundle:
        """Return the regions for this phone: shared ones, and those of the accounts that own it."""

    def reported(self, phone: str, waypoints: Sequence[Waypoint], *, whole: bool) -> None:
        """Take in the regions that a phone says it has; ``whole``: and no others.

        Those that are not ours become the phone's own regions. Not to be called for messages that
        go through the ingest: it is told of their `PhoneWaypoint` readings anyway.
        """

    def when_changed(self, changed: Callable[[str | None], None]) -> None:
        """Call ``changed`` after what goes to a phone is another; None: to any phone."""


class _PhoneSays:
    """A phone's report that was not looked at yet."""

    def __init__(self) -> None:
        self.waypoints: dict[int, Waypoint] = {}  # by tst
        self.whole = False


class _Names:
    """The names of one owner's regions, and their other names."""

    def __init__(self) -> None:
        self.by_name: dict[str, list[str]] = {}
        self.by_rid: dict[str, str] = {}


class PhoneRegionService:
    """The regions for phones. ``accounts_of`` names the accounts a friend belongs to."""

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        regions: RegionService,
        accounts_of: Callable[[str], Iterable[str]],
    ) -> None:
        self._clock = clock
        self._regions = regions
        self._accounts_of = accounts_of
        self._known: dict[str | None, _Names] = {}  # by owner, until one of their regions changes
        self._reports: dict[str, _PhoneSays] = {}
        self._busy: set[str] = set()
        self._editions: dict[str | None, int] = {}  # the last change of each owner's regions
        self._listeners: list[Callable[[str | None], None]] = []
        self.dropped = 0
        regions.when_changed(self._changed)

    # -- to phones

    def for_phone(self, phone: str) -> RegionBundle:
        """Tell what this phone should have."""
        waypoints, left_out, version = [], 0, 0
        for owner in self._sharers(f"friend/{phone}"):
            version = max(version, self._editions.get(owner, 0))
            for id, record in self._regions.of(owner):
                region = record.region
                if region.lat is None or region.lon is None or region.rad is None:
                    left_out += 1
                    continue
                whole = float(max(1, round(region.rad)))
                waypoints.append(
                    Waypoint(region.name, region.lat, region.lon, whole, record.tst, letters_of(id))
                )
        waypoints.sort(key=lambda each: each.tst)
        return RegionBundle(version, tuple(waypoints), left_out)

    def when_changed(self, changed: Callable[[str | None], None]) -> None:
        """Call ``changed`` after what goes to a phone is another; None: to any phone."""
        self._listeners.append(changed)

    def _sharers(self, thing: str) -> list[str | None]:
        return [None, *sorted(set(self._accounts_of(thing)))]

    def _changed(self, changed: RegionChange) -> None:
        record = changed.record or changed.before
        owner = None if record is None else record.region.owner
        self._known.pop(owner, None)
        if owner is not None and "/" in owner:
            return  # came from the phone
        self._editions[owner] = max(changed.edition, self._editions.get(owner, 0))
        for listener in self._listeners:
            listener(None)

    # -- what a phone means

    def meant(
        self, thing: str, name: str | None, rid: str | None = None, wtst: int | None = None
    ) -> str | None:
        """Return the region that a phone speaks of, by any of its names; None: an unknown one."""
        return self._meant(self._sharers(thing), thing, name, rid, wtst)

    def all_meant(self, thing: str, names: Iterable[str]) -> list[str]:
        """Return the regions a phone speaks of by these names, of those we have."""
        sharers = self._sharers(thing)
        found = (self._meant(sharers, thing, name, None, None) for name in names)
        return [id for id in found if id is not None]

    def _meant(
        self,
        sharers: Iterable[str | None],
        thing: str,
        name: str | None,
        rid: str | None,
        wtst: int | None,
    ) -> str | None:
        known = [self._names(owner) for owner in (thing, *sharers)]
        if rid:
            for names in known:
                if rid in names.by_rid:
                    return names.by_rid[rid]
        if name is None:
            return None
        named = [id for names in known for id in names.by_name.get(name, ())]
        if wtst is not None:
            for id in named:
                if self._regions.records[id].tst == wtst:
                    return id
        found = known[0].by_name.get(name) or named
        return found[0] if len(found) == 1 else None

    def _names(self, owner: str | None) -> _Names:
        names = self._known.get(owner)
        if names is None:
            if len(self._known) >= _MOST_NAMES:
                self._known.clear()
            names = self._known[owner] = _Names()
            for id, record in self._regions.of(owner):
                name = record.region.name
                for each in {name, unmistakable(name)}:  # as it goes to iPhones
                    names.by_name.setdefault(each, []).append(id)
                for rid in (letters_of(id), record.rid):
                    if rid:
                        names.by_rid.setdefault(rid, id)
        return names

    # -- from phones

    def received(self, marked: PhoneWaypoint) -> None:
        """Take in a waypoint that a phone told in a message."""
        self.reported(id_of(marked.thing), marked.waypoints, whole=marked.whole)

    def reported(self, phone: str, waypoints: Sequence[Waypoint], *, whole: bool) -> None:
        """Take in the regions that a phone says it has; ``whole``: and no others."""
        report = self._reports.setdefault(phone, _PhoneSays())
        if whole:
            report.waypoints.clear()
            report.whole = True
        for each in waypoints:
            if each.tst in report.waypoints or len(report.waypoints) < MOST_OF_ONE:
                report.waypoints[each.tst] = each
        self._look(phone)

    def _look(self, phone: str) -> None:
        if phone in self._busy or phone not in self._reports:
            return
        self._busy.add(phone)
        taken = Deferred.fromCoroutine(self._take(phone, self._reports.pop(phone)))
        taken.addErrback(
            lambda failure: self._log.failure("Could not take over a phone's regions", failure)
        )
        taken.addBoth(lambda _: self._clock.callLater(_PAUSE, self._again, phone))

    def _again(self, phone: str) -> None:
        self._busy.discard(phone)
        self._look(phone)

    async def _take(self, phone: str, report: _PhoneSays) -> None:
        thing = f"friend/{phone}"
        own = dict(self._regions.of(thing))
        ours = self.for_phone(phone).waypoints
        rids, tsts = {each.rid for each in ours}, {each.tst for each in ours}
        still: set[str] = set()
        for each in report.waypoints.values():
            if each.rid in rids or each.tst in tsts:
                continue  # one of ours, told back
            id = next((id for id, record in own.items() if _same(record, each)), None)
            if id is not None:
                still.add(id)
            try:
                await self._put(thing, id, own[id] if id is not None else None, each)
            except Refused as why:
                if why.code == "busy":
                    self._keep(phone, report)
                    return
                self.dropped += 1
        if report.whole:
            for id, record in own.items():
                if id not in still:
                    await self._drop(id, record, thing)

    def _keep(self, phone: str, report: _PhoneSays) -> None:
        """Keep a report to take it over later; newer reports of the phone replace it."""
        later = self._reports.setdefault(phone, _PhoneSays())
        if not later.whole:
            later.waypoints = report.waypoints | later.waypoints
            later.whole = report.whole

    async def _put(
        self, thing: str, id: str | None, before: RegionRow | None, waypoint: Waypoint
    ) -> None:
        region = Region(
            name=waypoint.desc,
            shape="circle",
            lat=waypoint.lat,
            lon=waypoint.lon,
            rad=waypoint.rad,
            owner=thing,
            version=1 if before is None else before.region.version + 1,
            by=thing,
            at=round(self._regions.wall(), 3),
            origin="phone",
            phone=id_of(thing),
        )
        if before is not None and _unchanged(before.region, region):
            return
        if id is None:
            self._regions.check_room(thing)
            phones = sum(len(self._regions.of(o)) for o in self._regions.owners() if "/" in o)
            if phones >= MOST_OF_PHONES:
                raise Refused("full", "phones have too many regions")
            # Every server hears the phone: they must not make a region each.
            id = id_for(thing, waypoint.rid or str(waypoint.tst))
        shape_of(region)
        await self._regions.put(
            id, RegionRow(region, waypoint.tst, waypoint.rid), REMEMBERED_OF_PHONES
        )

    async def _drop(self, id: str, record: RegionRow, thing: str) -> None:
        try:
            await self._regions.remove(id, thing, record.region.version, trace=False)
        except Refused:
            pass  # somebody was quicker


def _same(record: RegionRow, waypoint: Waypoint) -> bool:
    """Tell whether the phone speaks of this region: phones know them by one name or the other."""
    return record.tst == waypoint.tst or (waypoint.rid is not None and record.rid == waypoint.rid)


def _unchanged(before: Region, after: Region) -> bool:
    return (before.name, before.lat, before.lon, before.rad) == (
        after.name,
        after.lat,
        after.lon,
        after.rad,
    )
