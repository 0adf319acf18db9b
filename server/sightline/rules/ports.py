"""What the engine must be told of the world around it: names, zones and the calendar."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Lookaround(Protocol):
    """What a server and a back-test know in their own ways."""

    def name(self, key: str) -> str | None:
        """Return what people call a thing or a region (``region/ab12cd34``); None: it is gone."""

    def place(self, thing: str) -> tuple[float, float] | None:
        """Return where a thing is now (degrees); None: that is not known."""

    def zone(self, thing: str) -> str:
        """Return the IANA name of the zone of where a thing is, else the server's."""


class LocalTime(NamedTuple):
    """A moment by the clocks of a zone: days since 1970-01-01, s since midnight as shown."""

    day: int
    seconds: float


class DayCalendar(Protocol):
    """Days and clocks of zones (`sightline.rules.calendar`)."""

    def local(self, at: float, zone: str) -> LocalTime:
        """Return what a zone's clocks show at ``at`` (epoch s)."""

    def moment(self, day: int, seconds: float, zone: str) -> float:
        """Return when a zone's clocks show this (epoch s): the first time, where they show it
        twice; the moment of the change, where they leave it out.
        """

    def is_holiday(self, day: int, country: str) -> bool:
        """Tell whether a day is a public holiday there (``DE``, ``DE-BY``)."""

    def has_zone(self, name: str) -> bool:
        """Tell whether there is a zone of this name."""

    def has_country(self, code: str) -> bool:
        """Tell whether the holidays of this country are known."""
