"""Read what phones send as pictures: their kind and size, by their first bytes. Pure.

Nothing is decoded here. A picture of a few KB may unfold to gigabytes of pixels, so its header is
read first, and what claims to be larger than `MOST_PIXELS` is no picture for us.
"""

from __future__ import annotations

import struct
from base64 import b64decode
from typing import Literal, NamedTuple

Mime = Literal["image/png", "image/jpeg", "image/webp"]

LARGEST = 196_608
"""Bytes of a picture: 256 KiB in base64."""
LARGEST_FACE = 98_304
"""Bytes of a face that may be shown as it came: 128 KiB in base64."""
MOST_PIXELS = {"image/jpeg": 20_000_000, "image/png": 6_000_000, "image/webp": 6_000_000}
"""JPEG can be decoded at a fraction of its size, the others cannot."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
# Start of frame: baseline, extended, progressive; the others are hardly ever met.
_FRAMES = frozenset((0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB))
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length
_MOST_SEGMENTS = 200


class RawPicture(NamedTuple):
    """A picture as it was sent, of so many pixels; 0 where its header does not tell."""

    mime: Mime
    data: bytes
    width: int = 0
    height: int = 0


def picture(encoded: object) -> RawPicture | None:
    """Read a picture in base64; None when it is none, or too large to be dealt with."""
    if not isinstance(encoded, str) or len(encoded) > LARGEST * 3 // 2:
        return None
    try:
        data = b64decode(encoded + "==")
    except ValueError:
        return None
    return look(data) if len(data) <= LARGEST else None


def look(data: bytes) -> RawPicture | None:
    """Tell what a picture is by its header; None when it is none, or of too many pixels."""
    mime = _mime(data)
    if mime is None:
        return None
    try:
        width, height = _SIZES[mime](data)
    except (struct.error, IndexError):
        width = height = 0  # cut off: anybody who decodes it finds out
    if width * height > MOST_PIXELS[mime]:
        return None
    return RawPicture(mime, data, width, height)


def _mime(data: bytes) -> Mime | None:
    if data.startswith(_PNG):
        return "image/png"
    if data.startswith(_JPEG):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def _png(data: bytes) -> tuple[int, int]:
    if data[12:16] != b"IHDR":
        return 0, 0
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _jpeg(data: bytes) -> tuple[int, int]:
    place = 2
    for _ in range(_MOST_SEGMENTS):
        while data[place] == 0xFF and data[place + 1] == 0xFF:
            place += 1
        if data[place] != 0xFF:
            break
        marker = data[place + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        if marker in _ALONE:
            place += 2
            continue
        place += 2 + struct.unpack_from(">H", data, place + 2)[0]
    return 0, 0


def _webp(data: bytes) -> tuple[int, int]:
    sort = data[12:16]
    if sort == b"VP8X":
        return (
            1 + int.from_bytes(data[24:27], "little"),
            1 + int.from_bytes(data[27:30], "little"),
        )
    if sort == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if sort == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


_SIZES = {"image/png": _png, "image/jpeg": _jpeg, "image/webp": _webp}
