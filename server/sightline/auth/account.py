"""Accounts and everything that belongs to them, as values.

Where they are stored is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from unicodedata import category, normalize

from sightline.auth.invitation import Invitation
from sightline.auth.passkeys import Passkey
from sightline.auth.permissions import Grants, Role, check_grant
from sightline.auth.second_factor import AuthenticatorApp
from sightline.kinds.friends.names import Alias, folded

# What a token may be used for: watch, drive robots, read /metrics, post a phone's messages.
SCOPES = ("see", "drive", "metrics", "publish")
DEMO = "demo"
"""The account of a demonstration: has no password, and goes when the demonstration does."""

LONGEST_NAME = 64
"""Characters of an account's name."""
_MARKS = frozenset("'\u2019.\u00b7_@-\u2010 ")
"""What may stand in a name besides letters, their accents and digits."""
_LABEL = re.compile(r"[^\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]{1,64}")
# Requests over the WebSocket that are written down. Not each ``drive``: there are twenty a second,
# and ``take`` and ``release`` say who drove from when to when.
AUDITED = frozenset(
    (
        *("take", "takeover", "release", "stop", "shutdown", "routine", "subscribe", "ack"),
        *("locate", "phonestatus", "sendregions", "readregions", "clearregions", "setup"),
        *("region", "unregion", "adopt"),
        *("rule", "rules", "unrule", "alert"),
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
    display: str = ""
    """What people call them, where that is not the name: see `display_name`."""


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
        return session_id(self.key)


def session_id(key: str) -> str:
    """Return a name for the session with this key that opens nothing."""
    return key[:16]


@dataclass(frozen=True, slots=True)
class SignOut:
    """Somebody has ended one ``session`` (its id) of an account, or all there were ("").

    At ``at``, epoch s. ``remaining`` is the id of the one that was left; "": none was.
    """

    account: str
    session: str
    at: float
    remaining: str = ""


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

    def why_closed(self, wall: float) -> Literal["revoked", "early", "ended"] | None:
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
    aliases: Mapping[str, Alias] = field(default_factory=dict)  # of devices, by spelling
    chosen: Mapping[str, str] = field(default_factory=dict)  # by admins, on the page
    invitations: Mapping[str, Invitation] = field(default_factory=dict)  # by id
    passkeys: Mapping[str, Passkey] = field(default_factory=dict)  # by id
    apps: Mapping[str, AuthenticatorApp] = field(default_factory=dict)  # by account
    telephones: Mapping[str, str] = field(default_factory=dict)  # by account
    sign_outs: tuple[SignOut, ...] = ()

    def passkeys_of(self, account: str) -> list[Passkey]:
        """Return an account's passkeys, the oldest first."""
        found = [each for each in self.passkeys.values() if each.account == account]
        return sorted(found, key=lambda each: (each.created, each.id))

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
    """Tell what is wrong with an account's name; None when it is a good one.

    Any person's name is: letters of every script, spaces, apostrophes, dots.
    """
    if not 1 <= len(name) <= LONGEST_NAME or not all(map(_fits, name)):
        return "a name is 1 to 64 letters and digits of any script, spaces and . ' _ @ -"
    if not name[0].isalnum() or name[-1] == " " or "  " in name:
        return "a name begins with a letter or a digit, and has single spaces only within"
    return f"{name} is a name of ours" if plain_name(name) in RESERVED else None


def _fits(letter: str) -> bool:
    """Tell whether a letter, an accent of its own, a digit or a mark of names stands here."""
    return letter in _MARKS or letter.isalnum() or category(letter) in ("Mn", "Mc")


def check_label(label: str) -> str | None:
    """Tell what is wrong with what somebody calls a token or a link."""
    return None if _LABEL.fullmatch(label) else "a name is 1 to 64 characters that can be shown"


def plain_name(name: str) -> str:
    """Return a name as it is stored and looked up, in whatever letters it was typed.

    Names that differ by case or Unicode form only are one name.
    """
    return folded(" ".join(name.split()))[:LONGEST_NAME]


def display_name(name: str, typed: str) -> str:
    """Return what people call the account ``name``, as typed; empty where that is the name."""
    text = normalize("NFC", " ".join(typed.split()))
    return "" if text == name else text


def check_display(accounts: Mapping[str, Account], name: str, display: str) -> str | None:
    """Tell why ``name`` cannot be called ``display``: nobody may pass for somebody else."""
    if display and (why := check_name(display)) is not None:
        return why
    called = {name, plain_name(display or name)}
    for other in accounts.values():
        if other.name != name and called & {other.name, plain_name(other.display)}:
            return f"{display or name} is what another account is called"
    return None


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
