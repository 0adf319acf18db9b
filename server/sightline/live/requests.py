"""Answer every request of a browser by its id, with what was asked for or why not.

Each feature declares the requests that it can carry out (`RequestSpec`) and adds a function for
each. It gets the asker and the fields as they are declared, and returns the answer; it may be a
coroutine. It refuses by raising `Refused`. None means no answer now: only for frames that come many
times a second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from sightline.auth.permissions import User
from sightline.contract.errors import Refused
from sightline.contract.fields import Answer, Nothing, read
from sightline.contract.requests import RequestSpec
from sightline.live import protocol


class Asker(Protocol):
    """The side that asks: one browser's connection."""

    @property
    def user(self) -> User:
        """Return the account that asks."""

    @property
    def address(self) -> str:
        """Return the address of the browser."""

    def say(self, frame: bytes) -> None:
        """Send it a frame; do nothing when the browser is gone."""


F = TypeVar("F", bound=msgspec.Struct)
Fields = Mapping[str, Any] | Answer
"""What is answered: a declared answer, or a mapping of the same shape."""
Result = Fields | Awaitable[Fields] | None
MalformedFields = Callable[[Asker, Mapping[str, Any], Refused], Refused]
"""Told of fields that cannot be read; returns what is refused with."""
_Run = Callable[[Asker, protocol.Request], Result]


class PingAnswer(Answer, frozen=True):
    """The server's time, ms since 1970."""

    now: int


PING = RequestSpec(
    name="ping",
    summary="Ask for the server's time",
    fields=Nothing,
    answer=PingAnswer,
    example={},
)


class Requests:
    """Turn requests into answers. ``wall`` gives epoch s.

    ``refused`` counts the requests that were refused, by name and code. Names that do not exist are
    one: a browser may make up as many as it likes.
    """

    _log = Logger()

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._runs: dict[str, _Run] = {}
        self.specs: dict[str, RequestSpec[Any]] = {}
        self._guards: list[Callable[[Asker, protocol.Request], None]] = []
        self.refused: Counter[tuple[str, str]] = Counter()
        self._leavers: list[Callable[[Asker], None]] = []
        self._dismissers: list[Callable[[Asker, str], None]] = []
        self._audit_logs: list[Callable[[Asker, protocol.Request, str], None]] = []
        self.add(PING, self._ping)

    def add(
        self,
        spec: RequestSpec[F],
        do: Callable[[Asker, F], Result],
        malformed: MalformedFields = lambda asker, more, why: why,
    ) -> None:
        """Add a request that ``do`` carries out; ``malformed`` is asked if its fields are wrong."""

        def run(asker: Asker, request: protocol.Request) -> Result:
            try:
                asked = read(request.more, spec.fields)
            except Refused as why:
                raise malformed(asker, request.more, why) from None
            return do(asker, asked)

        self.specs[spec.name] = spec
        self._runs[spec.name] = run

    def guard(self, check: Callable[[Asker, protocol.Request], None]) -> None:
        """Have ``check`` look at each request first; it raises `Refused` for what is forbidden."""
        self._guards.append(check)

    def when_left(self, left: Callable[[Asker], None]) -> None:
        """Call ``left`` with each asker that is gone."""
        self._leavers.append(left)

    def when_dismissed(self, dismissed: Callable[[Asker, str], None]) -> None:
        """Call ``dismissed`` with each asker whose session ended, and why, before it is gone."""
        self._dismissers.append(dismissed)

    def when_answered(self, audit_log: Callable[[Asker, protocol.Request, str], None]) -> None:
        """Call ``audit_log`` after each answer, with ``ok`` or the code of the refusal."""
        self._audit_logs.append(audit_log)

    def left(self, asker: Asker) -> None:
        """Tell every feature that a browser is gone: whatever it held ends."""
        for leaver in self._leavers:
            leaver(asker)

    def dismissed(self, asker: Asker, why: str) -> None:
        """Tell every feature that a browser's session ended: it has no right to anything."""
        for dismiss in self._dismissers:
            dismiss(asker, why)

    def ask(self, asker: Asker, request: protocol.Request) -> None:
        """Answer a request, now or when the answer is known."""
        try:
            answerer = self._runs.get(request.do)
            if answerer is None:
                known = ", ".join(sorted(self._runs))
                raise Refused(
                    "unknown", f"this server does not know how to do that; it knows: {known}"
                )
            for check in self._guards:
                check(asker, request)
            fields = answerer(asker, request)
        except Exception:
            self._failed(Failure(), asker, request)
            return
        if fields is None:
            return
        if isinstance(fields, Mapping | Answer):
            self._granted(asker, request, fields)
            return

        async def later() -> None:
            self._granted(asker, request, await fields)

        Deferred.fromCoroutine(later()).addErrback(self._failed, asker, request)

    def _granted(self, asker: Asker, request: protocol.Request, fields: Fields) -> None:
        if isinstance(fields, Answer):
            asker.say(protocol.granted(request.id, fields))
        else:
            asker.say(protocol.answer(request.id, **fields))
        self._tell(asker, request, "ok")

    def _failed(self, failure: Failure, asker: Asker, request: protocol.Request) -> None:
        error = failure.value
        if not isinstance(error, Refused):  # a mistake of ours: they learn only that it happened
            self._log.failure("Failed to {do}", failure, do=request.do)
            error = Refused("failed", "something went wrong in the server")
        self.refused[request.do if request.do in self._runs else "", error.code] += 1
        asker.say(protocol.refusal(request.id, error.code, error.why))
        self._tell(asker, request, error.code)

    def _tell(self, asker: Asker, request: protocol.Request, result: str) -> None:
        for audit_log in self._audit_logs:
            audit_log(asker, request, result)

    def _ping(self, asker: Asker, asked: Nothing) -> PingAnswer:
        return PingAnswer(now=round(self._wall() * 1000))
