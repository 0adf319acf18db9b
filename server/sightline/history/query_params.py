"""What is asked of history over HTTP, as values: times, spans, numbers. Nothing is asked here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import msgspec

from sightline.auth.api_call import Call, Denied
from sightline.history.formats.table import FORMATS
from sightline.history.store import FOREVER, MOST

SORTS: Mapping[str, str] = {
    "friend": "fix",
    "region": "region",
    "broker": "figures",
    "server": "figures",
}
"""The track of each kind of thing, unless another is asked for; of the rest it is ``state``."""
_LATEST = 1e11  # epoch s
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_SORT = re.compile(r"[a-z]{1,32}")


class Track(msgspec.Struct, frozen=True):
    """A part of a thing's track, and how it is wanted. Times in epoch s, ``max_error`` in m."""

    thing: str
    sort: str
    since: float
    until: float
    limit: int | None
    last: int | None
    fields: tuple[str, ...]
    max_error: float
    format: str
    hidden: bool
    doubtful: bool = False
    """Fixes that cannot be right, too, with the reason."""


def thing(call: Call) -> str:
    """The key in a path such as ``/history/{kind}/{group}/{id}``."""
    parts = call.parts
    return "/".join(parts[name] for name in ("kind", "group", "id") if name in parts)


def moment(text: str, name: str) -> float:
    """A time: epoch s, or ISO 8601 with an offset.

    Raises `Denied` (``malformed``).
    """
    try:
        found = float(text)
    except ValueError:
        # In a query a + is a blank, unless whoever asks has escaped it.
        said = re.sub(r" (\d\d:?\d\d)$", r"+\1", text.strip())
        try:
            when = datetime.fromisoformat(said)
        except ValueError:
            when = None
        if when is None or when.tzinfo is None:
            raise Denied(
                "malformed",
                f"{name} must be a time: seconds since 1970, or such as 2026-11-21T04:35:39Z or"
                " 2026-11-21T05:35:39+01:00.",
            ) from None
        found = when.timestamp()
    if not abs(found) < _LATEST:  # NaN and infinity neither
        raise Denied("malformed", f"{name} is not a time.")
    return found


def span(call: Call) -> tuple[float, float]:
    """``from`` and ``to``, both inclusive; open where they are not given."""
    query = call.query
    since = moment(query["from"], "from") if "from" in query else -FOREVER
    until = moment(query["to"], "to") if "to" in query else FOREVER
    if since > until:
        raise Denied("malformed", "from is later than to.")
    return since, until


def count(call: Call, name: str, most: int) -> int | None:
    """A whole number from 1; None when it is not given."""
    text = call.query.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not 1 <= int(text) <= most:
        raise Denied("malformed", f"{name} must be a whole number from 1 to {most}.")
    return int(text)


def track(call: Call) -> Track:
    """What `/history/…` is asked. Raises `Denied` (``malformed``)."""
    query, key = call.query, thing(call)
    since, until = span(call)
    limit, last = count(call, "limit", 10_000_000), count(call, "last", MOST)
    if limit is not None and last is not None:
        raise Denied("malformed", "Ask for limit (the first so many) or last, not for both.")
    form = query.get("format", "json")
    if form not in FORMATS:
        raise Denied("malformed", f"format must be one of {', '.join(FORMATS)}.")
    fields = tuple(filter(None, query.get("fields", "").split(",")))
    if len(fields) > 64 or not all(map(_FIELD.fullmatch, fields)):
        raise Denied("malformed", "fields must be names with commas between them.")
    try:
        error = float(query.get("max_error", "0"))
    except ValueError:
        error = -1.0
    if not 0 <= error <= 1e7:
        raise Denied("malformed", "max_error must be a number of metres.")
    return Track(
        thing=key,
        sort=sort(query.get("sort", SORTS.get(key.partition("/")[0], "state"))),
        since=since,
        until=until,
        limit=limit,
        last=last,
        fields=fields,
        max_error=error,
        format=form,
        hidden=query.get("hidden", "0") not in ("0", "", "false"),
        doubtful=query.get("doubtful", "0") not in ("0", "", "false"),
    )


def sort(text: str) -> str:
    """The name of a sort. Raises `Denied` (``malformed``)."""
    if not _SORT.fullmatch(text):
        raise Denied("malformed", "sort must be a word such as fix.")
    return text


def month(call: Call) -> tuple[list[str], list[float]]:
    """The days of ``month`` in the time ``zone`` asked for, and where each begins (epoch s).

    One bound more than days. Raises `Denied` (``malformed``).
    """
    found = _MONTH.fullmatch(call.query.get("month", ""))
    if found is None or not (1 <= int(found[2]) <= 12 and 1970 <= int(found[1]) <= 9998):
        raise Denied("malformed", "month must be such as 2026-11.")
    zone: tzinfo = UTC
    if name := call.query.get("zone", ""):
        try:
            zone = ZoneInfo(name)
        except (ValueError, OSError, LookupError):
            raise Denied("malformed", "zone must be a time zone such as Europe/Berlin.") from None
    year, number = int(found[1]), int(found[2])
    day = datetime(year, number, 1, tzinfo=zone)
    days, bounds = [], [day.timestamp()]
    while day.month == number:
        days.append(day.date().isoformat())
        after = day.date() + timedelta(days=1)
        day = datetime(after.year, after.month, after.day, tzinfo=zone)
        bounds.append(day.timestamp())
    return days, bounds
