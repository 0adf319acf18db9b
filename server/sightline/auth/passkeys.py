"""Rules of passkeys: where they work, what is kept of one, and challenges that prove themselves.

A challenge is not remembered anywhere: it is a keyed hash of what it is for, who asked, which
browser and when. All servers with the key know it again; only what was used is written down.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LASTS = 600.0
"""Seconds in which a challenge must be answered, and a half session completed."""
_AHEAD = 60.0  # s that the clock of another server may be ahead of ours
MOST = 20
"""Passkeys of one account."""

NOT_SECURE = (
    "Passkeys work on a secure page only, whose address begins with https://. This one begins with"
    " http://."
)
NOT_BY_NUMBER = (
    "Passkeys belong to a name such as map.example.org. This page was opened by a number"
    " ({host}), for which no browser keeps one. Open it by its name."
)


class NoPasskeys(Exception):
    """Passkeys cannot work at this address; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The name that passkeys belong to, and the origin of the page that asks for them."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as it is kept: nothing of it is secret. Times in epoch s.

    ``id`` and ``key`` (the public one) are base64url; ``rp`` is the name of the page that it works
    at. ``synced``: its maker copies it to the person's other devices.
    """

    id: str
    account: str
    label: str
    key: str = field(repr=False)
    rp: str
    count: int
    synced: bool
    transports: tuple[str, ...]
    created: float
    used: float | None = None

    @property
    def number(self) -> str:
        """Return a short name for it, for addresses and the audit log."""
        return hashlib.sha256(self.id.encode()).hexdigest()[:16]


def relying_party(origin: str) -> RelyingParty:
    """Return the relying party of a page with this origin. Raises `NoPasskeys`."""
    parts = urlsplit(origin)
    host = (parts.hostname or "").lower()
    local = host == "localhost" or host.endswith(".localhost")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if parts.scheme == "https" or local:
            return RelyingParty(host, origin)
        raise NoPasskeys(NOT_SECURE) from None
    raise NoPasskeys(NOT_BY_NUMBER.format(host=host))


def counter_went_back(known: int, reported: int) -> bool:
    """Tell whether a counter of signatures is not higher than before: a copy may be about.

    Passkeys that do not count say 0, always (WebAuthn Level 3, 6.1.1).
    """
    return (known > 0 or reported > 0) and reported <= known


class Ceremonies:
    """Make and know again challenges and half sessions. ``key`` is known to all servers."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def begin(self, now: float) -> str:
        """Return the state of a new ceremony: when it began (epoch s), and what no other has."""
        return f"{int(now)}.{secrets.token_urlsafe(16)}"

    def challenge(self, state: str, *about: str) -> bytes:
        """Return the challenge of a ceremony. ``about`` says what for, whose, where and which
        browser.
        """
        text = "\0".join(("challenge", state, *about))
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()

    def sign(self, state: str, *about: str) -> str:
        """Return the signature of a half session that began as ``state``."""
        return self.challenge(state, "half session", *about).hex()

    def user_handle(self, account: str) -> bytes:
        """Return the number by which authenticators know an account; it tells nothing of it."""
        return self.challenge("", "user handle", account)


def is_open(state: str, now: float) -> bool:
    """Tell whether a ceremony that began as ``state`` may still be completed."""
    began = began_at(state)
    return began is not None and began - _AHEAD <= now < began + LASTS


def began_at(state: str) -> float | None:
    """Return when a ceremony began, epoch s; None: it is none."""
    text, _, nonce = state.partition(".")
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and 16 <= len(nonce) <= 64):
        return None
    return float(text)
