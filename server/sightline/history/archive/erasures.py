"""Note on disk who is to be taken out of the archive, until it is done.

Taking somebody out of all files takes a while. A note of it is a file beside them, so that it is
done after a crash, too:

    4f1a….erasing               friend/jane/phone
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred

from sightline.history.archive import missed_erasures
from sightline.history.archive.folder import Folder
from sightline.history.archive.line import NoMessage, read
from sightline.history.archive.missed_erasures import Senders
from sightline.history.log.segments import sync_folder
from sightline.model.faults import Unavailable

_END = ".erasing"


class ErasureQueue:
    """Whom the reactor's thread asks to erase, and the archive's thread notes in ``folder``.

    ``ring`` wakes that thread.
    """

    def __init__(self, reactor: Any, folder: Path, ring: Callable[[], object]) -> None:
        self._reactor = reactor
        self._folder = folder
        self._ring = ring
        self._waiting: deque[tuple[str, Deferred[None]]] = deque()
        self._missed: deque[tuple[Mapping[str, float], Senders]] = deque()

    def __bool__(self) -> bool:
        return bool(self._waiting or self._missed)

    def ask(self, thing: str) -> Deferred[None]:
        """Have this thing noted; fires once it is. Fails with `Unavailable`."""
        asked: Deferred[None] = Deferred()
        self._waiting.append((thing, asked))
        self._ring()
        return asked

    def ask_missed(self, erased: Mapping[str, float], senders: Senders) -> None:
        """Take out, soon, whom other servers erased while this one was down: `missed_erasures`."""
        self._missed.append((erased, senders))
        self._ring()

    def missed(self, files: Folder) -> Iterator[Callable[[], Generator[None, None, None]]]:
        """Yield the work that this makes, on the archive's thread."""
        while self._missed:
            yield missed_erasures.work_of(files, self._folder, *self._missed.popleft())

    def note_all(self) -> list[str]:
        """Note all that was asked for, on the archive's thread; return what is noted now."""
        things = []
        while self._waiting:
            thing, asked = self._waiting[0]
            try:
                note(self._folder, thing)
            except OSError as fault:
                why = Unavailable(f"the archive cannot be written: {fault.strerror or fault}")
                self._reactor.callFromThread(asked.errback, why)
            else:
                things.append(thing)
                self._reactor.callFromThread(asked.callback, None)
            self._waiting.popleft()
        return things

    def give_up(self) -> None:
        """Tell all who still wait that it will not be done, once the archive's thread has ended."""
        while self._waiting:
            self._waiting.popleft()[1].errback(Unavailable("the server stops"))


def work_of(
    files: Folder, folder: Path, thing: str, sent_by: Callable[[str | bytes, str], bool]
) -> Callable[[], Generator[None, None, None]]:
    """Return the work of taking somebody out; another attempt goes on where one failed."""
    seen: set[Path] = set()

    def unwanted(line: bytes) -> bool:
        try:
            return sent_by(read(line).topic, thing)
        except NoMessage:
            return True

    def work() -> Generator[None, None, None]:
        yield from files.remove(unwanted, seen)
        done(folder, thing)

    return work


def note(folder: Path, thing: str) -> None:
    """Note that this thing is to be taken out; it is on disk then. Raises `OSError`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = folder / f"{_name(thing)}.tmp"
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(thing.encode("utf-8", "surrogatepass"))
        stream.flush()
        os.fsync(stream.fileno())
    made.replace(folder / _name(thing))
    sync_folder(folder)


def noted(folder: Path) -> list[str]:
    """Return what is noted. Raises `OSError`."""
    paths = sorted(folder.glob(f"*{_END}"))
    return [path.read_bytes().decode("utf-8", "surrogatepass") for path in paths]


def done(folder: Path, thing: str) -> None:
    """Let go of the note: it was taken out of all files. Raises `OSError`."""
    (folder / _name(thing)).unlink(missing_ok=True)


def _name(thing: str) -> str:
    return hashlib.sha256(thing.encode("utf-8", "surrogatepass")).hexdigest() + _END
