"""Reckon quiet hours: in somebody's zone, over midnight, through changes of the clock. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


class Quiet(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Hours in which nothing is told that can wait.

    From ``begin`` to ``end``, times of day such as ``22:00``, in ``zone`` (absent: the channel's).
    ``then``: what was not told is told at the end in one message, or dropped.
    """

    begin: str
    end: str
    zone: str | None = None
    then: Literal["summary", "drop"] = "summary"


def fault(quiet: Quiet) -> str:
    """Tell what is wrong with quiet hours; empty: nothing."""
    for name, given in (("begin", quiet.begin), ("end", quiet.end)):
        if not _TIME.fullmatch(given):
            return f"quiet.{name} must be a time of day such as 22:00"
    if quiet.begin == quiet.end:
        return "quiet.begin and quiet.end are the same time; to hear nothing switch the channel off"
    if quiet.zone is not None and zone_of(quiet.zone) is None:
        return "quiet.zone must be a time zone such as Europe/Berlin"
    return ""


def zone_of(name: str) -> ZoneInfo | None:
    """Return the time zone of this name; None: there is none."""
    if not name or len(name) > 64 or not re.fullmatch(r"[A-Za-z0-9_+/-]+", name):
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return None
    except KeyError:
        return None


def quiet_until(quiet: Quiet | None, zone: str, at: float) -> float | None:
    """Return when the quiet hours around ``at`` end (epoch s); None: it is not quiet then.

    The hours are reckoned as spans between two instants, so that where the clock is put back what
    has ended does not begin a second time, and where it is put forward nothing is left out.
    """
    if quiet is None:
        return None
    place = zone_of(quiet.zone or zone) or UTC
    begin, end = time.fromisoformat(quiet.begin), time.fromisoformat(quiet.end)
    today = datetime.fromtimestamp(at, place).date()
    for day in (today - timedelta(days=1), today):
        last = day if begin < end else day + timedelta(days=1)
        first, until = _instant(day, begin, place), _instant(last, end, place)
        if first <= at < until:
            return until
    return None


def _instant(day: date, at: time, place: object) -> float:
    return datetime.combine(day, at, place).timestamp()  # type: ignore[arg-type]
