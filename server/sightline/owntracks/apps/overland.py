"""Read what Overland (iOS, Android) posts: GeoJSON features, many at once.

    POST {"locations": [{"type":"Feature", "geometry":{"type":"Point","coordinates":[lon,lat]},
          "properties":{"timestamp":"2026-11-29T08:00:00Z","speed":4,"battery_level":0.89,…}}, …]}

Speed is in m/s, the battery a fraction, -1 says unknown. The one answer that makes the app delete
what it sent is ``{"result":"ok"}``: after any other, and any status, it sends the same again.
"""

from __future__ import annotations

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
    mapping,
    shown,
    text,
    times,
)

TITLE = "Overland"
_BATTERY = {"unknown": 0, "unplugged": 1, "charging": 2, "full": 3}
_INVALID = -2  # below OwnTracks' "unknown" (-1): by Apple's words the place is invalid then
_WORDS = 16  # of a motion


def read(posted: Posted) -> AppReport:
    """Read the features; visits, trips and others without a fix of their own are passed over."""
    report = AppReport()
    for feature in items(posted.object().get("locations"), "locations"):
        try:
            found = _feature(feature)
        except CannotDecode as why:
            report.refused.append((shown(feature), why))
            continue
        if found is not None:
            report.locations.append(found)
        report.device = report.device or text(_properties(feature).get("device_id"))
    return report


def _properties(feature: object) -> Message:
    return dict(mapping(mapping(feature).get("properties")))


def _feature(feature: object) -> Message | None:
    """Return the location of a feature; None: it is about something else. Raises `CannotDecode`."""
    if not isinstance(feature, dict):
        raise CannotDecode("not_object", "not a JSON object")
    said = _properties(feature)
    geometry = mapping(feature.get("geometry"))
    if said.get("type") in ("trip", "visit") or said.get("action") is not None:
        return None  # what the app makes of fixes that it sends, too
    place = geometry.get("coordinates")
    if geometry.get("type") != "Point" or not isinstance(place, list) or len(place) < 2:
        raise CannotDecode("missing_field", "no coordinates of a Point")
    if said.get("timestamp") is None:
        raise CannotDecode("missing_field", "no timestamp")
    acc = times(said.get("horizontal_accuracy"), 1, least=-1e9)
    state = said.get("battery_state")
    made = location(
        TITLE,
        lat=place[1],
        lon=place[0],
        tst=said["timestamp"],
        acc=_INVALID if acc is not None and acc < 0 else acc,
        alt=said.get("altitude"),
        vac=times(said.get("vertical_accuracy"), 1),
        vel=times(said.get("speed"), METRE_PER_SECOND),
        cog=times(said.get("course"), 1),
        batt=times(said.get("battery_level"), 100),
        bs=_BATTERY.get(state) if isinstance(state, str) else None,
    )
    motion = said.get("motion")
    if isinstance(motion, list) and motion:
        made["motionactivities"] = [text(each, _WORDS) for each in motion[:8] if text(each)]
    if wifi := text(said.get("wifi"), 64):
        made |= {"SSID": wifi, "conn": "w"}
    return made


def say(posted: Posted) -> Answered:
    """Say that all of it is ours now."""
    return Answered(b'{"result":"ok"}', type=JSON)


APP = App(
    name="overland",
    title=TITLE,
    methods=("POST",),
    form="`/in/overland`, the token as Bearer; GeoJSON features, 1,000 at most",
    drops='`{"result":"ok"}` only',
    read=read,
    say=say,
)
