"""Cut off the line that was being written when a server was killed."""

from __future__ import annotations

import os

_TAIL = 65_536  # bytes looked at at once for the last whole line


def cut_torn_line(file: int) -> int:
    """Cut a torn last line off an open file; return the size that is left, bytes."""
    size = stop = os.fstat(file).st_size
    while stop:
        begin = max(0, stop - _TAIL)
        end = os.pread(file, stop - begin, begin).rfind(b"\n")
        if end >= 0:
            stop = begin + end + 1
            break
        stop = begin
    if stop < size:
        os.ftruncate(file, stop)
    return stop
