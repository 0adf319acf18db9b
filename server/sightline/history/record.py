"""One row of history: what was said about a thing, when it was so, and when it came in.

Every store keeps these and nothing else; what is in ``body`` is the affair of what asked for it
to be kept. ``tst`` orders a thing's history, by its sender's clock; ``at`` is our receipt.

    sort        thing                  body
    ---------   --------------------   ------------------------------------------------------------
    fix         friend/jane/phone      the OwnTracks location object as it came
    transition  friend/jane/phone      the OwnTracks transition object as it came
    state       probot/ProBot1         the thing's whole state, thinned out
    figures     broker/main            the broker's figures, thinned out
    photo       friend/jane/phone      a point of interest: place, name, and the photo's hash
    crossing    friend/jane/phone      what `sightline.live.hub` was told: the event's whole state
    drive       probot/ProBot1         the same: one line of the command log
    alarm       probot/ProBot1         the same
    log         broker/main            the same: one line of the broker's log
    region      region/ab12cd34        the region from this moment on; ``null``: it was removed

A new sort needs no change here: kinds declare events and tracks (`sightline.kinds`).
"""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from sightline.kinds import EVENT_TYPES

EVENTS = frozenset(EVENT_TYPES)
"""Sorts that are asked for by time over all things, too; the rest only thing by thing."""

_hasher = blake2b(digest_size=8).copy  # a copy of it is made more quickly than a new one


def digest(body: bytes) -> int:
    """Tell what tells two entries of one thing, sort and second apart: 63 bits of a hash.

    It fits SQLite's signed integers and sorts the same everywhere.
    """
    hashed = _hasher()
    hashed.update(body)
    return int.from_bytes(hashed.digest()) >> 1


class HistoryEntry(msgspec.Struct, frozen=True, gc=False):
    """One row. Two entries with the same `key` are the same, however often they are written.

    ``thing`` is a key such as ``friend/jane/phone``. ``tst`` and ``at`` are epoch s. ``body`` is
    one JSON value. ``digest`` is of what was *said*, so that a message that comes again (with
    another receipt time in its body, perhaps) is recognized. ``hidden``: somebody marked it as
    wrong; it is still there, and shown to nobody who does not ask for it. ``believed``: somebody
    marked it as right, whatever else speaks against it.
    """

    thing: str
    sort: str
    tst: float
    at: float
    body: bytes
    digest: int
    hidden: bool = False
    believed: bool = False

    @property
    def key(self) -> tuple[str, str, float, int]:
        """Tell what makes it the same entry."""
        return self.thing, self.sort, self.tst, self.digest


def entry(thing: str, sort: str, tst: float, at: float, body: bytes) -> HistoryEntry:
    """Return an entry whose body is what was said."""
    return HistoryEntry(thing, sort, tst, at, body, digest(body))


class LastState(msgspec.Struct, frozen=True, gc=False):
    """The present state of a thing, kept beside the history for the next start.

    ``body`` is the state as JSON, None when the thing is gone. ``at`` is when it became so for us
    (epoch s). ``beside``: said by a server beside the one that leads. It does not replace a newer
    one, where the store can tell (DynamoDB writes in heaps and cannot).
    """

    thing: str
    at: float
    body: bytes | None
    beside: bool = False
