"""Make the kinds of things ready for this server: with its settings, and what they share."""

from __future__ import annotations

from collections.abc import Sequence

from sightline.kinds import ALL, probots
from sightline.model.kind import Kind, KindSetup
from sightline.settings import Settings


def make_kinds(settings: Settings, *shared: object) -> Sequence[Kind]:
    """Make all kinds ready: each with its section of the settings, and with what it shares.

    A kind takes from ``shared`` what it knows by its type: keys, clocks, the brokers' logbook.
    """
    known = frozenset((*settings.probots.known, *settings.probot)) or None
    topics = probots.RobotTopics(settings.probots.topics)
    parts = (*shared, probots.KnownRobots(known), topics)  # what is shared is found first
    return tuple(kind.ready(KindSetup(getattr(settings, kind.name, None), parts)) for kind in ALL)
