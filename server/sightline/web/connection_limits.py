"""How many connections there are, of everybody and of each address, and whether one more may come.

Whoever opens many connections and says nothing must not keep others out; and the server must never
run out of file descriptors, which the database, the log and the brokers need, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable


class ConnectionLimits:
    """Counts connections that are no WebSockets; those are counted by ``sockets``.

    ``most`` connections of both sorts, ``per_address`` that are no WebSockets (0: no limit).
    """

    def __init__(self, most: int, per_address: int, sockets: Callable[[], int] = lambda: 0) -> None:
        self.most = most
        self._per_address = per_address
        self._sockets = sockets
        self._here: Counter[str | None] = Counter()
        self._total = 0
        self.refused = 0

    def __len__(self) -> int:
        return self._total

    def enter(self, address: str | None) -> bool:
        """One comes from ``address`` (None: one that is not counted by itself); may it stay?"""
        limit = self._per_address
        if self._total + self._sockets() >= self.most or (
            address is not None and 0 < limit <= self._here[address]
        ):
            self.refused += 1
            return False
        self._total += 1
        if address is not None:
            self._here[address] += 1
        return True

    def leave(self, address: str | None) -> None:
        """One that had entered is gone, or is a WebSocket now."""
        self._total -= 1
        if address is not None:
            self._here[address] -= 1
            if not self._here[address]:
                del self._here[address]
