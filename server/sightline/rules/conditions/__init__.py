"""The conditions of rules, a module for each family."""

from __future__ import annotations

from collections.abc import Callable

from sightline.kinds.rules.model import ConditionType
from sightline.rules.case import Case
from sightline.rules.conditions.base import BaseWatch
from sightline.rules.conditions.battery import Battery
from sightline.rules.conditions.brokers import Disconnected, Flapping
from sightline.rules.conditions.limits import Latency, Speed
from sightline.rules.conditions.links import LostLinks
from sightline.rules.conditions.near import Near, OtherThing
from sightline.rules.conditions.numbers import Numbered
from sightline.rules.conditions.regions import Absent, Arrives, Leaves, StaysLonger
from sightline.rules.conditions.robots import AlarmRaised, Fallen
from sightline.rules.conditions.silence import Silent
from sightline.rules.ports import Lookaround
from sightline.rules.rhythm import Rhythm

_WATCHES: dict[ConditionType, type[BaseWatch]] = {
    "arrives": Arrives,
    "leaves": Leaves,
    "stays": StaysLonger,
    "battery": Battery,
    "speed": Speed,
    "fallen": Fallen,
    "latency": Latency,
    "alarm": AlarmRaised,
    "disconnected": Disconnected,
    "flapping": Flapping,
    "number": Numbered,
}


def make(
    case: Case,
    around: Lookaround,
    rhythm: Callable[[str], Rhythm],
    links: LostLinks,
    other_thing: OtherThing,
) -> BaseWatch:
    """Return what looks at the thing of a case for its rule."""
    if case.rule.condition.type == "near":
        return Near(case, around, other_thing)
    type = case.rule.condition.type
    if type == "silent":
        return Silent(case, around, rhythm(case.thing), links)
    if type == "absent":
        return Absent(case, around, links)
    return _WATCHES[type](case, around)
