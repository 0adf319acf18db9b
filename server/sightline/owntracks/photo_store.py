"""Keep the photos of points of interest on disk, by content: files in the state folder.

    photos/<user>/<device>/<hash>.jpg

User and device are hashes as well, so any name there is fits a file system, and none is told by a
folder that was left behind in a backup. A file's time is that of its fix: by it old photos go. All
calls block: they are made on a thread.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

from sightline.model.kind import id_of

MOST = 2_000_000_000
"""Bytes of all photos."""
MOST_OF_SENDER = 64_000_000
"""Bytes of one sender's, that is of all devices of one user."""
_NAME = re.compile(r"[0-9a-f]{24}")


class NoRoom(Exception):
    """A photo cannot be kept; the text says why."""


class PhotoStore:
    """The photos below ``folder``."""

    def __init__(
        self, folder: Path, *, most: int = MOST, most_of_sender: int = MOST_OF_SENDER
    ) -> None:
        self._folder = folder
        self._most = most
        self._most_of_sender = most_of_sender

    def put(self, thing: str, data: bytes, tst: float) -> str:
        """Keep a photo of this friend; return its hash. ``tst`` (epoch s) is when it was taken.

        Raises `NoRoom`, and OSError where the disk does not take it.
        """
        found = blake2b(data, digest_size=12).hexdigest()
        file = self._of(thing) / f"{found}.jpg"
        if not file.exists():
            user = file.parent.parent
            if _size(user) + len(data) > self._most_of_sender:
                raise NoRoom("its sender has used up the room for photos")
            if _size(self._folder) + len(data) > self._most:
                raise NoRoom("there is no room for another photo")
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = file.with_suffix(".part")
            part.write_bytes(data)
            part.chmod(0o600)
            part.replace(file)
        os.utime(file, (tst, tst))
        return found

    def get(self, thing: str, found: str) -> bytes | None:
        """Return a photo of this friend; None: there is no such one."""
        if not _NAME.fullmatch(found):
            return None
        try:
            return (self._of(thing) / f"{found}.jpg").read_bytes()
        except OSError:
            return None

    def all(self, thing: str) -> Iterator[tuple[str, bytes]]:
        """Yield all photos of this friend with the names of their files."""
        folder = self._of(thing)
        if folder.is_dir():
            for file in sorted(folder.glob("*.jpg")):
                yield file.name, file.read_bytes()

    def erase(self, thing: str) -> None:
        """Forget all photos of this friend."""
        folder = self._of(thing)
        shutil.rmtree(folder, ignore_errors=True)
        if folder.parent.is_dir() and not any(folder.parent.iterdir()):
            folder.parent.rmdir()

    def purge(self, before: float, own: Mapping[str, float]) -> int:
        """Remove photos that were taken before (epoch s); friends in ``own`` go by that time."""
        times = {self._of(thing): time for thing, time in own.items()}
        count = 0
        for file in self._folder.glob("*/*/*"):
            if file.stat().st_mtime < times.get(file.parent, before):
                file.unlink(missing_ok=True)
                count += 1
        return count

    def _of(self, thing: str) -> Path:
        user = id_of(thing).partition("/")[0]
        return self._folder / _folded(user) / _folded(id_of(thing))


def _folded(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
