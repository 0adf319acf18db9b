"""The desk for points that are wrong: hidden without being destroyed, and shown again."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from sightline.auth.account import AuditEvent
from sightline.auth.api_call import UNKNOWN, Call, Denied, Reply, Route
from sightline.auth.permissions import may
from sightline.history import query_params, tracks
from sightline.history.api import begun, told
from sightline.history.formats.fix import position
from sightline.history.store import FOREVER, Span, Store
from sightline.web.reads import Reads, Turn, pieces

MOST = 20_000
"""Points hidden by one act."""

T = TypeVar("T")
_Time = float | Annotated[str, Meta(max_length=40)]
_Degrees = Annotated[float, Meta(ge=-180, le=180)]


class Hide(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"since": "from", "until": "to"},
):
    """Which points: all from-to; those in a ``box``: south, west, north, east; those of ``tst``."""

    since: _Time | None = None
    until: _Time | None = None
    box: tuple[_Degrees, _Degrees, _Degrees, _Degrees] | None = None
    tst: Annotated[list[float], Meta(max_length=1000)] | None = None


class Unhide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `hide` answered."""

    undo: Annotated[str, Meta(max_length=400)]


class HideApi:
    """``note`` writes down what was done."""

    def __init__(self, store: Store, note: Callable[[AuditEvent], None], reads: Reads) -> None:
        self._store = store
        self._note = note
        self._reads = reads

    def routes(self) -> list[Route]:
        """What is answered here."""
        return [
            Route("POST", "/hide/{kind}/{id}", "account", self.hide),
            Route("POST", "/hide/{kind}/{group}/{id}", "account", self.hide),
            Route("POST", "/unhide", "account", self.unhide),
        ]

    async def hide(self, call: Call) -> Reply:
        """Mark points of a track as wrong."""
        thing = query_params.thing(call)
        if not may(call.who.user, "hide", thing):
            raise Denied("unknown", UNKNOWN)
        asked = _read(call, Hide)
        if asked == Hide():
            raise Denied("malformed", "Say which points: from and to, a box, or their tst.")
        read = await begun(self._reads, call)
        try:
            keys = await told(self._wrong(thing, asked, read.turn))
        finally:
            read.end()
        undo = secrets.token_hex(8)
        count = await told(self._store.hide(thing, "fix", keys, undo))
        self._deed(call, "hide", thing, count)
        return Reply({"hidden": count, "undo": f"{undo}.{thing}"})

    async def _wrong(self, thing: str, asked: Hide, turn: Turn) -> list[tuple[float, int]]:
        since = -FOREVER if asked.since is None else query_params.moment(str(asked.since), "from")
        until = FOREVER if asked.until is None else query_params.moment(str(asked.until), "to")
        if asked.tst is not None:
            times = set(asked.tst)
            since, until = max(since, min(times, default=1)), min(until, max(times, default=0))
        keys: list[tuple[float, int]] = []
        after = None
        while since <= until:
            page = await self._store.page(Span(thing, "fix", since, until), tracks.PAGE, after)
            for entries in pieces(page.entries):
                await turn()
                for entry in entries:
                    if asked.tst is not None and entry.tst not in times:
                        continue
                    if asked.box is not None and not _inside(asked.box, tracks.fields(entry)):
                        continue
                    keys.append((entry.tst, entry.digest))
            if len(keys) > MOST:
                raise Denied("malformed", f"More than {MOST} points: choose a shorter time.")
            after = page.more
            if after is None:
                break
        return keys

    async def unhide(self, call: Call) -> Reply:
        """Show again what was hidden by one act."""
        name, _, thing = _read(call, Unhide).undo.partition(".")
        if not may(call.who.user, "hide", thing):
            raise Denied("unknown", UNKNOWN)
        count = await told(self._store.unhide(thing, name))
        self._deed(call, "unhide", thing, count)
        return Reply({"shown": count})

    def _deed(self, call: Call, what: str, thing: str, count: int) -> None:
        self._note(
            AuditEvent(call.who.user.name, call.address, what, thing, more=f"{count} points")
        )


def _inside(box: tuple[float, float, float, float], fix: dict[str, object]) -> bool:
    """Whether a fix lies in a box, which may go over the date line."""
    place = position(fix)
    if place is None:
        return False
    south, west, north, east = box
    lat, lon = place
    across = west <= lon <= east if west <= east else lon >= west or lon <= east
    return south <= lat <= north and across


def _read(call: Call, kind: type[T]) -> T:
    try:
        return msgspec.convert(dict(call.fields), kind)
    except msgspec.ValidationError as why:
        raise Denied("malformed", f"The request makes no sense: {why}.") from None
