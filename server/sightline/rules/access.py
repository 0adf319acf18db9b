"""Reach the rules' database.

Every change goes to the database first, and takes effect when it is read back from there.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sightline.contract.errors import Refused
from sightline.database.access import DatabaseAccess
from sightline.database.trouble import Degraded
from sightline.model.faults import Unavailable
from sightline.rules.store import Editions, RuleStore, StaleRule, StoredRules

if TYPE_CHECKING:
    from sightline.database.common import CommonStore

_AWAY = (
    "rules cannot be changed just now: the server cannot reach its database. Try again in a moment"
)
T = TypeVar("T")
Taker = Callable[[StoredRules], None]


def nothing(known: StoredRules) -> None:
    """Load nothing for what was read."""


class RuleDatabase(DatabaseAccess[RuleStore]):
    """The way to the database; ``server`` is ours among several, that have ``common``.

    ``prepare`` is called with what was read before anybody is told of it, on the database's thread,
    or before the reactor runs: whatever takes long is loaded there.
    """

    def __init__(
        self,
        reactor: Any,
        folder: Path,
        common: CommonStore | None = None,
        server: str = "",
        *,
        prepare: Callable[[StoredRules], None] = nothing,
    ) -> None:
        super().__init__(reactor, "rules", common, "rules")
        self._folder = folder
        self._server = server
        self._prepare = prepare
        self._takers: list[Taker] = []
        self._editions = Editions()

    def tell(self, taker: Taker) -> None:
        """Call ``taker`` with what there is in the database, at the start and after each change.

        In the order of these calls: alerts after their rules.
        """
        self._takers.append(taker)

    @property
    def several(self) -> bool:
        """Tell whether other servers have the same rules."""
        return self._common is not None

    # -- start

    def privilegedStartService(self) -> None:
        """Open the file, if it is one. Raises `BadRules`."""
        super().privilegedStartService()
        if self._common is None:
            self._store = store = RuleStore(self._folder, self._server)
            self._take(self._prepared(store.known(self._editions)))

    async def enter(self, common: CommonStore) -> None:
        """Open the database of all servers, and take what is in it. Raises `Unavailable`."""
        self._store = await self._do(lambda: RuleStore(common, self._server))
        try:
            await self.follow()
        except Unavailable:
            self._store = None
            raise

    # -- work

    async def write(self, do: Callable[[RuleStore], T], *, scrub: bool = False) -> T:
        """Return what ``do`` changes, all or nothing, once that has taken effect.

        Raises as `work` does, and `StaleRule`.
        """
        done = await self.work(lambda store: store.transact(lambda: do(store), scrub=scrub))
        await self.follow()
        return done

    async def change(self, do: Callable[[RuleStore], T], *, scrub: bool = False) -> T:
        """Do as `write` does what a person asked for. Raises `Refused`."""
        try:
            return await self.write(do, scrub=scrub)
        except StaleRule as stale:
            raise _stale(stale) from None
        except Degraded as why:
            raise Refused("degraded", f"rules cannot be changed just now: {why}") from None
        except Unavailable:
            raise Refused("busy", _AWAY) from None

    async def follow(self) -> None:
        """Tell everybody what is in the database now, also what other servers changed."""
        before = self._editions
        known = await self.work(
            lambda store: self._prepared(store.transact(lambda: store.known(before)))
        )
        # Two may have asked at once: what the later one was told counts from what it knew.
        if self._editions is before:
            self._take(known)
        else:
            await self.follow()

    def _prepared(self, known: StoredRules) -> StoredRules:
        self._prepare(known)
        return known

    def _take(self, known: StoredRules) -> None:
        self._editions = known.there
        for taker in self._takers:
            taker(known)


def _stale(stale: StaleRule) -> Refused:
    if stale.version == 0:
        return Refused("unknown", "there is no such rule any more")
    return Refused("stale", f"somebody else changed it meanwhile: it is version {stale.version}")
