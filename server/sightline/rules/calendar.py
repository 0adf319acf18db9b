"""Days, clocks and holidays, from the system's time zones and the package ``holidays``.

This is asked for a moment's local time and takes no time itself; it is no part of the pure core
only since what it asks reads files. The zones' files are read when first wanted, and ``holidays``
is loaded by the first rule that names a country (server/docs/decisions): by a thread, for it takes
0.2 s, and seconds on a machine that is busy.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

from sightline.rules.ports import LocalTime

_FIRST = date(1970, 1, 1).toordinal()
_UTC = "UTC"
_LATEST = 253_000_000_000.0
"""Epoch s up to which `datetime` reaches, nearly."""


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return None


def _zone_or_utc(name: str) -> Any:
    return _zone(name) or UTC


@lru_cache(maxsize=64)
def _holidays(code: str) -> Container[date] | None:
    """Return the public holidays of a country or a part of it; None: they are not known."""
    try:
        module = import_module("holidays")
        country, _, part = code.partition("-")
        found: Container[date] = module.country_holidays(country, subdiv=part or None)
        return found
    except (ImportError, NotImplementedError, KeyError, ValueError):
        return None


class SystemCalendar:
    """The calendar of this system."""

    def local(self, at: float, zone: str) -> LocalTime:
        """Return what a zone's clocks show at ``at`` (epoch s)."""
        at = min(max(at, 0.0), _LATEST)
        shown = datetime.fromtimestamp(at, _zone_or_utc(zone))
        seconds = shown.hour * 3600 + shown.minute * 60 + shown.second + shown.microsecond / 1e6
        return LocalTime(shown.toordinal() - _FIRST, seconds)

    def moment(self, day: int, seconds: float, zone: str) -> float:
        """Return when a zone's clocks show this (epoch s): the first time, where they show it
        twice; the moment of the change, where they leave it out.
        """
        tz = _zone_or_utc(zone)
        midnight = datetime.fromordinal(min(max(day, -700_000), 2_900_000) + _FIRST)
        shown = (midnight + timedelta(seconds=seconds)).replace(tzinfo=tz)
        at = shown.timestamp()
        if datetime.fromtimestamp(at, tz).replace(tzinfo=None) == shown.replace(tzinfo=None):
            return at
        return _change(tz, shown)

    def is_holiday(self, day: int, country: str) -> bool:
        """Tell whether a day is a public holiday there."""
        known = _holidays(country)
        return known is not None and date.fromordinal(day + _FIRST) in known

    def load(self, countries: Iterable[str]) -> None:
        """Load the holidays of these countries, for a thread to do before they are asked for."""
        for code in countries:
            _holidays(code)

    def has_zone(self, name: str) -> bool:
        """Tell whether there is a zone of this name."""
        return bool(name) and _zone(name) is not None

    def has_country(self, code: str) -> bool:
        """Tell whether the holidays of this country are known."""
        return _holidays(code) is not None


def _change(tz: Any, shown: datetime) -> float:
    """Return the moment at which clocks jump over a time that they leave out."""
    # The offset of before reads it too late, that of afterwards too early: the jump is between.
    late, early = shown.replace(fold=0).timestamp(), shown.replace(fold=1).timestamp()
    low, high = min(late, early), max(late, early)
    before = datetime.fromtimestamp(low, tz).utcoffset()
    while high - low > 0.5:
        middle = (low + high) / 2
        if datetime.fromtimestamp(middle, tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    return float(round(high))
