"""Fold pieces of the log into any store, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from sightline.history.log.erasure_notes import erasures, without_erased
from sightline.history.log.folding import FoldJob, FoldResult, mark
from sightline.history.log.reader import LogReader
from sightline.history.log.segments import LogPosition
from sightline.history.log.twins import without_twins
from sightline.history.record import HistoryEntry, LastState
from sightline.history.store import LateStore, Store
from sightline.model.faults import Unavailable


class StoreFolder:
    """Fold the log in ``folder`` into ``store``; ``shared``: other servers use that, too."""

    _log = Logger()

    def __init__(self, folder: Path, store: Store, *, shared: bool) -> None:
        self._reader = LogReader(folder)
        self._store = store
        self._shared = shared
        self._at: LogPosition | None = None
        self._sought = False
        self.left_out = 0
        """Entries and states that the store could not take at all."""

    def forget(self) -> None:
        """Look for the place in the log anew: its files may be others."""
        self._sought = False

    async def fold(self, job: FoldJob, *, late: bool, states: bool = True) -> FoldResult:
        """Do one job; what can never be written is left out, alone. Raises `Unavailable`.

        ``late``: others may have written meanwhile what this server has in its log. Without
        ``states`` the present states of the store stay as they are.
        """
        try:
            if not self._sought or job.position != self._at:
                await deferToThread(self._reader.seek, job.position)
            self._sought = False
            piece = await deferToThread(self._reader.read, job.end)
        except OSError as why:
            raise Unavailable(f"the log cannot be read: {why}") from why
        new = 0
        if piece.position is not None:
            entries: Sequence[HistoryEntry] = piece.entries
            standing: Sequence[LastState] = piece.states if states else ()
            if late and self._shared:
                erased = await erasures(self._store)
                entries, standing = without_erased(erased, entries, standing)
                entries = await without_twins(self._store, entries)
            kept = (*standing, mark(job.key, piece.position))
            new = await self._bring(entries, kept, late)
        self._at, self._sought = piece.position or job.position, True
        return FoldResult(piece.position, piece.at_end, new, tuple(piece.damage), piece.damaged)

    async def _bring(
        self, entries: Sequence[HistoryEntry], states: Sequence[LastState], late: bool
    ) -> int:
        try:
            if late and isinstance(self._store, LateStore):
                return await self._store.write_late(entries, states)
            return await self._store.write(entries, states)
        except Unavailable:
            raise
        except Exception as why:
            return await self._without(entries, states, late, why)

    async def _without(
        self,
        entries: Sequence[HistoryEntry],
        states: Sequence[LastState],
        late: bool,
        why: Exception,
    ) -> int:
        """Write what the store stumbled over in halves, until the one is found that is to blame."""
        if len(entries) + len(states) == 1:
            self.left_out += 1
            what = entries[0] if entries else states[0]
            self._log.error("{what} is left out: {why}", what=what.thing, why=str(why))
            return 0
        half = (len(entries) + 1) // 2, (len(states) + 1) // 2
        if entries and states:
            half = len(entries), 0
        new = await self._bring(entries[: half[0]], states[: half[1]], late)
        return new + await self._bring(entries[half[0] :], states[half[1] :], late)

    def close(self) -> None:
        """Let go of the log."""
        self._reader.close()
