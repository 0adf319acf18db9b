"""Fold OwnTracks messages into a friend's state.

Messages come late, twice, and from clocks that are wrong. Two fixes of one device are put in order
by its own clock, whatever ours does: a phone that empties its queue cannot bring back an old
position, and a step of our clock changes nothing. Where that clock was set meanwhile, or once told
a time to come, they are put in order by our time: the sender's less what its clock is known to be
ahead, and never later than our receipt. So a clock that was once ahead cannot keep a friend where
it was until that time has come, nor one that was set back until it has caught up.

How old the position is, and when its device was heard last, are two things: ``tst`` and ``heard``.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec.structs import replace

from sightline.kinds.friends.model import Doubt, Face, Friend, Waypoint
from sightline.kinds.friends.plausibility import (
    COARSE,
    INEXACT,
    INVALID,
    NULL_ISLAND,
    OF_PLACE,
    UNSTEADY,
    Spot,
    doubt,
    wrong_by_itself,
)
from sightline.kinds.friends.spots import NEAR, order, spot_of
from sightline.model.kind import State
from sightline.model.record import Record

MOST_REGIONS = 64
"""A friend is in so many regions at most."""
_SAME_CLOCK = 10.0
"""Errors of one clock that differ by no more (s) are the same."""
_CONTACT = 1.0
"""The last contact is told anew after so many seconds at the earliest: a flood does not fill the
network with it."""


class Located(msgspec.Struct, frozen=True, gc=False):
    """A fix. ``friend`` is all it says: the friend, were nothing else known."""

    thing: str
    friend: Friend
    heard: float | None
    retained: bool
    initials: str
    dropped: int = 0
    record: Record | None = None
    invalid: bool = False
    """Its accuracy is negative: the phone itself does not believe it."""

    def onto(self, before: State | None) -> State | None:
        """Return the friend where it is now, or as it was and alive.

        As it was, when this fix is a late one, or one that cannot be right.
        """
        fix = self.friend
        if not isinstance(before, Friend):
            return fix if fix.tid is not None else replace(fix, tid=self.initials)
        last, retained = before.tst, self.retained
        if (
            last is not None
            # Later by its own clock and no copy, as nearly all are.
            and (retained or fix.tst is None or fix.tst < last)
            and not self._newer(before)
        ):
            return before if retained else heard_again(before, self.heard)
        lat, lon, acc = before.lat, before.lon, fix.acc
        if (
            not (
                # Right by a look that costs next to nothing, as nearly all are.
                lat is not None
                and lon is not None
                and -NEAR < fix.lat - lat < NEAR  # type: ignore[operator]  # a fix has a place
                and -NEAR < fix.lon - lon < NEAR  # type: ignore[operator]
                and (acc is None or acc <= COARSE)
                and not self.invalid
            )
            and (why := self._why_not(before)) is not None
        ):
            return self._doubted(before, why)
        after = fix
        if fix.tid is None or before.name is not None or before.inregions is not None or retained:
            after = self._with_what_was(before)
        if (fix.untimed or fix.tst == before.tst) and _same_but_when(after, before):
            return heard_again(before, self.heard)  # just said again
        return after

    def _with_what_was(self, before: Friend) -> Friend:
        """Return the fix with what is known from before of things that it does not say."""
        fix = self.friend
        changes: dict[str, object] = {}
        if fix.tid is None:
            changes["tid"] = before.tid or self.initials
        if before.name is not None:
            changes["name"] = before.name
        if before.inregions is not None:
            as_of = _regions_as_of(before)
            if fix.inregions is None or order(fix) < as_of:
                changes["inregions"] = before.inregions
                changes["inregions_tst"] = as_of
        if self.retained:
            changes["heard"] = max(last_heard(before) or 0.0, self.heard or 0.0) or None
            if before.presence == "live":
                # The broker's copy may be old; that the friend was heard since stays true.
                changes["presence"] = "live"
                changes["evidence"] = None
        return replace(fix, **changes) if changes else fix

    def _why_not(self, before: Friend) -> str | None:
        """Say why this fix is not believed; None: it is, or there is nothing better."""
        if before.lat is None or before.lon is None:
            return None
        spot, last = spot_of(self.friend), spot_of(before)
        why = INVALID if self.invalid else wrong_by_itself(spot)
        if why is not None:
            return why
        if wrong_by_itself(last) is not None:
            return None
        why = doubt(last, spot)
        held = before.doubt
        if why is None or held is None or why == INEXACT:
            return why
        if held.row >= UNSTEADY:
            return None  # nothing fits anything: it is not for us to choose
        if held.why in (INVALID, NULL_ISLAND, INEXACT):
            return why
        # What two of them agree upon is so.
        return doubt(Spot(held.lat, held.lon, held.when, held.acc), spot) and why

    def _doubted(self, before: Friend, why: str) -> Friend:
        """Return the friend as it was, heard, with this fix beside it."""
        fix, held = self.friend, before.doubt
        if self.retained and before.presence != "live":
            return before
        fits = fix.lat is not None and fix.lon is not None and fix.tst is not None
        if not fits or (held is not None and held.tst == fix.tst and held.lat == fix.lat):
            return heard_again(before, self.heard)  # just said again
        row = 1 + (held.row if held is not None and why in OF_PLACE else 0)
        beside = Doubt(
            lat=fix.lat,  # type: ignore[arg-type]  # a fix has a place and a time
            lon=fix.lon,  # type: ignore[arg-type]
            tst=fix.tst,  # type: ignore[arg-type]
            why=why,
            at=fix.at or 0.0,
            acc=fix.acc,
            when=order(fix),
            row=row,
        )
        return replace(heard_again(before, self.heard), doubt=beside)

    def _newer(self, before: Friend) -> bool:
        fix = self.friend
        if self.retained:
            if fix.untimed or fix.tst == before.tst:
                return False  # a copy, of unknown age or of what is known
        elif fix.untimed:
            return True
        # Times are whole seconds: of two fixes of one second the one received later is the newer.
        if (fix.tst or 0) >= (before.tst or 0):
            return True
        if self.retained and fix.ahead is not None:
            return False  # received only now, but made before: here its own clock tells
        if abs((fix.clock or 0.0) - (before.clock or 0.0)) > _SAME_CLOCK:
            return order(fix) >= order(before)  # it was set meanwhile
        doubtful = before.ahead is not None and before.clock is None
        return (doubtful or before.untimed) and order(fix) >= order(before)


class PhoneTransition(msgspec.Struct, frozen=True, gc=False):
    """The device says that it entered or left a region (OwnTracks ``transition``)."""

    thing: str
    initials: str
    event: Literal["enter", "leave"]
    region: str | None
    when: float
    """The earlier of its time and our receipt, epoch s, ours."""
    heard: float | None
    retained: bool
    dropped: int = 0
    acc: float | None = None
    """Radius of the horizontal error, m."""
    rid: str | None = None
    """The region's id, where the phone knows one."""
    wtst: int | None = None
    """When the region was made, epoch s: the phone's other name for it."""
    record: Record | None = None

    def onto(self, before: State | None) -> State | None:
        """Return the friend with or without that region, unless something newer is known."""
        if not isinstance(before, Friend):
            before = unheard(self.initials)
        if not self.retained:
            before = heard_again(before, self.heard)
        if self.region is None or self.when < _regions_as_of(before):
            return before
        inside = before.inregions or ()
        if self.event == "leave":
            after = tuple(name for name in inside if name != self.region)
        elif self.region in inside:
            after = inside
        else:
            after = (*inside, self.region)[-MOST_REGIONS:]
        if after == before.inregions:
            return before
        return replace(before, inregions=after, inregions_tst=self.when)


class PhoneWaypoint(msgspec.Struct, frozen=True, gc=False):
    """The phone tells its waypoints: one, or (``whole``) all it has.

    Nothing of the friend changes; the regions of phones are told by `Ingest.tell`.
    """

    thing: str
    waypoints: tuple[Waypoint, ...]
    whole: bool
    at: float
    """Our receipt, epoch s."""
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the friend as it was."""
        return before


class PhoneLost(msgspec.Struct, frozen=True, gc=False):
    """The broker carries out a device's will: its connection ended without a word (``lwt``).

    The ``tst`` in it is no help: the device writes its will when it connects, so that it is older
    than every fix of that connection, and tells nothing of when the connection was lost. Hence a
    will counts from its receipt, whatever its age says, and the next message undoes it.

    A ``retained`` will is no news: the broker tells it anew at each start, and fixes that were not
    retained may have come since. Of a friend who is known it changes nothing.
    """

    thing: str
    initials: str
    heard: None = None
    retained: bool = False
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the friend offline, where it was."""
        if not isinstance(before, Friend):
            before = unheard(self.initials)
        elif self.retained and last_heard(before) is not None:
            return before
        if before.presence == "offline" and before.evidence == "will":
            return before
        return replace(before, presence="offline", evidence="will")


class CardNamed(msgspec.Struct, frozen=True, gc=False):
    """A card's name and initials. Cards are retained: no sign of life."""

    thing: str
    initials: str
    name: str | None
    tid: str | None
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the friend under this name; what the card leaves out stays."""
        if not isinstance(before, Friend):
            before = unheard(self.initials)
        name = self.name if self.name is not None else before.name
        tid = self.tid if self.tid is not None else before.tid
        if name == before.name and tid == before.tid:
            return before
        return replace(before, name=name, tid=tid)


class Pictured(msgspec.Struct, frozen=True, gc=False):
    """The picture of a card."""

    thing: str
    face: Face
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return a face with this picture, unless the one there was made of it."""
        if isinstance(before, Face) and before.origin and before.origin == self.face.hash:
            return before
        return before if before == self.face else self.face


class Unnamed(msgspec.Struct, frozen=True, gc=False):
    """A friend's card was cleared."""

    thing: str
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the friend without a name; gone, if nothing but the card told of it."""
        if not isinstance(before, Friend) or before == unheard(before.tid or "", before.name):
            return None
        return before if before.name is None else replace(before, name=None)


class Removal(msgspec.Struct, frozen=True, gc=False):
    """A thing was cleared."""

    thing: str
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return None: the thing is removed."""
        return None


def last_heard(friend: Friend) -> float | None:
    """Tell when anything was heard from this friend last, by our clock (epoch s)."""
    return friend.at if friend.heard is None else friend.heard


def heard_again(friend: Friend, at: float | None) -> Friend:
    """Return the same friend, heard at ``at`` (epoch s, ours), but nothing of where it is."""
    last = last_heard(friend)
    if at is not None and (last is None or at >= last + _CONTACT):
        return replace(friend, heard=at, presence="live", evidence=None)
    if friend.presence == "live":
        return friend
    return replace(friend, presence="live", evidence=None)


def rebased(friend: Friend, now: float) -> Friend:
    """Return a friend as it was kept, with no time of ours that is still to come (``now``: epoch
    s).

    Our clock was ahead when it was kept, or is behind now. What is heard from now on is newer.
    """
    ours = {name: getattr(friend, name) for name in ("at", "heard", "inregions_tst")}
    if friend.untimed:
        ours["tst"] = friend.tst
    later = {name: now for name, time in ours.items() if time is not None and time > now}
    return replace(friend, **later) if later else friend


def unheard(initials: str, name: str | None = None) -> Friend:
    """Return a friend we only know to exist."""
    return Friend(tid=initials, name=name, presence="offline", evidence="silence")


def _regions_as_of(friend: Friend) -> float:
    """Tell how old the list of regions is (epoch s); 0 without a list."""
    if friend.inregions is None:
        return 0
    return order(friend) if friend.inregions_tst is None else friend.inregions_tst


def _same_but_when(after: Friend, before: Friend) -> bool:
    """Tell whether nothing but the times of the fix is another, and whether the friend is live."""
    return after == replace(
        before,
        tst=after.tst,
        at=after.at,
        ahead=after.ahead,
        heard=after.heard,
        clock=after.clock,
        source=after.source,
        presence=after.presence,
        evidence=after.evidence,
    )
