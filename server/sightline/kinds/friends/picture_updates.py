"""Tell of pictures that a server makes smaller before it keeps them: of a card, of a place."""

from __future__ import annotations

import msgspec

from sightline.kinds.friends.pictures import RawPicture
from sightline.model.kind import State


class FaceSent(msgspec.Struct, frozen=True, gc=False):
    """The picture on a card that is too large to be shown as it is, or of another kind.

    Nothing of the face changes; what makes pictures smaller is told (`Ingest.tell`).
    """

    thing: str
    """The thing that gets the picture: ``face/user/device``."""
    picture: RawPicture
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the face as it was."""
        return before


class PhotoSent(msgspec.Struct, frozen=True, gc=False):
    """The photo of a point of interest, which came with its fix."""

    thing: str
    """The friend who was at the place: ``friend/user/device``."""
    picture: RawPicture
    tst: float
    """Time of the fix, epoch s, by the device's clock."""
    lat: float
    lon: float
    poi: str | None = None
    """What its user calls the place."""
    name: str | None = None
    """What the phone calls the file of the picture."""
    at: float = 0.0
    """Our receipt, epoch s."""
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the friend as it was: where it is, its fix has told."""
        return before


class Photo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A photo as history has it; the picture is at ``/photos/<user>/<device>/<hash>``."""

    lat: float
    lon: float
    hash: str
    width: int
    height: int
    bytes: int
    poi: str | None = None
    name: str | None = None
