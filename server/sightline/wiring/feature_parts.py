"""Make the features that hang on everything else: geofences, phones, pictures, erasure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from twisted.internet import reactor as _reactor

from sightline import __version__
from sightline.maps.service import MapsService
from sightline.model.server import SERVER, Alarmed
from sightline.regions.phones import PhoneRegionService
from sightline.web.reads import Reads
from sightline.wiring.channels import ChannelParts
from sightline.wiring.clock import now
from sightline.wiring.cluster import Cluster, Eraser
from sightline.wiring.device_naming import DeviceNaming
from sightline.wiring.erasure import make_erasers
from sightline.wiring.history import retained
from sightline.wiring.maps import MapExtras, build_map_extras
from sightline.wiring.owntracks import OwnTracks
from sightline.wiring.owntracks_imports import BroughtStates
from sightline.wiring.owntracks_pictures import Pictures
from sightline.wiring.part_groups import Accounts, Console, Live, Mqtt, Past, Start
from sightline.wiring.regions import Geofencing
from sightline.wiring.rule_needs import RuleNeeds
from sightline.wiring.rules import Ruling
from sightline.wiring.telephones import TelephonesAtHand
from sightline.wiring.telling import DeliveryListeners

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
    channels: ChannelParts


def _make_owntracks(parts: FeatureNeeds, regions: PhoneRegionService) -> OwnTracks:
    live, accounts, past, mqtt = parts.live, parts.accounts, parts.past, parts.mqtt
    return OwnTracks(
        parts.start.settings,
        now,
        live.hub,
        accounts.requests,
        accounts.service,
        accounts.context,
        mqtt.publishers.tell_phone,
        __version__,
        regions=regions,
        store=live.store,
        recorder=live.recorder,
        peers=mqtt.peers,
        leadership=parts.cluster.leadership,
        gate=accounts.gate,
        reads=parts.reads,
        sure_of_time=lambda: past.clock.sure,
        new=accounts.phones,
    )


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
        recorded=past.service.recorder.recorded,
        leadership=cluster.leadership,
        common=cluster.store,
        peers=mqtt.peers,
    )
    needs = FeatureNeeds(start, cluster, live, accounts, past, mqtt, reads, console)
    owntracks = _make_owntracks(needs, geofencing.phones)
    naming = make_naming(live, accounts, cluster, geofencing, owntracks)
    pictures = make_pictures(start, live, past, accounts)
    rules, channels = make_rules_and_channels(needs, geofencing)
    erasers = make_erasers(live, past, mqtt, geofencing, rules, owntracks, pictures, channels)
    cluster.join(accounts.service, geofencing.regions, live.world, erasers)
    brought = BroughtStates(live.hub, live.deliveries, start.state, past.service.restored)
    more = naming, pictures, brought, *make_all_maps(start, live), rules, channels
    return Features(geofencing, owntracks, reads, erasers, *more)


def make_naming(
    live: Live, accounts: Accounts, cluster: Cluster, geofencing: Geofencing, owntracks: OwnTracks
) -> DeviceNaming:
    """Make what keeps a device's things together under its names."""
    return DeviceNaming(
        reactor,
        live.names,
        live.hub,
        accounts.service,
        live.recorder,
        geofencing.regions,
        leadership=cluster.leadership,
        moved=owntracks.moved,
    )


def make_channels(
    start: Start, cluster: Cluster, accounts: Accounts, mqtt: Mqtt, deliveries: DeliveryListeners
) -> ChannelParts:
    """Make how people are told outside the page."""
    return ChannelParts(
        start.settings,
        start.state,
        start.wall,
        accounts.service,
        mqtt.publishers.publish,
        report=deliveries.report,
        badge=deliveries.badge,
        telephone=TelephonesAtHand(accounts.service).to_call,
        common=cluster.store,
    )


@dataclass(frozen=True, slots=True)
class FeatureNeeds:
    """The parts that phones and rules are joined with."""

    start: Start
    cluster: Cluster
    live: Live
    accounts: Accounts
    past: Past
    mqtt: Mqtt
    reads: Reads
    console: Console


def make_rules_and_channels(
    parts: FeatureNeeds, geofencing: Geofencing
) -> tuple[Ruling, ChannelParts]:
    """Make rules and channels, which hear of each other."""
    deliveries = DeliveryListeners()
    channels = make_channels(parts.start, parts.cluster, parts.accounts, parts.mqtt, deliveries)
    return make_rules(parts, geofencing, channels, deliveries), channels


def make_rules(
    parts: FeatureNeeds,
    geofencing: Geofencing,
    channels: ChannelParts,
    deliveries: DeliveryListeners,
) -> Ruling:
    """Make what people are told by, and by what rules."""
    live, accounts, mqtt = parts.live, parts.accounts, parts.mqtt
    return Ruling(
        RuleNeeds(
            settings=parts.start.settings,
            state=parts.start.state,
            hub=live.hub,
            kinds=live.kinds,
            requests=accounts.requests,
            accounts=accounts.service,
            regions=geofencing.regions,
            store=live.store,
            restored=parts.past.service.restored,
            topics=mqtt.rule_topics,
            console=parts.console.rights,
            reads=parts.reads,
            publishers=mqtt.publishers,
            mine=parts.console.monitor.mine,
            tell=channels.tell,
            deliveries=deliveries,
            leadership=parts.cluster.leadership,
            common=parts.cluster.store,
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


def make_all_maps(start: Start, live: Live) -> tuple[MapsService, MapExtras]:
    """Make the maps and what hangs on them."""
    maps = make_maps(start, live)
    return maps, make_map_extras(start, live, maps)


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
