"""Keep in memory what happens while the accounts' database cannot be written.

People with an account can sign in and out; who did what is written down once there is room. What
changes accounts is refused meanwhile, in words.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from sightline.accounts.database import Database
from sightline.auth.account import AccountCache, AuditEvent, Session
from sightline.contract.errors import Refused
from sightline.database.trouble import Degraded

_MOST = 1000
"""Sessions, and deeds, that are kept; the oldest go."""
_AGAIN = 5.0  # s after which it is worth another try


class Standby:
    """What waits in memory. ``trouble`` is why the database cannot be written; None: it can, as far
    as is known.
    """

    def __init__(self) -> None:
        self.trouble: Degraded | None = None
        self.lost = 0
        """Deeds that found no room and were not written down."""
        self._sessions: dict[str, Session] = {}  # by key, oldest first
        self._ended: dict[str, None] = {}  # keys
        self._events: deque[tuple[float, AuditEvent]] = deque()

    def __bool__(self) -> bool:
        """Tell whether there is something to be written."""
        return bool(self._sessions or self._ended or self._events)

    def denied(self) -> Refused:
        """Return the refusal of a change that cannot be written now."""
        why = self.trouble.why if self.trouble else "the database does not answer"
        return Refused(
            "degraded",
            f"This cannot be done just now: {why}. You can sign in and look; accounts, links and"
            " tokens cannot be changed.",
            wait=_AGAIN,
        )

    def enter(self, session: Session) -> None:
        """Keep a new session."""
        self._sessions[session.key] = session
        if len(self._sessions) > _MOST:
            del self._sessions[next(iter(self._sessions))]

    def leave(self, key: str) -> None:
        """Keep the end of a session."""
        if self._sessions.pop(key, None) is None:
            self._ended[key] = None

    def note(self, event: AuditEvent, at: float) -> None:
        """Keep an audit event of ``at`` (epoch s)."""
        if len(self._events) >= _MOST:
            self._events.popleft()
            self.lost += 1
        self._events.append((at, event))

    def onto(self, cache: AccountCache) -> AccountCache:
        """Return the cache with what is not in the database yet."""
        if not self._sessions and not self._ended:
            return cache
        sessions = {
            key: each
            for key, each in (*cache.sessions.items(), *self._sessions.items())
            if key not in self._ended
            and (each.account is None or each.account in cache.accounts)
            and (each.link is None or each.link in cache.shares)
        }
        return replace(cache, sessions=sessions)

    def write(self, database: Database) -> None:
        """Write it all down, within one change."""
        cache = database.read_cache()
        for session in self._sessions.values():
            if session.account in cache.accounts or session.link in cache.shares:
                database.put_session(session)
        database.sign_out(self._ended)
        for at, event in self._events:
            database.write(event, at)
        if self.lost:
            database.write(AuditEvent("Sightline", "", "lost records", more=f"{self.lost} of them"))

    def written(self) -> None:
        """Forget what was written."""
        self._sessions, self._ended, self._events, self.lost = {}, {}, deque(), 0
