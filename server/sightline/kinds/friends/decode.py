"""Decode OwnTracks messages into updates.

Two ways lead to the same result. `quick` reads the common message, a location with nothing odd
about it, in a few µs; whatever it declines goes the strict way below, which is the rule.

The rule: a message is refused when what it is about is missing or makes no sense; an optional
field that makes no sense is left out and counted. Types that change nothing we show (commands of
others, configurations, …) are checked and yield no reading.

What is encrypted goes the same way once it is opened. A refused message that may hold a password
(a dump of a phone's settings) is refused as ``private``: nothing of it is shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from sightline.kinds.friends import strict
from sightline.kinds.friends.address import Address, address
from sightline.kinds.friends.beacons import region_name
from sightline.kinds.friends.body import body as _body
from sightline.kinds.friends.clocks import SenderClocks
from sightline.kinds.friends.device_reports import (
    DeviceAnswer,
    DeviceReport,
    EncryptedPayload,
    status_texts,
)
from sightline.kinds.friends.encryption import NO_KEYS, EncryptionKeys
from sightline.kinds.friends.fast_decode import FixFields, quick
from sightline.kinds.friends.late_clock import FURTHEST_AHEAD, read_again
from sightline.kinds.friends.located import located
from sightline.kinds.friends.model import Face, Waypoint
from sightline.kinds.friends.phone import Platform
from sightline.kinds.friends.picture_updates import FaceSent, PhotoSent
from sightline.kinds.friends.pictures import LARGEST_FACE, picture
from sightline.kinds.friends.updates import (
    MOST_REGIONS,
    CardNamed,
    Located,
    PhoneLost,
    PhoneTransition,
    PhoneWaypoint,
    Pictured,
    Removal,
    Unnamed,
)
from sightline.model.kind import (
    Arrival,
    CannotDecode,
    Timeouts,
    Update,
    id_of,
)
from sightline.model.number import number, number_or_none
from sightline.model.record import Record
from sightline.model.text import clean

EARLIEST_MS = 946_684_800_000
"""A time in milliseconds is of the year 2000 or later: anything less is no such time."""
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
# Small trackers spare the bytes of JSON: tid, time in hex, t, microdegrees, cog/10, vel, alt/10,
# metres since the last fix, kilometres in all.
_CSV = re.compile(
    r"([0-9A-Za-z]{1,16}),([0-9A-Fa-f]{1,200}),([0-9A-Za-z]),(-?\d{1,12}),(-?\d{1,12}),"
    r"(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,9}),(\d{1,9})\Z",
    re.ASCII,
)

# What may stand beside passwords, and so is not shown when it cannot be read.
_PRIVATE = (b"configuration", b"Configuration", b"password", b"encryptionKey")
_NEARNESS = ("distance unknown", "very near", "near", "far")

Message = Mapping[str, object]
ReadTopic = Callable[[str | bytes], Address]

_fields: Callable[..., FixFields] = FixFields  # the ranges are looked at here


def decoder(
    timeouts: Timeouts,
    keys: EncryptionKeys = NO_KEYS,
    clocks: SenderClocks | None = None,
    read: ReadTopic = address,
) -> Callable[[Arrival], Sequence[Update]]:
    """Return what tells what a message says; ``clocks`` learn of its sender's.

    It raises `CannotDecode` only.
    """
    has_keys = bool(keys)

    def decode_one(arrival: Arrival) -> Sequence[Update]:
        who = read(arrival.topic)
        if who.heard is not None:
            who.heard(arrival.retain)
        payload, at = arrival.payload, arrival.at
        said = quick(payload, at + FURTHEST_AHEAD)
        if said is None:
            return _decode_slowly(timeouts, arrival, keys, clocks, read)
        fix = located(said, who, arrival, timeouts, payload)
        if clocks is not None and not arrival.retain:
            clock = clocks.note(who.friend, said.tst, at)
            if clock is not None:
                fix = _by_clock(fix, clock)
        if has_keys or said.t == "r":
            return (*_aside(fix, arrival, keys), fix)
        return (fix,)

    return decode_one


def decode(
    timeouts: Timeouts,
    arrival: Arrival,
    keys: EncryptionKeys = NO_KEYS,
    clocks: SenderClocks | None = None,
    read: ReadTopic = address,
) -> Sequence[Update]:
    """Tell what a single message says, as `decoder` does for many."""
    return decoder(timeouts, keys, clocks, read)(arrival)


def _decode_slowly(
    timeouts: Timeouts,
    arrival: Arrival,
    keys: EncryptionKeys,
    clocks: SenderClocks | None,
    read: ReadTopic,
) -> Sequence[Update]:
    if clocks is None or arrival.retain:
        return decode_strictly(timeouts, arrival, keys, read)
    try:
        found = decode_strictly(timeouts, arrival, keys, read)
    except CannotDecode as why:
        again = partial(decode_strictly, timeouts, keys=keys, read=read)
        found = read_again(again, arrival, read(arrival.topic).friend, clocks, why)
    return [_clocked(reading, arrival, clocks) for reading in found]


def _clocked(reading: Update, arrival: Arrival, clocks: SenderClocks) -> Update:
    """Return the same update with the error of its sender's clock."""
    if isinstance(reading, Located):
        tst = reading.friend.tst
        if reading.friend.untimed or tst is None:
            return reading
        clock = clocks.note(reading.thing, tst, arrival.at)
        return reading if clock is None else _by_clock(reading, clock)
    if isinstance(reading, PhoneTransition):
        clock = clocks.known(reading.thing)
        if clock is not None and clock < 0:
            return replace(reading, when=min(reading.when - clock, arrival.at))
    return reading


def _by_clock(fix: Located, clock: float) -> Located:
    return replace(fix, friend=replace(fix.friend, clock=round(clock, 1)))


def decode_strictly(
    timeouts: Timeouts,
    arrival: Arrival,
    keys: EncryptionKeys = NO_KEYS,
    read: ReadTopic = address,
) -> Sequence[Update]:
    """Return the same, the strict way."""
    who = read(arrival.topic)
    if not arrival.payload:
        return _clear(who)
    try:
        return _read(who, arrival, timeouts, keys, read)
    except CannotDecode as why:
        if who.part in ("dump", "cmd") or any(word in arrival.payload for word in _PRIVATE):
            why.private = True
        raise


def opened(arrival: Arrival, keys: EncryptionKeys) -> tuple[Arrival, bool]:
    """Return the message as it was before it was encrypted, and whether it was.

    Raises `CannotDecode` when it cannot be read, encrypted or not.
    """
    if b"encrypted" not in arrival.payload:
        return arrival, False
    message = strict.parse(arrival.payload)
    if not isinstance(message, dict) or message.get("_type") != "encrypted":
        return arrival, False
    device = id_of(address(arrival.topic).friend)
    return replace(arrival, payload=keys.open(device, message.get("data"))), True


def _read(
    who: Address, arrival: Arrival, timeouts: Timeouts, keys: EncryptionKeys, read: ReadTopic
) -> Sequence[Update]:
    payload, field, large = strict.without_picture(arrival.payload)
    try:
        message = strict.parse(payload)
    except CannotDecode as why:
        if why.counter != "not_json":
            raise
        line = _CSV.match(arrival.payload.removeprefix(strict.BOM).decode())
        if line is None:
            raise
        return _location(_from_csv(line), who, arrival, timeouts)
    if field and isinstance(message, dict) and message.get(field) == "":
        message[field] = large
    if isinstance(message, list):
        strict.check_batch(message)
        found = [reading for one in message for reading in _one(one, who, arrival, timeouts)]
    elif isinstance(message, dict) and message.get("_type") == "encrypted":
        return _encrypted(message, who, arrival, timeouts, keys, read)
    else:
        found = list(_one(message, who, arrival, timeouts))
    return [*(aside for one in found for aside in _aside(one, arrival, keys)), *found]


def _encrypted(
    message: Message,
    who: Address,
    arrival: Arrival,
    timeouts: Timeouts,
    keys: EncryptionKeys,
    read: ReadTopic,
) -> Sequence[Update]:
    """Tell what was in the box, read like any message; a box within a box is refused."""
    device = id_of(who.friend)
    inner = replace(arrival, payload=keys.open(device, message.get("data")))
    return [EncryptedPayload(f"phone/{device}", True), *decode(timeouts, inner, read=read)]


def _aside(reading: Update, arrival: Arrival, keys: EncryptionKeys) -> Sequence[Update]:
    """Tell what a fix says besides: it may be the answer to a question; it was not encrypted."""
    if not isinstance(reading, Located) or arrival.retain:
        return ()
    device, said = id_of(reading.thing), []
    if reading.friend.t == "r":
        said.append(DeviceAnswer(f"phone/{device}", ("locate",), arrival.at))
    if device in keys:
        return (*said, EncryptedPayload(f"phone/{device}", False))
    return said


def _clear(who: Address) -> Sequence[Update]:
    """Return an empty message: what was retained on this topic is taken back."""
    face = Removal(who.face)
    if who.part == "":
        return (Removal(who.friend), face)
    if who.part == "info":
        return (Unnamed(who.friend), face)
    return ()


def _one(message: object, who: Address, arrival: Arrival, timeouts: Timeouts) -> Sequence[Update]:
    if not isinstance(message, dict):
        raise CannotDecode("not_object", "not a JSON object")
    kind = message.get("_type")
    if not isinstance(kind, str):
        raise CannotDecode("missing_field", "no _type")
    try:
        read = _TYPES[kind]
    except KeyError:
        raise CannotDecode("unknown_type", "not a _type of OwnTracks") from None
    return read(message, who, arrival, timeouts)


def _location(
    message: Message, who: Address, arrival: Arrival, timeouts: Timeouts
) -> Sequence[Update]:
    lat, lon = _position(message)
    untimed = "tst" not in message
    tst = arrival.at if untimed else _time(message["tst"], arrival)
    message = _timed(message, tst)
    optional = _Optional(message)
    number, text = optional.number, optional.text
    said = _fields(
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
        _position(message)
    if "event" not in message:
        raise CannotDecode("missing_field", "no event")
    event = message["event"]
    if event != "enter" and event != "leave":
        raise CannotDecode("bad_enum", "event is neither enter nor leave")
    tst = _time(message.get("tst"), arrival)
    when = min(tst, arrival.at)
    message = _timed(message, tst)
    body = _body(message)
    optional = _Optional(message)
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
    _time(message.get("tst"), arrival)
    return (PhoneLost(who.friend, who.initials, retained=arrival.retain),)


def _card(message: Message, who: Address, arrival: Arrival, timeouts: Timeouts) -> Sequence[Update]:
    optional = _Optional(message)
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
        _position(message)
    _time(message.get("tst"), arrival)
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
    optional = _Optional(message)
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
    optional = _Optional(message)
    steps = optional.number("steps", -1, 1e9)
    # -1: this device does not count them.
    texts = {} if steps is None or steps < 0 else {"steps": f"{steps:g}"}
    return _about(who, arrival, texts, dropped=optional.dropped)


def _beacon(
    message: Message, who: Address, arrival: Arrival, timeouts: Timeouts
) -> Sequence[Update]:
    optional = _Optional(message)
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


_TYPES: dict[str, Callable[[Message, Address, Arrival, Timeouts], Sequence[Update]]] = {
    "location": _location,
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


def _position(message: Message) -> tuple[float, float]:
    for field in ("lat", "lon"):
        if field not in message:
            raise CannotDecode("missing_field", f"no {field}")
    lat, lon = float(number(message["lat"])), float(number(message["lon"]))
    if not -90 <= lat <= 90:
        raise CannotDecode("lat_range", "lat is not within 90 degrees")
    if not -180 <= lon <= 180:
        raise CannotDecode("lon_range", "lon is not within 180 degrees")
    return lat + 0.0, lon + 0.0  # no negative zero


def _time(value: object, arrival: Arrival) -> int:
    tst = number(value)
    if tst <= 0:
        raise CannotDecode("tst_range", "tst is not positive")
    latest = arrival.at + FURTHEST_AHEAD
    if tst > latest:
        if EARLIEST_MS <= tst <= latest * 1000:
            return int(tst / 1000)
        why = CannotDecode("tst_future", "tst is more than a day ahead")
        why.ahead = float(tst - arrival.at)
        raise why
    return int(tst)


def _timed(message: Message, tst: float) -> Message:
    """Return the message to be kept: with its time in seconds, even if it had milliseconds."""
    said = number_or_none(message.get("tst"))
    return message if said is None or said < EARLIEST_MS else {**message, "tst": tst}


def _from_csv(line: re.Match[str]) -> Message:
    tid, tst, t, lat, lon, cog, vel, alt, dist, trip = line.groups()
    return {
        "_type": "location",
        "tid": tid,
        "tst": int(tst, 16),
        "t": t,
        "lat": int(lat) / 1e6,
        "lon": int(lon) / 1e6,
        "cog": int(cog) * 10,
        "vel": int(vel),
        "alt": int(alt) * 10,
        "dist": int(dist),
        "trip": int(trip) * 1000,
    }


class _Optional:
    """The optional fields of one message; counts what it leaves out."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self.dropped = 0

    def number(
        self, field: str, least: float, most: float, *, may_be_unknown: bool = False
    ) -> int | float | None:
        """Return a number within bounds; -1 for an unknown one is no mistake."""
        if field not in self._message:
            return None
        value = number_or_none(self._message[field])
        if value is not None and least <= value <= most:
            return value
        if not (may_be_unknown and value == -1):
            self.dropped += 1
        return None

    def text(self, field: str, limit: int, longest: int = 1024) -> str | None:
        """Return a text, fit to be shown, cut to ``limit`` characters; none over ``longest``."""
        if field not in self._message:
            return None
        value = _as_text(self._message[field])
        if value is not None and len(value) <= longest:
            return clean(value[:limit], limit)
        self.dropped += 1
        return None

    def region(self, field: str, longest: int = 1024) -> str | None:
        """Return the name of a region, without the beacon's ids that iPhones put behind it."""
        name = self.text(field, 128, longest)
        return name if name is None else region_name(name)

    def regions(self, field: str) -> tuple[str, ...] | None:
        """Return a list of such names."""
        if field not in self._message:
            return None
        value = self._message[field]
        if isinstance(value, list):
            found = [_as_text(item) for item in value[:MOST_REGIONS]]
            names = tuple(region_name(clean(item[:128])) for item in found if item is not None)
            if len(names) == len(found):
                return names
        self.dropped += 1
        return None


def _as_text(value: object) -> str | None:
    """Return a text; a number that stands for one (a tracker called 7) as it would be written."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return f"{value:.15g}" if math.isfinite(value) else None
