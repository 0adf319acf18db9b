"""Learn from nothing but a broker's log who is connected: lines in, clients' states out.

The log tells only what happens while we listen. Who was there before is found out when a line
speaks of them (`Client.before`); how many are left unseen is `Broker.unseen`. Bounded: at most
`MOST` clients of one broker, those that left are forgotten after `FORGET` seconds.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec.structs import replace

from sightline.kinds.broker.log import (
    UNKNOWN,
    Accepted,
    ClientConnected,
    ClientSubscribed,
    ClientUnsubscribed,
    Dropping,
    Event,
    Expired,
    Left,
    TakenOver,
)
from sightline.model.kind import State
from sightline.model.text import clean

MOST = 2_000
"""Clients kept of one broker."""
FORGET = 3600.0
"""Seconds until one that left is forgotten."""
HOUR = 3600.0
# So many new connections within so long (s) are flapping; so many take-overs are two devices with
# one id. One take-over alone is what a phone does when it changes networks.
FLAPS, FLAP_SECONDS = 5, 600.0
TWINS, TWIN_SECONDS = 3, 600.0
# A trouble is flagged for so long (s).
TROUBLE_SECONDS = 3600.0
_SUBSCRIPTIONS = 20
_LONGEST = 256  # characters of an id, a user, a filter


class Client(State, frozen=True, omit_defaults=True, kw_only=True):
    """One client of a broker; its key is ``client/<broker>/<client id>``. Times in epoch s.

    ``state`` is ``unknown`` after the log was cut off. ``before``: it was connected when we began
    to listen, so ``since`` is absent. ``reconnects`` counts new connections of the last hour
    beyond the first seen. ``left`` and ``why`` tell of its last leaving, a stable word (asked,
    cut, silent, refused, taken over, protocol, other) and one for people; ``left_at`` is when.
    ``feeds`` is the key of the thing whose news it brings. ``ours``: it is Sightline itself.
    ``at`` is the receipt of the newest line about it.
    """

    broker: str
    client: str
    state: Literal["connected", "gone", "unknown"]
    at: float
    address: str | None = None
    user: str | None = None
    protocol: str | None = None
    clean: bool | None = None
    keepalive: int | None = None
    since: float | None = None
    before: bool = False
    connects: int = 0
    reconnects: int = 0
    left: str | None = None
    why: str | None = None
    left_at: float | None = None
    takeovers: int = 0
    refused: int = 0
    dropping: int = 0
    flags: tuple[str, ...] = ()
    """What is wrong with it: take-over, twins, flapping, dropping, refused."""
    subscriptions: tuple[str, ...] = ()
    feeds: str | None = None
    fits: tuple[str, ...] = ()
    """The keys of several things that it may feed: then it is tied to none of them."""
    ours: bool = False


@dataclass(slots=True)
class _Known:
    state: Client
    connects: deque[float] = field(default_factory=lambda: deque(maxlen=120))
    takeovers: deque[float] = field(default_factory=lambda: deque(maxlen=TWINS))
    dropped: float = float("-inf")
    refused: float = float("-inf")
    replaced: bool = False
    """Another client took its place and has not been let in yet: what is told now is of the old."""


class Roster:
    """The clients of one broker.

    Every method yields the ids whose state changed; `state` tells it.
    """

    def __init__(self, broker: str) -> None:
        self._broker = broker
        self._clients: OrderedDict[str, _Known] = OrderedDict()  # last heard last
        self._own: set[str] = set()
        self.refusals = 0
        self.untold = 0

    def __len__(self) -> int:
        return len(self._clients)

    def __contains__(self, client: str) -> bool:
        return client in self._clients

    def __iter__(self) -> Iterator[Client]:
        for known in self._clients.values():
            yield known.state

    def state(self, client: str) -> Client | None:
        """Return the client now; None when it is not (or no longer) known."""
        known = self._clients.get(client)
        return None if known is None else known.state

    def connected(self) -> int:
        """Tell how many we know to be connected."""
        return sum(known.state.state == "connected" for known in self._clients.values())

    # ---- what happens

    def take(self, event: Event | None, at: float) -> list[str]:
        """Take in what a line says that happened at ``at`` (epoch s, our receipt)."""
        match event:
            case ClientConnected():
                return self._connected(event, at)
            case Left(client=client, how=how):
                self.refusals += how == "refused"
                return [] if client == UNKNOWN else self._left(event, at)
            case TakenOver(client=client):
                return self._troubled(client, at, "takeovers")
            case Dropping(client=client):
                return self._troubled(client, at, "dropping")
            case ClientSubscribed(client=client, filter=name):
                return self._subscribed(client, clean(name, _LONGEST), at, wanted=True)
            case ClientUnsubscribed(client=client, filter=name):
                return self._subscribed(client, clean(name, _LONGEST), at, wanted=False)
            case Expired(client=client):
                return self._forget([client])
            case Accepted():
                return []
        return []

    def mark_own(self, client: str, at: float) -> list[str]:
        """Add ourselves, by this id: the log says so only before we can hear it."""
        self._own.add(client)
        changed, known = self._know(client, at)
        if known is None:
            return changed
        known.state = replace(
            known.state, state="connected", since=at, before=False, ours=True, at=at
        )
        return [*changed, client]

    def mine(self, client: str) -> list[str]:
        """Note another id of ours: the console's, a lease's."""
        if len(self._own) >= MOST:
            self._own.clear()
        self._own.add(client)
        known = self._clients.get(client)
        if known is None or known.state.ours:
            return []
        known.state = replace(known.state, ours=True)
        return [client]

    def own_unlogged(self) -> int:
        """Count our own clients that the log tells nothing of: they were there before it."""
        return sum(client not in self._clients for client in self._own)

    def cut_off(self) -> list[str]:
        """Note that the log was lost: any client may be gone."""
        changed = []
        for client, known in self._clients.items():
            if known.state.state == "connected":
                known.state = replace(known.state, state="unknown")
                changed.append(client)
        return changed

    def feeds(self, client: str, thing: str | None, fits: Iterable[str] = ()) -> list[str]:
        """Tell what this client's messages are about has been found out.

        ``fits`` are the things among which it cannot be told.
        """
        known, several = self._clients.get(client), tuple(fits)
        if known is None or (known.state.feeds, known.state.fits) == (thing, several):
            return []
        known.state = replace(known.state, feeds=thing, fits=several)
        return [client]

    def tick(self, at: float) -> list[str]:
        """Let time pass: forget clients that left long ago, let old troubles rest."""
        gone, changed = [], []
        for client, known in self._clients.items():
            state = known.state
            if state.state == "gone" and at - state.at > FORGET:
                gone.append(client)
            elif state.flags or state.reconnects:
                self._judge(known, at)
                if known.state != state:
                    changed.append(client)
        return self._forget(gone) + changed

    # ---- how

    def _connected(self, event: ClientConnected, at: float) -> list[str]:
        changed, known = self._know(event.client, at)
        if known is None:
            return changed
        known.connects.append(at)
        known.replaced = False
        known.state = replace(
            known.state,
            state="connected",
            at=at,
            address=clean(event.address),
            user=None if event.user is None else clean(event.user, _LONGEST),
            protocol=event.protocol,
            clean=event.clean,
            keepalive=event.keepalive,
            since=at,
            before=False,
            connects=known.state.connects + 1,
            subscriptions=() if event.clean else known.state.subscriptions,
        )
        self._judge(known, at)
        return [*changed, event.client]

    def _left(self, event: Left, at: float) -> list[str]:
        changed, known = self._know(event.client, at)
        if known is None:
            return changed
        state = known.state
        if known.replaced and event.address is None:  # 2.0 tells the end of the old one like any
            known.state = replace(state, state="gone", at=at)
            return [*changed, event.client]
        # 2.1 speaks of the old connection of a take-over after the new one is there.
        moved = event.address is not None and event.address != (state.address or event.address)
        if event.how == "refused":
            known.refused = at
            state = replace(state, refused=state.refused + 1)
        known.state = replace(
            state,
            state=state.state if moved else "gone",
            at=at,
            address=state.address or event.address,
            left=event.how,
            why=event.why,
            left_at=at,
        )
        self._judge(known, at)
        return [*changed, event.client]

    def _troubled(self, client: str, at: float, what: str) -> list[str]:
        changed, known = self._know(client, at)
        if known is None:
            return changed
        more: dict[str, Any] = {what: getattr(known.state, what) + 1}
        if what == "takeovers":
            known.takeovers.append(at)
            known.replaced = True
            more |= {"left": "taken over", "left_at": at}
            more |= {"why": "another client came with the same id"}
        else:
            known.dropped = at
        known.state = replace(known.state, at=at, **more)
        self._judge(known, at)
        return [*changed, client]

    def _subscribed(self, client: str, name: str, at: float, *, wanted: bool) -> list[str]:
        changed, known = self._know(client, at)
        if known is None:
            return changed
        have = [one for one in known.state.subscriptions if one != name]
        if wanted and len(have) < _SUBSCRIPTIONS:
            have.append(name)
        known.state = replace(known.state, at=at, subscriptions=tuple(have))
        return [*changed, client]

    def _judge(self, known: _Known, at: float) -> None:
        """Find what is wrong with a client now."""
        hour = sum(at - one <= HOUR for one in known.connects)
        recent = sum(at - one <= FLAP_SECONDS for one in known.connects)
        taken = [at - one for one in known.takeovers]
        flags = []
        if taken and taken[-1] <= TROUBLE_SECONDS:
            twins = len(taken) >= TWINS and taken[0] <= TWIN_SECONDS
            flags.append("twins" if twins else "take-over")
        if recent >= FLAPS:
            flags.append("flapping")
        if at - known.dropped <= TROUBLE_SECONDS:
            flags.append("dropping")
        if at - known.refused <= TROUBLE_SECONDS:
            flags.append("refused")
        known.state = replace(known.state, reconnects=max(0, hour - 1), flags=tuple(flags))

    def _know(self, client: str, at: float) -> tuple[list[str], _Known | None]:
        """Tell what we know of this client, from now on at least that it is there."""
        known = self._clients.get(client)
        if known is not None:
            self._clients.move_to_end(client)
            if known.state.state == "unknown":
                known.state = replace(known.state, state="connected", before=True, since=None)
            return [], known
        changed: list[str] = []
        if len(self._clients) >= MOST:
            oldest = next((c for c, k in self._clients.items() if k.state.state != "connected"), "")
            if not oldest:
                self.untold += 1
                return [], None
            changed = self._forget([oldest])
        state = Client(
            broker=self._broker,
            client=clean(client, _LONGEST),
            state="connected",
            at=at,
            before=True,
            ours=client in self._own,
        )
        known = self._clients[client] = _Known(state)
        return changed, known

    def _forget(self, clients: list[str]) -> list[str]:
        self._own.difference_update(clients)
        return [client for client in clients if self._clients.pop(client, None) is not None]
