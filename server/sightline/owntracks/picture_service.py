"""Make pictures smaller as they come: faces for the map and lists, photos for a look at a place.

One thread of their own does it, one picture at a time, while name and position went their way long
before. What waits is bounded; what cannot be done is counted as left out of its device's messages.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from twisted.application.service import Service
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from sightline.kinds.friends.deliveries import Deliveries
from sightline.kinds.friends.model import Face
from sightline.kinds.friends.picture_updates import FaceSent, Photo, PhotoSent
from sightline.kinds.friends.pictures import MOST_PIXELS, look
from sightline.kinds.friends.updates import Pictured, Removal
from sightline.live.hub import Hub
from sightline.live.ingest import Keep
from sightline.model.kind import id_of
from sightline.model.record import Record
from sightline.owntracks.photo_store import NoRoom, PhotoStore
from sightline.owntracks.shrinking import NoPicture, Shrunk, shrink

FACE_SIDE = 192
"""Pixels: the largest that a face is shown, on a fine screen."""
FACE_BYTES = 24_576
PHOTO_SIDE = 1280
PHOTO_BYTES = 200_000
MOST_WAITING = 64
"""Pictures that wait at most."""
MOST_BYTES = 8_000_000
"""Bytes of all pictures that wait to be made smaller."""

Sent = FaceSent | PhotoSent | Pictured


class PictureService(Service):
    """What makes pictures smaller. ``photos`` keeps those of places, ``keep`` tells history that a
    face changed; ``no_room`` says why nothing may be written now.

    ``able`` false: there is no library for it; then a face that may be shown as it came is shown
    so, and all others are left out.
    """

    name = "pictures"
    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        hub: Hub,
        photos: PhotoStore,
        counts: Deliveries,
        wall: Callable[[], float],
        *,
        keep: Keep,
        able: bool,
        no_room: Callable[[], str] = str,
    ) -> None:
        self._reactor = reactor
        self._hub = hub
        self._photos = photos
        self._counts = counts
        self._wall = wall
        self._keep_news = keep
        self._able = able
        self._no_room = no_room
        self._pool = ThreadPool(minthreads=0, maxthreads=1, name="pictures")
        self._waiting: dict[str, int] = {}  # bytes, by what it is of
        self._erased: set[str] = set()  # friends erased while something of theirs was under way
        self._number = 0
        hub.ingest.tell(Pictured, self._pictured)
        hub.ingest.tell(FaceSent, self._face_sent)
        hub.ingest.tell(PhotoSent, self._photo_sent)

    def startService(self) -> None:
        """Start the thread that makes pictures smaller."""
        super().startService()
        self._pool.start()

    def stopService(self) -> None:
        """Finish what is under way, and no more."""
        super().stopService()
        self._pool.stop()

    @property
    def waiting(self) -> int:
        """Return how many pictures wait."""
        return len(self._waiting)

    def forget(self, thing: str) -> Any:
        """Forget the photos of a friend who is erased."""
        if self._waiting:
            self._erased.add(thing)
        return self._in_thread(self._photos.erase, thing)

    # -- what comes

    def _pictured(self, sent: Pictured) -> None:
        """Make a face smaller that is shown already."""
        if self._is_made_of(sent.thing, sent.face.data):
            return
        known = look(sent.face.data)
        small = len(sent.face.data) <= FACE_BYTES and known is not None and known.width > 0
        if small and known is not None and max(known.width, known.height) <= FACE_SIDE:
            return
        if known is None:
            self._take_down(sent.thing, sent.face.hash, "a picture of too many pixels")
        elif self._able:
            self._begin(sent, sent.face.data, FACE_SIDE, FACE_BYTES, self._face_done)

    def _face_sent(self, sent: FaceSent) -> None:
        if self._is_made_of(sent.thing, sent.picture.data):
            return
        self._begin(sent, sent.picture.data, FACE_SIDE, FACE_BYTES, self._face_done)

    def _photo_sent(self, sent: PhotoSent) -> None:
        if why := self._no_room():
            return self._left_out(sent, why)
        self._begin(sent, sent.picture.data, PHOTO_SIDE, PHOTO_BYTES, self._photo_done)

    def _is_made_of(self, thing: str, data: bytes) -> bool:
        """Tell whether the face that is shown was made of this: the broker's copy, once more."""
        before = self._hub.world.state(thing)
        return isinstance(before, Face) and before.origin == _hash(data)

    # -- what becomes of it

    def _begin(
        self, sent: Sent, data: bytes, side: int, most: int, done: Callable[[Any, Shrunk], Any]
    ) -> None:
        if not self._able:
            return self._left_out(sent, "there is no library for pictures of this size or kind")
        full = len(self._waiting) >= MOST_WAITING
        if full or sum(self._waiting.values()) + len(data) > MOST_BYTES:
            return self._left_out(sent, "too many pictures at once")
        self._number += 1
        name = f"{sent.thing} {self._number}"
        self._waiting[name] = len(data)
        made = self._in_thread(shrink, data, side, most, MOST_PIXELS["image/jpeg"])
        made.addCallback(partial(self._made, sent, done))
        made.addErrback(partial(self._failed, sent))
        made.addBoth(lambda _: self._ended(name))

    def _made(self, sent: Sent, done: Callable[[Any, Shrunk], Any], found: Shrunk) -> Any:
        return None if _friend(sent) in self._erased else done(sent, found)

    def _face_done(self, sent: FaceSent | Pictured, found: Shrunk) -> None:
        origin = _hash(sent.picture.data if isinstance(sent, FaceSent) else sent.face.data)
        face = Face(mime=found.mime, data=found.data, origin=origin)
        before = self._hub.world.state(sent.thing)
        if isinstance(sent, Pictured) and (not isinstance(before, Face) or before != sent.face):
            return  # another one came meanwhile
        self._hub.fold(Pictured(sent.thing, face))
        self._keep(sent.thing)

    def _photo_done(self, sent: PhotoSent, found: Shrunk) -> Any:
        def stored(name: str) -> Any:
            if sent.thing in self._erased:
                return self._in_thread(self._photos.erase, sent.thing)
            photo = Photo(
                lat=sent.lat,
                lon=sent.lon,
                hash=name,
                width=found.width,
                height=found.height,
                bytes=len(found.data),
                poi=sent.poi,
                name=sent.name,
            )
            body = msgspec.json.encode(photo)
            # Other servers make the same of it, or nearly.
            same = msgspec.json.encode((sent.lat, sent.lon, sent.poi, _hash(sent.picture.data)))
            self._hub.remember(Record(sent.thing, "photo", sent.tst, body, same))
            return None

        putting = self._in_thread(self._photos.put, sent.thing, found.data, sent.tst)
        return putting.addCallback(stored)

    def _failed(self, sent: Sent, failure: Failure) -> None:
        error = failure.value
        if isinstance(error, NoPicture | NoRoom | OSError):
            why = str(error) if not isinstance(error, OSError) else "the disk does not take it"
        else:
            self._log.failure("Could not make a picture smaller", failure)
            why = "a picture that could not be made smaller"
        if isinstance(sent, Pictured):
            self._take_down(sent.thing, sent.face.hash, why)
        else:
            self._left_out(sent, why)

    def _ended(self, name: str) -> None:
        del self._waiting[name]
        if not self._waiting:
            self._erased.clear()

    def _take_down(self, thing: str, shown: str, why: str) -> None:
        """Take down a face that turned out to be none."""
        before = self._hub.world.state(thing)
        if isinstance(before, Face) and before.hash == shown:
            self._hub.fold(Removal(thing))
            self._keep(thing)
        self._counts.left_out(f"friend/{id_of(thing)}", why, self._wall())

    def _left_out(self, sent: Sent, why: str) -> None:
        self._counts.left_out(_friend(sent), why, self._wall())

    def _keep(self, thing: str) -> None:
        """Have history keep the present state of a thing that no message changed."""
        self._keep_news([(thing, self._wall(), None, None)])

    def _in_thread(self, work: Callable[..., Any], *given: Any) -> Any:
        return deferToThreadPool(self._reactor, self._pool, work, *given)


def _friend(sent: Sent) -> str:
    return f"friend/{id_of(sent.thing)}"


def _hash(data: bytes) -> str:
    """Return what names a picture, as `Face.hash` does."""
    return Face(mime="image/png", data=data).hash
