"""Let everybody in, for tests of what lies behind."""

from __future__ import annotations

from collections.abc import Callable

from sightline.auth.permissions import GUEST, User
from sightline.auth.session import Visitor


class OpenAuthenticator:
    """Let everybody in as ``user``; nobody else ever comes."""

    def __init__(self, user: User = GUEST) -> None:
        self.user = user
        self.watched: list[Callable[[str], None]] = []

    def session(self, secret: str) -> Visitor | None:
        return None

    def token(self, text: str) -> Visitor | None:
        return None

    async def catch_up(self) -> None:
        pass

    def guest(self) -> Visitor | None:
        return Visitor(self.user, "guest")

    def watch(self, visitor: Visitor, ended: Callable[[str], None]) -> Callable[[], None]:
        self.watched.append(ended)
        return lambda: self.watched.remove(ended)
