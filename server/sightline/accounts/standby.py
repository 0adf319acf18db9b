"""Keep in memory what happens while the accounts' database cannot be written.

Whoever has an account can sign in and out; who did what is written down once there is room. What
changes accounts is refused meanwhile, in words.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from sightline.accounts.database import Database
from sightline.auth.account import AccountCache, AuditEvent, Session
from sightline.contract.errors import Refused
from sightline.journal.trouble import Degraded

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
        self._deeds: deque[tuple[float, AuditEvent]] = deque()

    def __bool__(self) -> bool:
        """Tell whether there is something to be written."""
        return bool(self._sessions or self._ended or self._deeds)

    def denied(self) -> Refused:
        """Tell what somebody is told who wants more than can be done now."""
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

    def note(self, deed: AuditEvent, at: float) -> None:
        """Keep an audit event of ``at`` (epoch s)."""
        if len(self._deeds) >= _MOST:
            self._deeds.popleft()
            self.lost += 1
        self._deeds.append((at, deed))

    def onto(self, roll: AccountCache) -> AccountCache:
        """Tell what is in the database, and what will be."""
        if not self._sessions and not self._ended:
            return roll
        sessions = {
            key: each
            for key, each in (*roll.sessions.items(), *self._sessions.items())
            if key not in self._ended
            and (each.account is None or each.account in roll.accounts)
            and (each.link is None or each.link in roll.shares)
        }
        return replace(roll, sessions=sessions)

    def write(self, database: Database) -> None:
        """Write it all down, within one change."""
        roll = database.roll()
        for session in self._sessions.values():
            if session.account in roll.accounts or session.link in roll.shares:
                database.put_session(session)
        database.drop_sessions(self._ended)
        for at, deed in self._deeds:
            database.write(deed, at)
        if self.lost:
            database.write(AuditEvent("Sightline", "", "lost records", more=f"{self.lost} of them"))

    def written(self) -> None:
        """Forget what was written."""
        self._sessions, self._ended, self._deeds, self.lost = {}, {}, deque(), 0
