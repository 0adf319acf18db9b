"""What of the events somebody may be told, as every store has to ask it.

Of whom something is hidden, that is neither given nor counted: an answer, its length and the mark
behind it are the same as if the hidden entries were not there.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from sightline.auth.permissions import VisibleScope
from sightline.history.record import HistoryEntry

ABOUT: Mapping[str, frozenset[str]] = {
    "transition": frozenset(("friend",)),
    "crossing": frozenset(("friend", "probot")),
    "drive": frozenset(("probot",)),
    "alarm": frozenset(("probot",)),
    "log": frozenset(("broker",)),
}
"""The kinds that nearly all events of a sort are about."""


class _Where(msgspec.Struct):
    region: str | None = None


_where = msgspec.json.Decoder(_Where).decode


def shows(sight: VisibleScope, entry: HistoryEntry) -> bool:
    """Tell whether a sight may be shown this event: its thing, and the region of a crossing."""
    if sight.all:
        return True
    if not sight.sees(entry.thing):
        return False
    if entry.sort != "crossing" or sees_all_regions(sight):
        return True
    try:
        region = _where(entry.body).region
    except msgspec.DecodeError:
        return False
    return region is None or sight.sees(f"region/{region}")


def sees_all_regions(sight: VisibleScope) -> bool:
    """Tell whether no region is hidden, and so no crossing of a thing that is seen."""
    return sight.kinds is None or "region" in sight.kinds


def narrowed(sight: VisibleScope, thing: str) -> VisibleScope:
    """Return the part of a sight that is about one thing, which it must see, and its regions."""
    if sight.kinds is None:
        return VisibleScope(frozenset(("region",)), frozenset((thing,)))
    regions = {key for key in sight.things if key.startswith("region/")}
    return VisibleScope(sight.kinds & {"region"}, frozenset((thing, *regions)))
