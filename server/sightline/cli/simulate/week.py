"""Make days of the simulated people's past, as their phones would have reported them.

Everybody goes out and comes back at about the same hours each day. What a day holds depends on the
person and the day alone, so the same day is always the same, whenever it is made.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from sightline.cli.simulate.people import (
    BICYCLE,
    CAR,
    FERRY,
    NAMED,
    TRAIN,
    WALK,
    Gait,
    SimulatedPerson,
)
from sightline.cli.simulate.travel import Itinerary, RoutePoint, distance, offset

DAY = 86_400
PING = 1_800.0
"""s between two reports of a phone that lies still."""
_EVERY = {WALK: 20.0, BICYCLE: 15.0, CAR: 30.0, TRAIN: 30.0, FERRY: 60.0}
"""s between two reports of a phone on its way."""
_LATE = 1_200.0  # s by which a departure varies from day to day


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A person's usual day: out along the route at ``out`` o'clock (UTC), home at ``back``."""

    person: SimulatedPerson
    gait: Gait
    route: Itinerary
    out: float
    back: float


class ReportedMessage(NamedTuple):
    """What a phone published on ``topic``, and when (epoch s)."""

    topic: str
    payload: bytes
    at: float


_NAMED = {person.user: person for person in NAMED}
# Those who sit all day in the present have a way of their own.
_WAYS: dict[str, tuple[Gait, list[RoutePoint]]] = {
    "jonas": (
        BICYCLE,
        [
            RoutePoint(53.5747, 9.9560),
            RoutePoint(53.5665, 9.9600),
            RoutePoint(53.5560, 9.9720),
            RoutePoint(53.5459, 9.9870),
        ],
    ),
    "ingrid": (
        WALK,
        [
            RoutePoint(52.3731, 4.8926),
            RoutePoint(52.3680, 4.8880),
            RoutePoint(52.3620, 4.8800),
            RoutePoint(52.3580, 4.8686),
        ],
    ),
    "tomas": (
        BICYCLE,
        [
            RoutePoint(38.7115, -9.1395),
            RoutePoint(38.7060, -9.1560),
            RoutePoint(38.6985, -9.1800),
            RoutePoint(38.6916, -9.2160),
        ],
    ),
}
_HOURS = {
    "amara": (6.0, 16.5),
    "jonas": (6.75, 15.75),
    "mei": (7.5, 14.0),
    "noah": (8.0, 17.0),
    "sofia": (9.0, 17.5),
    "liam": (7.0, 13.5),
    "ingrid": (10.0, 14.5),
    "tomas": (8.5, 16.0),
}


def _plan(user: str) -> DayPlan:
    person, (out, back) = _NAMED[user], _HOURS[user]
    if user not in _WAYS:
        return DayPlan(person, person.gait, person.route, out, back)
    gait, way = _WAYS[user]
    return DayPlan(person, gait, Itinerary(way), out, back)


PLANS = tuple(_plan(user) for user in _HOURS)


def reported(plan: DayPlan, since: float, until: float) -> Iterator[ReportedMessage]:
    """Yield what this person's phone reported from ``since`` to ``until`` (epoch s), by time."""
    for day in range(int(since // DAY), int(until // DAY) + 1):
        for message in _day(plan, day):
            if since <= message.at <= until:
                yield message


def _day(plan: DayPlan, day: int) -> Iterator[ReportedMessage]:
    rng = random.Random(f"{plan.person.user}/{day}")
    phone = _Phone(plan, rng)
    took = plan.route.length / plan.gait.speed
    out = plan.out * 3600 + rng.uniform(-_LATE, _LATE)
    back = max(plan.back * 3600 + rng.uniform(-_LATE, _LATE), out + took + _LATE)
    second, end = 0.0, float(DAY)
    while second < end:
        gone = min(max(second - out, 0.0), took) - min(max(second - back, 0.0), took)
        moving = out <= second < out + took or back <= second < back + took
        yield from phone.report(day * DAY + second, plan.gait.speed * gone, moving=moving)
        coming = min((t for t in (out, out + took, back, back + took) if t > second), default=end)
        second = min(second + (_EVERY[plan.gait] if moving else PING), coming)


class _Phone:
    """One phone through a day: its fixes, and the regions that it comes into and leaves."""

    def __init__(self, plan: DayPlan, rng: random.Random) -> None:
        self._plan = plan
        self._rng = rng
        self._regions: list[str] | None = None
        self._topic = f"owntracks/{plan.person.user}/{plan.person.device}"

    def report(self, at: float, along: float, *, moving: bool) -> Iterator[ReportedMessage]:
        """Yield what it publishes at a time, so many m along the way: crossings first."""
        person, rng = self._plan.person, self._rng
        spot, heading = self._plan.route.at(along)
        acc = max(3, round(rng.gauss(self._plan.gait.acc if moving else 12, 2)))
        seen = offset(spot, rng.gauss(0.0, acc / 12), rng.gauss(0.0, acc / 12))
        tst = int(at)
        where = {"lat": round(seen.lat, 7), "lon": round(seen.lon, 7), "acc": acc, "tst": tst}
        inside = [each.name for each in person.regions if distance(each.centre, spot) <= each.rad]
        for event, name in self._crossed(inside):
            crossing = {"_type": "transition", "event": event, "desc": name, "tid": person.tid}
            yield self._message("/event", {**crossing, **where, "t": "c", "wtst": tst}, tst)
        fix: dict[str, Any] = {
            "_type": "location",
            **where,
            "alt": round(rng.gauss(person.alt, 2.0)),
            "batt": max(15, 95 - round((at % DAY) / DAY * 75)),
            "bs": 1,
            "conn": "m" if moving else "w",
            "created_at": tst,
            "inregions": inside,
            "m": 2 if moving else 1,
            "tid": person.tid,
            "vac": rng.randint(2, 12),
            "vel": round(self._plan.gait.speed * rng.uniform(0.85, 1.1) * 3.6) if moving else 0,
        }
        if moving:
            fix["cog"] = round(heading) % 360
        else:
            fix["t"] = "p"
        yield self._message("", fix, tst)

    def _crossed(self, inside: list[str]) -> list[tuple[str, str]]:
        before, self._regions = self._regions, inside
        if before is None:
            return []  # how things are, and no crossing
        left = [("leave", name) for name in before if name not in inside]
        return [*left, *(("enter", name) for name in inside if name not in before)]

    def _message(self, part: str, fields: dict[str, Any], at: int) -> ReportedMessage:
        return ReportedMessage(self._topic + part, msgspec.json.encode(fields), float(at))
