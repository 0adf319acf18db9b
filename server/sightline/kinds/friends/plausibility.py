"""Whether a fix can be believed: used, or doubtful and why. Pure; times are epoch s, lengths m.

A wrong fix is a place nobody could have come to, and come back from, in that time: a cell tower
far away, a longitude of exactly zero, null island. So a fix is held against the last one that was
used, and, when it does not fit, against the one that follows: what two of them agree upon is so,
and the one before was wrong. A device each of whose fixes contradicts the one before (a toy, a
replay, several trackers under one name) gives nothing to judge by: its fixes are used as they come.

Beside speed the phone's own word tells: the regions that it says it is in, and the access point it
is connected to. Who is still at both is not 5 km further on, unless the phone says that it moves
(there are regions as large as a country, and trains with Wi-Fi).

Only what is surely impossible is doubted; an error of a few hundred metres is told from a walk by
nobody. Unknown accuracy is not zero: without it no speed can be told, and only what is wrong by
itself is doubted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from math import asin, cos, radians, sin, sqrt
from typing import Generic, NamedTuple, TypeVar

NEAR = 2_000.0
"""Fixes that are no further apart than this (m, errors taken off) fit each other at any time."""
CRUISE = 70.0
"""Anybody may be that fast (m/s): a train."""
FASTEST = 340.0
"""Nobody is faster (m/s): an airliner with the wind."""
ACCELERATION = 2.5
"""m/s²: what an airliner takes off with; held from fix to fix, so that it bounds jumps only."""
ISLAND = 0.02
"""Degrees around 0, 0: about 2 km of open sea, where broken receivers live."""
COARSE = 500.0
"""A fix of the network and not of satellites has an error of more than this, m …"""
FINE = 4.0
"""… and says nothing new where what is known is so many times finer, within its error …"""
KNOWN_FOR = 1_800.0
"""… and not older than this, s; …"""
JUST_NOW = 60.0
"""… or beyond its error as well, when what is known is of the last so many s."""
NETWORK_FOR = 300.0
"""… or of so many s, where the phone has a network to ask, and does not say that it moves."""
MOVING = 2.0
"""Who says to be faster than this (m/s) moves."""
ELSEWHERE = 5_000.0
"""Nobody is further than this (m, errors taken off) from where they were, as long as …"""
STAYED_FOR = 7_200.0
"""… within so many s the phone's own regions, or its access point, are still the same."""
AHEAD = 120.0
"""A fix that was taken so long (s) after it came is of a time to come …"""
SAME_CLOCK = 60.0
"""… unless its neighbours are, too, by about as much (s): then it is the device's clock."""
UNSTEADY = 2
"""After so many doubtful fixes in a row, none of which fits another, the next one is used."""

INVALID = "its accuracy is negative: the phone itself calls it invalid"
NULL_ISLAND = "at 0, 0: a receiver without a fix"
ZERO = "a coordinate of exactly zero, far from where it was"
TOO_FAST = "nobody gets there that fast"
INEXACT = "too inexact to tell anything new"
TO_COME = "of a time to come"
SAME_REGION = "the phone itself says it is still in the same region"
SAME_WIFI = "the phone is still on the same Wi-Fi"

OF_PLACE = frozenset((TOO_FAST, ZERO, SAME_REGION, SAME_WIFI))
"""The reasons that another fix, which agrees, takes back."""

_DIAMETER = 2 * 6_371_008.8
T = TypeVar("T")


class Spot(NamedTuple):
    """What of a fix is judged.

    ``acc`` is None where unknown; ``ahead``: it was taken so long (s) after it came; ``speed``
    (m/s) is what is known of it, by the device or from the fix before. ``regions`` are those that
    the phone says it is in, ``wifi`` the access point it is on, ``online``: it has a network.
    ``sure``: its owner says that it is right.
    """

    lat: float
    lon: float
    when: float
    acc: float | None = None
    ahead: float = 0.0
    speed: float = 0.0
    regions: Collection[str] = ()
    wifi: str | None = None
    online: bool = False
    sure: bool = False


def distance(one: Spot, other: Spot) -> float:
    """Return metres between two places, on a sphere."""
    a, b = radians(one.lat), radians(other.lat)
    half = sin(radians(other.lon - one.lon) / 2)
    squared = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * half * half
    return _DIAMETER * asin(min(1.0, sqrt(squared)))


def wrong_by_itself(spot: Spot) -> str | None:
    """Say why a fix is wrong whatever its neighbours are; None: it may be right."""
    if spot.acc is not None and spot.acc < 0:
        return INVALID
    if -ISLAND < spot.lat < ISLAND and -ISLAND < spot.lon < ISLAND:
        return NULL_ISLAND
    return None


def doubt(last: Spot, spot: Spot) -> str | None:
    """Say why nobody who was at ``last`` is at ``spot`` later; None: they may be."""
    acc, known = spot.acc, last.acc
    if acc is None or known is None:
        return None
    apart = distance(last, spot)
    passed = spot.when - last.when
    inexact = acc > COARSE and acc > FINE * known
    if inexact and apart <= acc and passed <= KNOWN_FOR:
        return INEXACT
    still = last.speed <= MOVING >= spot.speed
    newest = NETWORK_FOR if spot.online and still else JUST_NOW
    fresh = INEXACT if inexact and passed <= newest else None
    apart -= acc + known
    if apart <= NEAR:
        return fresh
    if still and apart > ELSEWHERE and passed <= STAYED_FOR and (why := _stayed(last, spot)):
        return why
    passed = max(abs(passed), 1.0)
    at_first = max(CRUISE, 1.2 * max(last.speed, spot.speed))
    if apart > passed * min(FASTEST, at_first + ACCELERATION * passed):
        return ZERO if not spot.lat or not spot.lon else TOO_FAST
    return ZERO if (not spot.lat or not spot.lon) and last.lat and last.lon else fresh


def _stayed(last: Spot, spot: Spot) -> str | None:
    if spot.wifi is not None and spot.wifi == last.wifi:
        return SAME_WIFI
    return SAME_REGION if not set(last.regions).isdisjoint(spot.regions) else None


class Judge(Generic[T]):
    """Judge the fixes of one device one after the other, each with both its neighbours.

    ``spot_of`` tells what to judge of an item; None: it is not to be judged, and used.
    """

    def __init__(self, spot_of: Callable[[T], Spot | None]) -> None:
        self._spot_of = spot_of
        self._last: Spot | None = None
        self._first: tuple[T, Spot] | None = None  # used if the next one fits it
        self._held: tuple[T, Spot, str] | None = None  # used if the next one fits it
        self._row = 0

    def take(self, items: Iterable[T]) -> Iterator[tuple[T, str | None]]:
        """Yield what is settled by these further items, in order: each with its doubt, or None."""
        for item in items:
            spot = self._spot_of(item)
            if spot is None:
                yield from self.end()
                yield item, None
            else:
                yield from self._next(item, spot)

    def end(self) -> Iterator[tuple[T, str | None]]:
        """Yield what waits for a neighbour that does not come."""
        yield from self._settle(None)

    def _settle(self, fits: Spot | None) -> Iterator[tuple[T, str | None]]:
        """Yield what waited; ``fits`` is what follows and fits the one used last, if anything."""
        if self._first is not None:
            item, spot = self._first
            yield item, _early(spot, fits)
            self._first = None
        if self._held is not None:
            yield self._held[0], self._held[2]
            self._held = None

    def _next(self, item: T, spot: Spot) -> Iterator[tuple[T, str | None]]:
        if spot.sure:
            yield from self._settle(spot)
            yield item, None
            self._last, self._row = spot, 0
            return
        why = wrong_by_itself(spot)
        if why is not None:
            yield from self._settle(self._last)
            yield item, why
            return
        if self._last is None:
            self._last, self._first = spot, (item, spot)
            return
        why = _early(spot, self._last) or doubt(self._last, spot)
        if why is None or self._row >= UNSTEADY:
            yield from self._settle(spot)
            self._row = 0 if why is None else self._row
            self._last = _moving(self._last, spot)
            yield item, None
            return
        held = self._held
        if held is not None and held[2] != INEXACT and _agree(held[1], spot):
            # Two agree against the one before: that was wrong, if nothing spoke for it.
            if self._first is not None:
                yield self._first[0], why
                self._first = None
            yield held[0], None
            yield item, None
            self._last, self._held, self._row = _moving(held[1], spot), None, 0
            return
        if held is not None and self._first is None:
            yield held[0], held[2]
        elif held is not None:
            yield from self._settle(self._last)
        self._held = (item, spot, why)
        self._row += why in OF_PLACE - {ZERO}


def _moving(last: Spot, spot: Spot) -> Spot:
    """Return the same with the speed at which it was come to, if that is more than the device
    says.
    """
    passed = spot.when - last.when
    speed = distance(last, spot) / passed if passed > 0 else 0.0
    return spot._replace(speed=speed) if FASTEST > speed > spot.speed else spot


def _agree(one: Spot, other: Spot) -> bool:
    return doubt(one, other) is None and _early(other, one) is None


def _early(spot: Spot, neighbour: Spot | None) -> str | None:
    """Tell whether a fix is of a time to come, and not only by a clock that is always wrong."""
    if spot.ahead <= AHEAD:
        return None
    if neighbour is not None and abs(spot.ahead - neighbour.ahead) <= SAME_CLOCK:
        return None
    return TO_COME
