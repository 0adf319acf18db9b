"""Count alerts by account as they change, so that nobody looks through thousands for each push."""

from __future__ import annotations

from collections import Counter

from sightline.kinds.rules.model import Alert


class AlertCounts:
    """How many alerts are each account's, and how many it has to look at. Pure."""

    def __init__(self) -> None:
        self._owned: Counter[str] = Counter()
        self._open: Counter[str] = Counter()

    def change(self, id: str, before: Alert | None, after: Alert | None) -> None:
        """Take in that an alert is another one now; None: it was not there, or is no more."""
        for alert, more in ((before, -1), (after, 1)):
            if alert is None:
                continue
            owner = id.partition("/")[0]
            _add(self._owned, owner, more)
            if alert.status == "open":
                for account in {owner, *(told.account for told in alert.told)}:
                    _add(self._open, account, more)

    def owners(self) -> frozenset[str]:
        """Return the accounts that have alerts."""
        return frozenset(self._owned)

    def open_of(self, account: str) -> int:
        """Count the alerts that an account was told of, or that are of its rules, and are open."""
        return self._open.get(account, 0)


def _add(counts: Counter[str], account: str, more: int) -> None:
    counts[account] += more
    if not counts[account]:
        del counts[account]
