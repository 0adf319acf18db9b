"""Make the picture of somebody who has none."""

from __future__ import annotations

import struct
import zlib


def _blank() -> bytes:
    """Return a PNG of 40 by 40 pixels that can be looked through."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack("!I", len(data)) + body + struct.pack("!I", zlib.crc32(body))

    header = struct.pack("!IIBBBBB", 40, 40, 8, 6, 0, 0, 0)
    rows = (b"\0" + b"\0\0\0\0" * 40) * 40
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    )


BLANK = _blank()
"""The picture of who has none."""
