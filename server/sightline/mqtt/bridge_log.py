"""Log how a bridge fares: what is worth waking for, and no storm while the broker is away."""

from __future__ import annotations

from twisted.logger import Logger

from sightline.mqtt.inbox import InboxReactor

# While the broker is away we say so when the cause changes, but not more often than this (s) …
NEWS_SECONDS = 30.0
# … and when it does not change, this seldom (s).
REMINDER_SECONDS = 600.0


class BridgeLog:
    """The lines of the log about one ``broker``. A ``quiet`` one has none of connections."""

    _log = Logger()

    def __init__(self, reactor: InboxReactor, broker: str, *, quiet: bool) -> None:
        self._reactor = reactor
        self._broker = broker
        self._quiet = quiet
        self._logged = ""
        self._logged_at = 0.0
        self._warned_at = -NEWS_SECONDS

    def connected(self, address: str, tries: int, shortfall: str | None) -> None:
        """Log that the broker has accepted us, after so many tries."""
        self._logged = ""
        if not self._quiet:
            self._log.info(
                "Broker {broker}: connected to {address}{shortfall}",
                broker=self._broker,
                address=address,
                tries=tries,
                shortfall=f", but {shortfall}" if shortfall else "",
            )

    def lost(self, why: str, wait: float, tries: int, *, stood: bool) -> None:
        """Log why there is no connection and when the next try is, unless that was said lately."""
        at = self._reactor.seconds()
        quiet = at - self._logged_at
        changed = why != self._logged and (not self._logged or quiet >= NEWS_SECONDS)
        if self._quiet:
            return
        if stood or changed or quiet >= REMINDER_SECONDS:
            self._logged, self._logged_at = why, at
            self._log.warn(
                "Broker {broker}: {why}; next try in {wait:.1f} s (tried {tries} times)",
                broker=self._broker,
                why=why,
                wait=wait,
                tries=tries,
            )

    def dropped(self, count: int) -> bool:
        """Log that messages were dropped; return False if it is too early for another line."""
        at = self._reactor.seconds()
        if at - self._warned_at < NEWS_SECONDS:
            return False
        self._warned_at = at
        self._log.warn(
            "Broker {broker}: {count} messages dropped, our own queue was full",
            broker=self._broker,
            count=count,
        )
        return True
