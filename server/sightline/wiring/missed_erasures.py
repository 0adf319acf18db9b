"""Have the archive forget whom other servers erased while this one was down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from twisted.application.service import Service
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred

from sightline.history.archive.archive import Archive
from sightline.history.archive.missed_erasures import Senders
from sightline.history.log.erasure_notes import erasures
from sightline.live.periodic import Periodic
from sightline.model.faults import Unavailable
from sightline.wiring.part_groups import Live

reactor: Any = _reactor
_AGAIN = 30.0  # s, while the store is away


def missed_erasures(live: Live, archive: Archive) -> tuple[MissedErasures, ...]:
    """Make what asks for them; none where no other server could erase anybody."""
    if live.indexer is None or not live.indexer.shared:
        return ()
    return (
        MissedErasures(reactor, partial(erasures, live.indexer.store), archive, live.bases.senders),
    )


class MissedErasures(Service):
    """Ask the store once after the start, again while it does not answer.

    ``erased`` are its notes (`sightline.history.log.erasure_notes`).
    """

    def __init__(
        self,
        reactor: Any,
        erased: Callable[[], Awaitable[Mapping[str, float]]],
        archive: Archive,
        senders: Senders,
    ) -> None:
        self._erased = erased
        self._archive = archive
        self._senders = senders
        self._loop = Periodic(reactor, _AGAIN, self._ask, "the look for who was erased elsewhere")

    def startService(self) -> None:
        """Begin to ask the store."""
        super().startService()
        self._loop.start()

    def stopService(self) -> None:
        """Ask the store no more."""
        super().stopService()
        self._loop.stop()

    def _ask(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._asking())

    async def _asking(self) -> None:
        try:
            erased = await self._erased()
        except Unavailable:
            return
        self._archive.erasures.ask_missed(erased, self._senders)
        self._loop.stop()
