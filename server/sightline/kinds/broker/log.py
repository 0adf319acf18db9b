"""Parse mosquitto's log, as it comes under ``$SYS/broker/log/``: lines in, events out.

Both dialects are read: 2.0 (``Client x closed its connection.``) and 2.1 (``Client x [A:P]
disconnected: connection closed by client.``). Client ids are the clients' own invention and may
hold anything, blanks and words of the log included, so every line is read from both its ends. A
line that is none of these events is still a line to show.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sightline.model.text import clean

LEVELS = {
    "E": "error",
    "W": "warning",
    "N": "notice",
    "I": "information",
    "M/subscribe": "subscribe",
    "M/unsubscribe": "unsubscribe",
    "WS": "websockets",
}
"""The topic below ``$SYS/broker/log/`` and the level it stands for."""

# 2.0 counts protocols by its own numbers, 2.1 by those of the protocol itself.
_PROTOCOLS = {"1": "3.1", "2": "3.1.1", "3": "3.1", "4": "3.1.1", "5": "5"}
_LONGEST = 500  # characters of a line that are kept


@dataclass(frozen=True, slots=True)
class Accepted:
    """Somebody opened a connection; who it is, is not known yet."""

    address: str


@dataclass(frozen=True, slots=True)
class ClientConnected:
    """A client signed in. ``keepalive`` in s; ``address`` is ``host:port``."""

    client: str
    address: str
    protocol: str
    clean: bool
    keepalive: int
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A client is gone. ``how`` is a stable word, ``why`` is for people."""

    client: str
    how: str
    why: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A client signed in with the id of one that was connected, which was thrown out."""

    client: str


@dataclass(frozen=True, slots=True)
class Dropping:
    """The broker throws away messages for a client that does not keep up."""

    client: str


@dataclass(frozen=True, slots=True)
class ClientSubscribed:
    """A client subscribed; ``client`` and ``filter`` may be cut wrongly if both hold blanks."""

    client: str
    filter: str
    qos: int


@dataclass(frozen=True, slots=True)
class ClientUnsubscribed:
    """A client unsubscribed a filter."""

    client: str
    filter: str


@dataclass(frozen=True, slots=True)
class Expired:
    """The broker gave up the session of a client that was away for too long."""

    client: str


@dataclass(frozen=True, slots=True)
class Noise:
    """A line that says nothing but that the broker is alive."""


Event = (
    Accepted
    | ClientConnected
    | Left
    | TakenOver
    | Dropping
    | ClientSubscribed
    | ClientUnsubscribed
    | Expired
    | Noise
)
UNKNOWN = "<unknown>"
"""What the broker calls a client that did not get as far as telling its id."""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One line. ``stamp`` is the broker's own time (epoch s), if it tells one we can read."""

    level: str
    text: str
    stamp: int | None = None
    event: Event | None = None


_EPOCH = re.compile(r"([0-9]{9,11}): ", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{8,15}(?:Z|[+-][0-9:]{4,6})?: ", re.ASCII)
_ACCEPTED = re.compile(r"New connection from (\S+) on port [0-9]+\.\Z")
_CONNECTED = re.compile(
    r"New client connected from (\S+) as (.*) \(p([1-5]), c([01]), k([0-9]{1,5})"
    r"(?:, u'(.*)')?\)\.\Z",
    re.DOTALL,
)
_PLACE = r"(?: \[(\S+)\])"
_LEFT_21 = re.compile(rf"Client (.*){_PLACE} disconnected(?:: (.*))?\.\Z", re.DOTALL)
_TAKEN = re.compile(rf"Client (.*?){_PLACE}? already connected, closing old connection\.\Z", re.S)
_DROPPING = re.compile(r"Outgoing messages are being dropped for client (.*)\.\Z", re.DOTALL)
_EXPIRED = re.compile(r"Expiring (?:persistent )?client (.*) due to timeout\.\Z", re.DOTALL)
# 2.0's ways to say that somebody left: the text behind the id, how, why.
_ENDS: tuple[tuple[str, str, str], ...] = (
    (" closed its connection.", "cut", "the connection was cut without a goodbye"),
    (" has exceeded timeout, disconnecting.", "silent", "silent for longer than its keepalive"),
    (" disconnected, not authorised.", "refused", "not authorised"),
    (" disconnected.", "asked", "said goodbye"),
)
_DUE_TO = re.compile(r"Client (.*) disconnected due to (.*)\.\Z", re.DOTALL)
_BAD_SOCKET = re.compile(r"(?:Bad socket read/write|Socket error) on client (.*?)(?:, |: )(.*)\Z")
# 2.1's reasons that have a word of their own with us.
_HOW_21 = {
    "connection closed by client": ("cut", "the connection was cut without a goodbye"),
    "exceeded timeout": ("silent", "silent for longer than its keepalive"),
    "not authorised": ("refused", "not authorised"),
    "session taken over": ("taken over", "another client came with the same id"),
    "protocol error": ("protocol", "protocol error"),
    "oversize packet": ("protocol", "oversize packet"),
    "malformed packet": ("protocol", "malformed packet"),
}


def read(
    suffix: str, payload: str, known: Callable[[str], bool] = lambda _: False
) -> LogEvent | None:
    """Return one line from the topic below ``$SYS/broker/log/`` and its payload; None: no such
    level.

    ``known`` says whether a client of this id has been seen: where id and filter may both hold
    blanks, it decides between the ways to cut.
    """
    level = LEVELS.get(suffix)
    if level is None:
        return None
    stamp = None
    if match := _EPOCH.match(payload):
        stamp = int(match[1])
        payload = payload[match.end() :]
    elif match := _DATE.match(payload):
        payload = payload[match.end() :]
    event: Event | None
    if level == "subscribe":
        event = _subscribed(payload, known)
    elif level == "unsubscribe":
        event = _unsubscribed(payload, known)
    else:
        event = _event(payload)
    return LogEvent(level, clean(payload, _LONGEST), stamp, event)


def _event(text: str) -> Event | None:
    if text.startswith("New c"):
        if match := _CONNECTED.match(text):
            address, client, protocol, clean_, keepalive, user = match.groups()
            return ClientConnected(
                client, address, _PROTOCOLS[protocol], clean_ == "1", int(keepalive), user
            )
        match = _ACCEPTED.match(text)
        return Accepted(match[1]) if match else None
    if text.startswith("Client "):
        return _client_event(text)
    if text.startswith("Saving in-memory database"):
        return Noise()
    if match := _DROPPING.match(text):
        return Dropping(match[1])
    if match := _BAD_SOCKET.match(text):
        return Left(match[1], "cut", f"its connection failed: {clean(match[2])}")
    if match := _EXPIRED.match(text):
        return Expired(match[1])
    return None


def _client_event(text: str) -> Event | None:
    if match := _TAKEN.match(text):
        return TakenOver(match[1])
    if match := _LEFT_21.match(text):
        client, address, reason = match.groups()
        how, why = _HOW_21.get(reason, ("other", clean(reason))) if reason else _ENDS[-1][1:]
        return Left(client, how, why, address)
    for end, how, why in _ENDS:
        if text.endswith(end):
            return Left(text[7 : -len(end)], how, why)
    if match := _DUE_TO.match(text):
        return Left(match[1], "protocol", clean(match[2]))
    return None


def _subscribed(text: str, known: Callable[[str], bool]) -> ClientSubscribed | None:
    """Parse ``<id> <qos> <filter>``."""
    cuts = [
        ClientSubscribed(text[: cut.start()], text[cut.end() :], int(cut[1]))
        for cut in re.finditer(r" ([012])(?: )", text)
    ]
    return next((cut for cut in cuts if known(cut.client)), cuts[0] if cuts else None)


def _unsubscribed(text: str, known: Callable[[str], bool]) -> ClientUnsubscribed | None:
    """Parse the text ``<id> <filter>``."""
    cuts = [
        ClientUnsubscribed(text[: cut.start()], text[cut.end() :]) for cut in re.finditer(" ", text)
    ]
    return next((cut for cut in cuts if known(cut.client)), cuts[0] if cuts else None)
