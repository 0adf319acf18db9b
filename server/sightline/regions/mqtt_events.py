"""Publish transitions by MQTT: ``sightline/crossing/<region>/<user>/<device>``, QoS 1, not
retained.

The region is named by the letters of its id. ``id`` is the same whenever the same crossing is told
again. What cannot be published now waits, a bounded number of them, until the broker is back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal

import msgspec
from twisted.application.service import Service
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.kinds.regions.model import Transition, published_id
from sightline.live.periodic import Periodic
from sightline.model.kind import id_of, kind_of
from sightline.model.topic import UNFIT
from sightline.regions.ids import letters_of

TOPIC = "sightline/crossing"
_MOST = 1000
_AGAIN = 1.0  # s

Which = Literal["none", "shared", "all"]


def topic(transition: Transition) -> str | None:
    """Tell where a crossing is published; None: nowhere, since the phone's region is not one of
    ours.
    """
    if transition.region is None:
        return None
    thing = id_of(transition.thing) if kind_of(transition.thing) == "friend" else transition.thing
    if UNFIT.search(thing) or "+" in thing or "#" in thing:
        return None
    return f"{TOPIC}/{letters_of(transition.region)}/{thing}"


def body(transition: Transition) -> bytes:
    """Return the payload of a transition, JSON."""
    return msgspec.json.encode({"id": published_id(transition), **msgspec.to_builtins(transition)})


def of_interest(transition: Transition, which: Which) -> bool:
    """Tell whether it may be told to whoever reads those topics."""
    if which == "none" or transition.region is None:
        return False
    return which == "all" or "/" not in transition.region


class MqttEvents(Service):
    """Publish transitions. ``publish`` sends a message and says whether it was taken."""

    _log = Logger()

    def __init__(
        self, clock: IReactorTime, publish: Callable[[str, bytes], bool], which: Which
    ) -> None:
        self._publish = publish
        self._which = which
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._loop = Periodic(clock, _AGAIN, self._try, "the announcements of crossings")
        self.dropped = 0

    def startService(self) -> None:
        """Begin to look after what waits."""
        super().startService()
        self._loop.start(now=False)

    def stopService(self) -> None:
        """Publish nothing any more."""
        super().stopService()
        self._loop.stop()

    def crossed(self, transition: Transition) -> None:
        """Publish a transition, now or when the broker is there."""
        where = topic(transition)
        if where is None or not of_interest(transition, self._which):
            return
        self._waiting.append((where, body(transition)))
        if len(self._waiting) > _MOST:
            self._waiting.popleft()
            self.dropped += 1
            if self.dropped == 1:
                self._log.warn("Crossings wait for the broker, and the first were dropped")
        self._try()

    def _try(self) -> None:
        while self._waiting and self._publish(*self._waiting[0]):
            self._waiting.popleft()
