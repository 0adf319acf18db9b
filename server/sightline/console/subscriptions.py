"""Subscribe for the console at one broker, by a connection that stands only while it is needed.

What people subscribe by hand must not touch what feeds the map: not its queue, not its order, not
its counts. A second subscription on the same connection would bring messages twice with some
brokers, retained ones again with all, and a ``#`` could fill the queue. So the console connects by
itself, with the same settings and a client id of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from sightline.console.contract import SubscriptionState
from sightline.model.kind import Arrival
from sightline.model.link import Link

LINGER = 10.0
"""Seconds the connection stays when nobody listens any more: somebody may again."""


class ConsoleBridge(Protocol):
    """What the subscriptions need of a connection to a broker."""

    link: Link

    @property
    def rejected(self) -> frozenset[str]:
        """Return the filters that the broker refuses."""

    @property
    def overflowed(self) -> int:
        """Count the messages lost because its queue was full."""

    def startService(self) -> None:
        """Connect to the broker."""

    def stopService(self) -> Any:
        """Disconnect; fire when that is done."""

    def subscribe(self, filters: Sequence[tuple[str, int]]) -> None:
        """Subscribe, or subscribe again."""

    def unsubscribe(self, filters: Sequence[str]) -> None:
        """Unsubscribe one of the filters."""


Make = Callable[
    [Sequence[tuple[str, int]], Callable[[list[Arrival]], None], Callable[[Link], None]],
    ConsoleBridge,
]
"""Makes a bridge of filters, of who gets the arrivals and of who hears of the link."""


class ConsoleSubscriptions:
    """Subscriptions at one broker, counted: the first opens one, the last closes it."""

    def __init__(
        self,
        clock: IReactorTime,
        make: Make,
        deliver: Callable[[list[Arrival]], None],
        changed: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._make = make
        self._deliver = deliver
        self._changed = changed
        self._wanted: dict[str, list[int]] = {}  # the QoS that each listener asked for
        self._bridge: ConsoleBridge | None = None
        self._end: IDelayedCall | None = None
        self._stopped = False
        self._lost = 0

    def __len__(self) -> int:
        return len(self._wanted)

    @property
    def filters(self) -> Iterable[str]:
        """Return the filters that are subscribed."""
        return self._wanted

    @property
    def lost(self) -> int:
        """Count the messages that came faster than we could take them."""
        return self._lost + (self._bridge.overflowed if self._bridge else 0)

    def want(self, name: str, qos: int, *, again: bool = True) -> None:
        """Subscribe ``name`` for one viewer more. Retained messages come again for all of them.

        Without ``again`` they do not, if what is subscribed will do.
        """
        enough = max(self._wanted.get(name, ()), default=-1) >= qos
        self._wanted.setdefault(name, []).append(qos)
        if self._end is not None:
            self._end.cancel()
            self._end = None
        if self._bridge is None:
            self._bridge = self._make(
                [(one, max(levels)) for one, levels in self._wanted.items()],
                self._deliver,
                lambda _: self._changed(),
            )
            self._bridge.startService()
        elif again or not enough:
            self._bridge.subscribe([(name, max(self._wanted[name]))])

    def unwant(self, name: str, qos: int) -> None:
        """Subscribe this for one viewer less."""
        levels = self._wanted.get(name)
        if levels is None:
            return
        levels.remove(qos)
        if levels:
            return
        del self._wanted[name]
        if self._bridge is not None:
            self._bridge.unsubscribe([name])
        if not self._wanted and self._end is None and not self._stopped:
            self._end = self._clock.callLater(LINGER, self._close)

    def state(self, name: str) -> tuple[SubscriptionState, str | None]:
        """Tell how a subscription stands, and why."""
        if self._bridge is None:
            return "waiting", None
        link = self._bridge.link
        if name in self._bridge.rejected:
            return "refused", "the broker refuses this subscription"
        if link.state == "connected":
            return "active", None
        return "waiting", link.why

    def stop(self) -> Any:
        """End the connection; return what to wait for, if anything."""
        self._stopped = True
        if self._end is not None:
            self._end.cancel()
            self._end = None
        bridge, self._bridge = self._bridge, None
        return bridge.stopService() if bridge else None

    def _close(self) -> None:
        self._end = None
        bridge, self._bridge = self._bridge, None
        if bridge is not None:
            self._lost += bridge.overflowed
            bridge.stopService()
