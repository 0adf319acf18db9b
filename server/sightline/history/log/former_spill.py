"""Bring into the log what an older version left on disk for a store that was away.

state/spill/00000007.jsonl      a line for each batch, in the order of the files
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from sightline.history.record import HistoryEntry, LastState

_NAME = re.compile(r"\d{8}\.jsonl")


class FormerBatch(msgspec.Struct, frozen=True):
    """The entries and present states of one write, as a line."""

    entries: tuple[HistoryEntry, ...] = ()
    last_states: tuple[LastState, ...] = msgspec.field(default=(), name="standings")


def files(folder: Path) -> list[Path]:
    """List what is there, in order. Raises `OSError`."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def batches(path: Path) -> Iterator[FormerBatch | str]:
    """Yield the batches of a file; a text names a line that cannot be read. Raises `OSError`."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if not line.endswith(b"\n"):
                return  # torn: it was never said to be kept
            try:
                yield msgspec.json.decode(line, type=FormerBatch)
            except (msgspec.DecodeError, RecursionError) as why:
                yield f"{path}:{number}: cannot be read: {why}"
