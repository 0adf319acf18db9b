"""The drawn portraits are PNG files that every reader accepts."""

from __future__ import annotations

import struct
import zlib

import pytest

from sightline.cli.simulate.face import SIZE, png


def chunks(data: bytes) -> dict[bytes, bytes]:
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    found, rest = {}, data[8:]
    while rest:
        (length,) = struct.unpack(">I", rest[:4])
        name, body, crc = rest[4:8], rest[8 : 8 + length], rest[8 + length : 12 + length]
        assert struct.pack(">I", zlib.crc32(name + body)) == crc
        found[name] = body
        rest = rest[12 + length :]
    return found


@pytest.mark.parametrize("hue", [0.0, 0.3, 0.99])
def test_a_face_is_a_whole_small_png(hue):
    parts = chunks(png(hue))
    assert list(parts) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert struct.unpack(">II", parts[b"IHDR"][:8]) == (SIZE, SIZE)
    pixels = zlib.decompress(parts[b"IDAT"])
    assert len(pixels) == SIZE * (SIZE + 1)
    assert set(pixels) == {0, 1, 2, 3}
    assert len(png(hue)) < 1000


def test_faces_differ():
    assert png(0.1) != png(0.2)
