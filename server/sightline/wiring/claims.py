"""Our claims among those of several servers, in the table that they share; or a server alone."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred

from sightline.core.turn import Duty
from sightline.driving.claim import Alone, Claims
from sightline.model.faults import CannotOpen
from sightline.others import Others
from sightline.settings import Settings
from sightline.wiring.start import CannotStart

reactor: Any = _reactor
_PATIENCE = 0.8  # s a call is asked again: a late beat is worth nothing
_ANSWER = 1.5  # s for one answer


class Claiming(MultiService):
    """``claims`` is what driving asks; ``duty`` says who does what only one of us should do."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        # Above the fences of any run before, unless a lease were taken each millisecond.
        first = round(time.time() * 1000)
        self._server = settings.replicas.name
        self.claims: Claims = Alone(first)
        self.duty = Duty()
        self._endpoint: Any = None
        self._claimant: Any = None
        if self._server:
            self._share(settings, first)

    def _share(self, settings: Settings, first: int) -> None:
        # The HTTP client is slow to load, and few want it.
        from sightline.aws.endpoint import Endpoint
        from sightline.aws.table import Table
        from sightline.replicas.claim_table import ClaimTable
        from sightline.replicas.claimant import Claimant

        told = settings.dynamodb
        # Connections of its own: history's many requests must not hold up a beat.
        self._endpoint = Endpoint(
            reactor, told.region, os.environ, told.endpoint, patience=_PATIENCE, answer=_ANSWER
        )
        table = Table(
            reactor, self._endpoint.dynamo, told.table, patience=_PATIENCE, writing=_PATIENCE
        )
        self.claims = self._claimant = Claimant(reactor, ClaimTable(table, first), self._server)
        self._claimant.setServiceParent(self)
        self.duty = Duty(lambda: self._claimant.on_duty)
        self._claimant.duty_seen = self.duty.seen

    def join(self, others: Others) -> None:
        """Have the others look when a claim of ours is another, and look when they say so."""

        def look(about: str, payload: bytes, at: float) -> None:
            self._claimant.look()

        self._claimant.hint = others.hint
        others.hear("look", look)

    def gauges(self) -> Mapping[str, Any]:
        """How it goes, as fields of ``server/…``; nothing of a server alone."""
        if self._claimant is None:
            return {}
        return {
            "replica": self._server,
            "on_duty": self.duty.ours,
            "shared_why": self._claimant.trouble or None,
        }

    def privilegedStartService(self) -> None:
        """Know who we are at AWS."""
        super().privilegedStartService()
        if self._endpoint is not None:
            try:
                self._endpoint.prepare()
            except CannotOpen as why:
                raise CannotStart(f"the servers' common store cannot be used: {why}") from None

    def stopService(self) -> Deferred[Any]:
        """Give everything back."""
        stopped: Deferred[Any] = super().stopService()
        if self._endpoint is not None:
            stopped.addCallback(lambda _: Deferred.fromCoroutine(self._endpoint.close()))
        return stopped
