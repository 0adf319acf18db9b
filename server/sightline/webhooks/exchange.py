"""Tell the other servers which deliveries were taken, and ask them for what we did not hear.

    delivered/<webhook>   the id of a delivery that has just been taken
    recent/<webhook>      the ids of the newest that were taken, one a line
    missed                asks for those: the one who asks could not hear

A broker that restarts without memory forgets who listens. A server that is back there before
another tells it in vain, so each server asks the others when its own connection stands, and tells
them its newest at the same time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from twisted.application.service import Service
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from sightline.cluster.messages import PeerBus
from sightline.kinds.broker.model import Broker
from sightline.model.kind import CannotDecode, State
from sightline.webhooks.sender import Webhooks

RECENT = 1_000
"""So many ids of each webhook are told again: half of what a message may be."""
PAUSE = 1.0
"""The newest are told so long after they were asked for (s), however many ask meanwhile."""
_ID = re.compile(rb"[0-9a-f]{32}")


class DeliveryExchange(Service):
    """What is told and heard of the deliveries of ``webhooks``; ``peers`` are the other servers."""

    def __init__(self, clock: IReactorTime, peers: PeerBus, webhooks: Webhooks) -> None:
        self._clock = clock
        self._peers = peers
        self._webhooks = webhooks
        self._due: IDelayedCall | None = None
        peers.hear("delivered", self._delivered)
        peers.hear("recent", self._recent)
        peers.hear("missed", lambda about, payload, at: self._tell_soon())

    def moved(self, thing: str, before: State | None, after: State | None) -> None:
        """Ask for what we missed, and tell what others may have, once a broker is connected."""
        if _stands(after) and not _stands(before) and self._webhooks.receivers:
            self._peers.tell("missed", "")
            self._tell_soon()

    def stopService(self) -> None:
        """Tell nothing any more."""
        super().stopService()
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _tell_soon(self) -> None:
        if self.running and self._due is None:
            self._due = self._clock.callLater(PAUSE, self._tell)

    def _tell(self) -> None:
        self._due = None
        for name in self._webhooks.names:
            if ids := self._webhooks.newest(name, RECENT):
                self._peers.tell("recent", name, "\n".join(ids).encode())

    def _delivered(self, name: str, payload: bytes, at: float) -> None:
        self._note(name, [payload])

    def _recent(self, name: str, payload: bytes, at: float) -> None:
        self._note(name, payload.split(b"\n"))

    def _note(self, name: str, ids: Sequence[bytes]) -> None:
        if not all(_ID.fullmatch(id) for id in ids):
            raise CannotDecode("not_json", "no id of a delivery")
        if name in self._webhooks.names:
            self._webhooks.taken_elsewhere(name, [id.decode() for id in ids])


def _stands(broker: State | None) -> bool:
    return (
        isinstance(broker, Broker) and broker.link is not None and broker.link.state == "connected"
    )


def tell_taken(peers: PeerBus | None) -> Callable[[str, str], None]:
    """Make what tells the other servers, if there are any, which deliveries a webhook has taken."""

    def taken(name: str, id: str) -> None:
        if peers is not None:
            peers.tell("delivered", name, id.encode())

    return taken
