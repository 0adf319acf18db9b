"""The parts of the server in groups, as the functions that make them hand them on.

`sightline.wiring.parts` makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor

from sightline.accounts.service import AccountService
from sightline.cluster.messages import Peers
from sightline.console.broker_monitor import BrokerMonitor
from sightline.console.rules import ConsoleRights
from sightline.console.service import ConsoleService
from sightline.history.archive.archive import Archive
from sightline.history.log.indexer import Indexer
from sightline.history.recorder import Recorder
from sightline.history.rewind.service import RewindService
from sightline.history.store import Store
from sightline.kinds import OWNABLE, broker, friends, probots
from sightline.kinds.friends.deliveries import Deliveries
from sightline.live.hub import Hub
from sightline.live.requests import Requests
from sightline.live.world import World
from sightline.model.kind import Kind, kind_of
from sightline.settings import Settings
from sightline.web.connection_limits import ConnectionLimits
from sightline.web.fanout import FanOut
from sightline.web.request_context import RequestContext
from sightline.wiring.brokers import Brokers
from sightline.wiring.clock import ClockWatch, now
from sightline.wiring.history import HistoryService
from sightline.wiring.limits import DiskFloor
from sightline.wiring.phone_adding import NewPhones
from sightline.wiring.publishers import Publishers
from sightline.wiring.rule_topics import RuleTopics

reactor: Any = _reactor


@dataclass(frozen=True, slots=True)
class Start:
    """How the server is started: its settings, its state folder and what the command line says.

    ``listen`` is the endpoint for browsers; ``config`` the settings' file, for the guards (empty:
    none); ``demo``: with simulated friends and robots. Sessions and limits go by ``clock``, which
    is never stepped; ``wall`` gives epoch s. ``near``: where the simulated friends walk (LAT,LON).
    """

    settings: Settings
    state: Path
    listen: str
    demo: bool = False
    config: str = ""
    clock: Any = reactor
    wall: Callable[[], float] = now
    near: str = ""


@dataclass(frozen=True, slots=True)
class Live:
    """The parts of the present, from decoding to the fan-out, and the history that hears of it."""

    names: friends.DeviceNames
    kinds: Sequence[Kind]
    bases: friends.BaseTopics
    robot_topics: probots.RobotTopics
    logbook: broker.Logbook
    senders: friends.SenderClocks
    world: World
    store: Store
    indexer: Indexer | None
    recorder: Recorder
    fanout: FanOut
    hub: Hub
    disk: DiskFloor
    deliveries: Deliveries

    @property
    def friends(self) -> list[str]:
        """Return the things that can belong to accounts; the audit log has pseudonyms for them."""
        return [key for key, _ in self.world if kind_of(key) in OWNABLE]


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts, who is asking, and the requests of browsers."""

    service: AccountService
    context: RequestContext
    requests: Requests
    gate: ConnectionLimits
    phones: NewPhones


@dataclass(frozen=True, slots=True)
class Console:
    """The console and the monitor of the brokers."""

    rights: ConsoleRights
    service: ConsoleService
    monitor: BrokerMonitor


@dataclass(frozen=True, slots=True)
class Past:
    """The history as a service, the archive of raw messages, and the watch over the clock.

    ``rewind`` answers from the archive.
    """

    clock: ClockWatch
    service: HistoryService
    archive: Archive
    rewind: RewindService


@dataclass(frozen=True, slots=True)
class Mqtt:
    """The connections to the brokers, and what several servers tell each other over them."""

    publishers: Publishers
    brokers: Brokers
    peers: Peers | None
    rule_topics: RuleTopics
