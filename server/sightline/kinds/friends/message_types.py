"""Tell what each type of OwnTracks message says: a table of the types, and a reader for each.

Types that change nothing we show (commands of others, configurations, …) are checked and yield
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from sightline.kinds.friends import strict
from sightline.kinds.friends.address import Address
from sightline.kinds.friends.body import body as _body
from sightline.kinds.friends.device_reports import DeviceReport, status_texts
from sightline.kinds.friends.encryption import NO_KEYS
from sightline.kinds.friends.fast_decode import FixFields
from sightline.kinds.friends.fixes import located
from sightline.kinds.friends.message_fields import (
    Message,
    OptionalFields,
    position_of,
    time_of,
    timed,
)
from sightline.kinds.friends.model import Face, Waypoint
from sightline.kinds.friends.phone import Platform
from sightline.kinds.friends.picture_updates import FaceSent, PhotoSent
from sightline.kinds.friends.pictures import LARGEST_FACE, picture
from sightline.kinds.friends.updates import (
    CardNamed,
    PhoneLost,
    PhoneTransition,
    PhoneWaypoint,
    Pictured,
)
from sightline.model.kind import Arrival, CannotDecode, Timeouts, Update, id_of
from sightline.model.number import number_or_none
from sightline.model.record import Record

MOST_WAYPOINTS = 200
"""Waypoints of one phone."""
LARGEST_WAYPOINT = 1_000_000
"""The largest radius of a waypoint, m."""

_ACTIONS = frozenset(
    (
        "action",
        "clearWaypoints",
        "dump",
        "reportLocation",
        "reportSteps",
        "response",
        "setConfiguration",
        "setWaypoints",
        "status",
        "waypoints",
    )
)
_NEARNESS = ("distance unknown", "very near", "near", "far")

_in_range: Callable[..., FixFields] = FixFields  # the ranges are looked at here


def read_location(
    message: Message, who: Address, arrival: Arrival, timeouts: Timeouts
) -> Sequence[Update]:
    """Tell what a location says: the fix, and the photo that may be with it."""
    lat, lon = position_of(message)
    untimed = "tst" not in message
    tst = arrival.at if untimed else time_of(message["tst"], arrival)
    message = timed(message, tst)
    optional = OptionalFields(message)
    number, text = optional.number, optional.text
    said = _in_range(
        lat,
        lon,
        tst,
        number("acc", 0, 1e7, may_be_unknown=True),
        number("alt", -12000, 1e6),
        number("vac", -1e6, 1e6),
        number("vel", 0, 2000, may_be_unknown=True),
        number("cog", 0, 360, may_be_unknown=True),
        number("batt", 0, 100, may_be_unknown=True),
        number("bs", 0, 3),
        number("p", 0, 1e3),
        number("m", -1, 9),
        text("tid", 16),
        text("t", 4),
        text("conn", 16),
        text("SSID", 64),
        text("BSSID", 32),
        text("poi", 128),
        text("tag", 64),
        optional.regions("inregions"),
    )
    # Looked at for the count only; nothing shows them yet.
    number("rad", 0, 1e8)
    number("dist", 0, 1e9)
    number("trip", 0, 1e12)
    image = picture(message["image"]) if "image" in message else None
    optional.dropped += "image" in message and image is None
    name = optional.text("imagename", 128)
    # What one copy of a broker's without a time tells anew at each start is no news.
    body = None if untimed and arrival.retain else _body(message)
    fix = located(said, who, arrival, timeouts, body, untimed, optional.dropped)
    acc = number_or_none(message.get("acc"))
    if acc is not None and acc < -1:  # -1 is "unknown"; what is below is the app's "invalid"
        fix = replace(fix, invalid=True)
    if image is None or arrival.retain:
        return (fix,)
    return fix, PhotoSent(who.friend, image, tst, lat, lon, said.poi, name, arrival.at)


def _transition(
    message: Message, who: Address, arrival: Arrival, timeouts: Timeouts
) -> Sequence[Update]:
    if "lat" in message:
        position_of(message)
    if "event" not in message:
        raise CannotDecode("missing_field", "no event")
    event = message["event"]
    if event != "enter" and event != "leave":
        raise CannotDecode("bad_enum", "event is neither enter nor leave")
    tst = time_of(message.get("tst"), arrival)
    when = min(tst, arrival.at)
    message = timed(message, tst)
    body = _body(message)
    optional = OptionalFields(message)
    wtst = optional.number("wtst", 0, 1e12)
    return (
        PhoneTransition(
            thing=who.friend,
            initials=who.initials,
            event=event,
            region=optional.region("desc", strict.LARGEST),
            when=when,
            heard=when if arrival.retain else arrival.at,
            retained=arrival.retain,
            acc=optional.number("acc", 0, 1e12),
            rid=optional.text("rid", 64),
            wtst=None if wtst is None else int(wtst),
            dropped=optional.dropped,
            # A time to come is replaced by our receipt, which is another at each server.
            record=Record(who.friend, "transition", when, body, body if tst > when else b""),
        ),
    )


def _lwt(message: Message, who: Address, arrival: Arrival, timeouts: Timeouts) -> Sequence[Update]:
    time_of(message.get("tst"), arrival)
    return (PhoneLost(who.friend, who.initials, retained=arrival.retain),)


def _card(message: Message, who: Address, arrival: Arrival, timeouts: Timeouts) -> Sequence[Update]:
    optional = OptionalFields(message)
    name = optional.text("name", 128, strict.LARGEST)
    tid = optional.text("tid", 16, strict.LARGEST)
    dropped = optional.dropped
    face = None
    if "face" in message:
        face = _pictured(who, message["face"])
        dropped += face is None
    named = CardNamed(who.friend, who.initials, name, tid, dropped=dropped)
    return (named,) if face is None else (named, face)


def _pictured(who: Address, encoded: object) -> Pictured | FaceSent | None:
    """Tell of a face; None when it is too large, or none that a browser should be given."""
    found = picture(encoded)
    if found is None:
        return None
    if found.mime != "image/webp" and len(found.data) <= LARGEST_FACE:
        return Pictured(who.face, Face(mime=found.mime, data=found.data))
    return FaceSent(who.face, found)


def _waypoint(
    message: Message, who: Address, arrival: Arrival, timeouts: Timeouts
) -> Sequence[Update]:
    if "lat" in message:
        position_of(message)
    time_of(message.get("tst"), arrival)
    return _marked([message], False, who, arrival)


def _waypoints(
    message: Message, who: Address, arrival: Arrival, timeouts: Timeouts
) -> Sequence[Update]:
    found = message.get("waypoints")
    if not isinstance(found, list):
        raise CannotDecode("missing_field", "no list of waypoints")
    return _marked(found, True, who, arrival)


def _marked(
    found: Sequence[object], whole: bool, who: Address, arrival: Arrival
) -> Sequence[Update]:
    read = [_circle(each) for each in found[:MOST_WAYPOINTS]]
    circles = tuple(circle for circle in read if circle is not None)
    dropped = len(found) - len(circles)
    if arrival.retain or not (circles or whole):
        return ()  # a copy may be of a phone that has other ones by now
    return (PhoneWaypoint(who.friend, circles, whole, arrival.at, dropped=dropped),)


def _circle(message: object) -> Waypoint | None:
    """Return a waypoint that is a circle; beacons, points without a radius or a name are none."""
    if not isinstance(message, dict):
        return None
    optional = OptionalFields(message)
    desc = optional.region("desc")
    lat, lon = optional.number("lat", -90, 90), optional.number("lon", -180, 180)
    rad, tst = optional.number("rad", 1, LARGEST_WAYPOINT), optional.number("tst", 1, 1e15)
    if not desc or lat is None or lon is None or rad is None or tst is None:
        return None
    return Waypoint(desc, lat + 0.0, lon + 0.0, float(rad), int(tst), optional.text("rid", 64))


def _cmd(message: Message, who: Address, arrival: Arrival, timeouts: Timeouts) -> Sequence[Update]:
    action = message.get("action")
    if not isinstance(action, str) or action not in _ACTIONS:
        raise CannotDecode("unknown_action", "not an action of OwnTracks")
    return ()


def _boxed(
    message: Message, who: Address, arrival: Arrival, timeouts: Timeouts
) -> Sequence[Update]:
    NO_KEYS.open("", message.get("data"))  # says what is wrong with it
    raise AssertionError


def _status(
    message: Message, who: Address, arrival: Arrival, timeouts: Timeouts
) -> Sequence[Update]:
    texts, platform = status_texts(message)
    return _about(who, arrival, texts, platform, answers=not arrival.retain)


def _steps(
    message: Message, who: Address, arrival: Arrival, timeouts: Timeouts
) -> Sequence[Update]:
    optional = OptionalFields(message)
    steps = optional.number("steps", -1, 1e9)
    # -1: this device does not count them.
    texts = {} if steps is None or steps < 0 else {"steps": f"{steps:g}"}
    return _about(who, arrival, texts, dropped=optional.dropped)


def _beacon(
    message: Message, who: Address, arrival: Arrival, timeouts: Timeouts
) -> Sequence[Update]:
    optional = OptionalFields(message)
    name = optional.region("desc") or "(no name)"
    near = optional.number("prox", 0, 3)
    texts = {"beacon": f"{name}, {_NEARNESS[int(near)]}" if near is not None else name}
    return _about(who, arrival, texts, dropped=optional.dropped)


def _about(
    who: Address,
    arrival: Arrival,
    texts: Mapping[str, str],
    platform: Platform = "?",
    *,
    answers: bool = False,
    dropped: int = 0,
) -> Sequence[Update]:
    thing = f"phone/{id_of(who.friend)}"
    return (DeviceReport(thing, texts, arrival.at, platform, answers, None, dropped),)


def _nothing(
    message: Message, who: Address, arrival: Arrival, timeouts: Timeouts
) -> Sequence[Update]:
    return ()


READERS: dict[str, Callable[[Message, Address, Arrival, Timeouts], Sequence[Update]]] = {
    "location": read_location,
    "transition": _transition,
    "lwt": _lwt,
    "card": _card,
    "waypoint": _waypoint,
    "waypoints": _waypoints,
    "cmd": _cmd,
    "encrypted": _boxed,
    "status": _status,
    "steps": _steps,
    "beacon": _beacon,
    # Passwords are in these two: not looked at, not kept.
    "configuration": _nothing,
    "dump": _nothing,
    "request": _nothing,
}
"""The reader of each ``_type``."""
