"""The state of a friend: a person's phone or tracker that speaks OwnTracks."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

import msgspec

from sightline.model.kind import WEIGHT, Present, State

_FRIEND = 2_600  # bytes
_REGION = 400  # bytes: a name of 128 characters, and once more in the frame


class Doubt(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A fix that cannot be right, and why (`sightline.kinds.friends.plausibility`)."""

    lat: float
    lon: float
    tst: int | float
    why: str
    at: float
    """Our receipt of it, epoch s."""
    acc: float | None = None
    when: float = 0.0
    """When it was taken, by our clock (epoch s)."""
    row: int = 1
    """So many in a row did not fit."""


# The fields of Friend may be given by position: one is made for every fix, and this is quicker.
class Friend(Present, frozen=True, omit_defaults=True, kw_only=False, gc=False):
    """One device as it is now, id ``user/device``. Every field of the fix is of one fix.

    ``tst`` is the time of the fix by the device's clock, ``at`` our receipt of it (epoch s).
    Numbers are as sent: OwnTracks means whole ones for most, but does not promise them.
    """

    lat: float | None = None
    """Latitude in degrees, north of the equator."""
    lon: float | None = None
    """Longitude in degrees, east of Greenwich."""
    tst: int | float | None = None
    """Time of the fix, epoch s, by the device's clock (by ours when ``untimed``)."""
    acc: float | None = None
    """Radius of the horizontal error, m."""
    alt: float | None = None
    """Height above the sea, m."""
    vac: float | None = None
    """Vertical error of the fix, m."""
    vel: float | None = None
    """Speed over ground, km/h."""
    cog: float | None = None
    """Course over ground, degrees from north."""
    batt: float | None = None
    """Charge of the battery, %."""
    bs: float | None = None
    """Battery state: 0 unknown, 1 unplugged, 2 charging, 3 full."""
    p: float | None = None
    """Air pressure outside, kPa."""
    m: float | None = None
    """Monitoring mode: -1 quiet, 0 manual, 1 significant changes, 2 move."""
    tid: str | None = None
    """Two letters or so for the mark on the map."""
    t: str | None = None
    """What made the device report: p ping, c circle, b beacon, r asked, u user, t timer, …"""
    conn: str | None = None
    """Its network: w Wi-Fi, m mobile, o none."""
    SSID: str | None = None
    BSSID: str | None = None
    poi: str | None = None
    """Point of interest: a name the user gave to this fix."""
    tag: str | None = None
    inregions: tuple[str, ...] | None = None
    """Names of the regions it is in; empty: in none; absent: never said."""
    at: float | None = None
    """Our receipt of the fix, epoch s."""
    ahead: float | None = None
    """By how many seconds the device's clock is ahead of ours: trust ``at`` then."""
    untimed: bool = False
    """The message held no time."""
    name: str | None = None
    """The name on the friend's card."""
    inregions_tst: int | float | None = None
    """Time of ``inregions`` (epoch s, ours), where that is not the fix's."""
    heard: float | None = None
    """Our receipt of the newest message from it (epoch s), where that is not the fix's."""
    clock: float | None = None
    """By how many seconds the device's clock is ahead of ours (negative: behind), where several
    fixes showed that it is wrong: the fix was taken at ``tst - clock`` by our clock."""
    source: str | None = None
    """Through which broker the fix came, if not ``main``."""
    doubt: Doubt | None = None
    """A newer fix that is not believed: the friend stays where it was until another one fits."""

    @property
    def weight(self) -> int:
        """Return the weight as measured with many of them; only the list of regions can be much
        longer.
        """
        inside = self.inregions
        return _FRIEND if not inside else _FRIEND + _REGION * len(inside)


class Face(State, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """The picture on a friend's card, id ``user/device``.

    Browsers get its address (`Portrait`), and the picture when they ask for that.
    """

    mime: Literal["image/png", "image/jpeg"]
    data: bytes
    """The picture; base64 where it is kept as JSON."""
    origin: str = ""
    """The hash of the picture as it was sent, where this one was made of it."""

    @property
    def hash(self) -> str:
        """Tell what tells it from every other picture."""
        return blake2b(self.data, digest_size=12).hexdigest()

    @property
    def weight(self) -> int:
        """Return the weight, which is mostly the picture's."""
        return WEIGHT + len(self.data)

    def shown(self) -> State:
        """Return the portrait, which has the picture's address."""
        return Portrait(mime=self.mime, hash=self.hash)


class Portrait(State, frozen=True, kw_only=True, gc=False):
    """A `Face` as browsers get it: the picture is at ``/faces/<user>/<device>/<hash>``."""

    mime: str
    hash: str


class Waypoint(msgspec.Struct, frozen=True, gc=False):
    """A circle as phones keep it: what OwnTracks calls a waypoint."""

    desc: str
    """What its user calls it."""
    lat: float
    lon: float
    rad: float
    """Radius of the waypoint, m."""
    tst: int
    """When it was made, epoch s: by this Android phones know it again."""
    rid: str | None = None
    """By this iPhones know it again."""
