"""Keep the world, the accounts and the names of devices in step.

Spellings that are seen are stored with the accounts, so that all servers and the next start have
the same names. When a name stands for another device than before (an admin merged two, or two
spellings turn out to be of one), the thing under the old name goes, and the other has the newer
state of the two. The history needs nothing: it is read under all names
(`sightline.history.named_store`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from sightline.accounts.aliases import note_seen
from sightline.accounts.service import AccountService
from sightline.cluster.leader import Leadership
from sightline.contract.errors import Refused
from sightline.history.recorder import Recorder
from sightline.history.restore import Restored
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.names import Alias, DeviceNames
from sightline.live.hub import Hub
from sightline.regions.ids import id_for
from sightline.regions.service import RegionService

_GATHER = 1.0  # s within which spellings are stored together
_AGAIN = 60.0  # s after which it is tried again
_MOST = 1_000  # spellings that wait to be stored


class DeviceNaming(Service):
    """Store what spellings are seen, and let the world follow the names.

    ``moved`` hears of a device that is known by another name now: the old one and the new.
    """

    name = "names"
    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        names: DeviceNames,
        hub: Hub,
        account_service: AccountService,
        recorder: Recorder,
        regions: RegionService,
        *,
        leadership: Leadership,
        moved: Callable[[str, str], None],
    ) -> None:
        self._reactor = reactor
        self._names = names
        self._hub = hub
        self._account_service = account_service
        self._recorder = recorder
        self._regions = regions
        self._leadership = leadership
        self._moved = moved
        self._noted: dict[str, Alias] = {}  # seen, and not stored yet
        self._due: IDelayedCall | None = None
        self._store_due: IDelayedCall | None = None
        names.when_noticed(self._noticed)
        names.when_changed(self._changed)

    def startService(self) -> None:
        """Begin to store and to follow."""
        super().startService()
        self._changed()
        self._store_soon(_GATHER)

    def stopService(self) -> None:
        """End what waits; spellings that are not stored will be seen again."""
        super().stopService()
        for due in (self._due, self._store_due):
            if due is not None and due.active():
                due.cancel()

    # -- what is seen

    def _noticed(self, alias: Alias) -> None:
        if len(self._noted) < _MOST:
            self._noted[alias.spelling] = alias
            self._store_soon(_GATHER)

    def _store_soon(self, seconds: float) -> None:
        if not self.running or not self._noted:
            return
        if self._store_due is None or not self._store_due.active():
            self._store_due = self._reactor.callLater(seconds, self._store)

    def _store(self) -> None:
        if not self._account_service.ready.called:
            self._store_soon(_GATHER)
            return
        now = self._account_service.wall()
        found = [alias._replace(at=now) for alias in self._noted.values()]
        for alias in found:
            self._log.info(
                "The device {device} is also called {spelling}: both are taken for one"
                " (if they are two: sightline device split)",
                device=alias.device,
                spelling=alias.spelling,
            )
        self._noted.clear()
        storing = Deferred.fromCoroutine(
            self._account_service.change(lambda database: note_seen(database, found))
        )
        storing.addErrback(self._not_stored, found)

    def _not_stored(self, failure: Any, found: list[Alias]) -> None:
        if failure.check(Refused) is None:
            self._log.failure("Could not store the names of devices", failure)
            return
        self._noted.update({alias.spelling: alias for alias in found})
        self._store_soon(_AGAIN)

    # -- what follows

    def _changed(self) -> None:
        # Later: what changes the names is in the middle of a message, or of a change of accounts.
        if self.running and (self._due is None or not self._due.active()):
            self._due = self._reactor.callLater(0, self.settle)

    def settle(self) -> None:
        """Let the world and the rights follow the names, as they are now."""
        self._account_service.visitors.names_changed()
        for alias in list(self._names.aliases.values()):
            if alias.spelling != alias.device:
                self._join(alias.spelling, alias.device)

    def _join(self, old: str, new: str) -> None:
        """Let the thing under an old name go; the new one has the newer state of both."""
        world, hub = self._hub.world, self._hub
        self._join_regions(f"friend/{old}", f"friend/{new}")
        before, face = world.state(f"friend/{old}"), world.state(f"face/{old}")
        if not isinstance(before, Friend) and face is None:
            return
        if isinstance(before, Friend):
            self._join_friends(old, before, new)
        if face is not None:
            hub.erase((f"face/{old}",))
            if f"face/{new}" not in world:
                hub.show(f"face/{new}", face)
        self._moved(f"friend/{old}", f"friend/{new}")
        at = self._account_service.wall()
        things = (f"friend/{old}", f"friend/{new}", f"face/{old}", f"face/{new}")
        self._recorder.take([(thing, at, None, None) for thing in things])

    def _join_friends(self, old: str, before: Friend, new: str) -> None:
        after = self._hub.world.state(f"friend/{new}")
        known = after if isinstance(after, Friend) else None
        is_newer = known is None or _time(before) > _time(known)
        self._names.heard(new, old if is_newer else new, True)
        state = _newer(before, known)
        self._hub.erase((f"friend/{old}", f"friend/{new}"))
        heard = None if state.presence == "offline" else state.heard or state.at
        self._hub.restore([Restored(f"friend/{new}", state, heard)])

    def _join_regions(self, old: str, new: str) -> None:
        """Give the regions of the old name's own to the new one; one server does it for all."""
        if self._regions.of(old) and self._leadership.leads and self._regions.ready.called:
            moving = Deferred.fromCoroutine(self._give_regions(old, new))
            moving.addErrback(
                lambda failure: self._log.warn(
                    "Regions of {old} stay there for now: {why}",
                    old=old,
                    why=failure.getErrorMessage(),
                )
            )

    async def _give_regions(self, old: str, new: str) -> None:
        known = {record.region.name for _, record in self._regions.of(new)}
        for id, record in self._regions.of(old):
            region = record.region
            if region.name in known:
                await self._regions.remove(id, "Sightline", region.version)
                continue
            moved = replace(record, region=replace(region, owner=new, version=1))
            target = id_for(new, region.name)
            await self._regions.replace(id, region.version, target, moved)


def _newer(one: Friend, other: Friend | None) -> Friend:
    """Return the newer of two states of a device, with the name that its card gave to either."""
    if other is None:
        return one
    found, rest = (one, other) if _time(one) > _time(other) else (other, one)
    if found.name is None and rest.name is not None:
        return replace(found, name=rest.name)
    return found


def _time(friend: Friend) -> float:
    return friend.heard or friend.at or 0.0
