"""Tracks on their way out of the store: page by page, thinned out, in the format asked for."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator

import msgspec

from sightline.geometry.simplify import Simplifier
from sightline.history.formats.fix import Fix, position
from sightline.history.formats.jsons import JsonList
from sightline.history.formats.table import FORMATS, FormatWriter
from sightline.history.query_params import Track
from sightline.history.record import EVENTS, HistoryEntry
from sightline.history.store import Span, Store

PAGE = 500
"""Entries at a time; about 2 ms of the reactor."""
_TRACKS = ("fix", "state", "figures", "region")
_QUICK = 4096  # bytes; what is larger may be made to take msgspec long, and goes to json

_decode = msgspec.json.Decoder(dict[str, object]).decode
_encode = msgspec.json.encode


def fields(entry: HistoryEntry) -> dict[str, object]:
    """What an entry says, with its times: ``tst`` and ``at`` (epoch s)."""
    try:
        said = _decode(entry.body) if len(entry.body) <= _QUICK else json.loads(entry.body)
    except (ValueError, RecursionError):
        said = {}
    if not isinstance(said, dict):
        said = {}
    said["tst"] = int(entry.tst) if entry.tst == int(entry.tst) else entry.tst
    said["at"] = entry.at
    if entry.hidden:
        said["hidden"] = True
    return said


async def entries(store: Store, asked: Track) -> AsyncIterator[list[HistoryEntry]]:
    """The entries asked for, oldest first, in pages."""
    span = Span(asked.thing, asked.sort, asked.since, asked.until, hidden=asked.hidden)
    if asked.last is not None:
        span = msgspec.structs.replace(span, newest_first=True)
    left = asked.last or asked.limit
    newest: list[HistoryEntry] = []
    after = None
    while left is None or left > 0:
        page = await store.page(span, PAGE if left is None else min(PAGE, left), after)
        if left is not None:
            left -= len(page.entries)
        if asked.last is not None:
            newest += page.entries
        else:
            yield list(page.entries)
        after = page.more
        if after is None:
            break
    newest.reverse()
    for first in range(0, len(newest), PAGE):
        yield newest[first : first + PAGE]


async def fixes(store: Store, asked: Track) -> AsyncIterator[list[Fix]]:
    """The same as what they say, thinned out to the error asked for."""
    simplifier = Simplifier(asked.max_error) if asked.max_error else None
    waiting: Fix | None = None  # the point before, which may have to be kept
    begun = False
    async for page in entries(store, asked):
        found: list[Fix] = [fields(entry) for entry in page]
        if simplifier is None:
            yield found
            continue
        kept: list[Fix] = []
        for fix in found:
            place = position(fix)
            if place is None:
                continue
            keep = simplifier.add(*place)
            if not begun:
                begun = True
                kept.append(fix)
                continue
            if keep and waiting is not None:
                kept.append(waiting)
            waiting = fix
        yield kept
    if waiting is not None:
        yield [waiting]


async def everything(store: Store, thing: str) -> AsyncIterator[bytes]:
    """All that is kept of a thing, hidden points included, as lines of JSON."""
    for sort in (*_TRACKS, *sorted(EVENTS)):
        after = None
        while True:
            page = await store.page(Span(thing, sort, hidden=True), PAGE, after)
            said = [{"sort": sort, **fields(entry)} for entry in page.entries]
            yield b"".join(_encode(one) + b"\n" for one in said)
            after = page.more
            if after is None:
                break


async def written(store: Store, asked: Track) -> AsyncGenerator[bytes, None]:
    """The track as a file, in pieces."""
    writer: FormatWriter
    if asked.format == "json":
        head = _encode({"ok": True, "thing": asked.thing, "sort": asked.sort})[:-1]
        writer = JsonList(asked.fields, head + b',"data":[')
    else:
        writer = FORMATS[asked.format].make(asked.fields)
    yield writer.begin()
    async for some in fixes(store, asked):
        yield writer.some(some)
    yield writer.end()
