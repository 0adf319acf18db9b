"""Archives as real files, as the server writes them, and questions about them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sightline.history.archive.folder import Folder, day_of, index_of, segments
from sightline.history.archive.line import written
from sightline.history.rewind.budget import TimeBudget
from sightline.history.rewind.questions import Questions, Viewpoint
from sightline.history.rewind.reader import ArchiveReader, IndexedPart
from sightline.model.kind import Arrival

NOON = 1_795_262_400.0
"""2026-11-21 12:00 UTC (epoch s)."""
DAY = 86_400.0


def said(topic: str | bytes, payload: str | bytes = b"1", at: float = 0.0, **more: Any) -> Arrival:
    """Return a message, ``at`` s after `NOON`."""
    data = payload.encode() if isinstance(payload, str) else payload
    return Arrival(topic, data, more.get("retain", False), 1, NOON + at, more.get("broker", "main"))


def lines_of(messages: Iterable[Arrival]) -> bytes:
    """Return the lines of these messages."""
    return b"".join(map(written, messages))


class ArchiveFiles:
    """A folder of segments."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.reader = ArchiveReader(path)

    def add(self, messages: Iterable[Arrival], *, number: int = 1, day: str = "") -> Path:
        """Append messages to a plain file of the day of the first."""
        found = list(messages)
        path = self.path / f"{day or day_of(found[0].at)}-{number}.jsonl"
        with path.open("ab") as out:
            out.write(lines_of(found))
        return path

    def compress(self) -> list[Path]:
        """Compress all files as the server does; return them."""
        files = Folder(self.path, days=3660, most=1 << 40, part=1 << 30)
        files.open()
        for _ in files.compress("9999"):
            pass
        return [file.path for file in segments(self.path)]

    def parts(self, reader: ArchiveReader | None = None) -> list[IndexedPart]:
        """Return the parts that a question reads."""
        return (reader or self.reader).parts(lambda: None)

    def index(self, path: Path) -> Path:
        """Return the file of the index of a segment."""
        return index_of(path)

    @property
    def questions(self) -> Questions:
        """Return what answers; it knows nothing of the answers before."""
        return Questions(ArchiveReader(self.path))


def everything(_: str) -> bool:
    """See every topic."""
    return True


def endless() -> TimeBudget:
    """Return a budget that no test uses up."""
    return TimeBudget(3600.0, 3600.0, lambda: False)


PLACE = Viewpoint("main", everything)
