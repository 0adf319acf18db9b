"""What is answered about things now and then. Times in epoch s."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from sightline.contract.fields import Answer, Open, shaped
from sightline.history.record import EVENTS


class Thing(Open, frozen=True):
    """A thing: its kind, its id, its number in the present; then the fields of its state."""

    k: str
    id: str
    s: int = 0
    place: str | UnsetType = UNSET
    """What lies at its position, where that was asked for and is known."""


class HistoryEvent(Open, frozen=True, kw_only=True):
    """Something that happened; besides these fields, what was said of it.

    A crossing has the ``name`` of the region, a phone's own transition its ``desc``; a photo its
    place, what that is called (``poi``) and the picture's ``hash`` and size in pixels; a line of
    the command log ``what`` was done and by ``who``.
    """

    sort: Annotated[str, Meta(extra_json_schema={"enum": sorted(EVENTS)})]
    thing: str
    tst: float
    at: float
    hidden: bool | UnsetType = UNSET
    place: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    desc: str | UnsetType = UNSET
    event: str | UnsetType = UNSET
    inferred: bool | UnsetType = UNSET
    lat: float | UnsetType = UNSET
    lon: float | UnsetType = UNSET
    poi: str | UnsetType = UNSET
    hash: str | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    what: str | UnsetType = UNSET
    who: str | UnsetType = UNSET
    why: str | UnsetType = UNSET


class TrackEntry(Open, frozen=True, kw_only=True):
    """An entry of a track as it was said; which fields there are depends on the thing.

    ``tst`` is its time by the sender's clock, ``at`` our receipt. A friend's entry has a place and
    ``vel`` (km/h), and why it is in ``doubt``; a robot's ``batt`` (%) and ``rtt`` (ms); a broker's
    ``trip`` (ms), a line of its log ``n``, ``level`` and ``text``.
    """

    tst: float | UnsetType = UNSET
    at: float | UnsetType = UNSET
    lat: float | UnsetType = UNSET
    lon: float | UnsetType = UNSET
    vel: float | UnsetType = UNSET
    doubt: str | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    believed: bool | UnsetType = UNSET
    batt: float | UnsetType = UNSET
    rtt: float | UnsetType = UNSET
    trip: float | UnsetType = UNSET
    n: int | UnsetType = UNSET
    level: str | UnsetType = UNSET
    text: str | UnsetType = UNSET


class AllThings(Answer, frozen=True):
    """Things as they are."""

    things: list[Thing]


class OneThing(Answer, frozen=True):
    """A thing as it is."""

    thing: Annotated[msgspec.Raw, shaped(Thing)]


class Scene(Answer, frozen=True):
    """Things as they were ``at`` a time."""

    at: float
    things: list[Thing]


class TrackOfThing(Answer, frozen=True):
    """A thing's track in JSON. ``data`` are entries as they were said, with ``tst`` and ``at``."""

    thing: str
    sort: str
    data: list[Annotated[dict[str, Any], shaped(TrackEntry)]]
    count: int


class DayCount(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """How much there is of a ``day``, which begins and ends at these times."""

    day: str
    count: int
    since: float
    until: float


class Days(Answer, frozen=True):
    """The days of a month on which there is anything."""

    days: list[DayCount]


class CalendarDay(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """A ``day`` on which there is anything, which begins and ends at these times."""

    day: str
    since: float
    until: float


class Calendar(Answer, frozen=True):
    """The days of a month on which there is anything of what one may see."""

    days: list[CalendarDay]


class RegionTotal(msgspec.Struct, frozen=True):
    """How often and for how many ``seconds`` somebody was in a region (its key)."""

    region: str
    name: str
    stays: int
    seconds: float


class PastVisit(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """Somebody was in a region (its key) from then to then."""

    region: str
    name: str
    since: float
    until: float


class SpanSummary(Answer, frozen=True):
    """What somebody did from the ``first`` fix of a span to the ``last`` one.

    ``stays`` are the first so many; ``regions`` counts all of them. Of a span without a believed
    fix there are no times.
    """

    thing: str
    fixes: Annotated[int, Meta(description="Those that are believed, of which all is made.")]
    doubtful: Annotated[int, Meta(description="Those that are not, and count for nothing.")]
    first: float | None
    last: float | None
    distance_m: float
    moving_s: float
    top_speed_kmh: float | None
    top_speed_at: float | None
    regions: list[RegionTotal]
    stays: list[PastVisit]


class HeatCell(msgspec.Struct, frozen=True):
    """The middle of a cell, and for how many ``seconds`` somebody was in it."""

    lat: float
    lon: float
    seconds: float


class HeatMap(Answer, frozen=True):
    """Where somebody was, cells of most time first; ``cell_m`` is how wide a cell is."""

    thing: str
    seconds: float
    cell_m: float
    cells: list[HeatCell]


class Events(Answer, frozen=True):
    """Events, newest first. ``next`` is the ``after`` of the next page."""

    events: list[Annotated[dict[str, Any], shaped(HistoryEvent)]]
    next: str | None


class Hidden(Answer, frozen=True):
    """How many points are hidden, and what undoes that."""

    hidden: int
    undo: str


class Shown(Answer, frozen=True):
    """How many points are shown again."""

    shown: int


class Believed(Answer, frozen=True):
    """How many fixes are used from now on, and what undoes that."""

    believed: int
    undo: str


class OverruledAct(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """One act: so many fixes were hidden, or used, ``at`` a time; what undoes that."""

    what: Literal["hide", "use"]
    at: float | None
    count: int
    since: float
    until: float
    undo: str


class Overruled(Answer, frozen=True):
    """What was hidden or believed and not undone, newest first."""

    acts: list[OverruledAct]


class Judged(Answer, frozen=True):
    """How many fixes are used, ``believed`` ones among them, and how many are doubtful, by
    reason.
    """

    used: int
    believed: int
    doubtful: dict[str, int]
