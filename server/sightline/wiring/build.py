"""Make the whole server: its parts in the order in which they need each other, and start.

`sightline.wiring.parts` makes what lives, drives and remembers, `sightline.wiring.web_parts` what
browsers come to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from twisted.application.service import IService, MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.web.resource import Resource

from sightline.live.server_state import ServerState
from sightline.web.socket import Sockets
from sightline.wiring.accounts import FirstLink, RequiredAccounts
from sightline.wiring.browsers import Browsers
from sightline.wiring.clock import now
from sightline.wiring.faults import Faults
from sightline.wiring.health import Health
from sightline.wiring.limits import QuotaAlarms
from sightline.wiring.listeners import Ports
from sightline.wiring.loglimit import LogLimit
from sightline.wiring.missed_erasures import missed_erasures
from sightline.wiring.part_groups import Start
from sightline.wiring.parts import Parts, alarm_of, build_parts
from sightline.wiring.state_folder import StateFolder, databases
from sightline.wiring.systemd import Supervised, Supervisor
from sightline.wiring.web_parts import (
    build_health,
    build_sockets,
    build_state,
    build_web,
)

reactor: Any = _reactor


class Sightline(MultiService):
    """The whole server: its parts, in the order in which they start."""

    def __init__(self, parts: Sequence[IService], park: Callable[[], Deferred[Any]]) -> None:
        super().__init__()
        self._park = park
        for part in parts:
            part.setServiceParent(self)

    def stopService(self) -> Deferred[Any]:
        """Stop the robots first: nothing else ends before they were told to stand still."""
        return self._park().addCallback(lambda _: super(Sightline, self).stopService())


def build(start: Start) -> Sightline:
    """Make the whole server, ready to start."""
    parts = build_parts(start)
    sockets, health = build_sockets(parts), build_health(parts)
    faults = Faults(reactor, alarm_of(parts.live.hub))
    state = build_state(parts, health, faults)
    tree = build_web(parts, sockets, state)
    folder = StateFolder(start.state, databases(start.settings))
    ports = build_ports(parts, folder, tree)
    state.also(ports.gauges)
    services = in_order(
        parts,
        faults=faults,
        folder=folder,
        state=state,
        health=health,
        sockets=sockets,
        ports=ports,
    )
    return Sightline(services, parts.driving.park)


def build_ports(parts: Parts, folder: StateFolder, tree: Resource) -> Ports:
    """Make the ports, which let browsers in once everything is as it was before."""
    start, accounts = parts.start, parts.accounts
    invitation = FirstLink(
        accounts.service, start.settings.server.public_url, lambda: folder.accounts_anew
    )
    ready = parts.cluster.ready(parts.past.service.restored)
    return Ports(
        start.settings,
        start.listen,
        tree,
        accounts.context,
        now,
        accounts.gate,
        invitation,
        ready,
        policy=parts.features.map_extras.policy,
    )


def in_order(
    parts: Parts,
    *,
    faults: Faults,
    folder: StateFolder,
    state: ServerState,
    health: Health,
    sockets: Sockets,
    ports: Ports,
) -> Sequence[IService]:
    """List the services in the order in which they start; they stop in the reverse order."""
    live, accounts, past, features = parts.live, parts.accounts, parts.past, parts.features
    return (
        LogLimit(time.monotonic),
        faults,
        folder,
        live.disk,
        parts.cluster,
        RequiredAccounts(accounts.service),
        past.clock,
        past.service,
        live.hub,
        state,
        QuotaAlarms(reactor, now, live.hub, accounts.service.note),
        parts.driving,
        *(features.geofencing, features.rules, features.naming),
        *(past.archive, past.rewind, *missed_erasures(live, past.archive)),
        *(() if parts.mqtt.peers is None else (parts.mqtt.peers,)),
        parts.mqtt.brokers,
        *(parts.console.service, parts.console.monitor),
        features.owntracks.phones,
        *(features.pictures, features.brought, features.maps, features.map_extras.remote),
        features.channels,
        health,
        Browsers(live.fanout, sockets, parts.start.settings.fanout.beat_seconds),
        ports,
        Supervised(reactor, Supervisor(os.environ, os.getpid()), ports.look),
    )
