"""Rules of signing in: how long a session lasts, how often a password may be guessed, how secrets
look.

Pure: the time comes as an argument, from a clock that is never stepped.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from sightline.auth.permissions import Rights, Role, User, rights

Way = Literal["account", "token", "link", "guest"]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The end of a session: ``idle`` s without use, or ``absolute`` s after it began."""

    idle: float = 12 * 3600.0
    absolute: float = 30 * 86400.0

    def ended(self, began: float, seen: float, now: float) -> bool:
        """Tell whether a session that began and was last used then has ended by ``now``."""
        return now - seen >= self.idle or now - began >= self.absolute


def began_at(epoch: float, wall: float, now: float) -> float:
    """Return an instant kept as epoch s, on the clock that reads ``now`` when the wall clock is
    ``wall``.

    What the wall clock calls the future has just been: it was stepped back while we were away.
    """
    return now - max(0.0, wall - epoch)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who asks, and how they came in.

    ``key`` names the session or token among ours and is no secret. ``expires`` is in epoch s, None
    when there is no set end. ``scopes`` are a token's, as far as its account's rights allow them.
    """

    user: User
    way: Way
    key: str = ""
    expires: float | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def reads(self) -> bool:
        """Return whether anything is shown to them: nothing to a token that only posts or
        counts.
        """
        return self.way != "token" or bool(self.scopes & {"see", "drive"})

    @property
    def looks_back(self) -> bool:
        """Return whether they see the past. A link shows where somebody is, not where they were."""
        return self.reads and self.way != "link"

    def reader(self, address: str) -> str:
        """Name whom a long answer is made for: an account, however it came; else an address."""
        return f"@{self.user.name}" if self.way in ("account", "token") else address


class Throttle:
    """Let a first guess pass at once, then make each next one wait longer.

    The first ``free`` guesses with one key cost nothing, then each doubles the wait, from ``first``
    s to ``most`` s. A guess counts when it is made, so many at a time gain nothing. What was quiet
    for ``forget`` s is forgotten. At most ``keys`` keys are kept, the latest.
    """

    def __init__(
        self,
        *,
        free: int = 4,
        first: float = 1.0,
        most: float = 300.0,
        forget: float = 3600.0,
        keys: int = 10_000,
    ) -> None:
        self._free = free
        self._first = first
        self._most = most
        self._forget = forget
        self._keys = keys
        self._guesses: dict[object, tuple[int, float]] = {}  # how many, the latest at

    def wait(self, key: object, now: float) -> float:
        """Tell how many s this key must wait before its next guess; 0 when it may guess now."""
        count, latest = self._guesses.get(key, (0, now))
        if now - latest >= self._forget:
            return 0.0
        return max(0.0, latest + self._delay(count) - now)

    def guess(self, key: object, now: float) -> None:
        """Count a guess of this name or address."""
        count, latest = self._guesses.pop(key, (0, now))
        self._guesses[key] = (1 if now - latest >= self._forget else count + 1, now)
        if len(self._guesses) > self._keys:
            del self._guesses[next(iter(self._guesses))]

    def right(self, key: object) -> None:
        """Forget the guesses of somebody who guessed right."""
        self._guesses.pop(key, None)

    def _delay(self, count: int) -> float:
        if count < self._free:
            return 0.0
        return float(min(self._most, self._first * 2.0 ** min(count - self._free, 60)))


# -- secrets

_TOKEN = "sl"


def new_secret() -> str:
    """Make a secret of 256 random bits as text, for cookies and links."""
    return secrets.token_urlsafe(32)


def new_token() -> tuple[str, str, str]:
    """Make an API token: its id, its secret, and the text ``sl_<id>_<secret>`` for its holder."""
    number, secret = secrets.token_hex(6), new_secret()
    return number, secret, f"{_TOKEN}_{number}_{secret}"


def read_token(text: str) -> tuple[str, str] | None:
    """Return the id and the secret in a token's text; None when it is none."""
    mark, _, rest = text.partition("_")
    number, _, secret = rest.partition("_")
    if mark != _TOKEN or len(number) != 12 or not 20 <= len(secret) <= 100:
        return None
    return number, secret


def digest(secret: str) -> str:
    """Tell what we keep of a secret. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def matches(secret: str, stored: str) -> bool:
    """Tell whether ``secret`` has the digest ``stored``; take the same time either way."""
    return hmac.compare_digest(digest(secret), stored)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody is, for themselves: the ``user`` of hello and of the API. Times in epoch s.

    ``rights`` are what the page needs to know to offer only what will be granted.
    """

    name: str
    role: Role
    way: Way
    rights: Rights
    expires: float | UnsetType = UNSET
    scopes: list[str] | UnsetType = UNSET
    display: str | UnsetType = UNSET
    """What people call them, where that is not the name."""


def described(visitor: Visitor) -> Person:
    """Describe somebody for themselves."""
    user = visitor.user
    return Person(
        name=user.name,
        role=user.role,
        way=visitor.way,
        rights=rights(user),
        expires=UNSET if visitor.expires is None else round(visitor.expires, 3),
        scopes=sorted(visitor.scopes) if visitor.way == "token" else UNSET,
        display=user.display or UNSET,
    )
