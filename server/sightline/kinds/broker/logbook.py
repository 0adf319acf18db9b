"""Keep the logs of all brokers for a while: each log message in, updates of things out.

What the world gets is bounded however fast a broker talks: so many lines a second (more for a
moment), of errors and warnings as many again; the rest is counted. What only says that the broker
is alive, as saving its database every other second, is not shown at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from sightline.kinds.broker.clients import Client, Roster
from sightline.kinds.broker.log import Noise, read
from sightline.model.kind import Arrival, CannotDecode, State, Update
from sightline.model.record import Record
from sightline.model.text import clean
from sightline.model.token_bucket import TokenBucket

RING = 300
"""Lines of one broker that are shown."""
PER_SECOND, BURST = 20.0, 100.0
_GRAVE = frozenset(("error", "warning"))
LARGEST = 70_000  # bytes; a client id may be as long as that


class LogLine(State, frozen=True, omit_defaults=True, kw_only=True):
    """One line of a broker's log; its key is ``log/<broker>/<n>``. It never changes.

    ``at`` is our receipt, ``tst`` the broker's own time (epoch s) if it tells one. ``level``:
    error, warning, notice, information, subscribe, unsubscribe, websockets. ``client`` is the id
    of the client it speaks of.
    """

    broker: str
    n: int
    at: float
    level: str
    text: str
    tst: int | None = None
    client: str | None = None


class Is(msgspec.Struct, frozen=True):
    """An update to this state, whatever it was before; None: remove the thing."""

    thing: str
    state: State | None
    heard: None = None
    dropped: int = 0
    record: Record | None = None

    def onto(self, before: State | None) -> State | None:
        """Return the state, whatever it was before."""
        return self.state


class Book:
    """The log of one broker and the clients it speaks of."""

    def __init__(self, broker: str) -> None:
        self.broker = broker
        self.roster = Roster(broker)
        self.lines = 0
        self.missed = 0
        self.noise = 0
        self.since: float | None = None
        self.shown = 0
        self._budgets = {grave: TokenBucket(PER_SECOND, BURST, 0.0) for grave in (True, False)}

    def take(self, suffix: str, text: str, at: float) -> list[Update]:
        """Take in a line of the log."""
        line = read(suffix, text, self.roster.__contains__)
        if line is None:
            return []
        self.lines += 1
        if isinstance(line.event, Noise):
            self.noise += 1
            return []
        readings = self.clients(self.roster.take(line.event, at))
        if not self._budgets[line.level in _GRAVE].take(at):
            self.missed += 1
            return readings
        self.shown = n = self.shown + 1
        client = getattr(line.event, "client", None)
        shown = LogLine(
            broker=self.broker,
            n=n,
            at=round(at, 3),
            level=line.level,
            text=line.text,
            tst=line.stamp,
            client=None if client is None else clean(client, 256),
        )
        said = msgspec.json.encode((line.stamp, line.level, line.text))
        record = Record(f"broker/{self.broker}", "log", shown.at, msgspec.json.encode(shown), said)
        readings.append(Is(f"log/{self.broker}/{n}", shown, record=record))
        if n > RING:
            readings.append(Is(f"log/{self.broker}/{n - RING}", None))
        return readings

    def clients(self, changed: Iterable[str]) -> list[Update]:
        """Return updates of these clients to their states of now."""
        return [
            Is(client_key(self.broker, one), self.roster.state(one))
            for one in dict.fromkeys(changed)
        ]


class Logbook:
    """A `Book` for each broker."""

    def __init__(self) -> None:
        self._books: dict[str, Book] = {}

    def book(self, broker: str) -> Book:
        """Return the book of the broker of this name."""
        book = self._books.get(broker)
        if book is None:
            book = self._books[broker] = Book(broker)
        return book

    def decode(self, arrival: Arrival, suffix: str) -> Sequence[Update]:
        """Return the updates of one log message. Raises `CannotDecode`, nothing else."""
        if arrival.retain:
            return ()  # a log is told once; this one somebody has put there
        if len(arrival.payload) > LARGEST:
            raise CannotDecode("too_large", f"more than {LARGEST} bytes")
        text = arrival.payload.decode("utf-8", "replace")
        return self.book(arrival.source).take(suffix, text, arrival.at)


def client_key(broker: str, client: str) -> str:
    """Return the key of a client's thing. Ids may have 64 KiB: the key ends much earlier."""
    return f"client/{broker}/{clean(client, 256)}"


__all__ = ["Book", "Client", "Is", "LogLine", "Logbook", "client_key"]
