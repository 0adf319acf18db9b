"""Figures over time, for charts: a bounded series of samples since the start.

When a series is full every other sample is dropped and from then on only every other one is kept:
the whole time stays covered, more coarsely. Time is given with each sample (epoch s).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

MOST = 720
"""Samples kept: two hours of mosquitto's figures, then coarser."""
NAMES = 200


class Series:
    """Samples of many figures taken together."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._every = 1
        self._skipped = 0
        self._at: list[float] = []
        self._values: dict[str, list[float | None]] = {}

    def __len__(self) -> int:
        return len(self._at)

    def sample(self, at: float, values: Mapping[str, float]) -> None:
        """Add the figures of this time. One that is missing is unknown at this time."""
        self._skipped += 1
        if self._skipped < self._every:
            return
        self._skipped = 0
        if len(self._at) >= self._most:
            self._thin()  # and this one is one of those that are left out
            return
        for name in values:
            if name not in self._values and len(self._values) < NAMES:
                self._values[name] = [None] * len(self._at)
        self._at.append(round(at, 1))
        for name, series in self._values.items():
            series.append(values.get(name))

    def _thin(self) -> None:
        self._at = self._at[1::2]
        self._values = {name: series[1::2] for name, series in self._values.items()}
        self._skipped, self._every = self._every, 2 * self._every

    def series(self, names: Collection[str] | None = None, since: float = 0.0) -> dict[str, Any]:
        """Return ``at`` and one list per name, equally long.

        None: every name; unknown ones are absent.
        """
        first = next((n for n, at in enumerate(self._at) if at > since), len(self._at))
        wanted = self._values if names is None else [one for one in names if one in self._values]
        return {
            "at": self._at[first:],
            "series": {name: self._values[name][first:] for name in wanted},
        }
