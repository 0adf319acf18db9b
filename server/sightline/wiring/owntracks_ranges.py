"""Read the store of history for the Recorder's API and for posting phones."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred, fail

from sightline.history.record import HistoryEntry
from sightline.history.recorder import Recorder
from sightline.history.store import Span, Store
from sightline.history.used import chosen
from sightline.kinds.friends.decode import decode
from sightline.kinds.friends.updates import Located
from sightline.model.faults import Unavailable
from sightline.model.kind import Arrival, CannotDecode, Timeouts, id_of
from sightline.owntracks.fixes import Fix, fix_fields
from sightline.web.reads import Turn, at_once, pieces

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
        fixes: list[Fix] = []
        async for some in chosen(
            self._store, Span(thing, "fix", since, until), turn=turn, last=limit
        ):
            for entries in pieces([each.entry for each in some], lambda entry: len(entry.body)):
                await turn()
                fixes += _fixes(entries)
        return fixes


def _fixes(entries: Sequence[HistoryEntry]) -> list[Fix]:
    """Entries as fixes, read as they were when they came: what made no sense is left out."""
    found = []
    for entry in entries:
        message = Arrival(f"owntracks/{id_of(entry.thing)}", entry.body, False, 1, entry.at)
        try:
            readings = decode(_TIMEOUTS, message)
        except CannotDecode:
            continue
        found += [
            Fix(entry.tst, entry.at, fix_fields(reading.friend))
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
