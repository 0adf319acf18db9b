"""A route of the HTTP API, a call of it and its reply, as values.

A route declares all that may be known of it without running it: what it needs, its fields, its
answer and its errors. `sightline.web.api` reads the fields and carries the answer; the document
(`sightline.contract.openapi`) is made of the same declarations.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

import msgspec

from sightline.auth.session import Visitor
from sightline.contract.fields import Answer, Done, Nothing

F = TypeVar("F", bound=msgspec.Struct)

Needs = Literal["nobody", "visitor", "past", "account", "admin"]
"""Who may make a call: everybody; every visitor, by whatever way they came; of those, who may be
told of the past; somebody signed in with an account; an admin signed in with an account."""

BODIED = ("POST", "PUT", "PATCH")
"""Methods whose fields come in the body; those of the others come in the query."""


def _waits() -> bool:
    """Tell that somebody waits for the answer."""
    return False


@dataclass(frozen=True, slots=True)
class Call(Generic[F]):
    """One call. ``asked`` are its fields, ``parts`` what the ``{…}`` of the path stood for.

    ``visitor`` is None only for calls that need nobody. ``thing`` is the key of the thing in the
    path. ``known`` is what a device keeps that has signed in before, ``flow`` what a browser keeps
    of a sign-in elsewhere that it began. ``base`` is the address under which the caller sees us
    (``https://map.example.org``). ``left`` tells, on any thread, whether nobody waits any more.
    """

    asked: F
    visitor: Visitor | None = None
    address: str = ""
    agent: str = ""
    base: str = ""
    origin: str = ""
    browser: str = field(default="", repr=False)
    known: str = field(default="", repr=False)
    flow: str = field(default="", repr=False)
    parts: Mapping[str, str] = field(default_factory=dict)
    thing: str = ""
    left: Callable[[], bool] = field(default=_waits, repr=False)

    @property
    def who(self) -> Visitor:
        """Return who calls, where the route lets in nobody else."""
        assert self.visitor is not None
        return self.visitor


@dataclass(frozen=True, slots=True)
class Reply:
    """Yes, with an ``answer``; or with a file; or with a ``stream`` of bytes, closed at its end.

    A stream without a ``name`` is not to be saved but shown. ``cookie`` is the session's new
    secret, which ``lasts`` so many s; "" ends it. ``known`` is what the device keeps to be known
    again, ``browser`` what it keeps for a while to be known before anybody is signed in, ``flow``
    what it keeps of a sign-in elsewhere ("": nothing more).
    """

    answer: Answer = field(default_factory=Done)
    cookie: str | None = field(default=None, repr=False)
    lasts: float = 0.0
    known: str | None = field(default=None, repr=False)
    browser: str | None = field(default=None, repr=False)
    flow: str | None = field(default=None, repr=False)
    status: int = 200
    file: bytes | None = field(default=None, repr=False)
    type: str = ""
    name: str = ""
    stream: AsyncGenerator[bytes, None] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[F]):
    """``do`` answers calls of ``method`` for ``path`` (``/users/{name}``), which need ``needs``.

    Either ``query`` or ``body`` declares the fields. ``thing`` says how the path names a thing
    (``friend/{user}/{device}``); with ``right``, who may not do that to it is told that there is
    none. ``reply`` is the answer and ``status`` its status; ``media`` are the types it comes in
    instead of JSON. ``errors`` are the codes it may refuse with beyond `codes`' own. ``example``
    are fields that make sense.
    """

    method: str = field(kw_only=False)
    path: str = field(kw_only=False)
    needs: Needs = field(kw_only=False)
    do: Callable[[Call[F]], Awaitable[Reply]] = field(kw_only=False)
    summary: str
    query: type[F] | None = None
    body: type[F] | None = None
    thing: str = ""
    right: str = ""
    reply: type[Answer] | None = Done
    status: int = 200
    media: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    example: Mapping[str, object] | None = None

    def __post_init__(self) -> None:
        """Refuse a declaration that could not be kept."""
        wrong = self.query if self.method in BODIED else self.body
        if wrong is not None or (self.method in BODIED and self.body is None):
            raise ValueError(f"{self.method} {self.path}: fields in the wrong place")

    @property
    def fields(self) -> type[msgspec.Struct]:
        """Return the struct that declares the fields, wherever they come."""
        return self.body or self.query or Nothing

    @property
    def codes(self) -> frozenset[str]:
        """Return every code that this route may refuse with."""
        found = {"wait", "failed", "busy", "degraded", *self.errors}
        if self.needs != "nobody":
            found.add("signed_out")
        if self.needs in ("past", "account", "admin"):
            found.add("forbidden")
        if self.method != "GET":
            found.add("foreign")
        if self.body is not None:
            found |= {"malformed", "not_json"}
        if self.query is not None:
            found.add("malformed")
        if self.right or "{" in self.path:
            found.add("unknown")
        return frozenset(found)
