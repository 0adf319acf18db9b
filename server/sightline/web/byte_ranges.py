"""Read which part of a file a request asks for (RFC 9110, section 14): one range of bytes."""

from __future__ import annotations

import re

_RANGE = re.compile(rb"bytes=(\d*)-(\d*)\Z")
_DIGITS = 18


def part_of(wanted: bytes | None, size: int) -> range | None:
    """Return the bytes that a ``Range`` header asks for, of a file with ``size`` bytes.

    None: the whole, as for any form but one range. An empty range: it cannot be satisfied.
    """
    match = None if wanted is None else _RANGE.match(wanted)
    if match is None or match[0] == b"bytes=-":
        return None
    first, last = match[1], match[2]
    if first:
        start, stop = _number(first), min(_number(last) + 1, size) if last else size
    else:
        start, stop = max(0, size - _number(last)), size
    return range(start, stop) if start < stop else range(0)


def _number(digits: bytes) -> int:
    """Return a number of a range; one beyond all files if it is longer than Python likes to
    read.
    """
    return int(digits) if len(digits) <= _DIGITS else 10**_DIGITS
