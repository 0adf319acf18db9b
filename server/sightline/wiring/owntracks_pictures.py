"""Join what makes pictures smaller, keeps photos and lets go of old ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from twisted.application.service import MultiService, Service
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from sightline.history.recorder import Recorder
from sightline.history.retention import DAY, Own
from sightline.history.store import Store
from sightline.kinds.friends.deliveries import Deliveries
from sightline.live.hub import Hub
from sightline.live.periodic import Periodic
from sightline.owntracks.photo_store import PhotoStore
from sightline.owntracks.photos import Photos
from sightline.owntracks.picture_service import PictureService
from sightline.owntracks.ports import RequestContextPort
from sightline.owntracks.shrinking import is_available
from sightline.wiring.clock import now

reactor: Any = _reactor
_PURGE = 3600.0  # s


class Pictures(MultiService):
    """The pictures of friends. ``days`` positions are kept, or as ``own`` says; 0: for good.

    ``purge_clock`` tells how late it surely is (epoch s); ``no_room`` why nothing may be written.
    """

    def __init__(
        self,
        hub: Hub,
        counts: Deliveries,
        recorder: Recorder,
        store: Store,
        folder: Path,
        *,
        days: int,
        own: Own,
        purge_clock: Callable[[], float],
        no_room: Callable[[], str],
    ) -> None:
        super().__init__()
        self._photos = PhotoStore(folder)
        able = is_available()
        self.service = PictureService(
            reactor,
            hub,
            self._photos,
            counts,
            now,
            keep=recorder.take,
            able=able,
            no_room=no_room,
        )
        self.service.setServiceParent(self)
        PhotoRetention(self._photos, store, days, own, purge_clock).setServiceParent(self)
        if not able:
            self._log.warn("Pillow is not there: large pictures of phones are left out")

    _log = Logger()

    def resource(self, context: RequestContextPort) -> Photos:
        """Make what serves photos."""
        return Photos(reactor, context, lambda thing, name: deferToThread(self._get, thing, name))

    def _get(self, thing: str, name: str) -> bytes | None:
        return self._photos.get(thing, name)

    def erase(self, thing: str) -> Any:
        """Forget the photos of a friend who is erased."""
        return self.service.forget(thing)

    def of(self, thing: str) -> Iterator[tuple[str, bytes]]:
        """Yield the photos of a friend, for a copy of what is known; blocks."""
        return self._photos.all(thing)


class PhotoRetention(Service):
    """Let go of photos as old as the positions that history lets go of."""

    name = "old photos"
    _log = Logger()

    def __init__(
        self,
        photos: PhotoStore,
        store: Store,
        days: int,
        own: Own,
        purge_clock: Callable[[], float],
    ) -> None:
        self._photos = photos
        self._store = store
        self._days = days
        self._own = own
        self._clock = purge_clock
        self._loop = Periodic(reactor, _PURGE, self.look, "the purge of photos")

    def startService(self) -> None:
        """Start the loop that looks for it."""
        super().startService()
        self._loop.start(now=False)

    def stopService(self) -> None:
        super().stopService()
        self._loop.stop()

    def look(self) -> Deferred[None]:
        """Remove what is too old."""
        return Deferred.fromCoroutine(self._purge())

    async def _purge(self) -> None:
        late = self._clock()
        said = await self._own(list(await self._store.things()))
        own = {thing: late - days * DAY for thing, days in said.items()}
        before = late - self._days * DAY if self._days else float("-inf")
        count = await deferToThread(self._photos.purge, before, own)
        if count:
            self._log.info("{count} old photos were removed", count=count)
