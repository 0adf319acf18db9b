"""Answer calls about verdicts on fixes: what is doubtful and why, what an owner decides otherwise.

A fix is hidden by ``/hide`` and believed by ``/believe``; both are undone by ``/unhide``, and
listed by ``/overruled`` until then. Nothing of it is taken back from what was told when the fix
came: a crossing that was announced stays announced.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any, Literal

from msgspec import Meta

from sightline.auth.account import AuditEvent
from sightline.auth.permissions import may, may_recall
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Nothing, RequestBody, RequestFields
from sightline.contract.http import Call, Reply, Route
from sightline.history import answers, judged_fixes
from sightline.history.api import answered, begun
from sightline.history.query_params import Moment, span
from sightline.history.store import Span, Store
from sightline.web.reads import Reads, Turn

MOST = 20_000
"""Fixes marked by one act."""

_ACT = re.compile(r"(hide|use)-(\d{1,12})-[0-9a-f]{16}")


class Believe(RequestBody, frozen=True, rename={"since": "from", "until": "to"}):
    """Which doubtful fixes are right: all from-to, or those of ``tst``."""

    since: Moment | None = None
    until: Moment | None = None
    tst: Annotated[list[float], Meta(max_length=1000)] | None = None


class JudgedQuery(
    RequestFields, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}
):
    """The bounds of what is counted, both inclusive."""

    since: Moment | None = None
    until: Moment | None = None


def act_name(what: str, now: float) -> str:
    """Make the name of an act, which tells what was done and when (epoch s)."""
    return f"{what}-{int(now)}-{secrets.token_hex(8)}"


def act_words(undo: str) -> tuple[Literal["hide", "use"], float | None]:
    """Tell what an act did and when, by its name; of before they had such names it is hiding."""
    found = _ACT.fullmatch(undo)
    if found is None:
        return "hide", None
    return "use" if found[1] == "use" else "hide", float(found[2])


class JudgedApi:
    """``note`` writes down what was done; ``wall`` gives epoch s."""

    def __init__(
        self,
        store: Store,
        note: Callable[[AuditEvent], None],
        reads: Reads,
        wall: Callable[[], float],
    ) -> None:
        self._store = store
        self._note = note
        self._reads = reads
        self._wall = wall

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            route for thing in ("{kind}/{id}", "{kind}/{group}/{id}") for route in self._of(thing)
        ]

    def _of(self, thing: str) -> list[Route[Any]]:
        return [
            Route(
                "POST",
                f"/believe/{thing}",
                "account",
                self.believe,
                summary="Use fixes of a track that are doubtful",
                body=Believe,
                thing=thing,
                right="hide",
                reply=answers.Believed,
                example={"tst": [1795235000]},
            ),
            Route(
                "GET",
                f"/overruled/{thing}",
                "account",
                self.overruled,
                summary="List what was hidden or believed, and not undone",
                thing=thing,
                right="hide",
                reply=answers.Overruled,
            ),
            Route(
                "GET",
                f"/judged/{thing}",
                "past",
                self.judged,
                summary="Count the fixes that are used and those that are doubtful, by reason",
                thing=thing,
                query=JudgedQuery,
                reply=answers.Judged,
                example={"from": "2026-11-21T00:00:00Z", "to": "2026-11-22T00:00:00Z"},
            ),
        ]

    async def believe(self, call: Call[Believe]) -> Reply:
        """Mark doubtful fixes as right."""
        thing, asked = call.thing, call.asked
        if asked == Believe():
            raise Refused("malformed", "Say which fixes: from and to, or their tst.")
        read = await begun(self._reads, call)
        try:
            keys = await answered(self._doubtful(thing, asked, read.turn))
        finally:
            read.end()
        undo = act_name("use", self._wall())
        count = await answered(
            self._store.hide(thing, judged_fixes.SORT, keys, undo, believed=True)
        )
        name, more = call.who.user.name, f"{count} points"
        self._note(AuditEvent(name, call.address, "believe", thing, more=more))
        return Reply(answers.Believed(believed=count, undo=f"{undo}.{thing}"))

    async def _doubtful(self, thing: str, asked: Believe, turn: Turn) -> list[tuple[float, int]]:
        since, until = span(asked.since, asked.until)
        times = None if asked.tst is None else frozenset(asked.tst)
        if times is not None:
            since, until = max(since, min(times, default=1)), min(until, max(times, default=0))
        keys: list[tuple[float, int]] = []
        if since > until:
            return keys
        wanted = Span(thing, judged_fixes.SORT, since, until)
        async for some in judged_fixes.chosen(self._store, wanted, "doubtful", turn):
            keys += [
                (each.entry.tst, each.entry.digest)
                for each in some
                if times is None or each.entry.tst in times
            ]
            if len(keys) > MOST:
                raise Refused("malformed", f"More than {MOST} points: choose a shorter time.")
        return keys

    async def overruled(self, call: Call[Nothing]) -> Reply:
        """List the acts that are not undone, newest first."""
        thing = call.thing
        if not may(call.who.user, "hide", thing):
            raise Refused("unknown", UNKNOWN)
        acts = []
        for act in await answered(self._store.acts(thing)):
            what, when = act_words(act.undo)
            acts.append(
                answers.OverruledAct(
                    what=what,
                    at=when,
                    count=act.entries,
                    since=act.first,
                    until=act.last,
                    undo=f"{act.undo}.{thing}",
                )
            )
        acts.sort(key=lambda act: (act.at or 0.0, act.undo), reverse=True)
        return Reply(answers.Overruled(acts=acts))

    async def judged(self, call: Call[JudgedQuery]) -> Reply:
        """Count fixes by verdict."""
        if not may_recall(call.who.user, call.thing, judged_fixes.SORT):
            raise Refused("unknown", UNKNOWN)
        since, until = span(call.asked.since, call.asked.until)
        read = await begun(self._reads, call)
        try:
            wanted = Span(call.thing, judged_fixes.SORT, since, until)
            counts = await answered(count_verdicts(self._store, wanted, read.turn))
        finally:
            read.end()
        return Reply(
            answers.Judged(
                used=counts.pop(None, 0) + counts[BELIEVED],
                believed=counts.pop(BELIEVED, 0),
                doubtful={str(why): count for why, count in counts.most_common()},
            )
        )


BELIEVED = "believed"
"""What is counted for fixes that were marked as right."""


async def count_verdicts(store: Store, wanted: Span, turn: Turn) -> Counter[str | None]:
    """Count the fixes of a span by the reason why they are doubtful; None: they are used."""
    counts: Counter[str | None] = Counter()
    async for some in judged_fixes.judged(store, wanted, turn):
        counts.update(BELIEVED if each.entry.believed else each.why for each in some)
    return counts
