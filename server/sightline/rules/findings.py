"""Make an alert of what the engine found, for those alone who may know of it now."""

from __future__ import annotations

from collections.abc import Callable

from sightline.kinds.rules.model import Alert, Rule
from sightline.model.kind import id_of
from sightline.rules.alerts import FoundAlert
from sightline.rules.firing import LATE, Firing
from sightline.rules.rights import RuleRights

Title = Callable[[Firing, Rule], str]
"""Says a firing as a sentence in English."""


class Findings:
    """``rights`` tells who may know what."""

    def __init__(self, rights: RuleRights, title: Title) -> None:
        self._rights = rights
        self._title = title

    def make(self, firing: Firing, rule: Rule, now: float) -> FoundAlert | None:
        """Return what is written down at ``now`` (epoch s); None: nobody may be told."""
        alert = Alert(
            rule=firing.rule,
            title=self._title(firing, rule),
            thing=firing.thing,
            condition=firing.condition,
            at=round(firing.at, 3),
            late=round(now, 3) if now - firing.at > LATE else None,
            value=firing.value,
            place=firing.place,
            lat=firing.lat,
            lon=firing.lon,
            urgent=firing.urgent,
            lasting=firing.lasting,
            status="open",
        )
        id = id_of(firing.rule)
        if not self._rights.may_know(id.partition("/")[0], alert):
            return None
        tell = tuple(each for each in firing.tell if self._rights.may_know(each, alert))
        return FoundAlert(firing=firing.id, rule=id, alert=alert, found=round(now, 3), tell=tell)
