"""Accounts and everything that belongs to them, as values.

Where they are stored is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sightline.auth.permissions import Grants, Role, check_grant

# What a token may be used for: watch, drive robots, read /metrics, post a phone's messages.
SCOPES = ("see", "drive", "metrics", "publish")
DEMO = "demo"
"""The account of a demonstration: has no password, and goes when the demonstration does."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_LABEL = re.compile(r"[^\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]{1,64}")
# Requests over the WebSocket that are written down. Not each ``drive``: there are twenty a second,
# and ``take`` and ``release`` say who drove from when to when.
AUDITED = frozenset(
    (
        *("take", "takeover", "release", "stop", "shutdown", "routine", "subscribe", "ack"),
        *("locate", "phonestatus", "sendregions", "readregions", "clearregions", "setup"),
        *("region", "unregion", "adopt"),
    )
)
RESERVED = frozenset(("guest", "visitor", DEMO))


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in. Times in epoch s. ``password`` is its hash; None: has none."""

    name: str
    role: Role
    grants: Grants = field(default_factory=Grants)
    password: str | None = field(default=None, repr=False)
    disabled: bool = False
    created: float = 0.0
    seen: float | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in, of an account or by a link. ``key`` is its secret's digest."""

    key: str = field(repr=False)
    account: str | None
    link: str | None
    created: float
    seen: float
    address: str = ""
    agent: str = ""

    @property
    def id(self) -> str:
        """Return a name for it that opens nothing."""
        return self.key[:16]


@dataclass(frozen=True, slots=True)
class Token:
    """An API token. ``things`` are the friends it may publish for; ``expires`` None: never."""

    id: str
    account: str
    label: str
    key: str = field(repr=False)
    scopes: frozenset[str]
    things: frozenset[str]
    created: float
    expires: float | None = None
    used: float | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A link that shows ``things`` from ``starts`` to ``ends`` (epoch s)."""

    id: str
    key: str = field(repr=False)
    owner: str
    label: str
    things: frozenset[str]
    created: float
    starts: float
    ends: float
    revoked: float | None = None

    def why_closed(self, wall: float) -> str | None:
        """Tell why it does not open now: ``revoked``, ``early``, ``ended``; None when it does."""
        if self.revoked is not None:
            return "revoked"
        if wall < self.starts:
            return "early"
        return "ended" if wall >= self.ends else None


@dataclass(frozen=True, slots=True)
class AccountCache:
    """All accounts, sessions, tokens and links that let somebody in, as last read."""

    accounts: Mapping[str, Account] = field(default_factory=dict)
    sessions: Mapping[str, Session] = field(default_factory=dict)  # by key
    tokens: Mapping[str, Token] = field(default_factory=dict)  # by id
    shares: Mapping[str, Share] = field(default_factory=dict)  # by id

    @property
    def founded(self) -> bool:
        """Tell whether there is an account that somebody can sign in with."""
        return any(name != DEMO for name in self.accounts)


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """An act that must be known later.

    ``who`` did ``what`` to ``thing`` from ``address``, and how that went (``ok`` or a refusal's
    code). ``more`` is a few words; never a secret, nor what a message held.
    """

    who: str
    address: str
    what: str
    thing: str = ""
    result: str = "ok"
    more: str = ""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """An audit event as it was written: number ``n``, at ``at`` (epoch s)."""

    n: int
    at: float
    event: AuditEvent


def check_name(name: str) -> str | None:
    """Tell what is wrong with an account's name; None when it is a good one."""
    if not _NAME.fullmatch(name):
        return "a name is 1 to 64 of a-z 0-9 . _ @ - and begins with a letter or a digit"
    return f"{name} is a name of ours" if name in RESERVED else None


def check_label(label: str) -> str | None:
    """Tell what is wrong with what somebody calls a token or a link."""
    return None if _LABEL.fullmatch(label) else "a name is 1 to 64 characters that can be shown"


def plain_name(name: str) -> str:
    """Return a name as it is stored, whatever its case was when typed."""
    return name.strip().lower()[:64]


def check_grants(grants: Grants) -> str | None:
    """Tell what is wrong with any of them; None when all can be given."""
    for verb in ("see", "drive", "own"):
        words: frozenset[str] = getattr(grants, verb)
        if len(words) > 500:
            return "at most 500 grants of a sort"
        for what in sorted(words):
            if (why := check_grant(verb, what)) is not None:
                return f"{verb} {what[:80]!r}: {why}"
    return None
