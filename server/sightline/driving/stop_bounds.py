"""How long a robot goes on when what steers it dies: computed from what was measured, all in s.

    what dies                        who stops the robot                 bound
    ------------------------------   ---------------------------------   -----
    killed  the server               the broker, by the lease's will     0.1
    hung    the server               the guard                           0.6
    both    the server and guard     the broker, tired of the silence    10

A figure that was not measured yet counts as its bound; one that was measured counts as it is, also
beyond the bound. The last one hangs on the moment at which the broker looks after its clients, so
that some tries say little about the worst: there the bound stands until a try was worse.
"""

from __future__ import annotations

import math
from typing import Literal

import msgspec

KILLED = 0.1
HUNG = 0.6
BOTH = 10.0
_STEP = 0.01
"""Figures are rounded up to this (s): finer ones would change all the time and tell nothing."""


class StopTimePart(msgspec.Struct, frozen=True, omit_defaults=True):
    """One way to die: after ``seconds`` at most the robot stands. ``measured``: what was seen."""

    dies: Literal["killed", "hung", "both"]
    seconds: float
    bound: float
    measured: float | None = None


class MeasuredTimes(msgspec.Struct, frozen=True):
    """``trip``: the longest way to the broker and back lately.

    ``guarded``: a guard is heard; ``reaction`` is the longest that it took lately from a command to
    its own stop, heard at the broker. ``will_delay``: the longest time after which the broker spoke
    the will of a client that fell silent.
    """

    trip: float | None = None
    guarded: bool = False
    reaction: float | None = None
    will_delay: float | None = None


def parts(measured: MeasuredTimes) -> tuple[StopTimePart, ...]:
    """List what may die, and how long it takes then. Without a guard only the broker is left."""
    killed = _part("killed", measured.trip, KILLED)
    both = _part("both", measured.will_delay, BOTH, at_least=BOTH)
    if not measured.guarded:
        return killed, both
    return killed, _part("hung", measured.reaction, HUNG), both


def stops_within(measured: MeasuredTimes) -> float:
    """If the server dies in whatever way, a robot stops within this."""
    kinds = ("killed", "hung") if measured.guarded else ("killed", "both")
    return max(part.seconds for part in parts(measured) if part.dies in kinds)


def _part(
    dies: Literal["killed", "hung", "both"],
    measured: float | None,
    bound: float,
    at_least: float = 0.0,
) -> StopTimePart:
    if measured is None:
        return StopTimePart(dies, bound, bound)
    seen = round(math.ceil(round(measured / _STEP, 6)) * _STEP, 2)
    return StopTimePart(dies, max(seen, at_least), bound, seen)
