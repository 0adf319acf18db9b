"""Run our locks among those of several servers, in the table that they share; or for a server
alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred

from sightline.cluster.leader import Leadership
from sightline.driving.lock_ports import LockPort, NoLocks
from sightline.model.faults import CannotOpen
from sightline.settings import Settings
from sightline.wiring.dynamodb import shared_table
from sightline.wiring.errors import CannotStart

reactor: Any = _reactor
_RETRY_FOR = 0.8  # s a call is asked again: a late beat is worth nothing
_ANSWER = 1.5  # s for one answer


class LockService(MultiService):
    """Ask for locks through ``locks``.

    ``leadership`` says which server does what only one should do.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        # Above the fences of any run before, unless a lease were taken each millisecond.
        first = round(time.time() * 1000)
        self.locks: LockPort = NoLocks(first)
        self.leadership = Leadership()
        self._endpoint: Any = None
        self._lock_client: Any = None
        if settings.replicas.name:
            self._share(settings, first)

    def _share(self, settings: Settings, first: int) -> None:
        from sightline.replicas.claim_table import LockTable
        from sightline.replicas.claimant import LockClient

        # Connections of its own: others' many requests must not hold up a beat.
        self._endpoint, table = shared_table(settings, retry_for=_RETRY_FOR, answer=_ANSWER)
        store = LockTable(table, first)
        self.locks = self._lock_client = LockClient(reactor, store, settings.replicas.name)
        self._lock_client.setServiceParent(self)
        self.leadership = Leadership(lambda: self._lock_client.on_duty)
        self._lock_client.when_leader_seen(self.leadership.seen)

    def look(self) -> None:
        """Read the table: another server has changed a lock."""
        if self._lock_client is not None:
            self._lock_client.look()

    def when_changed(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` when the other servers should `look`."""
        if self._lock_client is not None:
            self._lock_client.when_hinted(changed)

    @property
    def trouble(self) -> str:
        """Tell why nobody drives; empty while the others can be told from strangers."""
        return "" if self._lock_client is None else str(self._lock_client.trouble)

    def privilegedStartService(self) -> None:
        """Know who we are at AWS."""
        super().privilegedStartService()
        if self._endpoint is not None:
            try:
                self._endpoint.prepare()
            except CannotOpen as why:
                raise CannotStart(f"the servers' common store cannot be used: {why}") from None

    def stopService(self) -> Deferred[Any]:
        """Give every lock back."""
        stopped: Deferred[Any] = super().stopService()
        if self._endpoint is not None:
            stopped.addCallback(lambda _: Deferred.fromCoroutine(self._endpoint.close()))
        return stopped
