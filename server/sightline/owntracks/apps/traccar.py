"""Read what Traccar Client sends: the OsmAnd protocol, old and new.

    GET or POST ?id=jane&lat=52.1&lon=5.1&timestamp=1795235000&speed=7.2&bearing=90&batt=81   (to 8)
    POST {"location":{"timestamp":"…Z","coords":{"latitude":52.1,…},"battery":{"level":0.81,…}},
          "device_id":"jane"}                                                              (from 9)

In a query the speed is in knots and the battery in percent; in JSON it is m/s and a fraction, and
-1 says unknown. 2xx takes a fix off the app's queue, anything else leaves it there.
"""

from __future__ import annotations

from collections.abc import Mapping

from sightline.model.kind import CannotDecode
from sightline.owntracks.apps.model import (
    KNOT,
    METRE_PER_SECOND,
    Answered,
    App,
    AppReport,
    Message,
    Posted,
    items,
    location,
    mapping,
    positive,
    shown,
    text,
    times,
)

TITLE = "Traccar Client"
_UNCHARGED, _CHARGING = 1, 2


def read(posted: Posted) -> AppReport:
    """Read one fix, or the list of them that the app sends where it is told to."""
    given = posted.fields
    said = given.get("location")
    if not isinstance(said, dict | list):
        return AppReport([_query(given)], device=text(given.get("id") or given.get("deviceid")))
    report = AppReport(device=text(given.get("device_id")))
    for one in items(said, "locations") if isinstance(said, list) else [said]:
        try:
            report.locations.append(_object(one))
        except CannotDecode as why:
            report.refused.append((shown(one), why))
    return report


def _query(given: Mapping[str, object]) -> Message:
    lat, lon = given.get("lat"), given.get("lon")
    if isinstance(both := given.get("location"), str) and lat is None:
        lat, _, lon = both.partition(",")
    if str(given.get("valid", "1")).lower() in ("0", "false"):
        raise CannotDecode("invalid_fix", "the app calls the fix invalid")
    charge = str(given.get("charge", "")).lower()
    return location(
        TITLE,
        lat=lat,
        lon=lon,
        tst=given.get("timestamp"),
        acc=positive(given.get("accuracy")),
        alt=given.get("altitude"),
        vel=times(given.get("speed"), KNOT),
        cog=times(given.get("bearing", given.get("heading")), 1),
        batt=times(given.get("batt"), 1),
        bs={"true": _CHARGING, "false": _UNCHARGED}.get(charge),
    )


def _object(one: object) -> Message:
    said = mapping(one)
    coords, battery = mapping(said.get("coords")), mapping(said.get("battery"))
    charging = battery.get("is_charging")
    found = location(
        TITLE,
        lat=coords.get("latitude"),
        lon=coords.get("longitude"),
        tst=said.get("timestamp"),
        acc=times(coords.get("accuracy"), 1),
        alt=coords.get("altitude"),
        vel=times(coords.get("speed"), METRE_PER_SECOND),
        cog=times(coords.get("heading"), 1),
        batt=times(battery.get("level"), 100),
        bs=(_CHARGING if charging else _UNCHARGED) if isinstance(charging, bool) else None,
    )
    if motion := text(mapping(said.get("activity")).get("type"), 16):
        found["motionactivities"] = [motion]
    return found


def say(posted: Posted) -> Answered:
    """Say yes; the app looks at the status only."""
    return Answered()


APP = App(
    name="traccar",
    title=TITLE,
    methods=("GET", "POST"),
    form="`/in/traccar/TOKEN`, the OsmAnd protocol as a query, a form or JSON",
    drops="any 2xx",
    read=read,
    say=say,
)
