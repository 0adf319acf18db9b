"""Read a location quickly: a typed parse that agrees with the strict way or gives up.

Why it agrees, where it does not give up:

- The payload is ASCII without a backslash and without DEL: so every string in it is free of
  escapes and unfit characters (the parser itself refuses the other controls), and a quote is
  always the edge of a string, which makes `":` always the end of a key.
- There are as many of those as the fields we got. So no key is given twice, none is unknown (which
  could nest, or hide an endless integer), none is null.
- What we got has the type and the range the strict way asks for, and no text needed cutting.

The tests hold the two against each other.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import astuple

LARGEST = 4096
"""Bytes; a location with nothing odd about it is a tenth of it."""

_Text = Annotated[str, Meta(max_length=128)]


class _Location(msgspec.Struct, gc=False):
    """A location with nothing odd about it. The first `_SAID` fields are those of a Friend.

    The ranges are those of the strict way, but for -1, which means unknown in four of them.
    """

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    tst: Annotated[int, Meta(gt=0)]
    acc: Annotated[int, Meta(ge=-1, le=10**7)] | Annotated[float, Meta(ge=0, le=1e7)] | None = None
    alt: (
        Annotated[int, Meta(ge=-12000, le=10**6)] | Annotated[float, Meta(ge=-12000, le=1e6)] | None
    ) = None
    vac: (
        Annotated[int, Meta(ge=-(10**6), le=10**6)] | Annotated[float, Meta(ge=-1e6, le=1e6)] | None
    ) = None
    vel: Annotated[int, Meta(ge=-1, le=2000)] | Annotated[float, Meta(ge=0, le=2000)] | None = None
    cog: Annotated[int, Meta(ge=-1, le=360)] | Annotated[float, Meta(ge=0, le=360)] | None = None
    batt: Annotated[int, Meta(ge=-1, le=100)] | Annotated[float, Meta(ge=0, le=100)] | None = None
    bs: Annotated[int, Meta(ge=0, le=3)] | None = None
    p: Annotated[int, Meta(ge=0, le=1000)] | Annotated[float, Meta(ge=0, le=1000)] | None = None
    m: Annotated[int, Meta(ge=-1, le=9)] | None = None
    tid: Annotated[str, Meta(max_length=16)] | None = None
    t: Annotated[str, Meta(max_length=4)] | None = None
    conn: Annotated[str, Meta(max_length=16)] | None = None
    SSID: Annotated[str, Meta(max_length=64)] | None = None
    BSSID: Annotated[str, Meta(max_length=32)] | None = None
    poi: _Text | None = None
    tag: Annotated[str, Meta(max_length=64)] | None = None
    inregions: Annotated[tuple[_Text, ...], Meta(max_length=64)] | None = None
    # Said by phones of today, and not used.
    _type: Literal["location"] | None = None
    created_at: Annotated[int, Meta(ge=0, lt=10**18)] | None = None
    topic: str | None = None
    _id: str | None = None
    _http: bool | None = None
    source: str | None = None
    inrids: tuple[str, ...] | None = None
    motionactivities: tuple[str, ...] | None = None
    rad: Annotated[int, Meta(ge=0, le=10**8)] | None = None


_NAMES = _Location.__struct_fields__
_FIELDS = len(_NAMES)
_KNOWN = _NAMES.index("inregions") + 1
_MAY_BE_UNKNOWN = [_NAMES.index(name) for name in ("acc", "vel", "cog", "batt")]
_BACKSLASH = 0x5C
_DEL = 0x7F

_decode = msgspec.json.Decoder(_Location).decode


def quick(payload: bytes, latest: float) -> tuple[Any, ...] | None:
    """Return the first fields of a Friend, ``lat`` to ``inregions``; None where the strict way must
    look.

    ``latest`` is the newest time we believe, epoch s.
    """
    if not payload.isascii() or _BACKSLASH in payload or _DEL in payload or len(payload) > LARGEST:
        return None
    try:
        found = _decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return None
    # A zero may be a negative one.
    if found._type is None or found.tst > latest or not found.lat or not found.lon:
        return None
    said = astuple(found)
    if payload.count(b'":') != _FIELDS - said.count(None):
        return None
    if found.inregions and any(":" in name for name in found.inregions):
        return None  # it may be the name of a beacon
    if found.acc == -1 or found.vel == -1 or found.cog == -1 or found.batt == -1:
        known = list(said)
        for place in _MAY_BE_UNKNOWN:
            if known[place] == -1:
                known[place] = None
        return tuple(known[:_KNOWN])
    return said[:_KNOWN]
