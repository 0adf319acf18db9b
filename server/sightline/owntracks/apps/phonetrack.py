"""Read what apps send to Nextcloud's PhoneTrack: its own app for Android, OsmAnd, Locus Map, ….

    GET or POST …/TOKEN/jane?lat=52.1&lon=5.1&timestamp=1795235000&acc=7&alt=12&bat=81&sat=9
                             &speed=2.5&bearing=90
    POST …/index.php/apps/phonetrack/logPostMultiple/TOKEN/jane
         {"points":[[lat,lon,timestamp,alt,acc,bat,sat,useragent,speed,bearing], …]}

Speed is in m/s, times in s or ms, numbers may come as texts, unknown is empty. The app deletes what
it sent for a status 200 with ``{"done":1}``. A custom job of it may send an OwnTracks location,
then with km/h (``vel``).
"""

from __future__ import annotations

from collections.abc import Mapping

from sightline.model.kind import CannotDecode
from sightline.owntracks.apps.model import (
    JSON,
    METRE_PER_SECOND,
    Answered,
    App,
    AppReport,
    Message,
    Posted,
    items,
    location,
    positive,
    shown,
    text,
    times,
)

TITLE = "PhoneTrack"
_POINT = ("lat", "lon", "timestamp", "alt", "acc", "bat", "sat", "useragent", "speed", "bearing")


def read(posted: Posted) -> AppReport:
    """Read one fix, or the points of a queue that is emptied."""
    given = posted.fields
    report = AppReport(device=text(given.get("devicename")))
    if "points" not in given:
        report.locations.append(_fix(given))
        return report
    for point in items(given["points"], "points"):
        try:
            if not isinstance(point, list):
                raise CannotDecode("not_object", "a point is a list")
            report.locations.append(_fix(dict(zip(_POINT, point, strict=False))))
        except CannotDecode as why:
            report.refused.append((shown(point), why))
    return report


def _fix(given: Mapping[str, object]) -> Message:
    kmh = times(given.get("vel"), 1)
    moving = positive(given.get("speed")) or positive(kmh)
    return location(
        TITLE,
        lat=given.get("lat"),
        lon=given.get("lon"),
        tst=_first(given, "timestamp", "tst", "time", "datetime"),
        acc=positive(given.get("acc")),
        alt=given.get("alt"),
        vel=times(given.get("speed"), METRE_PER_SECOND) if kmh is None else kmh,
        cog=times(given.get("bearing"), 1) if moving else positive(given.get("bearing")),
        batt=times(_first(given, "bat", "batt", "battery"), 1),
    )


def _first(given: Mapping[str, object], *names: str) -> object:
    return next((given[name] for name in names if given.get(name) not in (None, "")), None)


def say(posted: Posted) -> Answered:
    """Say that it is done, in the words of the Nextcloud app."""
    return Answered(b'{"done":1,"friends":[]}', type=JSON)


APP = App(
    name="phonetrack",
    title="PhoneTrack, OsmAnd, Locus Map",
    methods=("GET", "POST"),
    form="`/in/phonetrack/TOKEN/NAME`, as a query, a form or JSON; with `/in/phonetrack` as the"
    " address of the Nextcloud also as its app logs to a session",
    drops='200 with `{"done":1}`',
    read=read,
    say=say,
)
