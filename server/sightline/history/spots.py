"""Read only what figures need of the fixes of a span: place, time, error, speed, and the verdict.

The same fixes and verdicts as in `sightline.history.judged_fixes`, by a decoder that reads nothing
else, so that a month of a fix in ten seconds is read in seconds. What that decoder cannot read is
read as everywhere else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence

import msgspec
from msgspec.structs import replace

from sightline.contract.errors import Refused
from sightline.history.entry_fields import fields
from sightline.history.judged_fixes import AFTER, BEFORE
from sightline.history.judging import spot_of
from sightline.history.record import HistoryEntry
from sightline.history.store import FOREVER, INSTANT, Span, Store
from sightline.kinds.friends.plausibility import Judge, Spot
from sightline.web.reads import Turn, pieces

MOST = 1_000_000
"""Fixes read for one answer."""
_PAGE = 1000
_QUICK = 4096  # bytes, as in `said`

Judged = tuple[Spot, str | None]
"""A fix, and why it is doubtful."""


class _JudgedFields(msgspec.Struct):
    """What of a fix is judged, where all of it has the usual types."""

    lat: float
    lon: float
    acc: float | None = None
    vel: float | None = None
    inregions: list[str] | None = None
    BSSID: str | None = None
    conn: str | None = None


_read = msgspec.json.Decoder(_JudgedFields).decode


def spot(entry: HistoryEntry) -> Spot | None:
    """Return what of an entry is judged; None when it has no position."""
    try:
        if len(entry.body) > _QUICK:
            return spot_of(fields(entry))
        said = _read(entry.body)
    except msgspec.DecodeError:
        return spot_of(fields(entry))
    if not (-90.0 <= said.lat <= 90.0 and -180.0 <= said.lon <= 180.0):
        return None
    vel = said.vel
    return Spot(
        said.lat,
        said.lon,
        entry.tst,
        None if said.acc == -1 else said.acc,
        entry.tst - entry.at,
        vel / 3.6 if vel is not None and vel > 0.0 else 0.0,
        said.inregions or (),
        said.BSSID,
        said.conn in ("w", "m"),
        entry.believed,
    )


async def judged_spots(store: Store, span: Span, turn: Turn) -> AsyncIterator[list[Judged]]:
    """Yield the fixes of a span with their verdicts, oldest first, in pieces; neighbours beyond the
    bounds come, too. Raises `Refused` when there are more than `MOST`.
    """
    judge: Judge[Spot] = Judge(_itself)
    before = replace(span, since=-FOREVER, until=span.since - INSTANT, newest_first=True)
    if span.since != -FOREVER:
        yield settled(judge, [*reversed((await store.page(before, BEFORE)).entries)])
    after, count = None, 0
    while True:
        page = await store.page(span, _PAGE, after)
        count += len(page.entries)
        if count > MOST:
            raise Refused("malformed", f"More than {MOST:,} fixes: choose a shorter time.")
        for piece in pieces(page.entries, _size):
            await turn()
            yield settled(judge, piece)
        if (after := page.more) is None:
            break
    rest: Sequence[HistoryEntry] = ()
    if span.until != FOREVER:
        behind = replace(span, since=span.until + INSTANT, until=FOREVER)
        rest = (await store.page(behind, AFTER)).entries
    yield [*settled(judge, rest), *judge.end()]


def settled(judge: Judge[Spot], entries: Iterable[HistoryEntry]) -> list[Judged]:
    """Return what is settled by these further entries."""
    return list(judge.take(found for entry in entries if (found := spot(entry)) is not None))


def _itself(item: Spot) -> Spot:
    return item


def _size(entry: HistoryEntry) -> int:
    return len(entry.body)
