"""Read what GPSLogger for Android sends to its custom URL: by GET, a form, or JSON.

    ?lat=%LAT&lon=%LON&timestamp=%TIMESTAMP&acc=%ACC&alt=%ALT&speed=%SPD&bearing=%DIR&batt=%BATT

The user may name the fields otherwise; the names that the app's own words suggest are understood,
too. Speed is in m/s; what the receiver does not know (speed, course, accuracy) comes as 0.0. Any
status of 200 to 299 takes a fix off the app's queue, all others leave it there.
"""

from __future__ import annotations

from collections.abc import Mapping

from sightline.owntracks.apps.model import (
    METRE_PER_SECOND,
    Answered,
    App,
    AppReport,
    Posted,
    location,
    positive,
    text,
    times,
)

TITLE = "GPSLogger"
_NAMES: Mapping[str, tuple[str, ...]] = {
    "lat": ("lat", "latitude"),
    "lon": ("lon", "lng", "long", "longitude"),
    "tst": ("timestamp", "tst", "time", "timeoffset"),
    "acc": ("acc", "accuracy"),
    "alt": ("alt", "altitude"),
    "spd": ("speed", "spd", "s"),
    "dir": ("bearing", "dir", "direction", "heading", "cog"),
    "batt": ("batt", "bat", "battery"),
    "device": ("device", "id", "aid", "ser"),
}


def read(posted: Posted) -> AppReport:
    """Read the one fix of a request."""
    given = posted.fields
    said = {
        name: next((given[word] for word in words if given.get(word) not in (None, "")), None)
        for name, words in _NAMES.items()
    }
    moving = positive(said["spd"])
    found = location(
        TITLE,
        lat=said["lat"],
        lon=said["lon"],
        tst=said["tst"],
        acc=positive(said["acc"]),
        alt=said["alt"],
        vel=times(said["spd"], METRE_PER_SECOND),
        # 0.0 is north where it moves, and unknown where it stands.
        cog=times(said["dir"], 1) if moving else positive(said["dir"]),
        batt=times(said["batt"], 1),
    )
    return AppReport([found], device=text(said["device"]))


def say(posted: Posted) -> Answered:
    """Say yes; the app looks at the status only."""
    return Answered(b"ok\n")


APP = App(
    name="gpslogger",
    title="GPSLogger for Android",
    methods=("GET", "POST"),
    form="`/in/gpslogger/TOKEN`, the fields as a query, a form or JSON;"
    " the settings for it at `/in/gpslogger/TOKEN/profile.properties`",
    drops="any 2xx",
    read=read,
    say=say,
)
