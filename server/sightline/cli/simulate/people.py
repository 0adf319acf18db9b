"""Cast the simulated friends. Positions are rough and public places."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sightline.cli.simulate.travel import Itinerary, RoutePoint, offset


@dataclass(frozen=True, slots=True)
class Gait:
    """A way of getting about: ``speed`` m/s, a report each ``every`` s, accurate to ``acc`` m."""

    speed: float
    every: float
    acc: int
    conn: str  # as OwnTracks has it: w Wi-Fi, m mobile


WALK = Gait(speed=1.4, every=5.0, acc=6, conn="m")
BICYCLE = Gait(speed=5.0, every=4.0, acc=5, conn="m")
CAR = Gait(speed=32.0, every=3.0, acc=9, conn="m")
TRAIN = Gait(speed=78.0, every=3.0, acc=24, conn="m")
FERRY = Gait(speed=10.5, every=6.0, acc=12, conn="m")
SITTING = Gait(speed=0.0, every=30.0, acc=14, conn="w")
OUT_OF_REACH = Gait(speed=0.0, every=float("inf"), acc=65, conn="m")


@dataclass(frozen=True, slots=True)
class SimulatedRegion:
    """A circle the phone knows by name: ``rad`` in metres."""

    name: str
    centre: RoutePoint
    rad: float


@dataclass(frozen=True, slots=True)
class SimulatedPerson:
    """Somebody with a phone. ``alt`` in metres; ``late`` is how old the first fix is, in s."""

    user: str
    device: str
    name: str
    tid: str
    gait: Gait
    route: Itinerary
    regions: Sequence[SimulatedRegion] = ()
    alt: float = 30.0
    ssid: str = ""
    late: float = 0.0


_ST_PANCRAS = RoutePoint(51.5316, -0.1262)
_GARE_DU_NORD = RoutePoint(48.8809, 2.3553)
_LILLE = RoutePoint(50.6390, 3.0750)
_OFFICE = RoutePoint(53.5459, 9.9870)
_HOLYHEAD = RoutePoint(53.3080, -4.6310)
_DUBLIN_PORT = RoutePoint(53.3470, -6.1950)

NAMED: tuple[SimulatedPerson, ...] = (
    SimulatedPerson(
        "amara",
        "pixel",
        "Amara Okafor",
        "AO",
        TRAIN,
        Itinerary(
            [
                _ST_PANCRAS,
                RoutePoint(51.4430, 0.3200),
                RoutePoint(51.1436, 0.8750),
                RoutePoint(51.0950, 1.1400),
                RoutePoint(50.9220, 1.7800),
                _LILLE,
                RoutePoint(49.8600, 2.8300),
                RoutePoint(49.1500, 2.5500),
                _GARE_DU_NORD,
            ]
        ),
        (
            SimulatedRegion("St Pancras", _ST_PANCRAS, 400.0),
            SimulatedRegion("Lille", _LILLE, 4000.0),
            SimulatedRegion("Gare du Nord", _GARE_DU_NORD, 400.0),
        ),
        alt=42.0,
    ),
    SimulatedPerson(
        "jonas",
        "fairphone",
        "Jonas Lindqvist",
        "JL",
        SITTING,
        Itinerary([_OFFICE]),
        (SimulatedRegion("Office", _OFFICE, 150.0),),
        alt=8.0,
        ssid="Speicherstadt 4",
    ),
    SimulatedPerson(
        "mei",
        "xperia",
        "Mei Tanaka",
        "MT",
        CAR,
        Itinerary(
            [
                RoutePoint(48.4300, 10.0600),
                RoutePoint(48.6800, 10.1500),
                RoutePoint(48.8700, 10.2000),
                RoutePoint(49.1500, 10.1100),
                RoutePoint(49.3800, 10.1800),
                RoutePoint(49.6600, 10.1000),
                RoutePoint(49.7700, 9.9900),
            ]
        ),
        (SimulatedRegion("Würzburg", RoutePoint(49.7700, 9.9900), 3000.0),),
        alt=410.0,
    ),
    SimulatedPerson(
        "noah",
        "galaxy",
        "Noah Dubois",
        "ND",
        BICYCLE,
        Itinerary(
            [
                RoutePoint(48.8462, 2.3730),
                RoutePoint(48.8530, 2.3560),
                RoutePoint(48.8575, 2.3430),
                RoutePoint(48.8610, 2.3280),
                RoutePoint(48.8635, 2.3130),
                RoutePoint(48.8600, 2.2940),
            ]
        ),
        (SimulatedRegion("Quai de Bercy", RoutePoint(48.8462, 2.3730), 200.0),),
        alt=33.0,
    ),
    SimulatedPerson(
        "sofia",
        "nothing",
        "Sofia Marín",
        "SM",
        WALK,
        Itinerary(
            [
                RoutePoint(41.3758, 2.1777),
                RoutePoint(41.3809, 2.1734),
                RoutePoint(41.3870, 2.1700),
                RoutePoint(41.3917, 2.1649),
                RoutePoint(41.3954, 2.1617),
            ]
        ),
        (SimulatedRegion("Home", RoutePoint(41.3758, 2.1777), 120.0),),
        alt=16.0,
    ),
    SimulatedPerson(
        "liam",
        "oneplus",
        "Liam Byrne",
        "LB",
        FERRY,
        Itinerary(
            [
                _DUBLIN_PORT,
                RoutePoint(53.3430, -6.1000),
                RoutePoint(53.3200, -5.8000),
                RoutePoint(53.3250, -5.0000),
                RoutePoint(53.3350, -4.6700),
                _HOLYHEAD,
            ]
        ),
        (
            SimulatedRegion("Dublin Port", _DUBLIN_PORT, 900.0),
            SimulatedRegion("Holyhead", _HOLYHEAD, 900.0),
        ),
        alt=12.0,
    ),
    SimulatedPerson(
        "ingrid",
        "shiftphone",
        "Ingrid Solberg",
        "IS",
        SITTING,
        Itinerary([RoutePoint(52.3731, 4.8926)]),
        (SimulatedRegion("Amsterdam", RoutePoint(52.3731, 4.8926), 5000.0),),
        alt=2.0,
        ssid="Canal House",
    ),
    SimulatedPerson(
        "tomas",
        "moto",
        "Tomás Ferreira",
        "TF",
        OUT_OF_REACH,
        Itinerary([RoutePoint(38.7115, -9.1395)]),
        alt=25.0,
        late=1500.0,
    ),
)

_TOWNS = (
    RoutePoint(52.5200, 13.4050),
    RoutePoint(50.8466, 4.3517),
    RoutePoint(45.7640, 4.8357),
    RoutePoint(47.3769, 8.5417),
    RoutePoint(53.4808, -2.2426),
    RoutePoint(43.2630, -2.9350),
    RoutePoint(55.6761, 12.5683),
    RoutePoint(45.4642, 9.1900),
)


_STROLLS = (WALK, WALK, WALK, BICYCLE, WALK, WALK, SITTING, OUT_OF_REACH)
_AROUND = 250.0
"""How far from the place people begin, m: one in three is further away."""
_HOME = 60.0
"""How far a home reaches, m."""
_TURN = 130.0
"""How far it is from one turn to the next, m."""


def walking_near(
    people: Sequence[SimulatedPerson], place: RoutePoint, rng: random.Random
) -> list[SimulatedPerson]:
    """Return the same people, walking or sitting around one place, each with a home there.

    The first one has a region for all of the town, too.
    """
    walking = []
    for number, person in enumerate(people):
        route = _stroll(place, rng)
        town = (SimulatedRegion("Town", place, 2000.0),) if number == 0 else ()
        home = SimulatedRegion("Home", route.at(0.0)[0], _HOME)
        walking.append(
            replace(
                person,
                gait=_STROLLS[number % len(_STROLLS)],
                route=route,
                regions=(*town, home) if person.regions else (),
            )
        )
    return walking


def _stroll(place: RoutePoint, rng: random.Random) -> Itinerary:
    """Return a way along blocks, as streets mostly are: north or south, then east or west."""
    spots = [offset(place, rng.gauss(0, _AROUND), rng.gauss(0, _AROUND))]
    for turn in range(10):
        way = rng.choice((-1, 1)) * rng.uniform(0.5, 1.5) * _TURN
        spots.append(offset(spots[-1], *((way, 0.0) if turn % 2 else (0.0, way))))
    return Itinerary(spots)


def cast(count: int, rng: random.Random) -> list[SimulatedPerson]:
    """Return that many people: the named ones first, then as many without a name as it takes."""
    return [*NAMED[:count], *(_extra(n, rng) for n in range(len(NAMED) + 1, count + 1))]


def _extra(number: int, rng: random.Random) -> SimulatedPerson:
    """Return somebody who goes round in a town."""
    spots = [offset(rng.choice(_TOWNS), rng.gauss(0, 4000), rng.gauss(0, 4000))]
    for _ in range(5):
        spots.append(offset(spots[-1], rng.gauss(0, 900), rng.gauss(0, 900)))
    return SimulatedPerson(
        f"friend{number}",
        "phone",
        f"Friend {number}",
        f"{number % 100:02d}",
        rng.choice((WALK, BICYCLE, CAR)),
        Itinerary(spots),
        alt=rng.uniform(5.0, 400.0),
    )
