"""A call of the HTTP API as a value: what is asked, by whom, and what to answer.

The accounts answer calls without knowing HTTP; `sightline.web.api` carries them without knowing
accounts. Who cannot be served raises `Denied`, whose code is a stable word.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sightline.auth.session import Visitor

# Who may make a call: everybody; whoever came in, by whatever way; of those, who may be told of the
# past; somebody signed in with an account; an admin signed in with an account.
Needs = Literal["nobody", "visitor", "past", "account", "admin"]

# The HTTP status of each code. What is not listed is 400.
STATUS: dict[str, int] = {
    "malformed": 400,
    "weak": 400,
    "signed_out": 401,
    "wrong": 401,
    "forbidden": 403,
    "foreign": 403,
    "early": 403,
    "unknown": 404,
    "method": 405,
    "taken": 409,
    "signed_in": 409,
    "last_admin": 409,
    "ended": 410,
    "revoked": 410,
    "not_json": 415,
    "wait": 429,
    "failed": 500,
    "busy": 503,
    "degraded": 503,
}


class Denied(Exception):
    """A refusal of a call. ``why`` is for people; ``wait`` in s until it is worth a try."""

    def __init__(self, code: str, why: str, *, wait: float = 0.0) -> None:
        super().__init__(code, why)
        self.code = code
        self.why = why
        self.wait = wait


UNKNOWN = "There is no such thing, or it is not for you."
"""The one text for what is not there and what must not be seen."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call. ``parts`` are what the route's ``{…}`` stood for, ``query`` what followed the
    ``?``.

    ``visitor`` is None only for calls that need nobody. ``known`` is what a device keeps that has
    signed in before. ``base`` is the address under which the
    caller sees us (``https://map.example.org``).
    """

    visitor: Visitor | None = None
    address: str = ""
    agent: str = ""
    base: str = ""
    known: str = field(default="", repr=False)
    parts: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def who(self) -> Visitor:
        """Tell who calls, where the route lets in nobody else."""
        assert self.visitor is not None
        return self.visitor


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: ``fields``, or a file, or a ``stream`` of bytes, which is closed at its end.

    A stream without a ``name`` is not to be saved but shown. ``cookie`` is the session's new
    secret, which ``lasts`` so many s; "" ends it. ``known`` is what the device keeps to be known
    again.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    cookie: str | None = field(default=None, repr=False)
    lasts: float = 0.0
    known: str | None = field(default=None, repr=False)
    status: int = 200
    file: bytes | None = field(default=None, repr=False)
    type: str = ""
    name: str = ""
    stream: AsyncGenerator[bytes, None] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Route:
    """A route: ``do`` answers calls of ``method`` for ``path`` (``/users/{name}``)."""

    method: str
    path: str
    needs: Needs
    do: Callable[[Call], Awaitable[Reply]]
