"""Take out of the archive whom other servers erased while this one was down.

The store that they share has notes of who was erased when, which do not tell who it is
(`sightline.history.log.erasure_notes`). So the senders of what lies here are looked up in them.
What a friend sent after that stays: somebody who was forgotten may come again. A file beside the
others tells up to which note this was done:

    erased-elsewhere            1795235739.25
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path

from sightline.history.archive.folder import Folder
from sightline.history.archive.line import NoMessage, read
from sightline.history.log.erasure_notes import key_of

Senders = Callable[[str | bytes], Iterable[str]]
"""The things that may be meant by a topic."""
_DONE = "erased-elsewhere"
_SKEW = 3600.0
"""s that the clock of another server may be behind ours: notes so much older are new, too."""
_MOST_TOPICS = 100_000


def work_of(
    files: Folder,
    folder: Path,
    erased: Mapping[str, float],
    senders: Senders,
) -> Callable[[], Generator[None, None, None]]:
    """Return the work; another attempt goes on where one failed.

    ``erased``: when (epoch s), by the keys of the notes.
    """
    seen: set[Path] = set()

    def work() -> Generator[None, None, None]:
        since = _done_until(folder) - _SKEW
        fresh = {key: at for key, at in erased.items() if at > since}
        if not fresh:
            return
        known: dict[str | bytes, float] = {}  # until when what came on a topic is to go

        def unwanted(line: bytes) -> bool:
            try:
                message = read(line)
            except NoMessage:
                return True
            until = known.get(message.topic)
            if until is None:
                if len(known) >= _MOST_TOPICS:
                    known.clear()
                times = (fresh.get(key_of(thing), 0.0) for thing in senders(message.topic))
                until = known[message.topic] = max(times, default=0.0)
            return message.at <= until

        yield from files.remove(unwanted, seen)
        _note(folder, max(fresh.values()))

    return work


def _done_until(folder: Path) -> float:
    try:
        return float((folder / _DONE).read_text())
    except (OSError, ValueError):
        return 0.0


def _note(folder: Path, until: float) -> None:
    if not folder.is_dir():
        return  # nothing was ever kept
    made = folder / f"{_DONE}.tmp"
    made.write_text(repr(until))
    made.replace(folder / _DONE)
