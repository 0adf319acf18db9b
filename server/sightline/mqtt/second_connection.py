"""Watch our client id at a broker by a second connection, which also hears the broker's log.

A client that is thrown out by another of the same id cannot hear who that was, nor tell it from a
broker that restarts. This one can: it stands while the other falls, and the log says who came. Its
own id is random and new at each start, so nobody throws it out. It also hears who knocked at the
broker and was refused.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from twisted.application import service
from twisted.internet.defer import Deferred

from sightline.kinds.broker.log import Accepted, ClientConnected, Event, Left, TakenOver, read
from sightline.model.kind import Arrival
from sightline.model.link import Link
from sightline.mqtt.bridge import Bridge
from sightline.mqtt.inbox import InboxReactor
from sightline.mqtt.options import BrokerOptions

_LOG = "$SYS/broker/log/"
_FILTERS = ((f"{_LOG}E", 0), (f"{_LOG}N", 0))
_QUEUE = 2_000
# Connections that have not signed in yet: so many are remembered.
_PENDING = 100
_ADMISSIONS = (b"New connection from", b"New client connected", b"not authorised")
# Which of two connections hears of the same event first is chance: so long (s) until it is judged.
SETTLE_SECONDS = 0.5
# A fall of the second connection so long ago (s) still explains why it does not stand.
RECENT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Takeover:
    """Another client signed in with our id. ``address`` is ``host:port`` as the broker sees it."""

    address: str
    user: str | None


class SecondConnection(service.Service):
    """Watch over the client id of ``options``.

    ``taken`` is told of each take-over, ``knocked`` of each refusal: the host, as the log tells it
    or as that of the connection that came last and has not signed in.
    """

    def __init__(
        self,
        reactor: InboxReactor,
        options: BrokerOptions,
        now: Callable[[], float],
        taken: Callable[[Takeover], None],
        knocked: Callable[[str], None] = lambda host: None,
    ) -> None:
        self._reactor = reactor
        self._watched = options.client_id
        self._needle = options.client_id.encode()
        self._taken = taken
        self._knocked = knocked
        self._pending: OrderedDict[str, None] = OrderedDict()
        self._up_at: float | None = None
        self._fell_at = float("-inf")
        self._audible = False
        self._signs: deque[float] = deque(maxlen=20)
        self._ports: deque[int] = deque(maxlen=50)
        self._came_at = float("-inf")
        self._addressed = False  # whether the log names our own ports: no NAT on the way
        self.client_id = f"sl-{secrets.token_hex(10)}"
        own = dataclasses.replace(
            options,
            name=f"{options.name} (second connection)",
            client_id=self.client_id,
            clean=True,
            late_ack=False,
            qos=0,
            queue_limit=_QUEUE,
            will=None,
        )
        self.bridge = Bridge(reactor, own, _FILTERS, self._arrived, self._linked, now, quiet=True)

    def startService(self) -> None:
        super().startService()
        self.bridge.startService()

    def stopService(self) -> Deferred[None]:
        """Disconnect; fire when that is done."""
        super().stopService()
        return self.bridge.stopService()

    # ---- what the bridge asks (`retries.SecondConnectionPort`)

    def stood(self, since: float) -> bool | None:
        """Return whether it stood at ``since`` and stands still; None: it knows nothing of that
        time.
        """
        if self._up_at is not None and self._up_at <= since:
            return True
        recent = self._reactor.seconds() - self._fell_at <= RECENT_SECONDS
        return False if recent else None

    def taken(self, since: float) -> bool | None:
        """Tell whether the log told of a take-over of our id since; None: the log is not heard."""
        if self._signs and self._signs[-1] >= since:
            return True
        return False if self._audible else None

    def came(self, port: int) -> None:
        """Note that the bridge is connected anew, from this port of ours (0: unknown)."""
        self._came_at = self._reactor.seconds()
        if port:
            self._ports.append(port)

    # ---- what it sees

    def _linked(self, link: Link) -> None:
        now = self._reactor.seconds()
        if link.state == "connected":
            self._up_at = now
        elif self._up_at is not None:
            self._up_at, self._fell_at = None, now
            self._audible = False

    def _arrived(self, arrivals: Sequence[Arrival]) -> None:
        for arrival in arrivals:
            if arrival.retain or not isinstance(arrival.topic, str):
                continue
            self._audible = True
            ours = self._needle in arrival.payload
            if ours or any(sign in arrival.payload for sign in _ADMISSIONS):
                text = arrival.payload.decode("utf-8", "replace")
                line = read(arrival.topic.removeprefix(_LOG), text)
                if line is not None and line.event is not None:
                    self._admissions(line.event)
                    if ours:
                        self._of_us(line.event)

    def _admissions(self, event: Event) -> None:
        """Read the log for clients that came, were let in, or were refused."""
        match event:
            case Accepted(address=address):
                self._pending[address] = None
                if len(self._pending) > _PENDING:
                    self._pending.popitem(last=False)
            case ClientConnected(address=address):
                self._pending.pop(address, None)
            case Left(how="refused", address=address):
                if address is None and self._pending:
                    address, _ = self._pending.popitem()
                if address is not None:
                    self._knocked(address.rpartition(":")[0])

    def _of_us(self, event: Event) -> None:
        now = self._reactor.seconds()
        match event:
            case TakenOver(client=self._watched):
                self._signs.append(now)
            case ClientConnected(client=self._watched):
                self._reactor.callLater(SETTLE_SECONDS, self._judge, event, now)
            case _:
                pass

    def _judge(self, event: ClientConnected, at: float) -> None:
        """Find out whether the client that signed in with our id was the bridge."""
        port = event.address.rpartition(":")[2]
        if port.isdecimal() and int(port) in self._ports:
            self._addressed = True
            return
        if not self._addressed and abs(self._came_at - at) <= 2 * SETTLE_SECONDS:
            return  # ports are changed on the way to the broker, and we came just then
        if not self.running:
            return
        self._signs.append(at)
        self._taken(Takeover(event.address, event.user))
