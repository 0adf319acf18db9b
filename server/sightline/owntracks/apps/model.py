"""What an app is made of: how it posts, how that is read, what it takes for an answer. Pure.

Units are said where they are read: apps send m/s or knots, fractions or percent, seconds,
milliseconds or ISO 8601. A location is in those of OwnTracks: km/h, percent, epoch s.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from sightline.kinds.friends import strict
from sightline.model.kind import CannotDecode
from sightline.model.number import number_or_none
from sightline.model.text import clean

Message = dict[str, object]
"""A location as OwnTracks says it."""
AppName = Literal["overland", "gpslogger", "traccar", "phonetrack", "homeassistant"]
"""As it stands in the address, and in the request for a set-up."""

TIMES = 16
"""A body may be so many times as long as a message by MQTT: 1 MiB, 1,000 fixes of Overland's."""
MOST_FIXES = 1_000
"""Fixes in one post; a post of more is refused as a whole."""
KNOT = 1.852
"""km/h in a knot."""
METRE_PER_SECOND = 3.6
"""km/h in a m/s."""
_MILLISECONDS = 1e11
"""A number of more than this is no second of a time that we could live to see."""
_FIELDS = 64  # of a query or a form
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Posted(NamedTuple):
    """A request of an app: its query, its body, and what the body is declared to be."""

    query: Mapping[str, str]
    body: bytes = b""
    type: str = ""

    @property
    def fields(self) -> Mapping[str, object]:
        """Return what the query, a form or an object of JSON says; the body wins.

        Raises `CannotDecode`.
        """
        if not self.body:
            return self.query
        if self.body.lstrip(b" \t\r\n\xef\xbb\xbf")[:1] == b"{":
            return {**self.query, **self.object()}
        if len(self.body) > strict.LARGEST:
            raise CannotDecode("too_large", f"more than {strict.LARGEST} bytes")
        return {**self.query, **form(self.body)}

    def object(self) -> Message:
        """Return the body, one object of JSON. Raises `CannotDecode`."""
        found = strict.parse(self.body, TIMES)
        if not isinstance(found, dict):
            raise CannotDecode("not_object", "not a JSON object")
        return found


@dataclass(slots=True)
class AppReport:
    """What a post says: the ``locations`` in it, and why others in it (as they came) say nothing.

    ``device`` is what the app calls itself.
    """

    locations: list[Message] = field(default_factory=list)
    refused: list[tuple[bytes, CannotDecode]] = field(default_factory=list)
    device: str = ""


class Answered(NamedTuple):
    """What an app takes for "it is yours now"."""

    body: bytes = b""
    status: int = 200
    type: str = "text/plain; charset=utf-8"


JSON = "application/json; charset=utf-8"
Read = Callable[[Posted], AppReport]
Say = Callable[[Posted], Answered]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app: ``read`` raises `CannotDecode` for what says nothing at all; ``say`` is its yes.

    ``methods`` by which it sends; ``form``: how the address and the message look, for people;
    ``drops``: what makes it let go of a fix, as far as is known.
    """

    name: AppName
    title: str
    methods: tuple[Literal["GET", "POST"], ...]
    form: str
    drops: str
    read: Read
    say: Say


def form(text: bytes) -> dict[str, str]:
    """Return the fields of a query or a form; the last of a name counts. Raises `CannotDecode`."""
    try:
        pairs = parse_qsl(
            text.decode(), keep_blank_values=True, errors="replace", max_num_fields=_FIELDS
        )
    except UnicodeDecodeError as why:
        raise CannotDecode("not_utf8", "the fields are not UTF-8") from why
    except ValueError as why:
        raise CannotDecode("malformed", f"more than {_FIELDS} fields") from why
    return dict(pairs)


def location(
    app: str,
    *,
    lat: object,
    lon: object,
    tst: object = None,
    acc: object = None,
    alt: object = None,
    vac: object = None,
    vel: object = None,
    cog: object = None,
    batt: object = None,
    bs: int | None = None,
) -> Message:
    """Return a location; what is None, empty or no number is left to be unknown.

    ``vel`` in km/h, ``batt`` in percent; without ``tst`` (anything `seconds` reads) it is of now.
    Raises `CannotDecode`.
    """
    places = (("lat", lat, 90), ("lon", lon, 180))
    said: Message = {"_type": "location"}
    for name, given, most in places:
        if given is None or given == "":
            raise CannotDecode("missing_field", f"no {name}")
        found = number_or_none(given)
        if found is None:
            raise CannotDecode("bad_number", f"{name} is no number")
        if not -most <= found <= most:
            raise CannotDecode(f"{name}_range", f"{name} is beyond {most}")
        said[name] = found
    if tst is not None and tst != "":
        said["tst"] = int(seconds(tst))
    optional = (
        ("acc", acc),
        ("alt", alt),
        ("vac", vac),
        ("vel", vel),
        ("cog", cog),
        ("batt", batt),
    )
    for name, given in optional:
        value = number_or_none(given)
        if value is not None:
            said[name] = _short(value)
    if bs is not None:
        said["bs"] = bs
    said["source"] = app
    return said


def seconds(given: object) -> float:
    """Return a time in epoch s: of seconds, of milliseconds, or of ISO 8601.

    Without an offset it is UTC. Raises `CannotDecode`.
    """
    value = number_or_none(given)
    if value is not None:
        return value / 1000 if value > _MILLISECONDS else float(value)
    found = _ISO.fullmatch(given.strip()) if isinstance(given, str) else None
    if found is None:
        raise CannotDecode("bad_time", "neither epoch seconds nor a time of ISO 8601")
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1] or hour > 23 or minute > 59:
        raise CannotDecode("bad_time", "no such time")
    at = 86_400 * _days(year, month, day) + 3600 * hour + 60 * minute + min(second, 59)
    return at + float(f"0.{found[7] or 0}") - _offset(found[8])


def _days(year: int, month: int, day: int) -> int:
    """Return the days since 1970-01-01 (proleptic Gregorian; the year begins in March)."""
    year -= month <= 2
    since = 365 * year + year // 4 - year // 100 + year // 400
    return since + (153 * ((month + 9) % 12) + 2) // 5 + day - 719_469


def _offset(text: str | None) -> int:
    if text is None or text in "Zz":
        return 0
    digits = text[1:].replace(":", "")
    return (-1 if text[0] == "-" else 1) * (3600 * int(digits[:2]) + 60 * int(digits[2:]))


def times(given: object, factor: float, *, least: float = 0) -> float | None:
    """Return a number in another unit; None for what is none, or below ``least``: unknown."""
    value = number_or_none(given)
    return None if value is None or value < least else value * factor


def positive(given: object) -> int | float | None:
    """Return a number above zero; None for what is none, as apps say 0 for "I do not know"."""
    value = number_or_none(given)
    return None if value is None or value <= 0 else value


def _short(value: int | float) -> int | float:
    """Round to a tenth, and to an integer where that is the same: nobody measures better."""
    rounded = round(value, 1)
    return int(rounded) if math.floor(rounded) == rounded else rounded


def mapping(given: object) -> Mapping[str, object]:
    """Return an object of JSON; an empty one for anything else."""
    return given if isinstance(given, dict) else {}


def items(given: object, what: str) -> Sequence[object]:
    """Return a list of JSON of at most `MOST_FIXES`. Raises `CannotDecode`."""
    if not isinstance(given, list):
        raise CannotDecode("missing_field", f"no list of {what}")
    if len(given) > MOST_FIXES:
        raise CannotDecode("batch_too_long", f"more than {MOST_FIXES} {what} in one")
    return given


def text(given: object, most: int = 128) -> str:
    """Return a text that can be shown, cut; empty for anything else."""
    return clean(given, most) if isinstance(given, str) else ""


def shown(part: object) -> bytes:
    """Return a part of a post that was refused, to be shown; JSON does not know all that came."""
    try:
        return msgspec.json.encode(part, enc_hook=str)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return b"(cannot be shown)"
