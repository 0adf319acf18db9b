"""Read the webhook of Home Assistant's companion apps, as Home Assistant passes it on.

    POST {"type":"update_location","data":{"gps":[52.1,5.1],"gps_accuracy":7,"battery":81,
          "speed":2,"altitude":12,"course":90,"vertical_accuracy":3}}

The companion signs in to a Home Assistant and talks to nothing else: it cannot be pointed at us. So
Home Assistant posts here (`rest_command`), or a proxy in front of it sends a copy. There is no time
in it: it is of now. Speed is in m/s, the battery in percent. The other messages of the app carry no
place; they get the answer that contents it.
"""

from __future__ import annotations

import msgspec

from sightline.model.kind import CannotDecode
from sightline.model.number import number_or_none
from sightline.owntracks.apps.model import (
    JSON,
    METRE_PER_SECOND,
    Answered,
    App,
    AppReport,
    Posted,
    location,
    mapping,
    text,
    times,
)

TITLE = "Home Assistant"


def read(posted: Posted) -> AppReport:
    """Read an update of the place; other messages, and a zone's name alone, hold none."""
    given = posted.object()
    if given.get("encrypted"):
        raise CannotDecode("encrypted", "only Home Assistant itself has the key of this webhook")
    kind, data = given.get("type"), mapping(given.get("data"))
    if not isinstance(kind, str):
        raise CannotDecode("missing_field", "no type")
    gps = data.get("gps")
    if kind != "update_location" or gps is None:
        return AppReport()
    if not isinstance(gps, list) or len(gps) != 2:
        raise CannotDecode("bad_number", "gps is no pair of latitude and longitude")
    course = number_or_none(data.get("course"))
    found = location(
        TITLE,
        lat=gps[0],
        lon=gps[1],
        tst=data.get("timestamp"),  # ours: an automation may say when it was
        acc=times(data.get("gps_accuracy"), 1),
        alt=data.get("altitude"),
        vac=times(data.get("vertical_accuracy"), 1),
        vel=times(data.get("speed"), METRE_PER_SECOND),
        cog=None if course is None or course < 0 else course,
        batt=times(data.get("battery"), 1),
    )
    return AppReport([found], device=text(data.get("device_id")))


def say(posted: Posted) -> Answered:
    """Answer as Home Assistant would, as far as the app needs it to be content."""
    try:
        given = posted.object()
    except CannotDecode:
        given = {}
    data = given.get("data")
    if given.get("type") == "get_zones":
        return Answered(b"[]", type=JSON)
    if given.get("type") == "register_sensor":
        return Answered(b'{"success":true}', 201, JSON)
    if given.get("type") == "update_sensor_states" and isinstance(data, list):
        names = [text(mapping(each).get("unique_id")) for each in data[:256]]
        said = {name: {"success": True} for name in names if name}
        return Answered(msgspec.json.encode(said), type=JSON)
    return Answered(b"{}", type=JSON)


APP = App(
    name="homeassistant",
    title="Home Assistant",
    methods=("POST",),
    form="`/in/homeassistant/TOKEN`, the message of the companion's webhook",
    drops="it keeps no queue",
    read=read,
    say=say,
)
