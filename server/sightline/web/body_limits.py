"""Say how long the body of a request for a path may be, and what of a path may be logged. Pure."""

from __future__ import annotations

_BODY = 64 * 1024  # bytes
# A phone would send a message that is too large for us again and again if it were refused here; so
# these are read, and put aside as what they are.
_POST = 256 * 1024  # bytes, /pub
_BATCH = 1024 * 1024  # bytes, /in: apps empty their queues in one request
_APPS = b"/in/"


def most(path: bytes) -> int:
    """Return the bytes that a body for this path, without a query, may have."""
    if path.startswith(_APPS):
        return _BATCH
    return _POST if path == b"/pub" else _BODY


def is_post(path: bytes) -> bool:
    """Tell whether phones post to this path: only they send bodies without a length."""
    return path == b"/pub" or path.startswith(_APPS)


def without_token(path: bytes) -> bytes:
    """Return a path as it may be logged: what follows an app's name is its token."""
    return b"/".join((*path.split(b"/", 3)[:3], b"..."))[:64] if path.startswith(_APPS) else path
