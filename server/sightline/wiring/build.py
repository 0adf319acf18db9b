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

from sightline.wiring.accounts import Invitation, RequiredAccounts
from sightline.wiring.browsers import Browsers
from sightline.wiring.clock import now
from sightline.wiring.cluster import Cluster
from sightline.wiring.limits import QuotaAlarms
from sightline.wiring.listeners import Ports
from sightline.wiring.loglimit import LogLimit
from sightline.wiring.parts import (
    Start,
    build_accounts,
    build_console,
    build_driving,
    build_features,
    build_history,
    build_live,
    build_mqtt,
)
from sightline.wiring.state_folder import StateFolder, databases
from sightline.wiring.systemd import Supervised, Supervisor
from sightline.wiring.web_parts import (
    build_health,
    build_routes,
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
    cluster = Cluster(start.settings)
    live = build_live(start, cluster)
    accounts = build_accounts(start, cluster)
    driving = build_driving(start, cluster, live, accounts)
    console = build_console(start, live, accounts)
    sockets = build_sockets(start, live, accounts, console.rights)
    past = build_history(start, cluster, live, accounts)
    mqtt = build_mqtt(
        start, cluster=cluster, live=live, driving=driving, console=console, past=past
    )
    features = build_features(
        start, cluster=cluster, live=live, accounts=accounts, past=past, mqtt=mqtt
    )
    health = build_health(start, live, accounts, features)
    state = build_state(
        start,
        cluster=cluster,
        live=live,
        accounts=accounts,
        console=console,
        past=past,
        mqtt=mqtt,
        health=health,
    )
    tree = build_web(
        start,
        live=live,
        accounts=accounts,
        features=features,
        sockets=sockets,
        state=state,
        routes=build_routes(live, accounts, mqtt, features),
    )
    folder = StateFolder(start.state, databases(start.settings))
    invitation = Invitation(
        accounts.service, start.settings.server.public_url, lambda: folder.accounts_anew
    )
    ready = cluster.ready(past.service.restored)
    ports = Ports(
        start.settings, start.listen, tree, accounts.context, now, accounts.gate, invitation, ready
    )
    state.also(ports.gauges)
    parts = (
        LogLimit(time.monotonic),
        folder,
        live.disk,
        cluster,
        RequiredAccounts(accounts.service),
        past.clock,
        past.service,
        live.hub,
        state,
        QuotaAlarms(reactor, now, live.hub, accounts.service.note),
        driving,
        features.geofencing,
        past.archive,
        *(() if mqtt.peers is None else (mqtt.peers,)),
        mqtt.brokers,
        console.service,
        console.monitor,
        features.owntracks.phones,
        health,
        Browsers(live.fanout, sockets, start.settings.fanout.beat_seconds),
        ports,
        Supervised(reactor, Supervisor(os.environ, os.getpid()), ports.look),
    )
    return Sightline(parts, driving.park)
