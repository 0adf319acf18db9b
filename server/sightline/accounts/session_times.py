"""Know when sessions began, and when sessions and tokens were last used.

Sessions live by the monotonic clock; in the database their times are epoch s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sightline.auth.account import Session, Token
from sightline.auth.session import Lifetime, Visitor, began_at


@dataclass(slots=True)
class Times:
    """The times of a session on the monotonic clock: when it began and was last used."""

    began: float
    seen: float


class SessionTimes:
    """The times of all sessions. ``seconds`` is never stepped; ``wall`` gives epoch s."""

    def __init__(self, seconds: Callable[[], float], wall: Callable[[], float]) -> None:
        self._seconds = seconds
        self._wall = wall
        self._times: dict[str, Times] = {}
        self._used_sessions: set[str] = set()
        self._used_tokens: set[str] = set()
        self._token_used: dict[str, float] = {}

    def __getitem__(self, key: str) -> Times:
        return self._times[key]

    def take(self, sessions: Mapping[str, Session], *, shared: bool) -> None:
        """Take in the sessions of now. ``shared``: they are used at other servers, too."""
        now, wall = self._seconds(), self._wall()
        self._times = {
            key: self._times.get(key)
            or Times(began_at(session.created, wall, now), began_at(session.seen, wall, now))
            for key, session in sessions.items()
        }
        if shared:
            for key, session in sessions.items():
                times = self._times[key]
                times.seen = max(times.seen, began_at(session.seen, wall, now))

    def touch(self, visitor: Visitor) -> None:
        """Note that this visitor's token or session is used now."""
        if visitor.way == "token":
            self._token_used[visitor.key] = self._wall()
            self._used_tokens.add(visitor.key)
        elif visitor.key in self._times:
            self._times[visitor.key].seen = self._seconds()
            self._used_sessions.add(visitor.key)

    def over(self, lifetime: Lifetime) -> list[str]:
        """List the sessions whose time is over."""
        now = self._seconds()
        return [
            key
            for key, times in self._times.items()
            if lifetime.ended(times.began, times.seen, now)
        ]

    def take_used(self) -> tuple[list[tuple[float, str]], list[tuple[float, str]]]:
        """Return when sessions and tokens were used since this was last asked, epoch s."""
        now, wall = self._seconds(), self._wall()
        sessions = [
            (wall - (now - self._times[key].seen), key)
            for key in self._used_sessions
            if key in self._times
        ]
        tokens = [(self._token_used[key], key) for key in self._used_tokens]
        self._used_sessions.clear()
        self._used_tokens.clear()
        return sessions, tokens

    def token_used(self, token: Token) -> float | None:
        """Tell when a token was last used, epoch s."""
        return self._token_used.get(token.id, token.used)

    def last_used(self, key: str) -> float:
        """Tell when a session was last used, epoch s."""
        return self._wall() - (self._seconds() - self._times[key].seen)
