"""What is asked of history over HTTP: the fields of its routes, and what they come to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from sightline.contract.errors import Refused
from sightline.contract.fields import Parsed, RequestFields
from sightline.history.formats.table import FORMATS
from sightline.history.judged_fixes import Which
from sightline.history.place_text import PlaceQuery
from sightline.history.record import EVENTS
from sightline.history.store import FOREVER, MOST
from sightline.kinds import THING_TYPES

_LATEST = 1e11  # epoch s
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_TYPE = re.compile(r"[a-z]{1,32}")


class Moment(Parsed, float):
    """A time in epoch s, given as such or in ISO 8601 with an offset."""

    MUST = (
        "a time: seconds since 1970, or such as 2026-11-21T04:35:39Z or 2026-11-21T05:35:39+01:00"
    )
    SCHEMA: ClassVar[Mapping[str, Any]] = {
        "oneOf": [{"type": "number"}, {"type": "string", "format": "date-time"}],
        "description": "Seconds since 1970, or ISO 8601 with an offset. Bounds are inclusive.",
    }

    @classmethod
    def read(cls, given: object) -> Moment:
        """Return the time; raise `ValueError` if ``given`` is none."""
        if isinstance(given, bool) or not isinstance(given, str | int | float):
            raise ValueError
        try:
            found = float(given)
        except OverflowError:
            raise ValueError from None
        except ValueError:
            # In a query a + is a blank, unless the caller has escaped it.
            said = re.sub(r" (\d\d:?\d\d)$", r"+\1", str(given).strip())
            when = datetime.fromisoformat(said)
            if when.tzinfo is None:
                raise
            found = when.timestamp()
        if not abs(found) < _LATEST:  # NaN and infinity neither
            raise ValueError
        return cls(found)


class TypeName(Parsed, str):
    """The type of an entry, such as ``fix``."""

    MUST = "a word such as fix"
    SCHEMA: ClassVar[Mapping[str, Any]] = {"type": "string", "pattern": f"^{_TYPE.pattern}$"}

    @classmethod
    def read(cls, given: object) -> TypeName:
        """Return the word; raise `ValueError` if ``given`` is none."""
        if not isinstance(given, str) or not _TYPE.fullmatch(given):
            raise ValueError
        return cls(given)


class EventTypes(Parsed, frozenset[str]):
    """Types of events, given with commas between them; all of them when nothing is given."""

    MUST = f"of {', '.join(sorted(EVENTS))}; several with commas between them"
    SCHEMA: ClassVar[Mapping[str, Any]] = {"type": "string", "description": MUST}

    @classmethod
    def read(cls, given: object) -> EventTypes:
        """Return the types; raise `ValueError` if one is unknown."""
        if not isinstance(given, str):
            raise ValueError
        found = cls(given.split(",") if given else EVENTS)
        if found - EVENTS:
            raise ValueError
        return found


class FormatName(Parsed, str):
    """The format of a track."""

    MUST = f"one of {', '.join(FORMATS)}"
    SCHEMA: ClassVar[Mapping[str, Any]] = {"enum": list(FORMATS)}

    @classmethod
    def read(cls, given: object) -> FormatName:
        """Return the name; raise `ValueError` if there is no such format."""
        if not isinstance(given, str) or given not in FORMATS:
            raise ValueError
        return cls(given)


class FieldNames(Parsed, tuple[str, ...]):
    """Names of fields, given with commas between them."""

    MUST = "at most 64 names with commas between them"
    SCHEMA: ClassVar[Mapping[str, Any]] = {"type": "string", "description": MUST}

    @classmethod
    def read(cls, given: object) -> FieldNames:
        """Return the names; raise `ValueError` if they are none."""
        if not isinstance(given, str):
            raise ValueError
        found = cls(filter(None, given.split(",")))
        if len(found) > 64 or not all(map(_FIELD.fullmatch, found)):
            raise ValueError
        return found


class Month(Parsed, str):
    """A month of a year, such as ``2026-11``."""

    MUST = "a month such as 2026-11"
    SCHEMA: ClassVar[Mapping[str, Any]] = {"type": "string", "pattern": r"^\d{4}-\d{2}$"}

    @classmethod
    def read(cls, given: object) -> Month:
        """Return the month; raise `ValueError` if ``given`` is none."""
        found = _MONTH.fullmatch(given) if isinstance(given, str) else None
        if found is None or not (1 <= int(found[2]) <= 12 and 1970 <= int(found[1]) <= 9998):
            raise ValueError
        return cls(found[0])


class Zone(Parsed, str):
    """The name of a time zone; "" is UTC."""

    MUST = "a time zone such as Europe/Berlin"
    SCHEMA: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "description": "such as Europe/Berlin; else UTC",
    }

    @classmethod
    def read(cls, given: object) -> Zone:
        """Return the name; raise `ValueError` if there is no such time zone."""
        if not isinstance(given, str):
            raise ValueError
        try:
            cls(given).info()
        except (OSError, LookupError):
            raise ValueError from None
        return cls(given)

    def info(self) -> tzinfo:
        """Return the zone itself."""
        return ZoneInfo(self) if self else UTC


_Limit = Annotated[int, Meta(ge=1, le=10_000_000, description="The first so many.")]
_Last = Annotated[int, Meta(ge=1, le=MOST, description="The newest so many, oldest first.")]
_Type = Annotated[
    TypeName, Meta(description="fix, transition, state, figures, …; each kind has its own.")
]
_Sort = Annotated[
    TypeName,
    Meta(description="The former name of type.", extra_json_schema={"deprecated": True}),
]


class _Within(PlaceQuery, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    since: Moment | None = None
    until: Moment | None = None

    def span(self) -> tuple[float, float]:
        """Return the bounds, both inclusive; open where they are not given. Raises `Refused`."""
        return span(self.since, self.until)


class ThingsQuery(PlaceQuery, frozen=True, kw_only=True):
    """Which things: of one ``kind`` only, if that is given."""

    kind: str | None = None


class SceneQuery(RequestFields, frozen=True):
    """The time of a scene."""

    at: Moment


class EventsQuery(_Within, frozen=True, kw_only=True):
    """Which events. ``after`` is the ``next`` of the page before."""

    kind: EventTypes | None = None
    thing: str = ""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    after: Annotated[str, Meta(description="The next of the page before.")] | None = None


class TrackQuery(_Within, frozen=True, kw_only=True):
    """Which part of a track, and how it is wanted. ``max_error`` in m."""

    limit: _Limit | None = None
    last: _Last | None = None
    fields: FieldNames | None = None
    max_error: Annotated[
        float, Meta(ge=0, le=1e7, description="Leave out what lies so close, m.")
    ] = 0.0
    format: FormatName | None = None
    hidden: Annotated[str, Meta(description="1: also what was hidden, for its owner.")] = "0"
    doubtful: Annotated[
        str,
        Meta(description="1: also fixes that are not believed, each with the reason; only: these."),
    ] = "0"
    type: _Type | None = None
    sort: _Sort | None = None


class DaysQuery(RequestFields, frozen=True, kw_only=True):
    """Which month, in which time zone."""

    month: Month
    zone: Zone | None = None
    type: _Type | None = None
    sort: _Sort | None = None


class CalendarQuery(RequestFields, frozen=True, kw_only=True):
    """Which month, in which time zone; of one ``thing`` only, if that is given."""

    month: Month
    zone: Zone | None = None
    thing: str = ""


class SpanQuery(_Within, frozen=True, kw_only=True):
    """The bounds of a span, both inclusive."""


class HeatQuery(_Within, frozen=True, kw_only=True):
    """The bounds of a span, both inclusive, and how many cells there may be."""

    cells: Annotated[int, Meta(ge=10, le=5000)] = 2000


class Track(msgspec.Struct, frozen=True):
    """A request for a part of a thing's track. Times in epoch s, ``max_error`` in m."""

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
    which: Which = "used"
    """Of fixes: those that are used, those that are doubtful (with the reason), or all."""


def type_of(asked: TrackQuery | DaysQuery, thing: str) -> str:
    """Return the type asked for, or else the usual one of this thing."""
    return str(asked.type or asked.sort or track_of(thing))


def track_of(thing: str) -> str:
    """Name the track of a thing, for requests that name no type."""
    known = THING_TYPES.get(thing.partition("/")[0])
    return "state" if known is None else known.track


def span(since: float | None, until: float | None) -> tuple[float, float]:
    """Return the bounds, both inclusive; open where they are not given.

    Raises `Refused` (``malformed``).
    """
    bounds = -FOREVER if since is None else float(since), FOREVER if until is None else float(until)
    if bounds[0] > bounds[1]:
        raise Refused("malformed", "from is later than to.")
    return bounds


def track(thing: str, asked: TrackQuery) -> Track:
    """Return what ``/history/…`` is asked. Raises `Refused` (``malformed``)."""
    since, until = asked.span()
    if asked.limit is not None and asked.last is not None:
        raise Refused("malformed", "Ask for limit (the first so many) or last, not for both.")
    return Track(
        thing=thing,
        sort=type_of(asked, thing),
        since=since,
        until=until,
        limit=asked.limit,
        last=asked.last,
        fields=tuple(asked.fields or ()),
        max_error=asked.max_error,
        format=str(asked.format or "json"),
        hidden=asked.hidden not in ("0", "", "false"),
        which=_which(asked.doubtful),
    )


def _which(doubtful: str) -> Which:
    if doubtful == "only":
        return "doubtful"
    return "used" if doubtful in ("0", "", "false") else "all"


def month(asked: DaysQuery | CalendarQuery) -> tuple[list[str], list[float]]:
    """Return the days of the month asked for, and where each begins (epoch s).

    One bound more than days.
    """
    year, number = map(int, asked.month.split("-"))
    zone = UTC if asked.zone is None else asked.zone.info()
    day = datetime(year, number, 1, tzinfo=zone)
    days, bounds = [], [day.timestamp()]
    while day.month == number:
        days.append(day.date().isoformat())
        after = day.date() + timedelta(days=1)
        day = datetime(after.year, after.month, after.day, tzinfo=zone)
        bounds.append(day.timestamp())
    return days, bounds
