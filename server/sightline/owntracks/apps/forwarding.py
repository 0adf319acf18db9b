"""Hand on what other apps post: each fix as a message of the phone's own, through the one entrance.

One arrival for each fix, so that a bad one costs no other; the other servers are told of batches.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec
from msgspec.structs import replace
from twisted.internet.interfaces import IReactorTime

from sightline.cluster.messages import PeerBus
from sightline.kinds.friends.phone import Phone
from sightline.kinds.friends.strict import LONGEST_BATCH
from sightline.live.hub import Hub
from sightline.model.kind import Arrival, CannotDecode
from sightline.owntracks.apps.model import AppReport, Message
from sightline.owntracks.post_verdict import must_come_again
from sightline.web.reads import pieces

_STEP = 50  # fixes that are taken in one turn of the reactor: about 2 ms
_encode = msgspec.json.encode


class Taking(Protocol):
    """What takes a phone's messages (`sightline.owntracks.phone_service`)."""

    def take(self, device: str, payload: bytes, at: float) -> bool:
        """Take a message of ``user/device``; return whether it made sense. ``at`` is epoch s."""


class AppForwarder:
    """Take what the apps' decoders found.

    ``turn`` waits until the reactor has looked after everything else once. ``sure_of_time``:
    something else than the machine's clock says that our time is right.
    """

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        hub: Hub,
        phones: Taking,
        turn: Callable[[], Awaitable[object]],
        peers: PeerBus | None = None,
        sure_of_time: Callable[[], bool] = lambda: True,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._hub = hub
        self._phones = phones
        self._turn = turn
        self._peers = peers
        self._sure_of_time = sure_of_time

    async def take(self, device: str, app: str, report: AppReport) -> bool:
        """Take it all as of ``user/device``; return whether some of it must be sent again."""
        taken, again = 0, False
        for payload, why in report.refused:
            self.refuse(device, payload, why)
        for number, some in enumerate(pieces(report.locations, most=_STEP)):
            if number:
                await self._turn()
            good = []
            for one in some:
                if self._phones.take(device, _encode(one), self._wall()):
                    good.append(one)
                else:
                    counter, sure = self._hub.ingest.refused_for, self._sure_of_time()
                    again = again or must_come_again(counter, sure_of_time=sure)
            taken += len(good)
            self._tell(device, good)
        if taken:
            self._show(device, app)
        return again

    def refuse(self, device: str, payload: bytes, why: CannotDecode) -> None:
        """Count and show a post, or a part of one, that says nothing usable."""
        arrival = Arrival(f"owntracks/{device}", payload, False, 1, self._wall(), "http")
        self._hub.ingest.refuse(arrival, why, self._clock.seconds())
        self._hub.announce()

    def _tell(self, device: str, good: Sequence[Message]) -> None:
        if self._peers is not None and good:
            for some in pieces(good, most=LONGEST_BATCH):
                self._peers.tell("posted", device, _encode(some))

    def _show(self, device: str, app: str) -> None:
        """Show by which app the phone was heard."""
        state = self._hub.world.state(f"phone/{device}")
        phone = state if isinstance(state, Phone) else Phone()
        phone = replace(phone, transport="http", app=app)
        self._hub.show(f"phone/{device}", phone)
        if self._peers is not None:
            self._peers.tell("phone", device, _encode(phone))
