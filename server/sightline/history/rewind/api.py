"""Answer what is asked of the past of topics: ``/api/1/topics/…``.

Anybody who may look at raw messages may ask, and nobody else; each look is audited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sightline.auth.account import AuditEvent
from sightline.auth.permissions import User
from sightline.contract.errors import Refused
from sightline.contract.fields import Answer, Nothing
from sightline.contract.http import Call, Reply, Route
from sightline.history.rewind import answers
from sightline.history.rewind.budget import TimeBudget
from sightline.history.rewind.questions import Questions, Viewpoint
from sightline.history.rewind.service import RewindService
from sightline.model.text import clean
from sightline.model.token_bucket import TokenBuckets

_SAME = 60.0
"""s in which the same look at another moment, or at its next page, is one for the audit log."""
_LOOKS = 1000
_DAY = {"from": "2026-11-21T00:00:00Z", "to": "2026-11-21T23:59:59Z"}
_THEN = "2026-11-21T04:35:39Z"


class LookLog:
    """Writes looks at raw messages of the past to ``note``; ``clock`` gives steady s."""

    def __init__(self, note: Callable[[AuditEvent], None], clock: Callable[[], float]) -> None:
        self._note = note
        self._clock = clock
        self._looks: dict[tuple[str, str, str, str], float] = {}
        # As of other requests: more than people do, less than fills the disk.
        self._audits = TokenBuckets(rate=2, burst=200)
        self._refused = TokenBuckets(rate=0.2, burst=30)

    def look(self, who: str, address: str, thing: str, more: str) -> None:
        """Note what somebody looks at, unless they did a moment ago; a download, with its span.

        Raises `Refused` (``wait``): what cannot be noted is not shown.
        """
        what = more if more.startswith("download") else more.partition(" ")[0]
        now, key = self._clock(), (who, address, thing, what)
        if now - self._looks.get(key, -_SAME) < _SAME:
            return
        if not self._audits.take(who, now):
            why = "Too many looks at once for the audit log. Try again in a moment."
            raise Refused("wait", why, wait=1)
        if len(self._looks) >= _LOOKS:
            self._looks.clear()
        self._looks[key] = now
        self._note(AuditEvent(who, address, "rewind", thing, more=more))

    def refusal(self, who: str, address: str, code: str) -> None:
        """Note that somebody was refused."""
        if self._refused.take(who, self._clock()):
            self._note(AuditEvent(who, address, "rewind", result=code))


class RewindApi:
    """``sees`` tells which topics a user may see, or raises `Refused`.

    ``clients`` names the clients that publish a topic at a broker.
    """

    def __init__(
        self,
        service: RewindService,
        log: LookLog,
        *,
        sees: Callable[[User], Callable[[str], bool]],
        clients: Callable[[str, str], list[str]],
    ) -> None:
        self._service = service
        self._log = log
        self._sees = sees
        self._clients = clients

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [*self._moments(), *self._spans()]

    def _moments(self) -> Sequence[Route[Any]]:
        return (
            Route(
                "GET",
                "/topics/recorded",
                "past",
                self.recorded,
                summary="Tell which topics are recorded, since when, and what a day costs",
                query=Nothing,
                reply=answers.Recorded,
            ),
            Route(
                "GET",
                "/topics/tree",
                "past",
                self.tree,
                summary="Show a page of the topic tree as it was at a moment",
                query=answers.TreeQuery,
                reply=answers.PastTree,
                example={"at": _THEN, "below": "owntracks/"},
                errors=("unknown",),
            ),
            Route(
                "GET",
                "/topics/value",
                "past",
                self.value,
                summary="Tell what a topic held at a moment",
                query=answers.ValueQuery,
                reply=answers.PastValue,
                example={"at": _THEN, "topic": "house/hall/temperature"},
                errors=("unknown",),
            ),
            Route(
                "GET",
                "/topics/difference",
                "past",
                self.difference,
                summary="List the topics that hold something else now than at a moment",
                query=answers.DifferenceQuery,
                reply=answers.Difference,
                example={"at": _THEN},
                errors=("unknown",),
            ),
        )

    def _spans(self) -> Sequence[Route[Any]]:
        return (
            Route(
                "GET",
                "/topics/messages",
                "past",
                self.messages,
                summary="List archived messages of a span, or search their payloads",
                query=answers.MessagesQuery,
                reply=answers.PastMessages,
                example={**_DAY, "filter": "house/#", "text": "error"},
                errors=("unknown",),
            ),
            Route(
                "GET",
                "/topics/curve",
                "past",
                self.curve,
                summary="Show a number in the payloads of a topic over time",
                query=answers.CurveQuery,
                reply=answers.Curve,
                example={**_DAY, "topic": "house/hall/climate", "field": "temperature", "step": 60},
                errors=("unknown",),
            ),
            Route(
                "GET",
                "/topics/download",
                "past",
                self.download,
                summary="Download archived messages of a span as JSON lines",
                query=answers.DownloadQuery,
                reply=None,
                media=("application/x-ndjson",),
                example={**_DAY, "filter": "house/#"},
                errors=("unknown",),
            ),
        )

    async def recorded(self, call: Call[Nothing]) -> Reply:
        """Return what is recorded."""
        sees = self._allowed(call)
        who = call.who.reader(call.address)
        return Reply(await self._service.recorded(who, call.left, sees))

    async def tree(self, call: Call[answers.TreeQuery]) -> Reply:
        """Return a page of the topic tree."""
        asked = call.asked
        return await self._answer(
            call, asked.below or "#", f"tree at {_text(asked.at)}", Questions.tree
        )

    async def value(self, call: Call[answers.ValueQuery]) -> Reply:
        """Return what a topic held."""
        asked = call.asked
        return await self._answer(call, asked.topic, f"value at {_text(asked.at)}", Questions.value)

    async def difference(self, call: Call[answers.DifferenceQuery]) -> Reply:
        """Return what is different now."""
        asked = call.asked
        what = f"difference since {_text(asked.at)}"
        return await self._answer(call, asked.below or "#", what, Questions.difference)

    async def messages(self, call: Call[answers.MessagesQuery]) -> Reply:
        """Return messages of a span."""
        asked = call.asked
        what = ("search" if asked.text else "messages") + _span(asked.since, asked.until)
        return await self._answer(call, asked.filter or "#", what, Questions.messages)

    async def curve(self, call: Call[answers.CurveQuery]) -> Reply:
        """Return a part of a curve."""
        asked = call.asked
        what = f"curve{_span(asked.since, asked.until)}"
        return await self._answer(call, asked.topic, what, Questions.curve)

    async def download(self, call: Call[answers.DownloadQuery]) -> Reply:
        """Return messages of a span as a file."""
        asked = call.asked
        viewpoint = self._viewpoint(call)
        self._look(
            call,
            viewpoint.broker,
            asked.filter or "#",
            f"download{_span(asked.since, asked.until)}",
        )
        who = call.who.reader(call.address)
        stream = await self._service.download(who, asked, viewpoint)
        name = f"sightline-messages-{_day(asked.since)}-{_day(asked.until)}.jsonl"
        return Reply(stream=stream, type="application/x-ndjson", name=name)

    async def _answer(
        self,
        call: Call[Any],
        topics: str,
        what: str,
        answer: Callable[[Questions, Any, Viewpoint, TimeBudget], Answer],
    ) -> Reply:
        viewpoint = self._viewpoint(call)
        self._look(call, viewpoint.broker, topics, what)

        def work(questions: Questions, budget: TimeBudget) -> Answer:
            return answer(questions, call.asked, viewpoint, budget)

        who = call.who.reader(call.address)
        return Reply(await self._service.ask(who, call.left, work))

    def _viewpoint(self, call: Call[Any]) -> Viewpoint:
        """Return which broker is asked about, and what of it is seen. Raises `Refused`."""
        sees, brokers = self._allowed(call), self._service.recording.brokers
        broker = call.asked.broker or brokers[0]
        if broker not in brokers:
            raise Refused("unknown", "There is no such broker.")
        topic = call.asked.topic if isinstance(call.asked, answers.ValueQuery) else ""
        return Viewpoint(
            broker, sees, self._clients(broker, topic) if topic and sees(topic) else ()
        )

    def _allowed(self, call: Call[Any]) -> Callable[[str], bool]:
        try:
            return self._sees(call.who.user)
        except Refused as why:
            self._log.refusal(call.who.user.name, call.address, why.code)
            raise

    def _look(self, call: Call[Any], broker: str, topics: str, more: str) -> None:
        thing = f"broker/{broker} {clean(topics, 256)}"
        self._log.look(call.who.user.name, call.address, thing, more)


def _span(since: float, until: float) -> str:
    return f" {_text(since)} to {_text(until)}"


def _text(at: float) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return f"{at:.0f}"


def _day(at: float) -> str:
    return _text(at)[:10].replace(":", "")
