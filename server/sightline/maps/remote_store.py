"""Keep the maps at addresses that admins set on the page, in ``remote.json`` in the maps' folder.

The file may hold keys: it is readable by its owner only. All of it blocks.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from sightline.kinds.maps.remote import RemoteMap

FILE = "remote.json"
MOST = 20
"""Maps that admins may set."""


class BadRemoteMaps(Exception):
    """The file cannot be read; the text says what to do."""


class StoredMap(msgspec.Struct, frozen=True):
    """A map, who set it, and when (epoch s)."""

    map: RemoteMap
    by: str
    at: float


class StoredMaps(msgspec.Struct, frozen=True):
    """What the file holds, by name."""

    maps: dict[str, StoredMap] = {}
    format: int = 1


class RemoteStore:
    """The file in ``folder``, which is made with the first map."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def read(self) -> dict[str, StoredMap]:
        """Read all maps; none if there is no file. Raises `BadRemoteMaps`, `OSError`."""
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=StoredMaps)
        except FileNotFoundError:
            return {}
        except msgspec.DecodeError as why:
            raise BadRemoteMaps(
                f"{self._path} is damaged ({why}). Remove it, and set the maps again on the page"
            ) from None
        return found.maps

    def write(self, maps: dict[str, StoredMap]) -> None:
        """Replace all maps, for good. Raises `OSError`."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self._path.with_name(f"{FILE}.part")
        data = msgspec.json.format(msgspec.json.encode(StoredMaps(maps)), indent=2) + b"\n"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        part.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
