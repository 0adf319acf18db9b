"""Draw a small portrait as PNG, 48 x 48, so that nobody's picture is shipped."""

from __future__ import annotations

import colorsys
import struct
import zlib

SIZE = 48


def png(hue: float) -> bytes:
    """Return a head and shoulders before a background of that hue (0..1)."""
    palette = [
        _rgb(hue, 0.45, 0.90),  # background
        _rgb(hue + 0.5, 0.55, 0.55),  # clothes
        _rgb(0.07, 0.25 + 0.4 * ((hue * 7) % 1.0), 0.95 - 0.5 * ((hue * 3) % 1.0)),  # skin
        _rgb(0.07, 0.50, 0.15 + 0.4 * ((hue * 11) % 1.0)),  # hair
    ]
    rows = b"".join(
        b"\0" + bytes(_colour(x + 0.5, y + 0.5) for x in range(SIZE)) for y in range(SIZE)
    )
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", bytes(value for colour in palette for value in colour))
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _colour(x: float, y: float) -> int:
    if _inside(x, y, 24, 23, 10, 12):
        return 3 if y < 17 else 2
    if _inside(x, y, 24, 20, 12.5, 13) and y < 25:
        return 3
    if _inside(x, y, 24, 51, 19, 16):
        return 1
    return 0


def _inside(x: float, y: float, cx: float, cy: float, rx: float, ry: float) -> bool:
    return ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1.0


def _rgb(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
