"""Answer the calls about points that are wrong: hidden without being destroyed, and shown again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from msgspec import Meta

from sightline.auth.account import AuditEvent
from sightline.auth.permissions import may
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import RequestBody
from sightline.contract.http import Call, Reply, Route
from sightline.history import answers
from sightline.history.api import answered, begun
from sightline.history.api_verdicts import act_name
from sightline.history.entry_fields import fields
from sightline.history.formats.fix import position
from sightline.history.judged_fixes import PAGE
from sightline.history.query_params import Moment
from sightline.history.store import FOREVER, Span, Store
from sightline.web.reads import Reads, Turn, pieces

MOST = 20_000
"""Points hidden by one act."""

_Degrees = Annotated[float, Meta(ge=-180, le=180)]


class Hide(RequestBody, frozen=True, rename={"since": "from", "until": "to"}):
    """Which points: all from-to; those in a ``box``: south, west, north, east; those of ``tst``."""

    since: Moment | None = None
    until: Moment | None = None
    box: tuple[_Degrees, _Degrees, _Degrees, _Degrees] | None = None
    tst: Annotated[list[float], Meta(max_length=1000)] | None = None


class Unhide(RequestBody, frozen=True):
    """The answer of `hide`, given back."""

    undo: Annotated[str, Meta(max_length=400)]


class HideApi:
    """``note`` writes down what was done; ``wall`` gives epoch s."""

    def __init__(
        self,
        store: Store,
        note: Callable[[AuditEvent], None],
        reads: Reads,
        wall: Callable[[], float],
    ) -> None:
        self._wall = wall
        self._store = store
        self._note = note
        self._reads = reads

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            *(
                Route(
                    "POST",
                    f"/hide/{thing}",
                    "account",
                    self.hide,
                    summary="Hide points of a track that are wrong",
                    body=Hide,
                    thing=thing,
                    right="hide",
                    reply=answers.Hidden,
                    example={"from": "2026-11-21T04:35:39Z", "to": "2026-11-21T04:40:00Z"},
                )
                for thing in ("{kind}/{id}", "{kind}/{group}/{id}")
            ),
            Route(
                "POST",
                "/unhide",
                "account",
                self.unhide,
                summary="Undo one act of hiding or believing",
                body=Unhide,
                reply=answers.Shown,
                errors=("unknown",),
                example={"undo": "0123456789abcdef.friend/jane/phone"},
            ),
        ]

    async def hide(self, call: Call[Hide]) -> Reply:
        """Mark points of a track as wrong."""
        thing, asked = call.thing, call.asked
        if asked == Hide():
            raise Refused("malformed", "Say which points: from and to, a box, or their tst.")
        read = await begun(self._reads, call)
        try:
            keys = await answered(self._wrong(thing, asked, read.turn))
        finally:
            read.end()
        undo = act_name("hide", self._wall())
        count = await answered(self._store.hide(thing, "fix", keys, undo))
        self._audit(call, "hide", thing, count)
        return Reply(answers.Hidden(hidden=count, undo=f"{undo}.{thing}"))

    async def _wrong(self, thing: str, asked: Hide, turn: Turn) -> list[tuple[float, int]]:
        since = -FOREVER if asked.since is None else float(asked.since)
        until = FOREVER if asked.until is None else float(asked.until)
        if asked.tst is not None:
            times = set(asked.tst)
            since, until = max(since, min(times, default=1)), min(until, max(times, default=0))
        keys: list[tuple[float, int]] = []
        after = None
        while since <= until:
            page = await self._store.page(Span(thing, "fix", since, until), PAGE, after)
            for entries in pieces(page.entries):
                await turn()
                for entry in entries:
                    if asked.tst is not None and entry.tst not in times:
                        continue
                    if asked.box is not None and not _inside(asked.box, fields(entry)):
                        continue
                    keys.append((entry.tst, entry.digest))
            if len(keys) > MOST:
                raise Refused("malformed", f"More than {MOST} points: choose a shorter time.")
            after = page.more
            if after is None:
                break
        return keys

    async def unhide(self, call: Call[Unhide]) -> Reply:
        """Undo what was hidden or believed by one act."""
        name, _, thing = call.asked.undo.partition(".")
        if not may(call.who.user, "hide", thing):
            raise Refused("unknown", UNKNOWN)
        count = await answered(self._store.unhide(thing, name))
        self._audit(call, "unhide", thing, count)
        return Reply(answers.Shown(shown=count))

    def _audit(self, call: Call[Any], what: str, thing: str, count: int) -> None:
        self._note(
            AuditEvent(call.who.user.name, call.address, what, thing, more=f"{count} points")
        )


def _inside(box: tuple[float, float, float, float], fix: dict[str, object]) -> bool:
    """Tell whether a fix lies in a box, which may go over the date line."""
    place = position(fix)
    if place is None:
        return False
    south, west, north, east = box
    lat, lon = place
    across = west <= lon <= east if west <= east else lon >= west or lon <= east
    return south <= lat <= north and across
