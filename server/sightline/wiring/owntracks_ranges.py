"""Read the store of history for the Recorder's API and for posting phones."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred, fail

from sightline.history.judging import spot_of
from sightline.history.record import HistoryEntry
from sightline.history.recorder import Recorder
from sightline.history.store import Span, Store
from sightline.kinds.friends.decode import decode
from sightline.kinds.friends.plausibility import Judge, Spot
from sightline.kinds.friends.updates import Located
from sightline.model.faults import Unavailable
from sightline.model.kind import Arrival, CannotDecode, Timeouts, id_of
from sightline.owntracks.fixes import Fix, fix_fields
from sightline.web.reads import Turn, at_once, pieces

_PAGE = 500
_TIMEOUTS = Timeouts(1.0, 1.0)  # of no interest for a fix of the past


class StoredRanges:
    """Fixes of a range, out of the store (see `sightline.owntracks.fixes.Ranges`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def between(
        self,
        thing: str,
        since: float,
        until: float,
        limit: int | None = None,
        turn: Turn = at_once,
    ) -> Deferred[Sequence[Fix]]:
        """Return the newest ``limit`` fixes, oldest first."""
        return Deferred.fromCoroutine(self._between(thing, since, until, limit, turn))

    async def _between(
        self, thing: str, since: float, until: float, limit: int | None, turn: Turn
    ) -> Sequence[Fix]:
        span = Span(thing, "fix", since, until, newest_first=True)
        found: list[HistoryEntry] = []
        after: str | None = None
        while limit is None or len(found) < limit:
            most = _PAGE if limit is None else min(_PAGE, limit - len(found))
            page = await self._store.page(span, most, after)
            found += page.entries
            after = page.more
            if after is None:
                break
        found.reverse()
        judge: Judge[tuple[Fix, bool]] = Judge(_spot)
        fixes: list[Fix] = []
        for entries in pieces(found, lambda entry: len(entry.body)):
            await turn()
            fixes += [fix for (fix, _), why in judge.take(_fixes(entries)) if why is None]
        return fixes + [fix for (fix, _), why in judge.end() if why is None]


def _spot(found: tuple[Fix, bool]) -> Spot | None:
    fix, invalid = found
    spot = spot_of({**fix.fields, "tst": fix.tst, "at": fix.at})
    return spot if spot is None or not invalid else spot._replace(acc=-2.0)


def _fixes(entries: Sequence[HistoryEntry]) -> list[tuple[Fix, bool]]:
    """Entries as fixes, read as they were when they came: what made no sense is left out.

    With each, whether the phone itself calls it invalid.
    """
    found = []
    for entry in entries:
        message = Arrival(f"owntracks/{id_of(entry.thing)}", entry.body, False, 1, entry.at)
        try:
            readings = decode(_TIMEOUTS, message)
        except CannotDecode:
            continue
        found += [
            (Fix(entry.tst, entry.at, fix_fields(reading.friend)), reading.invalid)
            for reading in readings
            if isinstance(reading, Located)
        ]
    return found


class _Receipt:
    """A receipt that fires a Deferred when everything before it is recorded."""

    def __init__(self) -> None:
        self.fired: Deferred[object] = Deferred()

    def acknowledge(self) -> None:
        if not self.fired.called:
            self.fired.callback(None)

    def again(self) -> None:
        """Fail the Deferred: some of it was not recorded."""
        if not self.fired.called:
            self.fired.errback(Unavailable("there is no room for it just now"))


class PostDurability:
    """The safety of what phones post (`sightline.owntracks.http_mode`)."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._lost = 0

    def keeps_up(self) -> bool:
        """Tell whether it makes sense to take anything at all."""
        return not self._recorder.late

    def stored(self) -> Deferred[object]:
        """Fire when all that was posted is in the store; err when some of it found no room."""
        if self._recorder.lost > self._lost:
            self._lost = self._recorder.lost
            return fail(Unavailable("there is no room for it just now"))
        receipt = _Receipt()
        self._recorder.when_stored(receipt)
        return receipt.fired
