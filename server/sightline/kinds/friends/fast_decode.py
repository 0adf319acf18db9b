"""Read a location quickly: a typed parse that agrees with the strict way or gives up.

Why it agrees, where it does not give up:

- The payload is ASCII without a backslash and without DEL: so every string in it is free of
  escapes and unfit characters (the parser itself refuses the other controls), and a quote is
  always the edge of a string, which makes `":` always the end of a key.
- There are as many of those as the fields we got, or as many colons in all, but for those in the
  id of an access point, which is quicker to see. So no key is given twice, none is unknown (which
  could nest, or hide an endless integer), none is null.
- What we got has the type and the range the strict way asks for, and no text needed cutting.

The tests hold the two against each other.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import astuple

LARGEST = 4096
"""Bytes; a location with nothing odd about it is a tenth of it."""

_Text = Annotated[str, Meta(max_length=128)]


class FixFields(msgspec.Struct, gc=False):
    """What a location says of a friend: the first fields of a `Friend`.

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


class _Location(FixFields, gc=False):
    """A location with nothing odd about it: also what phones of today say and nobody uses."""

    _type: Literal["location"] | None = None
    created_at: Annotated[int, Meta(ge=0, lt=10**18)] | None = None
    topic: str | None = None
    _id: str | None = None
    _http: bool | None = None
    source: str | None = None
    inrids: tuple[str, ...] | None = None
    motionactivities: tuple[str, ...] | None = None
    rad: Annotated[int, Meta(ge=0, le=10**8)] | None = None


_FIELDS = len(_Location.__struct_fields__)
_BACKSLASH = 0x5C
_DEL = 0x7F
_COLON = 0x3A

_decode = msgspec.json.Decoder(_Location).decode


def quick(payload: bytes, latest: float) -> FixFields | None:
    """Return what a location says; None where the strict way must look.

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
    fields, access_point = _FIELDS - astuple(found).count(None), found.BSSID
    colons = payload.count(_COLON) - (access_point.count(":") if access_point is not None else 0)
    if colons != fields and payload.count(b'":') != fields:
        return None
    if found.inregions and any(":" in name for name in found.inregions):
        return None  # it may be the name of a beacon
    if found.acc == -1:
        found.acc = None
    if found.vel == -1:
        found.vel = None
    if found.cog == -1:
        found.cog = None
    if found.batt == -1:
        found.batt = None
    return found
