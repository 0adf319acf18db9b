"""Build WebSocket frames once to send them to many (RFC 6455 §5.2, RFC 7692).

Server frames are unmasked, so the very same bytes may go to every viewer. Compressed frames, too:
one deflate stream is kept per group and every viewer that is level with the group has seen all of
it. A viewer that joins gets a stream of its own, and the group's starts anew.
"""

from __future__ import annotations

import zlib
from struct import pack

_TEXT = 0x81  # FIN + text
_DEFLATED = 0xC1  # FIN + RSV1 + text
_WORTHWHILE = 512  # bytes below which deflate does not pay


def frame(payload: bytes, first: int = _TEXT) -> bytes:
    """Build ``payload`` as one whole text message."""
    size = len(payload)
    if size < 126:
        return pack("!BB", first, size) + payload
    if size < 65536:
        return pack("!BBH", first, 126, size) + payload
    return pack("!BBQ", first, 127, size) + payload


class Deflate:
    """One compression context: every receiver must have seen all frames since the last `renew`."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Forget what was sent: the next frame can be read by anybody."""
        # Level 1: most of the gain on JSON at a fraction of the time (explain/performance.md).
        self._stream = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)

    def frame(self, payload: bytes) -> bytes:
        """Build ``payload`` as one compressed text message, or a plain one when it is too small."""
        if len(payload) < _WORTHWHILE:
            return frame(payload)
        stream = self._stream
        data = stream.compress(payload) + stream.flush(zlib.Z_SYNC_FLUSH)
        return frame(data[:-4], _DEFLATED)  # RFC 7692 §7.2.1: without the empty block's tail
