"""ProBots: robots that balance on two wheels, and are driven from the page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sightline.kinds.probots.bases import RobotTopics
from sightline.kinds.probots.decode import decode, decode_below
from sightline.kinds.probots.model import ProBot
from sightline.model.kind import (
    Clues,
    EventType,
    Kind,
    KindSetup,
    State,
    ThingType,
    Timeouts,
    Verb,
)

__all__ = ["KIND", "KnownRobots", "RobotTopics", "kind"]

_USUAL = Timeouts(1.5, 3)


@dataclass(frozen=True, slots=True)
class KnownRobots:
    """The names of the robots that are listened to; None: all."""

    names: frozenset[str] | None = None


def kind(
    known: frozenset[str] | None = None,
    stale_after: float = _USUAL.stale_after,
    offline_after: float = _USUAL.offline_after,
    topics: RobotTopics | None = None,
) -> Kind:
    """Make the kind; timeouts in seconds. With ``known``, robots of other names are refused.

    ``topics`` are the bases below which robots speak.
    """
    topics = topics or RobotTopics()
    # Where no base is set, no message pays for one.
    read = partial(decode, known) if topics.usual else partial(decode_below, topics, known)
    return Kind(
        name="probots",
        filters=topics.filters,
        # What others say on our command topics, should it come our way, is counted as such.
        roots=topics.roots,
        things=(_robot(Timeouts(stale_after, offline_after)), *_FURTHER),
        decode=read,
        events=(EventType("drive", seen_as="command"), EventType("alarm", seen_as="alarm")),
        # Who may watch a robot may stop it: stopping is not a privilege.
        verbs=(
            Verb("stop"),
            Verb("drive", "operator"),
            Verb("takeover", "admin"),
            Verb("drivers", "admin"),
            Verb("shutdown", "admin"),
            Verb("routine", "admin"),
        ),
        commands=topics.barred,
        set_up=_set_up,
    )


def _robot(timeouts: Timeouts) -> ThingType:
    return ThingType(
        name="probot",
        plural="robots",
        granted=frozenset(("see", "drive")),
        seen_by="viewer",
        reserve=True,  # a robot's name has at most four digits
        timeouts=timeouts,
        state=ProBot,
        restored=True,
        sampled_every=10.0,
        events=frozenset(("crossing", "drive", "alarm")),
        fenced=True,
        clues=_clues,
    )


_FURTHER = (
    ThingType(name="picture", plural="pictures", follows="probot", reserve=True),
    ThingType(name="lease", plural="leases", follows="probot", reserve=True),
    # It tells every account why there is no driving.
    ThingType(name="guard", plural="guards", seen_by="viewer", reserve=True),
    ThingType(
        name="command",
        plural="commands",
        seen_by="operator",
        with_all="probot",
        reserve=True,
    ),
    ThingType(
        name="alarm",
        plural="alarms",
        seen_by="operator",
        with_all="probot",
        reserve=True,
    ),
)


def _clues(name: str, state: State) -> Clues:
    """Use that our ACL gives a robot its own name as user; its telemetry tells its address."""
    address = state.ip if isinstance(state, ProBot) else None
    return Clues(name=name, address=address or "")


def _set_up(setup: KindSetup) -> Kind:
    known, timeouts = setup.part(KnownRobots), setup.timeouts(_USUAL)
    names = None if known is None else known.names
    topics = setup.part(RobotTopics)
    return kind(names, timeouts.stale_after, timeouts.offline_after, topics)


KIND = kind()
