"""Reach the regions' database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.database.access import DatabaseAccess
from sightline.regions.store import RegionRow, RegionStore, StoredVisit

if TYPE_CHECKING:
    from sightline.database.common import CommonStore

Known = tuple[int, tuple[list[str], list[StoredVisit]], dict[str, tuple[int, RegionRow]]]
"""The last edition, who was where, and all regions."""


class RegionAccess(DatabaseAccess[RegionStore]):
    """The way to the database. ``wall`` gives epoch s; ``server`` is ours among several."""

    def __init__(
        self,
        reactor: Any,
        wall: Callable[[], float],
        folder: Path,
        common: CommonStore | None,
        server: str,
    ) -> None:
        super().__init__(reactor, "regions", common, "regions")
        self.wall = wall
        self._folder = folder
        self._server = server

    def begin(self, store: RegionStore, known: Known) -> None:
        """Take what is in the database at the start."""
        raise NotImplementedError

    def open(self) -> None:
        """Open the file, if it is one. Raises `BadRegions`."""
        if self._common is None:
            self._store = store = RegionStore(self._folder, self.wall)
            self.begin(store, _known(store))

    async def enter(self, common: CommonStore) -> None:
        """Open the database of all servers, and take what is in it. Raises `Unavailable`."""

        def opened() -> tuple[RegionStore, Known]:
            store = RegionStore(common, self.wall, self._server)
            return store, store.transact(lambda: _known(store))

        store, known = await self._do(opened)
        self._store = store
        self.begin(store, known)


def _known(store: RegionStore) -> Known:
    """Return all that is to be known of the database at the start; on the thread."""
    return store.edition(), store.visits(), store.regions()
