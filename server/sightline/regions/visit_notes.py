"""Write down who is where, so that it is known after a restart; changes of a moment together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from sightline.model.faults import Unavailable
from sightline.regions.containment import Containment, PhoneVerdict
from sightline.regions.service import RegionService
from sightline.regions.store import StoredVisit

_NOTE = 0.05  # s that changes are gathered before they are written
_AGAIN = 5.0  # s, when they cannot be


def restore_visits(
    regions: RegionService, containment: Containment, now: float, wall: float
) -> None:
    """Have ``containment`` know who was where when we were stopped, once the regions are known.

    ``now`` is monotonic s, ``wall`` epoch s.
    """
    known, visits = regions.visits
    regions.visits = ([], [])
    for thing in known:
        containment.fences.remember(thing)
    for each in visits:
        if each.region not in regions.records:
            continue
        # Times to come are of a clock that was ahead, or is behind now: what comes is newer.
        if each.since is not None:
            containment.fences.remember(each.thing, each.region, min(each.since, wall))
        if each.inside is not None:
            verdict = PhoneVerdict(each.inside, min(each.phone_at or 0.0, wall))
            containment.remember(each.thing, each.region, verdict, now)


class VisitNotes:
    """Write down who is in which region, as ``stored`` tells it of a thing and a region.

    ``recorded`` fires once history has all that was handed to it before. A note is written after
    its crossing: a server that was killed between the two would know that somebody is there, and
    tell nobody that they came.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        regions: RegionService,
        stored: Callable[[str, str], StoredVisit],
        recorded: Callable[[], Deferred[None]],
    ) -> None:
        self._clock = clock
        self._regions = regions
        self._stored = stored
        self._recorded = recorded
        self._dirty: dict[tuple[str, str], None] = {}
        self._met: list[str] = []
        self._under_way: tuple[list[str], list[StoredVisit]] = ([], [])
        self._noting = False
        self._unnoted = False  # what cannot be written just now
        self._running = False

    def start(self) -> None:
        """Write from now on what is changed from now on."""
        self._running = True

    def stop(self) -> Deferred[None]:
        """Write what is new, and then nothing more."""
        self._running = False
        self._take_back()  # and so written as it is now, without waiting for history
        return Deferred.fromCoroutine(self._note())

    def met(self, thing: str) -> None:
        """Have it written that a thing is known."""
        self._met.append(thing)
        self._note_soon(_NOTE)

    def changed(self, thing: str, region: str) -> None:
        """Have it written how it stands with these two."""
        self._dirty[thing, region] = None
        self._note_soon(_NOTE)

    def forget(self, thing: str) -> None:
        """Forget where a thing was, in the file, too."""
        self._take_back()
        self._met = [each for each in self._met if each != thing]
        for pair in [pair for pair in self._dirty if pair[0] == thing]:
            del self._dirty[pair]
        self._work(self._regions.work(lambda store: store.leave(thing)))

    def _note_soon(self, seconds: float) -> None:
        if not self._noting and self._running:
            self._noting = True
            self._clock.callLater(seconds, self._note_now)

    def _take_back(self) -> None:
        """Put what waits for history back to what is still to be written."""
        known, visits = self._under_way
        self._met = [*known, *self._met]
        self._dirty = dict.fromkeys((*((each.thing, each.region) for each in visits), *self._dirty))
        known.clear()
        visits.clear()

    def _note_now(self) -> None:
        self._work(self._note())

    async def _note(self) -> None:
        known, self._met = self._met, []
        visits = [self._stored(thing, region) for thing, region in self._dirty]
        self._dirty = {}
        again = _NOTE
        try:
            if self._running and (known or visits):
                self._under_way = known, visits
                await self._recorded()
                self._under_way = [], []
            if known or visits:
                await self._regions.work(lambda store: store.note(known, visits))
                self._unnoted = False
        except Unavailable as why:  # as it was; what is newer by now is written then
            if not self._unnoted:
                self._log.error("It cannot be written down who is where: {why}", why=why)
            self._unnoted = True
            self._under_way = known, visits
            self._take_back()
            again = _AGAIN
        finally:
            self._noting = False
        if self._dirty or self._met:
            self._note_soon(again)

    def _work(self, work: Any) -> None:
        working = Deferred.fromCoroutine(work)
        working.addErrback(self._away)
        working.addErrback(
            lambda failure: self._log.failure("Could not write down who is where", failure)
        )

    def _away(self, failure: Failure) -> None:
        failure.trap(Unavailable)
        self._log.warn("It cannot be written down who is where: {why}", why=failure.value)
