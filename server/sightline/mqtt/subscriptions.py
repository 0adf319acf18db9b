"""Keep what a bridge subscribes, and what of it its broker does not take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sightline.model.filters import matches
from sightline.mqtt import reasons
from sightline.mqtt.profile import Profile


class Subscriptions:
    """The filters of a bridge with their QoS, within the limits of the broker's ``profile``."""

    def __init__(self, profile: Profile, filters: Iterable[tuple[str, int]]) -> None:
        self._profile = profile
        self.filters = {name: qos for name, qos in filters if not profile.filter_fault(name)}
        self.rejected: set[str] = set()
        """What the broker refuses on this connection."""
        self._unfit: dict[str, str] = {}  # later filters that this broker does not take, and why

    @property
    def refused(self) -> frozenset[str]:
        """Return the filters that the broker refuses or that do not fit its profile."""
        return frozenset((*self.rejected, *self._unfit))

    def add(self, filters: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Add filters; return those that fit the profile."""
        fit = []
        for name, qos in filters:
            if self._fits(name):
                self.filters[name] = qos
                fit.append((name, qos))
        return fit

    def follows(self, topic: str) -> bool:
        """Tell whether any filter matches this topic."""
        return any(matches(name, topic) for name in self.filters)

    def _fits(self, name: str) -> bool:
        profile = self._profile
        fault = profile.filter_fault(name)
        most = profile.subscriptions
        new = name not in self.filters
        if not fault and new and most is not None and len(self.filters) >= most:
            fault = f"{profile.name} takes no more than {most} subscriptions of one connection"
        if fault:
            self._unfit[name] = fault
        return not fault

    def remove(self, filters: Sequence[str]) -> list[str]:
        """Remove filters; return those that were subscribed."""
        for name in filters:
            self._unfit.pop(name, None)
        known = [name for name in filters if self.filters.pop(name, None) is not None]
        self.rejected.difference_update(known)
        return known

    def shortfall(self, unanswered: Sequence[str] = ()) -> str | None:
        """Tell what the connection lacks, in words; None: nothing."""
        if self._unfit:
            return "; ".join(sorted(set(self._unfit.values()))[:3])
        if self.rejected:
            return reasons.not_subscribed(sorted(self.rejected))
        if unanswered:
            return f"the broker has not answered the subscription {', '.join(unanswered[:3])}"
        return None
