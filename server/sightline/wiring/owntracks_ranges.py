"""Read the store of history for the Recorder's API and for posting phones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from twisted.internet.defer import Deferred, fail

from sightline.history import tracks
from sightline.history.entry_fields import fields as fields_of
from sightline.history.judged_fixes import PAGE
from sightline.history.judging import Verdicts
from sightline.history.query_params import Track
from sightline.history.record import HistoryEntry
from sightline.history.recorder import Recorder
from sightline.history.store import Span, Store
from sightline.model.faults import Unavailable
from sightline.owntracks.fixes import Received, ReceivedFixes
from sightline.owntracks.ranges import JudgedRanges
from sightline.web.reads import Turn, at_once


def judged(source: ReceivedFixes) -> JudgedRanges:
    """Return the ranges of a source, judged as history judges a track."""
    return JudgedRanges(source, lambda: Verdicts(doubtful=False))


class StoredFixes:
    """Locations as they were received, out of the store of history."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def received(
        self, thing: str, since: float, until: float, most: int | None = None, turn: Turn = at_once
    ) -> AsyncIterator[Sequence[Received]]:
        """Return the locations of a range (`sightline.owntracks.fixes.ReceivedFixes`)."""
        if most is not None:
            since = await self._first_of(Span(thing, "fix", since, until), most, turn)
        asked = Track(thing, "fix", since, until, None, None, (), 0.0, "json", False)
        async for some in tracks.entries(self._store, asked, turn=turn):
            yield [_received(entry) for entry in some]

    async def _first_of(self, span: Span, most: int, turn: Turn) -> float:
        """Return the time from which on there are ``most`` entries, or a few more.

        They are walked through back from the newest one, and not held: they may be many.
        """
        back = Span(span.thing, span.sort, span.since, span.until, newest_first=True)
        after: str | None = None
        first = span.since
        while most > 0:
            page = await self._store.page(back, min(PAGE, most), after)
            await turn()
            most -= len(page.entries)
            after = page.more
            if after is None:
                return span.since
            if page.entries:
                first = page.entries[-1].tst
        return first


def _received(entry: HistoryEntry) -> Received:
    fields = fields_of(entry)
    # What was brought in from a Recorder has its marks.
    marks = {name: True for name in ("_http", "_decrypted") if fields.get(name) is True}
    return Received(entry.tst, entry.at, entry.body, fields, marks)


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
