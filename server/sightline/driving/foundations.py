"""What all parts of driving stand on: the rules, robots and brokers, the display and the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twisted.internet.interfaces import IReactorTime

from sightline.driving.brokers import DrivingBrokers
from sightline.driving.command_log import CommandLog
from sightline.driving.display import DrivingDisplay
from sightline.driving.hindrances import Hindrances
from sightline.driving.lease_sharing import LeaseSharing
from sightline.driving.leases import Leases
from sightline.driving.lock_ports import LockPort
from sightline.driving.sessions import DrivingSessions
from sightline.driving.settling import Settling
from sightline.kinds.probots.bases import RobotTopics
from sightline.live.hub import Hub


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundations:
    """``clock`` is the reactor, ``wall`` gives epoch s for people."""

    clock: Any
    wall: Callable[[], float]
    hub: Hub
    locks: LockPort
    leases: Leases
    sharing: LeaseSharing
    brokers: DrivingBrokers
    sessions: DrivingSessions
    hindrances: Hindrances
    log: CommandLog
    display: DrivingDisplay
    settling: Settling


def lay_foundations(
    clock: IReactorTime,
    wall: Callable[[], float],
    hub: Hub,
    locks: LockPort,
    *,
    need_guard: bool,
    store: Callable[[], str],
    topics: RobotTopics,
) -> Foundations:
    """Make what all parts of driving share (arguments: see `driving.service.DrivingService`)."""
    seconds: Callable[[], float] = clock.seconds
    leases = Leases()
    sharing = LeaseSharing(clock, hub, locks, lambda thing: leases.get(thing) is not None)
    brokers = DrivingBrokers(clock, store, sharing.excuses, topics)
    sessions = DrivingSessions(clock, hub.world, leases=leases, locks=locks, brokers=brokers)
    log = CommandLog(hub.show, wall, seconds)
    display = DrivingDisplay(clock, wall, hub, leases=leases, locks=locks, log=log)
    return Foundations(
        clock=clock,
        wall=wall,
        hub=hub,
        locks=locks,
        leases=leases,
        sharing=sharing,
        brokers=brokers,
        sessions=sessions,
        hindrances=Hindrances(hub.world, sessions, need_guard=need_guard),
        log=log,
        display=display,
        settling=Settling(
            clock,
            leases=leases,
            sessions=sessions,
            brokers=brokers,
            sharing=sharing,
            log=log,
            display=display,
        ),
    )
