"""Take everything about some things out of a closed file of the log."""

from __future__ import annotations

import os
from collections.abc import Container
from pathlib import Path

from sightline.history.log.line import DamagedLine, HistoryLine, read, written
from sightline.history.log.segments import sync_folder


def erase(path: Path, things: Container[str], stored: int = 0) -> int:
    """Replace the file by one without lines about ``things``.

    Returns how many entries went that are behind line ``stored``.

    In their place stands a note of how many lines there were. Lines that cannot be read go, too:
    they may hold what must go. The file is replaced in one step, or not at all. Raises `OSError`.
    """
    kept: list[bytes] = []
    removed, found, behind = 0, False, 0
    gap: int | None = None  # the number of the first line that went

    def close_gap(until: int) -> None:
        nonlocal gap
        if gap is not None and until > gap:
            kept.append(written(HistoryLine(gap, erased=until - gap)))
        gap = None

    for raw in path.read_bytes().split(b"\n"):
        if not raw:
            continue
        try:
            line = read(raw)
        except DamagedLine:
            found, gap = True, behind if gap is None and behind else gap
            continue
        if line.thing in things:
            removed += bool(line.sort) and line.n > stored
            found, gap = True, line.n if gap is None else gap
        else:
            close_gap(line.n)
            kept.append(raw + b"\n")
        behind = line.next
    close_gap(behind)
    if found:
        _replace(path, b"".join(kept))
    return removed


def _replace(path: Path, data: bytes) -> None:
    made = path.with_name(f"{path.name}.tmp")
    file = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(file, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        made.replace(path)
    except OSError:
        made.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
