"""Decode a broker's ``$SYS`` figures: decimal text, retained, sent when changed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sightline.kinds.broker.logbook import Logbook
from sightline.kinds.broker.updates import BrokerVersion, Figure, Uptime
from sightline.model.kind import Arrival, CannotDecode, Update
from sightline.model.number import number
from sightline.model.text import clean
from sightline.model.topic import LONGEST_LEVEL, levels

LARGEST = 1024
"""Bytes in a message."""

# Below these, mosquitto has nothing but numbers. Elsewhere text is possible, and passed over.
_FIGURES = frozenset(
    (
        "bytes",
        "clients",
        "connections",
        "heap",
        "load",
        "messages",
        "packet",
        "publish",
        "retained messages",
        "shared_subscriptions",
        "store",
        "subscriptions",
    )
)
_UPTIME = re.compile(r"([0-9]{1,12}) seconds\Z", re.ASCII)


def decode(arrival: Arrival, logbook: Logbook | None = None) -> Sequence[Update]:
    """Decode a message. Raises `CannotDecode`, nothing else. The log goes to ``logbook``."""
    root, *below = levels(arrival.topic)
    if root != "$SYS" or len(below) < 2 or below[0] != "broker" or "" in below:
        raise CannotDecode("bad_topic", "not a figure of a broker")
    if any(len(level) > LONGEST_LEVEL for level in below):
        raise CannotDecode("bad_topic", f"a level of more than {LONGEST_LEVEL} characters")
    if below[1] == "log":
        return logbook.decode(arrival, "/".join(below[2:])) if logbook else ()
    text = _text(arrival.payload)
    if text[0] in "{[":
        # No broker speaks JSON here: somebody's message has strayed to a topic that is not theirs.
        raise CannotDecode("bad_topic", "a message that is not the broker's, on the broker's topic")
    thing, at = "broker/" + arrival.source, arrival.at
    name = "/".join(below[1:])
    if name == "version":
        return (BrokerVersion(thing, clean(text), at),)
    if name == "uptime":
        match = _UPTIME.match(text)
        if match is None:
            raise CannotDecode("bad_number", "not a number of seconds")
        return (Uptime(thing, int(match[1]), at),)
    try:
        return (Figure(thing, name, number(text), at),)
    except CannotDecode:
        if below[1] in _FIGURES:
            raise
        return ()


def _text(payload: bytes) -> str:
    if not payload:
        raise CannotDecode("empty", "empty")
    if len(payload) > LARGEST:
        raise CannotDecode("too_large", f"more than {LARGEST} bytes")
    try:
        return payload.decode()
    except UnicodeDecodeError as why:
        raise CannotDecode("not_utf8", "the payload is not UTF-8") from why
