"""Fixes, and what of them is in the files of a log."""

from __future__ import annotations

from pathlib import Path

from sightline.history.log.reader import LogReader
from sightline.history.record import HistoryEntry, entry

JANE, OMAR = "friend/jane/phone", "friend/omar/phone"
T0 = 1_795_235_000.0


def fix(n: float, thing: str = JANE) -> HistoryEntry:
    return entry(thing, "fix", T0 + n, T0, b'{"n":%d}' % n)


def fixes_in(folder: Path, thing: str = JANE) -> list[int]:
    """The times of a thing's fixes, T0 being 0, in the order of the log."""
    reader = LogReader(folder)
    piece = reader.read(None, 10_000_000)
    reader.close()
    assert piece.damage == []
    return [round(each.tst - T0) for each in piece.entries if each.thing == thing]
