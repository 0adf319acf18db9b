"""Answer requests about regions: draw one, change it, remove it, make a phone's a shared one.

Who may is decided by `auth.permissions`; the audit log says who did.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace
from twisted.internet.interfaces import IReactorTime

from sightline.auth.permissions import may
from sightline.contract.errors import Refused
from sightline.contract.fields import Answer, Done, RequestFields, refuses
from sightline.contract.requests import RequestSpec
from sightline.geometry.shapes import BadShape
from sightline.kinds.regions.model import Region
from sightline.live.requests import Asker, Requests
from sightline.model.kind import id_of, kind_of
from sightline.model.text import clean
from sightline.model.token_bucket import TokenBuckets
from sightline.regions.ids import new_id
from sightline.regions.service import RegionService, shape_of
from sightline.regions.store import RegionRow

_Degrees = Annotated[float, Meta(ge=-180, le=180)]


class DrawnRegion(RequestFields, frozen=True):
    """A region as it is drawn. Without a ``thing`` it is new; else ``version`` is the one changed.

    Degrees and metres.
    """

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    shape: Literal["circle", "polygon"]
    lat: _Degrees | None = None
    lon: _Degrees | None = None
    rad: float | None = None
    points: tuple[tuple[_Degrees, _Degrees], ...] | None = None
    colour: Annotated[int, Meta(ge=1, le=8)] | None = None
    shared: bool = False
    version: int = 0
    thing: str | None = None


class NamedRegion(RequestFields, frozen=True):
    """A request about one region."""

    thing: str


class RemovedRegion(RequestFields, frozen=True):
    """Which region, and the version that is removed."""

    thing: str
    version: Annotated[int, refuses("stale", "the region's version")] | None = None


class SavedRegion(Answer, frozen=True):
    """The region as it is kept now."""

    thing: str
    version: int


_ERRORS = ("forbidden", "stale", "wait", "degraded", "busy")
REGION = RequestSpec(
    name="region",
    summary="Draw a region, or change one",
    fields=DrawnRegion,
    right="region",
    answer=SavedRegion,
    errors=(*_ERRORS, "phone", "full"),
    example={"name": "Home", "shape": "circle", "lat": 52.5, "lon": 13.4, "rad": 100},
)
UNREGION = RequestSpec(
    name="unregion",
    summary="Remove a region",
    fields=RemovedRegion,
    right="unregion",
    errors=_ERRORS,
    example={"thing": "region/jane/ab12cd34", "version": 1},
)
ADOPT = RequestSpec(
    name="adopt",
    summary="Make a shared region of one that came from a phone",
    fields=NamedRegion,
    right="adopt",
    answer=SavedRegion,
    errors=(*_ERRORS, "shared", "full"),
    example={"thing": "region/friend/jane/phone/ab12cd34"},
)


class RegionRequests:
    """Add the requests about regions to the dispatcher."""

    def __init__(self, requests: Requests, clock: IReactorTime, regions: RegionService) -> None:
        self._clock = clock
        self._regions = regions
        # More than people draw; less than would fill the disk.
        self._pace = TokenBuckets(rate=1, burst=60)
        requests.add(REGION, self._region)
        requests.add(UNREGION, self._unregion)
        requests.add(ADOPT, self._adopt)

    async def _region(self, asker: Asker, drawn: DrawnRegion) -> SavedRegion:
        thing, user = drawn.thing, asker.user
        owner = None if drawn.shared else user.name
        if thing is None:
            id = new_id(owner, self._regions.records)
            if not may(user, "region", f"region/{id}"):
                raise _forbidden(shared=drawn.shared)
            self._take_turn(asker)
            self._regions.check_room(owner)
            region = self._made(drawn, owner, 1, user.name)
            await self._regions.put(id, RegionRow(region, self._regions.times.new()))
            return SavedRegion(thing=f"region/{id}", version=1)
        id, before = self._known(asker, "region", thing)
        was = before.region
        if was.origin == "phone" and was.owner is not None:
            raise Refused("phone", "it belongs to the phone: change it there, or adopt it")
        if drawn.version != was.version:
            raise Refused("stale", f"it was changed meanwhile: it is version {was.version}")
        # Whose it is stays, unless that is asked for.
        if drawn.shared == (was.owner is None):
            owner = was.owner
        self._take_turn(asker)
        region = self._made(drawn, owner, was.version + 1, user.name)
        region = replace(region, origin=was.origin, phone=was.phone)
        if owner == was.owner:
            await self._regions.put(id, replace(before, region=region))
            return SavedRegion(thing=f"region/{id}", version=region.version)
        new = new_id(owner, self._regions.records)
        if not may(user, "region", f"region/{new}"):
            raise _forbidden(shared=drawn.shared)
        self._regions.check_room(owner)
        # Somebody's own from now on, wherever it came from.
        moved = replace(region, version=1, origin="page", phone=None)
        await self._regions.replace(id, was.version, new, replace(before, region=moved))
        return SavedRegion(thing=f"region/{new}", version=1)

    async def _unregion(self, asker: Asker, asked: RemovedRegion) -> Done:
        id, record = self._known(asker, "unregion", asked.thing)
        version = asked.version
        if version is None or version != record.region.version:
            raise Refused("stale", f"it was changed: it is version {record.region.version}")
        self._take_turn(asker)
        await self._regions.remove(id, asker.user.name, version)
        return Done()

    async def _adopt(self, asker: Asker, asked: NamedRegion) -> SavedRegion:
        _, record = self._known(asker, "adopt", asked.thing)
        if record.region.owner is None:
            raise Refused("shared", "it is a shared region already")
        if record.region.origin != "phone":
            raise Refused("forbidden", "only what came from a phone is adopted")
        self._take_turn(asker)
        self._regions.check_room(None)
        id = new_id(None, self._regions.records)
        if not may(asker.user, "region", f"region/{id}"):
            raise _forbidden(shared=True)
        region = replace(
            record.region,
            owner=None,
            version=1,
            by=asker.user.name,
            at=round(self._regions.wall(), 3),
        )
        await self._regions.put(id, RegionRow(region, self._regions.times.new()))
        return SavedRegion(thing=f"region/{id}", version=1)

    def _known(self, asker: Asker, verb: str, thing: str) -> tuple[str, RegionRow]:
        """Return the region that is asked for. What one may not know of is not there."""
        if kind_of(thing) != "region":
            raise Refused("malformed", "thing: name a region")
        record = self._regions.records.get(id_of(thing))
        if record is None or not (may(asker.user, "see", thing) or may(asker.user, verb, thing)):
            raise Refused("unknown", "there is no such region")
        if not may(asker.user, verb, thing):
            raise _forbidden(shared=record.region.owner is None)
        return id_of(thing), record

    def _take_turn(self, asker: Asker) -> None:
        if not self._pace.take(asker.user.name, self._clock.seconds()):
            raise Refused("wait", "too many changes at once; try again in a moment")

    def _made(self, drawn: DrawnRegion, owner: str | None, version: int, by: str) -> Region:
        circle = drawn.shape == "circle"
        region = Region(
            name=clean(drawn.name, 64).strip(),
            shape=drawn.shape,
            lat=drawn.lat if circle else None,
            lon=drawn.lon if circle else None,
            rad=drawn.rad if circle else None,
            points=None if circle else drawn.points,
            owner=owner,
            version=version,
            by=by,
            at=round(self._regions.wall(), 3),
            origin="page",
            colour=drawn.colour,
        )
        if not region.name:
            raise Refused("malformed", "name: a region has a name")
        try:
            shape_of(region)
        except BadShape as why:
            raise Refused("malformed", str(why)) from None
        return region


def _forbidden(*, shared: bool) -> Refused:
    if shared:
        return Refused("forbidden", "only operators who see regions may change the shared ones")
    return Refused("forbidden", "personal regions are changed by the account they belong to")
