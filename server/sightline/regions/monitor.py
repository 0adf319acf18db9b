"""Watch who is where: fixes and phones' verdicts in, visits and transitions out.

A stay is a thing as long as anybody says so; a crossing is a line of a ring that never changes.
What stood when we were stopped is known again after a restart, so that nobody is said to have come
who was there all the time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from twisted.application.service import Service
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.geometry.geofences import Change, Geofences, Position, Rules
from sightline.geometry.shapes import BadShape
from sightline.kinds import FENCED
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.spots import order
from sightline.kinds.friends.updates import PhoneTransition
from sightline.kinds.regions.model import Visit
from sightline.live.hub import Hub
from sightline.live.periodic import Periodic
from sightline.model.kind import State
from sightline.regions import containment
from sightline.regions.phones import PhoneRegionService
from sightline.regions.positions import positions
from sightline.regions.recent_transitions import RecentTransitions
from sightline.regions.service import RegionChange, RegionService, shape_of
from sightline.regions.store import StoredVisit
from sightline.regions.visit_notes import VisitNotes, restore_visits

_LOOK = 1.0  # s
_SURVEY = 500  # things looked at in one go when a region is new
_MOST_EARLY = 50_000  # changes that wait until it is known who was where
_MOST_UNKNOWN = 1000  # names of regions we do not have, whose last event is remembered


class GeofenceMonitor(Service):
    """Watch the regions. ``clock`` is never stepped; ``wall`` gives epoch s.

    ``recorded`` fires once history has all that was handed to it before.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        hub: Hub,
        regions: RegionService,
        phones: PhoneRegionService,
        rules: Rules | None = None,
        recorded: Callable[[], Deferred[None]] = lambda: succeed(None),
    ) -> None:
        self.containment = containment.Containment(Geofences(rules))
        self._fences = self.containment.fences
        self._clock = clock
        self._wall = wall
        self._hub = hub
        self._regions = regions
        self._phones = phones
        self.transitions = RecentTransitions(wall, hub)
        self._notes = VisitNotes(clock, regions, self._stored_visit, recorded)
        self._visits: dict[str, set[str]] = {}  # regions, by thing
        self._unknown: dict[tuple[str, str], str] = {}
        self._early: deque[Callable[[], None]] | None = None
        """What came while it is not known yet who was where; None: it is known."""
        self._loop = Periodic(clock, _LOOK, self._look, "the watch over regions")
        regions.when_changed(self._region_changed)
        for kind in FENCED:
            hub.world.watch(kind, self._moved)
        hub.ingest.tell(PhoneTransition, self._crossed)

    # -- start and stop

    def startService(self) -> None:
        """Begin to look; restore the visits of before as soon as they are known."""

        def restore(_: object) -> None:
            restore_visits(self._regions, self.containment, self._clock.seconds(), self._wall())
            early, self._early = self._early, None
            if early is not None:
                for judge in early:
                    judge()
                self._hub.announce()

        super().startService()
        self._notes.start()
        if not self._regions.ready.called:
            self._early = deque(maxlen=_MOST_EARLY)
        self._regions.ready.addCallback(restore)
        self._loop.start(now=False)

    def stopService(self) -> Deferred[None]:
        """Stop looking, write what is new."""
        super().stopService()
        self._loop.stop()
        return self._notes.stop()

    # -- what happens

    def _moved(self, thing: str, before: State | None, after: State | None) -> None:
        if self._early is not None:
            self._early.append(partial(self._moved, thing, before, after))
            return
        try:
            if after is None:
                self._removed(thing)
                return
            if found := positions(before, after):
                self._fixed(thing, found)
            if (
                isinstance(after, Friend)
                and after.inregions is not None
                and after.inregions_tst is None
                and not (isinstance(before, Friend) and before.inregions == after.inregions)
            ):
                inside = self._phones.all_meant(thing, after.inregions)
                self._listed(thing, inside, order(after))
            if before is None:  # it may have been in some before a restart
                for region in (*self._fences.regions(thing), *self.containment.named(thing)):
                    self._show(thing, region)
        except Exception:
            self._slipped()

    def _slipped(self) -> None:
        """Log a mistake of ours, which must not keep a message out of the world."""
        self._log.failure("Could not see who came and went")

    def _fixed(self, thing: str, fixes: Sequence[Position]) -> None:
        now, fences = self._clock.seconds(), self._fences
        if not fences.knows(thing):
            self._notes.met(thing)
        for fix in fixes:
            for change in fences.fix(thing, fix, now):
                self._found(change, now)

    def _found(self, change: Change, now: float) -> None:
        transition = self.containment.found(change, now)
        if not change.inferred:  # who only went through is as they were
            self._show(change.thing, change.region)
        if transition is not None:
            self._announce(transition)

    def _listed(self, thing: str, inside: list[str], when: float) -> None:
        now = self._clock.seconds()
        named = {*inside, *self.containment.named(thing)}
        transitions = self.containment.listed(thing, inside, when, now)
        for region in sorted(named):
            self._show(thing, region)
        for transition in transitions:
            self._announce(transition)

    def _crossed(self, report: PhoneTransition) -> None:
        if report.retained:
            return  # a copy: of the past
        if self._early is not None:
            self._early.append(partial(self._crossed, report))
            return
        try:
            region = self._phones.meant(report.thing, report.region, report.rid, report.wtst)
            if region is None:
                self._crossed_unknown(report)
                return
            transition = self.containment.reported(
                report.thing, region, report.event, report.when, report.acc, self._clock.seconds()
            )
            self._show(report.thing, region)
            if transition is not None:
                self._announce(transition)
        except Exception:
            self._slipped()

    def _crossed_unknown(self, report: PhoneTransition) -> None:
        """Note the transition of a region that only the phone knows."""
        if not report.region or self._unknown.get((report.thing, report.region)) == report.event:
            return
        self._unknown.pop((report.thing, report.region), None)
        self._unknown[report.thing, report.region] = report.event
        if len(self._unknown) > _MOST_UNKNOWN:
            del self._unknown[next(iter(self._unknown))]
        self.transitions.tell(
            self._clock.seconds(),
            thing=report.thing,
            region=None,
            name=report.region,
            event=report.event,
            tst=round(report.when, 3),
            by="phone",
            acc=report.acc or None,
        )

    def _removed(self, thing: str) -> None:
        """Forget where a thing was that was removed."""
        for region in self._visits.pop(thing, set()):
            self._hub.place(f"stay/{thing}/{region}", None)
        self.containment.forget(thing)
        for pair in [pair for pair in self._unknown if pair[0] == thing]:
            del self._unknown[pair]
        self._notes.forget(thing)

    async def erase(self, thing: str) -> None:
        """Forget somebody altogether: the transitions, the regions of their own.

        Raises `Refused` when the regions cannot be removed now.
        """
        self._removed(thing)
        self.transitions.erase(thing)
        self._hub.announce()
        await self._regions.forget(thing)

    def _region_changed(self, changed: RegionChange) -> None:
        id, record = changed.id, changed.record
        if record is None:
            self.containment.drop(id)
            for thing in [thing for thing, inside in self._visits.items() if id in inside]:
                self._show(thing, id)
            return
        owner = record.region.owner
        only = owner if owner is not None and owner.startswith("friend/") else None
        try:
            self._fences.put(id, shape_of(record.region), only)
        except BadShape as why:
            self._log.error("Nobody is watched in region {id}: {why}", id=id, why=str(why))
            return
        self._survey(id, self._fences.things if only is None else [only])
        if only is not None:
            self._named_before(only, id, record.region.name)

    def _named_before(self, thing: str, region: str, name: str) -> None:
        """Take over a phone's verdict that came before its region did."""
        friend = self._hub.world.state(thing)
        if not isinstance(friend, Friend) or name not in (friend.inregions or ()):
            return
        if self.containment.by_phone(thing, region) is None:
            report = containment.PhoneVerdict(True, friend.inregions_tst or order(friend))
            self.containment.remember(thing, region, report, self._clock.seconds())
            self._show(thing, region)

    def _survey(self, region: str, things: list[str]) -> None:
        """Find who is in a region that is new or was changed; not all at once."""
        now = self._clock.seconds()
        for change in self._fences.survey(region, things[:_SURVEY]):
            self._found(change, now)
        if len(things) > _SURVEY:
            self._clock.callLater(0, self._survey_more, region, things[_SURVEY:])

    def _survey_more(self, region: str, things: list[str]) -> None:
        self._survey(region, things)
        self._hub.announce()

    def _look(self) -> None:
        """Let time pass for the fences and the verdicts."""
        now, seq = self._clock.seconds(), self._hub.world.seq
        for change in self._fences.tick(now):
            self._found(change, now)
        for thing, region in self.containment.tick(now):
            self._show(thing, region)
        if self._hub.world.seq != seq:
            self._hub.announce()

    # -- what is shown

    def _show(self, thing: str, region: str) -> None:
        """Let everybody see how it stands with these two."""
        visit = self.containment.visit(thing, region)
        inside = self._visits.setdefault(thing, set())
        key = f"stay/{thing}/{region}"
        if visit is None:
            inside.discard(region)
            self._hub.place(key, None)
        else:
            inside.add(region)
            self._hub.place(
                key,
                Visit(
                    region=region,
                    thing=thing,
                    since=round(visit.since, 3),
                    by=visit.by,
                    disputed=visit.why is not None,
                    why=visit.why,
                ),
            )
        if not inside:
            del self._visits[thing]
        self._notes.changed(thing, region)

    def _announce(self, transition: containment.RegionTransition) -> None:
        self.transitions.tell(
            self._clock.seconds(),
            thing=transition.thing,
            region=transition.region,
            name=self._regions.name(transition.region),
            event=transition.event,
            tst=round(transition.when, 3),
            by=transition.by,
            agrees=transition.agrees,
            acc=transition.acc or None,
            inferred=transition.inferred,
        )

    def _stored_visit(self, thing: str, region: str) -> StoredVisit:
        since, report = self._fences.since(thing, region), self.containment.by_phone(thing, region)
        if region not in self._regions.records:
            return StoredVisit(thing, region)
        if report is None:
            return StoredVisit(thing, region, since)
        return StoredVisit(thing, region, since, report.inside, report.when)
