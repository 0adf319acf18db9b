"""Tell what a rule would have told: of what its maker may see and recall, and of nothing else.

A long answer, made piece by piece in turn with all others (`sightline.web.reads`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Protocol

from msgspec.structs import replace

from sightline.auth.permissions import User, may_recall
from sightline.contract.errors import Refused
from sightline.contract.http import Call
from sightline.database.trouble import Degraded
from sightline.kinds.rules.model import Recipient, Rule
from sightline.model.faults import Unavailable
from sightline.rules.answers import RuleTried, RuleTrouble, UsualSilence, WouldTell
from sightline.rules.api import TryRule, UsualQuery
from sightline.rules.backtest import DAY, Backtest, TrialResult, sorts_of
from sightline.rules.index import history_of
from sightline.rules.past import Decode, RecordedEntry
from sightline.rules.ports import DayCalendar, Lookaround
from sightline.rules.region_trials import Drawn
from sightline.rules.requests import RuleChecker, rule_of
from sightline.rules.rhythm import Rhythm
from sightline.rules.rights import RuleRights
from sightline.web.reads import Busy, LongRead, Reads, Turn, pieces

WINDOW = 5 * DAY
"""Of so much time the entries are held at once, s."""
MOST_THINGS = 500
"""Things that one trial looks at; of more the first by name."""
_LEARNED = 14 * DAY
"""s from which the usual silence of a device is learned."""


class PastReader(Protocol):
    """What reads history for rules."""

    def entries(
        self, user: User, things: Sequence[str], sorts: Sequence[str], since: float, until: float
    ) -> AsyncIterator[Sequence[RecordedEntry]]:
        """Yield what a user may be told of these things, page by page, in any order.

        Raises `Unavailable`.
        """

    async def things(self) -> Sequence[str]:
        """Return the keys of all things that have entries. Raises `Unavailable`."""


class Trials:
    """``wall`` gives epoch s; ``drawn`` tells since when the region of a rule is as it is."""

    def __init__(
        self,
        wall: Callable[[], float],
        reads: Reads,
        past: PastReader,
        *,
        calendar: DayCalendar,
        around: Lookaround,
        decode: Decode,
        checker: RuleChecker,
        rights: RuleRights,
        drawn: Callable[[Rule], Drawn | None],
    ) -> None:
        self._wall = wall
        self._reads = reads
        self._past = past
        self._calendar = calendar
        self._around = around
        self._decode = decode
        self._checker = checker
        self._rights = rights
        self._drawn = drawn

    async def tried(self, call: Call[TryRule]) -> RuleTried:
        """Return what a rule would have told. Raises `Refused`."""
        user, now = call.who.user, self._wall()
        rule = rule_of(call.asked.rule, user.name, 1, now)
        since = now - call.asked.days * DAY
        await self._checker.prepare(rule)
        trouble = list(self._checker.check(rule, user))
        field = self._rights.hidden(user, rule)
        if field is not None and not any(each.field == f"condition.{field}" for each in trouble):
            trouble.append(_unknown(field))
        nothing = TrialResult(
            would=[], count=0, looked_at=0, since=since, until=now, quiet=0, too_soon=0
        )
        if any(each.field != "tell" for each in trouble) or field is not None:
            return _tried(nothing, trouble)
        # Told at once to the one who asks, no matter who else is told later.
        rule = replace(rule, tell=(Recipient(account=user.name),))
        read = await self._begun(call)
        try:
            return _tried(await self._run(rule, user, since, now, read.turn), trouble)
        except Unavailable as why:
            raise _away(why) from None
        finally:
            read.end()

    async def _run(
        self, rule: Rule, user: User, since: float, until: float, turn: Turn
    ) -> TrialResult:
        drawn = self._drawn(rule)
        sorts = sorts_of(rule, drawn, since)
        things = await self._things(rule, user, sorts)
        test = Backtest(
            rule,
            self._calendar,
            self._around,
            self._decode,
            since=since,
            until=until,
            drawn=drawn,
        )
        begin = test.begin
        while begin < until:
            end = min(until, begin + WINDOW)
            async for some in self._past.entries(user, things, sorts, begin, end):
                for piece in pieces(some, most=1_000):
                    test.feed(piece)
                    await turn()
            for _ in test.run(end):
                await turn()
            begin = end
        for _ in test.run(until):
            await turn()
        return test.result()

    async def _things(self, rule: Rule, user: User, sorts: Sequence[str]) -> Sequence[str]:
        """Return what the rule looks at, as far as the user may be told of its past."""
        wanted = [key for key in await self._past.things() if history_of(rule, key)]
        may = [key for key in wanted if all(may_recall(user, key, sort) for sort in sorts)]
        return sorted(may)[:MOST_THINGS]

    async def usual(self, call: Call[UsualQuery]) -> UsualSilence:
        """Return how long a device is usually silent. Raises `Refused`."""
        thing, now = call.asked.thing, self._wall()
        read = await self._begun(call)
        rhythm = Rhythm()
        try:
            heard: list[tuple[float, float]] = []
            async for some in self._past.entries(
                call.who.user, [thing], ("fix", "state"), now - _LEARNED, now
            ):
                await read.turn()
                heard += [(each.at, each.tst) for each in some if not each.hidden]
            for piece in pieces(sorted(heard), most=2_000):
                await read.turn()
                for at, _ in piece:
                    rhythm.heard(at, False)
        except Unavailable as why:
            raise _away(why) from None
        finally:
            read.end()
        usual = rhythm.usual()
        seconds = round(usual.seconds, 1) if usual.learned else None
        return UsualSilence(thing=thing, usual=seconds, learned=usual.gaps)

    async def _begun(self, call: Call[TryRule] | Call[UsualQuery]) -> LongRead:
        try:
            return await self._reads.begin(call.who.reader(call.address))
        except Busy:
            why = "Too many long answers at once. Try again in a moment."
            raise Refused("busy", why, wait=2) from None


def _tried(result: TrialResult, trouble: Iterable[RuleTrouble]) -> RuleTried:
    would = [
        WouldTell(
            at=each.at,
            thing=each.thing,
            value=each.value,
            place=each.place,
            lat=each.lat,
            lon=each.lon,
            resolved=each.resolved,
            late=each.late,
        )
        for each in result.would
    ]
    return RuleTried(
        would=would,
        count=result.count,
        looked_at=result.looked_at,
        since=result.since,
        until=result.until,
        quiet=result.quiet,
        trouble=list(trouble),
    )


def _unknown(field: str) -> RuleTrouble:
    words = "there is no such thing, or it is not for you"
    return RuleTrouble(code="hidden", words=words, field=field)


def _away(why: Unavailable) -> Refused:
    code = "degraded" if isinstance(why, Degraded) else "busy"
    return Refused(code, f"The history cannot be used just now: {why}", wait=2)
