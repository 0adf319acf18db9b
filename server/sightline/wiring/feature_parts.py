"""Make the features that hang on everything else: geofences, phones, pictures, erasure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twisted.internet import reactor as _reactor

from sightline import __version__
from sightline.maps.service import MapsService
from sightline.model.server import SERVER, Alarmed
from sightline.web.reads import Reads
from sightline.wiring.clock import now
from sightline.wiring.cluster import Cluster, Eraser
from sightline.wiring.device_naming import DeviceNaming
from sightline.wiring.erasure import make_erasers
from sightline.wiring.history import retained
from sightline.wiring.maps import MapExtras, build_map_extras
from sightline.wiring.owntracks import OwnTracks
from sightline.wiring.owntracks_brought import BroughtStates
from sightline.wiring.owntracks_pictures import Pictures
from sightline.wiring.regions import Geofencing
from sightline.wiring.rules import RuleNeeds, Ruling
from sightline.wiring.telling import ToldListeners

if TYPE_CHECKING:  # which makes these, and then the features
    from sightline.wiring.parts import Accounts, Console, Live, Mqtt, Past, Start

reactor: Any = _reactor
MAPS = "maps"
"""The folder of the maps within the state folder."""


@dataclass(frozen=True, slots=True)
class Features:
    """Geofences and phones, and all that forget a friend who is erased."""

    geofencing: Geofencing
    owntracks: OwnTracks
    reads: Reads
    erasers: Sequence[Eraser]
    naming: DeviceNaming
    pictures: Pictures
    brought: BroughtStates
    maps: MapsService
    map_extras: MapExtras
    rules: Ruling


def build_features(
    start: Start,
    *,
    cluster: Cluster,
    live: Live,
    accounts: Accounts,
    past: Past,
    mqtt: Mqtt,
    reads: Reads,
    console: Console,
) -> Features:
    """Make what regions and phones need, and join it with accounts and brokers."""
    geofencing = Geofencing(
        start.settings,
        start.state,
        live.hub,
        accounts.requests,
        accounts.service,
        mqtt.publishers.publish,
        leadership=cluster.leadership,
        common=cluster.store,
        peers=mqtt.peers,
    )
    owntracks = OwnTracks(
        start.settings,
        now,
        live.hub,
        accounts.requests,
        accounts.service,
        accounts.context,
        mqtt.publishers.tell_phone,
        __version__,
        regions=geofencing.phones,
        store=live.store,
        recorder=live.recorder,
        peers=mqtt.peers,
        leadership=cluster.leadership,
        gate=accounts.gate,
        reads=reads,
        sure_of_time=lambda: past.clock.sure,
        new=accounts.phones,
    )
    naming = DeviceNaming(
        reactor,
        live.names,
        live.hub,
        accounts.service,
        live.recorder,
        geofencing.regions,
        leadership=cluster.leadership,
        moved=owntracks.moved,
    )
    pictures = make_pictures(start, live, past, accounts)
    rules = make_rules(start, cluster, live, accounts, past, mqtt, reads, geofencing, console)
    erasers = make_erasers(live, past, mqtt, geofencing, rules, owntracks, pictures)
    cluster.join(accounts.service, geofencing.regions, live.world, erasers)
    brought = BroughtStates(live.hub, live.deliveries, start.state, past.service.restored)
    maps = make_maps(start, live)
    last = pictures, brought, maps, make_map_extras(start, live, maps), rules
    return Features(geofencing, owntracks, reads, erasers, naming, *last)


def make_rules(
    start: Start,
    cluster: Cluster,
    live: Live,
    accounts: Accounts,
    past: Past,
    mqtt: Mqtt,
    reads: Reads,
    geofencing: Geofencing,
    console: Console,
) -> Ruling:
    """Make what people are told by, and by what rules."""
    return Ruling(
        RuleNeeds(
            settings=start.settings,
            state=start.state,
            hub=live.hub,
            kinds=live.kinds,
            requests=accounts.requests,
            accounts=accounts.service,
            regions=geofencing.regions,
            store=live.store,
            restored=past.service.restored,
            topics=mqtt.rule_topics,
            console=console.rights,
            reads=reads,
            publish=mqtt.publishers.publish,
            tell=lambda notice: None,
            told=ToldListeners(),
            leadership=cluster.leadership,
            common=cluster.store,
        )
    )


def make_pictures(start: Start, live: Live, past: Past, accounts: Accounts) -> Pictures:
    """Make what makes pictures smaller and keeps photos."""
    return Pictures(
        live.hub,
        live.deliveries,
        live.recorder,
        live.store,
        start.state / "photos",
        days=start.settings.history.days,
        own=retained(accounts.service),
        purge_clock=past.clock.purge,
        no_room=live.disk.why,
    )


def make_maps(start: Start, live: Live) -> MapsService:
    """Make what shows and serves the maps of the state folder."""
    return MapsService(reactor, now, live.hub, start.state / MAPS, _alarm_of(live))


def make_map_extras(start: Start, live: Live, maps: MapsService) -> MapExtras:
    """Make what hangs on the maps."""
    return build_map_extras(start.settings.map, live.hub, maps, _alarm_of(live))


def _alarm_of(live: Live) -> Callable[[str], None]:
    def alarm(why: str) -> None:
        live.hub.happened("alarm", SERVER, now(), Alarmed(why=why))

    return alarm
