"""What a verdict on regions is made of: positions in, changes out, and the rules between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

Event = Literal["enter", "leave"]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a verdict: ``margin`` m beyond the border before somebody is out; a change
    counts after ``fixes`` in a row or ``dwell`` s; a fix with an error over ``coarse`` m must be
    sure for small regions.
    """

    margin: float = 30.0
    fixes: int = 2
    dwell: float = 60.0
    coarse: float = 200.0


class Position(msgspec.Struct, frozen=True, gc=False):
    """A position (degrees) with its error ``acc`` in m, at ``when`` (epoch s).

    ``leap``: no friend gets here from the last place that fast, so that alone it proves nothing.
    ``joins``: its error is known and it fits the last one, so that the way between can be told.
    """

    lat: float
    lon: float
    when: float
    acc: float = 0.0
    leap: bool = False
    joins: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """An entry into a region or an exit from it, at ``when`` (epoch s).

    ``crossed``: they were seen on the other side before. ``inferred``: no fix was in the region,
    or too few; the line between those before and after it leads through.
    """

    thing: str
    region: str
    event: Event
    when: float
    acc: float
    crossed: bool
    inferred: bool = False
