"""Decide which events a viewer may be shown, as every store has to ask it.

Of whom something is hidden, that is neither given nor counted: an answer, its length and the mark
behind it are the same as if the hidden entries were not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sightline.auth.permissions import TOGETHER, VisibleScope, covers
from sightline.history.record import HistoryEntry
from sightline.kinds import EVENT_TYPES, THING_TYPES
from sightline.model.kind import EventType, kind_of

ABOUT: Mapping[str, frozenset[str]] = {
    sort: frozenset(name for name, each in THING_TYPES.items() if sort in each.events)
    for sort in EVENT_TYPES
}
"""The types of things that nearly all events of a sort are about."""
OPEN = frozenset().union(*(ABOUT[sort] for sort, each in EVENT_TYPES.items() if not each.seen_as))
"""The types about which there are events that are told to all who see the thing."""
NAMING: Mapping[str, EventType] = {sort: each for sort, each in EVENT_TYPES.items() if each.names}
"""The events that name another thing: shown only to those who see it, too."""
_NAMED = frozenset(each.names for each in NAMING.values())


def _reader(event: EventType) -> Any:
    body = msgspec.defstruct("Body", [(event.field, str | None, None)])
    return msgspec.json.Decoder(body).decode


_readers: Mapping[str, Any] = {sort: _reader(each) for sort, each in NAMING.items()}


def shows(scope: VisibleScope, entry: HistoryEntry) -> bool:
    """Tell whether a scope includes this event: its thing, and the thing that it names."""
    if scope.all:
        return True
    if not scope.sees(entry.thing):
        return False
    if not may_name_hidden(entry.sort, scope):
        return True
    naming = NAMING[entry.sort]
    try:
        named = getattr(_readers[entry.sort](entry.body), naming.field)
    except msgspec.DecodeError:
        return False
    return named is None or scope.sees(f"{naming.names}/{named}")


def may_name_hidden(sort: str, scope: VisibleScope) -> bool:
    """Tell whether an event of this sort, about a thing that is seen, may name one that is not."""
    naming = NAMING.get(sort)
    return naming is not None and scope.kinds is not None and naming.names not in scope.kinds


def narrowed(scope: VisibleScope, thing: str) -> VisibleScope:
    """Return the part of a scope that is about one thing, and what events of that may name.

    The scope must include the thing.
    """
    if scope.kinds is None:
        return VisibleScope(_NAMED, frozenset((thing,)))
    named = {key for key in scope.things if kind_of(key) in _NAMED}
    return VisibleScope(scope.kinds & _NAMED, frozenset((thing, *named)))


def scope_words(scope: VisibleScope) -> dict[str, list[str]]:
    """Return what a query compares names with: the things of a scope, what stands before the last
    slash of a name, and the owners of regions. Nothing for a scope that hides nothing.
    """
    if scope.kinds is None:
        return {}
    groups = (scope.kinds - TOGETHER.keys()) | {w for w in scope.things if w.count("/") == 1}
    owners = {word for word in scope.things if covers(frozenset((word,)), f"{word}/-")}
    return {"things": sorted(scope.things), "groups": sorted(groups), "owners": sorted(owners)}
