"""The kinds of things that are known. Another kind is a folder here and a line in `_FOLDERS`.

A kind says everything of itself in its `sightline.model.kind.Kind`: where it is heard, how it is
read, who sees it, what can be granted, what is kept. All else asks here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from sightline.model.kind import Arrival, EventType, Kind, Retention, ThingType, Verb

_FOLDERS = (
    "friends",
    "probots",
    "broker",
    "regions",
    "rules",
    "server",
    "maps",
)

ALL: tuple[Kind, ...] = tuple(import_module(f"{__name__}.{name}").KIND for name in _FOLDERS)

THING_TYPES: Mapping[str, ThingType] = {each.name: each for kind in ALL for each in kind.things}
"""By the first level of their keys."""
EVENT_TYPES: Mapping[str, EventType] = {each.name: each for kind in ALL for each in kind.events}
"""By their sorts in history."""
VERBS: Mapping[str, Verb] = {each.name: each for kind in ALL for each in kind.verbs}
TRACKS = tuple(dict.fromkeys(each.track for each in THING_TYPES.values()))
"""The sorts in history that are no events."""
RETENTION: Mapping[str, Retention] = {
    **{each.track: each.retention for each in reversed([*THING_TYPES.values()])},
    **{name: each.retention for name, each in EVENT_TYPES.items()},
}
"""For how long entries of each sort are kept in history."""
SAMPLED: Mapping[str, tuple[str, float]] = {
    each.name: (each.track, each.sampled_every)
    for each in THING_TYPES.values()
    if each.sampled_every
}
"""By type of thing: the sort, and the least time (s) between two kept states of a thing."""
OWNABLE = frozenset(each.name for each in THING_TYPES.values() if "own" in each.granted)
"""Types of things that can belong to an account."""
FENCED = tuple(each.name for each in THING_TYPES.values() if each.fenced)
"""Types of things that geofences look at."""
COMMANDS = tuple(name for kind in ALL for name in kind.commands)
"""Filters of the topics that command things: nobody publishes there by hand."""
_REDACT = tuple(kind.redact for kind in ALL if kind.redact is not None)


def _redacted_by_all(arrival: Arrival) -> Arrival:
    for redact in _REDACT:
        arrival = redact(arrival)
    return arrival


# Twice for each message there is: with one kind that hides something, without a step between.
redacted: Callable[[Arrival], Arrival] = _REDACT[0] if len(_REDACT) == 1 else _redacted_by_all
"""Returns a message as it may be shown and archived."""


def followers(kind: str, *, restored: bool = False) -> tuple[str, ...]:
    """List the types of things that show what a thing of ``kind`` is about, under the same id.

    ``restored``: only those whose states are kept for the next start.
    """
    found = (each for each in THING_TYPES.values() if each.follows == kind)
    return tuple(each.name for each in found if each.restored or not restored)
