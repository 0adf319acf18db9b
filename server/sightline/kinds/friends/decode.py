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

import re
from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace

from sightline.kinds.friends import strict
from sightline.kinds.friends.address import Address, address
from sightline.kinds.friends.clocks import SenderClocks
from sightline.kinds.friends.device_reports import DeviceAnswer, EncryptedPayload
from sightline.kinds.friends.encryption import NO_KEYS, EncryptionKeys
from sightline.kinds.friends.fast_decode import quick
from sightline.kinds.friends.fixes import located
from sightline.kinds.friends.late_clock import FURTHEST_AHEAD, read_again
from sightline.kinds.friends.message_fields import Message
from sightline.kinds.friends.message_types import READERS, read_location
from sightline.kinds.friends.updates import Located, PhoneTransition, Removal, Unnamed
from sightline.model.kind import Arrival, CannotDecode, Timeouts, Update, id_of

# Small trackers spare the bytes of JSON: tid, time in hex, t, microdegrees, cog/10, vel, alt/10,
# metres since the last fix, kilometres in all.
_CSV = re.compile(
    r"([0-9A-Za-z]{1,16}),([0-9A-Fa-f]{1,200}),([0-9A-Za-z]),(-?\d{1,12}),(-?\d{1,12}),"
    r"(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,9}),(\d{1,9})\Z",
    re.ASCII,
)

# What may stand beside passwords, and so is not shown when it cannot be read.
_PRIVATE = (b"configuration", b"Configuration", b"password", b"encryptionKey")

ReadTopic = Callable[[str | bytes], Address]


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
        return read_location(_from_csv(line), who, arrival, timeouts)
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
        read = READERS[kind]
    except KeyError:
        raise CannotDecode("unknown_type", "not a _type of OwnTracks") from None
    return read(message, who, arrival, timeouts)


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
