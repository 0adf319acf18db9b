"""Parse JSON of a phone: strict, bounded, and with nothing worse than a refusal.

Python's own parser is lenient where we are not (NaN, repeated keys) and fragile where we must not
be (deep nesting, endless integers). It is not msgspec's that reads here, because that takes 50 ms
for 64 KiB of floats like 1.7976931348623157e308; what we take is bounded so that the worst message
costs 1 to 2 ms.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NoReturn

import msgspec

from sightline.model.kind import CannotDecode

BOM = b"\xef\xbb\xbf"
"""A mark some senders put before UTF-8."""
LARGEST = 65536
"""Bytes in a message."""
LARGEST_CARD = 262_144
"""Bytes in a message whose greater part is a picture: what an iPhone makes is 86 to 128 KiB."""
DEEPEST = 256
"""Objects and lists within each other."""
MOST_OBJECTS = 1280
"""Objects and lists in a message, side by side or within each other."""
MOST_VALUES = 8192
"""Values in a message."""
NO_NUMBER = object()
"""Stands for NaN and Infinity, which are not JSON but are sent by several apps: no number, no text,
so the field that holds it is left out like any other that makes no sense."""
LONGEST_BATCH = 100
"""Messages in one JSON list."""
_LONGEST_INTEGER = 20  # characters, sign included

# A key within a string would have its quotes escaped, so this is one of an object.
_PICTURE = re.compile(rb'"(face|image|data)"\s*:\s*"([A-Za-z0-9+/=\\]*)"')
_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")
_LONG_RUN = b"0" * _LONGEST_INTEGER
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in _STEP)


def parse(payload: bytes, times: int = 1) -> object:
    """Parse ``payload`` as JSON, which may be so many ``times`` as much as one message.

    A value NaN or Infinity is `NO_NUMBER`. Raises `CannotDecode`: ``too_large``, ``not_utf8``,
    ``not_json``, ``bad_number`` (integers of more than 20 characters, NaN in the place of a
    message), ``duplicate_key``, ``batch_too_long``.
    """
    if len(payload) > times * LARGEST:
        raise CannotDecode("too_large", f"more than {times * LARGEST} bytes")
    try:
        text = payload.removeprefix(BOM).decode()
    except UnicodeDecodeError as why:
        raise CannotDecode("not_utf8", "the payload is not UTF-8") from why
    objects = payload.count(b"[") + payload.count(b"{")
    if objects > times * MOST_OBJECTS or payload.count(b",") > times * MOST_VALUES:
        _refuse_many(payload)
    if objects > DEEPEST:
        _check_nesting(payload, times)
    # Handing each integer to Python is slow, so only where there may be an endless one.
    endless = _LONG_RUN in payload.translate(_DIGITS_TO_ZERO)
    try:
        found = (_CAREFUL if endless else _QUICK).decode(text)
    except (ValueError, RecursionError) as why:
        raise CannotDecode("not_json", "not JSON") from why
    if found is NO_NUMBER or (isinstance(found, list) and NO_NUMBER in found):
        raise CannotDecode("bad_number", "not a number, in the place of a message")
    return found


def without_picture(payload: bytes) -> tuple[bytes, str, str]:
    """Return a message that is large because of a picture, or because it is encrypted, without
    that; the field it was in, and what was there.

    What is not that large stays as it is. So a picture of any size costs no other field, and never
    comes before the parser.
    """
    if not LARGEST < len(payload) <= LARGEST_CARD:
        return payload, "", ""
    found = max(_PICTURE.finditer(payload), key=lambda each: len(each[2]), default=None)
    if found is None:
        return payload, "", ""
    rest = payload[: found.start(2)] + payload[found.end(2) :]
    return rest, found[1].decode(), found[2].decode().replace("\\/", "/")


def _refuse_many(payload: bytes) -> NoReturn:
    """Say why a message is refused that would take too long to read."""
    try:
        batch = _batch(payload)
    except (msgspec.DecodeError, RecursionError) as why:
        raise CannotDecode("not_json", "not JSON, or too many values in one message") from why
    check_batch(batch)
    raise CannotDecode("not_json", "too many values in one message")


def _check_nesting(payload: bytes, times: int) -> None:
    # With escaped quotes gone, every other piece between quotes is outside of a string.
    bare = payload.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = b"".join(bare.split(b'"')[::2]).translate(None, _NOT_BRACKETS)
    # More closing than opening ones are no JSON anyway.
    steps = map(_STEP.__getitem__, brackets[: 2 * times * MOST_OBJECTS])
    if max(accumulate(steps), default=0) > DEEPEST:
        raise CannotDecode("not_json", f"nested more than {DEEPEST} deep")


def check_batch(batch: Sequence[object]) -> None:
    """Raise `CannotDecode` (``batch_too_long``) for a list of too many messages."""
    if len(batch) > LONGEST_BATCH:
        raise CannotDecode("batch_too_long", f"more than {LONGEST_BATCH} messages in one")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise CannotDecode("duplicate_key", "a key is given twice")
    return made


def _no_constant(name: str) -> object:
    return NO_NUMBER


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_INTEGER:
        raise CannotDecode("bad_number", f"an integer of {len(digits)} characters")
    return int(digits)


_batch = msgspec.json.Decoder(list[msgspec.Raw]).decode  # passes over the items unread
_QUICK = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
_CAREFUL = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer
)
