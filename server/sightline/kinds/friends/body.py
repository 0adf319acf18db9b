"""Choose what of a message history keeps: the fields that OwnTracks and its trackers know, bounded.

A sender may put anything into a message. What nobody knows is not shown, and not kept either: a
field of 60 KB in each fix would fill a disk within minutes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

LARGEST = 4096
"""Bytes of a message that are kept at most."""
LONGEST = 256
"""Characters of a text that is none of the basic ones."""
MOST_ITEMS = 64
"""Items of one list."""

# First what everything else would be worth nothing without, then what is the most useful; what
# comes when there is no room any more is left out.
_FIELDS = (
    *("_type", "tst", "lat", "lon", "tid", "event", "desc", "acc", "alt", "vac", "vel", "cog"),
    *("batt", "bs", "p", "m", "t", "conn", "rad", "rid", "wtst", "created_at", "SSID", "BSSID"),
    *(
        "poi",
        "tag",
        "_id",
        "_http",
        "_decrypted",
        "topic",
        "source",
        "inregions",
        "inrids",
        "motionactivities",
    ),
    *("imagename", "uuid", "major", "minor", "dist", "trip"),
    # trackers of Queclink's, as the gateways for them name what they say
    *("odometer", "hmc", "ubatt", "uext", "vin", "imei", "name", "don", "doff", "aiv", "rpm"),
    *("fcon", "flvl", "anum", "can", "ign", "motion", "tow", "fake", "sens", "sent", "mcc", "mnc"),
    *("lac", "cid", "vbatt", "vext", "count", "rty", "device", "nsat", "hdop", "temp", "lxt"),
)
_NUMBERED = re.compile(r"(?:din|dout|ain|adid-?|can-?)[0-9a-fA-F]{1,4}")
_NUMBERED_MOST = 64

_encode = msgspec.json.Encoder().encode
_NOT_JSON = (ValueError, OverflowError, TypeError, RecursionError, msgspec.MsgspecError)


def body(message: Mapping[str, object]) -> bytes:
    """Return the message as JSON of at most `LARGEST` bytes: known fields, in the order they came
    in.

    What JSON cannot say (half a surrogate, an endless integer) is left out, too.
    """
    names = [name for name in _FIELDS if name in message]
    if len(names) < len(message):
        names += [name for name in message if _NUMBERED.fullmatch(name)][:_NUMBERED_MOST]
    fit: set[str] = set()
    room = LARGEST - 2
    for name in names:
        value = message[name]
        if not _is_plain(value):
            continue
        try:
            size = len(_encode({name: value})) - 1  # without braces, with a comma
        except _NOT_JSON:
            continue
        if size <= room:
            room -= size
            fit.add(name)
    return _encode({name: value for name, value in message.items() if name in fit})


def _is_plain(value: object) -> bool:
    """Return a number, a text that is not too long, or a list of such texts."""
    if isinstance(value, list):
        return len(value) <= MOST_ITEMS and all(map(_is_text, value))
    return value is None or isinstance(value, bool | int | float) or _is_text(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST
