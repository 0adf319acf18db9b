"""Serve ``/faces/<user>/<device>/<hash>``: the picture on a friend's card.

Frames hold only this address. It names one picture for ever, so a browser may keep what it got; it
is answered to those who may see that friend, and to everybody else as if it were not there.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.web.server import Request

from sightline.auth.session import Visitor
from sightline.owntracks.latest import LatestPositions
from sightline.owntracks.picture_resource import PictureResource, missing, shown
from sightline.owntracks.ports import RequestContextPort, may_read


class Faces(PictureResource):
    """The resource of faces."""

    def __init__(
        self,
        clock: IReactorTime,
        context: RequestContextPort,
        people: LatestPositions,
        *,
        rate: float = 100.0,
        burst: float = 2000.0,
    ) -> None:
        super().__init__(clock, context, rate, burst)
        self._people = people

    def show(self, request: Request, visitor: Visitor, device: str, picture: str) -> bytes:
        """Return the face that a friend has now, if this is its hash."""
        face = self._people.face(device)
        seen = may_read(visitor) and visitor.user.scope.sees(f"face/{device}")
        if face is None or not seen or face.hash != picture:
            return missing(request)
        return shown(request, face.mime.encode(), face.data)
