"""Write the places where pages go on as short texts: the place of the last entry that was given.

A mark comes back from outside, so whatever is not one of ours raises `BadCursor`.
"""

from __future__ import annotations

from sightline.history.record import HistoryEntry
from sightline.history.store import BadCursor

LAST = 1 << 63
"""More than any digest."""
Mark = tuple[float, int, str, str]


def of_track(entry: HistoryEntry) -> str:
    """Return the mark behind this entry of a track."""
    return f"{entry.tst!r}_{entry.digest:x}"


def track(mark: str) -> tuple[float, int]:
    """Return the tst and the digest in a mark of a track."""
    tst, _, digest = mark.partition("_")
    if "_" in digest:  # which Python takes for a digit's separator
        raise BadCursor(mark)
    try:
        found = float(tst), int(digest, 16)
    except ValueError:
        raise BadCursor(mark) from None
    if not (abs(found[0]) < 1e15 and 0 <= found[1] < LAST):
        raise BadCursor(mark)
    return found


def event_order(entry: HistoryEntry) -> Mark:
    """Tell what puts events of all things in order."""
    return entry.tst, entry.digest, entry.thing, entry.sort


def of_event(entry: HistoryEntry) -> str:
    """Return the mark behind this event."""
    return f"{of_track(entry)}_{entry.sort}_{entry.thing}"


def event(mark: str) -> Mark:
    """Return the order in a mark of an event."""
    try:
        tst, digest, sort, thing = mark.split("_", 3)
    except ValueError:
        raise BadCursor(mark) from None
    return *track(f"{tst}_{digest}"), thing, sort
