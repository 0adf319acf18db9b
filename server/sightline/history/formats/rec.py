"""Read and write lines of an OwnTracks Recorder's ``.rec`` files: time, relative topic, payload, by
tabs.

    2026-11-21T04:35:39Z<TAB>*                 <TAB>{"_type":"location",…}

The topic is relative to ``owntracks/user/device``: ``*`` for that itself, else ``event``, ``info``,
… with blanks behind it up to 18 characters. A payload never holds a newline: the Recorder writes
what is not JSON in another way, and what we write is compact JSON.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from sightline.history.formats.fix import isotime

_BASE = "*"
_WIDTH = 18


class NotRec(Exception):
    """A line is none of a Recorder's; the text says why."""


class RecLine(msgspec.Struct, frozen=True, gc=False):
    """One line: its time (epoch s), the topic below the device's (empty: the device's own), the
    payload.
    """

    at: float
    part: str
    payload: bytes


def read(line: bytes) -> RecLine:
    """Return the record in a line without its end.

    Raises `NotRec`.
    """
    pieces = line.rstrip(b"\r").split(b"\t", 2)
    if len(pieces) < 3:
        raise NotRec("not three columns with tabs between them: time, topic, payload")
    stamp, part, payload = pieces
    try:
        at = datetime.strptime(stamp.decode("ascii"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        name = part.decode().strip(" ")
    except ValueError as why:
        shown = ascii(stamp[:32].decode("utf-8", "replace"))
        raise NotRec(f"{shown} is not a time such as 2026-11-21T04:35:39Z") from why
    return RecLine(at.timestamp(), "" if name == _BASE else name, payload.strip())


def written(at: float, part: str, payload: bytes) -> bytes:
    """Return the line of a record, with its end. ``payload`` is one JSON value.

    Raises ValueError for what cannot stand in such a line.
    """
    stamp = isotime(int(at // 1))
    if stamp is None:
        raise ValueError(f"{at} is not a time")
    if "\t" in part or "\n" in part:
        raise ValueError("a topic without tabs and newlines")
    if b"\n" in payload or b"\r" in payload:
        payload = msgspec.json.format(payload, indent=-1)
    return b"%b\t%b\t%b\n" % (stamp.encode(), (part or _BASE).ljust(_WIDTH).encode(), payload)


def month(at: float) -> str:
    """Return the month (UTC) whose file this time belongs to: ``2026-11``."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")
