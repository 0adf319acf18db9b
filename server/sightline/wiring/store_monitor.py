"""Look at the common database every few seconds, for the page and the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from twisted.application.service import Service
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.threads import deferToThreadPool

from sightline.live.periodic import Periodic
from sightline.model.faults import CannotOpen, Unavailable
from sightline.model.server import SharedDatabase

if TYPE_CHECKING:
    from sightline.database.common import CommonStore
    from sightline.database.postgres import Postgres
    from sightline.database.probing import ProbeAnswer

_EVERY = 5.0  # s


class StoreMonitor(Service):
    """What ``postgres`` answers, and how. ``clock`` says when to look, the reactor if not given."""

    def __init__(
        self, reactor: Any, postgres: Postgres, *, clock: IReactorTime | None = None
    ) -> None:
        self._reactor = reactor
        self._postgres = postgres
        self._answer: ProbeAnswer | None = None
        self._why: str | None = None
        self._loop = Periodic(clock or reactor, _EVERY, self._look, "the look at the database")

    def startService(self) -> None:
        """Begin to look at the database."""
        super().startService()
        self._loop.start()

    def stopService(self) -> None:
        """Look at the database no more."""
        super().stopService()
        self._loop.stop()

    def _look(self) -> Deferred[Any]:
        from sightline.database.probing import ask  # psycopg: loaded by those alone that want it

        threads = self._reactor.getThreadPool()
        looking = deferToThreadPool(self._reactor, threads, ask, self._postgres)
        return looking.addCallbacks(self._answered, self._failed)

    def _answered(self, answer: ProbeAnswer) -> None:
        self._answer, self._why = answer, None

    def _failed(self, failure: Any) -> None:
        failure.trap(Unavailable, CannotOpen)
        self._answer, self._why = None, failure.getErrorMessage()

    def gauges(self) -> Mapping[str, Any]:
        """Tell how it is, as a field of ``server/sightline``."""
        is_open, lent, waiting = self._postgres.stats()
        found, lag = self._answer, None
        if found is not None and found.lag is not None:
            lag = round(found.lag, 2)
        return {
            "database": SharedDatabase(
                where=self._postgres.options.shown,
                open=is_open,
                lent=lent,
                waiting=waiting,
                answer=None if found is None else round(found.took * 1000, 1),
                why=self._why,
                standbys=0 if found is None else found.standbys,
                lag=lag,
            )
        }


def monitor_of(store: CommonStore) -> StoreMonitor:
    """Make the monitor of the common database."""
    return StoreMonitor(_reactor, store.postgres)
