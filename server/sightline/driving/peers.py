"""The other servers at one broker: with a stranger among them nobody drives there.

Each server says on a topic of its own, ``sightline/server/<id>``, that it is there, each second and
at once when it hears of a new one; never retained, and with a will. Its payload is
``here <store> <host>``: the store is a fingerprint of what several servers share (`[store]`), or
``-``. Servers of one store agree on who drives through it. A server of another store, or of none,
may drive the same robots at the same time without knowing: then neither does, until one is gone.

It goes over a connection with a client id of its own (see `sightline.wiring.beacon`): two servers
that were given one client id throw each other's main connection out, and would never meet there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

TOPIC = "sightline/server/"
EVERY = 1.0
"""How often a server says that it is there, s."""
LOST_AFTER = 3.5
"""Not heard for so long, a server is gone, s."""
LISTEN = 0.5
"""So long after its connection stood a server only listens: others answer at once (s)."""
_MOST = 16
_HERE = re.compile(r"here ([0-9a-f]{16}|-) ([\w.-]{1,64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Peer:
    host: str
    at: float


class OtherServers:
    """The servers that share no store with us.

    ``id`` is ours, ``store`` gives the fingerprint of our common store, empty while there is none
    or it is not known yet; ``clock`` is monotonic s.
    """

    def __init__(
        self, clock: Callable[[], float], id: str, store: Callable[[], str], host: str
    ) -> None:
        self._clock = clock
        self._store = store
        self.topic = TOPIC + id
        self._host = re.sub(r"[^A-Za-z0-9_.-]", "_", host)[:64] or "-"
        self._strangers: dict[str, _Peer] = {}
        self._since: float | None = None
        self.listens = False
        """Whether our payload is published for us; until then nothing is known of others."""

    @property
    def payload(self) -> str:
        """Return what we publish on our topic."""
        return f"here {self._store() or '-'} {self._host}"

    def linked(self, stands: bool) -> None:
        """Note whether our connection stands."""
        if not stands:
            self._since = None
        elif self._since is None:
            self._since = self._clock()

    def receive(self, topic: str, payload: bytes) -> bool:
        """Note what a server published; return whether it is new: then it must be answered."""
        if not topic.startswith(TOPIC) or topic == self.topic:
            return False
        here = _HERE.fullmatch(payload.decode("ascii", "replace"))
        store = self._store()
        if here is None or (here[1] == store and store):
            self._strangers.pop(topic, None)
            return False
        new = topic not in self._strangers
        if new and len(self._strangers) >= _MOST:
            return False
        self._strangers[topic] = _Peer(here[2], self._clock())
        return new

    @property
    def strangers(self) -> list[str]:
        """List the hosts of the servers that share no store with us."""
        now = self._clock()
        self._strangers = {t: p for t, p in self._strangers.items() if now - p.at < LOST_AFTER}
        return sorted({peer.host for peer in self._strangers.values()})

    @property
    def conflict(self) -> str:
        """Return why nobody drives here while others are there; empty when one may."""
        hosts = self.strangers
        if not hosts:
            return ""
        return (
            f"another Sightline (on {', '.join(hosts[:3])}) is at this broker and shares no store"
            " with this one: nobody drives through either until one of them is stopped"
        )

    @property
    def unknown(self) -> str:
        """Return why it is not known now whether others are there; empty when it is known."""
        if not self.listens:
            return ""
        if self._since is None:
            return "it cannot be heard just now whether another Sightline is at this broker"
        if self._clock() - self._since < LISTEN:
            return "listening whether another Sightline is at this broker"
        return ""
