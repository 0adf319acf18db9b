"""Make what browsers and other HTTP clients come to: sockets, routes, the tree of URLs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.web.resource import Resource

from sightline import __version__
from sightline.accounts.api_account import AccountApi
from sightline.accounts.api_address import AddressApi
from sightline.accounts.api_admin import AdminApi
from sightline.accounts.api_devices import DevicesApi
from sightline.accounts.api_invitations import InvitationsApi
from sightline.accounts.api_joining import JoiningApi
from sightline.accounts.api_links import LinksApi
from sightline.accounts.api_passkeys import PasskeysApi
from sightline.accounts.api_people import PeopleApi
from sightline.accounts.api_privacy import Eraser, PhotosOf, PrivacyApi
from sightline.accounts.api_second_factor import SecondFactorApi
from sightline.accounts.api_session import SessionApi
from sightline.accounts.api_telephones import TelephonesApi
from sightline.accounts.api_view import ViewApi
from sightline.accounts.confirming import Confirming
from sightline.accounts.oidc.callback import ProviderCallback
from sightline.accounts.oidc.requests import PATH as OIDC_PATH
from sightline.accounts.passkeys import Passkeys
from sightline.accounts.second_factor import Sealer, SecondFactor
from sightline.accounts.service import AccountService
from sightline.auth.session import Visitor, described
from sightline.channels.api import ChannelsApi
from sightline.console.api_check import CheckApi
from sightline.console.rules import LARGEST_REQUEST
from sightline.contract.http import Route
from sightline.contract.openapi import openapi_route
from sightline.driving.errors import refused_commands
from sightline.history.api import HistoryApi, Show
from sightline.history.api_hide import HideApi
from sightline.history.api_span import SpanApi
from sightline.history.api_verdicts import JudgedApi
from sightline.history.rewind.api import RewindApi
from sightline.history.store import Store
from sightline.history.tracks import everything
from sightline.live import protocol
from sightline.live.server_state import ServerState
from sightline.live.world import World
from sightline.maps.api import MapsApi
from sightline.maps.api_places import PlacesApi
from sightline.maps.api_remote import RemoteMapsApi
from sightline.maps.resource import MapFiles
from sightline.owntracks.api_deliveries import DeliveriesApi
from sightline.owntracks.api_phones import PhonesApi
from sightline.rules.api import RulesApi
from sightline.rules.api_text import RuleTextApi
from sightline.settings import Settings
from sightline.web import site
from sightline.web.api import Api
from sightline.web.metrics import Metrics, ServerFigures
from sightline.web.polling import AskResource, PollResource, Polls
from sightline.web.reads import Reads
from sightline.web.socket import SocketResource, Sockets
from sightline.web.socket_limits import SocketLimits
from sightline.wiring import settings_parts
from sightline.wiring.checking import build_checkup
from sightline.wiring.clock import now
from sightline.wiring.faults import Faults
from sightline.wiring.health import Health
from sightline.wiring.maps import MapExtras
from sightline.wiring.oidc import Elsewhere, build_elsewhere
from sightline.wiring.parts import Parts
from sightline.wiring.past_states import shower
from sightline.wiring.rewind import rewind_api
from sightline.wiring.sealing import key_file
from sightline.wiring.state_folder import databases

reactor: Any = _reactor


def hello_of(parts: Parts) -> Callable[[Visitor], bytes]:
    """Return what makes the first frame for a visitor."""
    start, live, rights = parts.start, parts.live, parts.console.rights
    limits = make_socket_limits(start.settings)

    def hello(visitor: Visitor) -> bytes:
        return protocol.hello(
            epoch=live.fanout.epoch(visitor.user.scope),
            server=__version__,
            user=described(visitor),
            now=start.wall(),
            beat=start.settings.fanout.beat_seconds,
            message=start.settings.limits.message_bytes,
            publish=limits.large if rights.publishes(visitor.user) else None,
        )

    return hello


def build_sockets(parts: Parts) -> Sockets:
    """Make the end of the WebSockets."""
    start, live, accounts = parts.start, parts.live, parts.accounts
    return Sockets(
        reactor,
        live.fanout,
        accounts.requests,
        hello_of(parts),
        accounts.service.visitors,
        make_socket_limits(start.settings),
        compression=start.settings.fanout.compression,
        publishes=parts.console.rights.publishes,
        gate=accounts.gate,
    )


def build_polling(parts: Parts, sockets: Sockets) -> Mapping[str, Resource]:
    """Make what serves pages whose WebSocket is blocked."""
    live, accounts, limits = parts.live, parts.accounts, sockets.limits
    polls = Polls(
        reactor,
        now,
        live.world,
        accounts.context,
        live.fanout.epoch,
        hello_of(parts),
        limits,
        lambda: len(sockets.connections),
        parts.start.settings.fanout.beat_seconds,
    )
    live.hub.listen(polls.stir)
    publishes = parts.console.rights.publishes
    ask = AskResource(reactor, accounts.context, accounts.requests, limits, publishes)
    return {"ws/poll": PollResource(polls, accounts.context), "ws/ask": ask}


def make_socket_limits(settings: Settings) -> SocketLimits:
    """Make the limits of one browser."""
    return SocketLimits(
        connections=settings.limits.connections,
        connections_per_address=settings.limits.connections_per_address,
        connections_per_user=settings.limits.connections_per_user,
        message=settings.limits.message_bytes,
        large=max(settings.limits.message_bytes, LARGEST_REQUEST),
        rate=settings.limits.messages_per_second,
        handshake=settings.limits.handshake_seconds,
        ping=settings.limits.ping_seconds,
    )


def build_state(parts: Parts, health: Health, faults: Faults) -> ServerState:
    """Make the server's own thing, out of what every part says of itself."""
    live, console, past = parts.live, parts.console, parts.past

    def figures() -> dict[str, Any]:
        return {
            "viewers": live.fanout.viewers,
            "behind": live.fanout.behind,
            "things": len(live.world),
            "console": console.service.subscriptions,
            "console_dropped": console.service.dropped,
            "topics": console.service.topics,
            "refused": refused_commands(parts.accounts.requests.refused),
            "archive_lost": past.archive.lost,
            "degraded": health.trouble(),
            "faults": parts.mqtt.publishers.faults() + faults.count,
            "demo": parts.start.demo,
            "rules_hidden": not parts.start.settings.rules.show_watched,
        }

    return ServerState(
        reactor,
        now,
        live.hub,
        __version__,
        figures=(
            figures,
            parts.mqtt.publishers.figures,
            past.service.gauges,
            parts.cluster.gauges,
            past.clock.gauges,
            parts.features.channels.gauges,
        ),
        frames=lambda: live.fanout.frames_sent,
    )


def build_routes(parts: Parts) -> list[Route[Any]]:
    """List the routes of the HTTP API."""
    live, features, new, wall = parts.live, parts.features, parts.accounts.phones, parts.start.wall
    return make_routes(
        service=parts.accounts.service,
        elsewhere=build_elsewhere(
            parts.accounts.service, parts.start.settings.oidc, reactor, parts.start.clock, wall
        ),
        world=live.world,
        store=live.store,
        show=shower(live.kinds, live.hub),
        wall=wall,
        reads=features.reads,
        erasers=(parts.mqtt.publishers.clear_retained, *features.erasers),
        friends=lambda: [*live.friends, *(f"friend/{each}" for each in live.names.aliases)],
        deliveries=DeliveriesApi(live.deliveries),
        maps=MapsApi(features.maps, parts.accounts.service.note),
        map_extras=features.map_extras,
        photos=features.pictures.of,
        phones=PhonesApi(new.adding, new.attempts, live.world, live.deliveries, new.target, wall),
        settled=parts.start.settings.server.public_url,
        check=CheckApi(build_checkup(parts.start), parts.accounts.service.note),
        sealer=key_file(parts.start.settings, parts.start.state),
        telling=telling_apis(parts),
        rewind=rewind_api(
            parts.past.rewind,
            parts.console.rights,
            parts.accounts.service.note,
            parts.start.clock.seconds,
            live,
        ),
    )


def telling_apis(parts: Parts) -> tuple[RulesApi, RuleTextApi, ChannelsApi]:
    """Make the answers about rules and about the channels by which people are told."""
    rules, channels = parts.features.rules, parts.features.channels
    note = parts.accounts.service.note
    return (
        RulesApi(reactor, rules.trials, rules.alerts, note),
        RuleTextApi(reactor, now, rules.rules, rules.rights, rules.checks),
        ChannelsApi(channels.service, note, reactor.seconds),
    )


def _sign_in_apis(
    service: AccountService, elsewhere: Elsewhere, sealer: Sealer
) -> tuple[SessionApi, PasskeysApi, SecondFactorApi, JoiningApi]:
    """Make what lets people in here: by password, code, passkey and invitation."""
    entrance, confirming = elsewhere.entrance, Confirming(service)
    passkeys, second = Passkeys(service), SecondFactor(service, sealer)
    return (
        SessionApi(service, entrance, second, elsewhere.service.farewell),
        PasskeysApi(service, entrance, passkeys, confirming),
        SecondFactorApi(service, entrance, second, confirming),
        JoiningApi(service, entrance, passkeys, second),
    )


def make_routes(
    *,
    service: AccountService,
    elsewhere: Elsewhere,
    world: World,
    store: Store,
    show: Show,
    wall: Callable[[], float],
    reads: Reads,
    erasers: Sequence[Eraser],
    friends: Callable[[], list[str]],
    deliveries: DeliveriesApi,
    maps: MapsApi,
    map_extras: MapExtras,
    photos: PhotosOf | None = None,
    phones: PhonesApi,
    settled: str = "",
    check: CheckApi,
    sealer: Sealer,
    telling: tuple[RulesApi, RuleTextApi, ChannelsApi],
    rewind: RewindApi,
) -> list[Route[Any]]:
    """Make the routes of the HTTP API of these parts. Tests have the same ones."""
    apis = (
        *_sign_in_apis(service, elsewhere, sealer),
        *elsewhere.apis,
        *(InvitationsApi(service), ViewApi(service, lambda: (key for key, _ in world))),
        *(AccountApi(service), LinksApi(service)),
        PrivacyApi(service, world, erasers, reads, partial(everything, store), photos),
        HistoryApi(store, world, show, wall, reads, map_extras.places.texts),
        *(each(store, service.note, reads, wall) for each in (HideApi, JudgedApi)),
        SpanApi(store, world, reads),
        *(AdminApi(service, friends), DevicesApi(service, world), PeopleApi(service)),
        *(TelephonesApi(service), AddressApi(service, settled)),
        *(phones, deliveries, maps, check, *telling, rewind),
        PlacesApi(map_extras.places),
        RemoteMapsApi(map_extras.remote, service.note),
    )
    routes = [route for api in apis for route in api.routes()]
    return [*routes, openapi_route(routes, __version__)]


def build_web(parts: Parts, sockets: Sockets, state: ServerState) -> Resource:
    """Make the tree of URLs."""
    settings, live = parts.start.settings, parts.live
    accounts, features, routes = parts.accounts, parts.features, build_routes(parts)
    rate, named = settings.limits.requests_per_second, live.names.thing
    api = Api(accounts.context, parts.start.clock, routes, rate=rate, named=named)
    figures = ServerFigures(live.hub, live.fanout, sockets, state)
    accounts.gate.count(lambda: len(sockets.connections))
    accounts.gate.count(lambda: len(features.owntracks.live.clients))
    return site.build(
        live.hub,
        state,
        SocketResource(sockets, accounts.context),
        Metrics(figures, accounts.context),
        api,
        settings_parts.built_pages(settings.server.web_root),
        accounts.context,
        {
            **build_polling(parts, sockets),
            "photos": features.pictures.resource(accounts.context),
            OIDC_PATH: ProviderCallback(),
            "maps": MapFiles(reactor, accounts.context, features.maps),
            **features.owntracks.resources,
        },
    )


def build_health(parts: Parts) -> Health:
    """Make what says which part cannot write or is damaged."""
    start, accounts = parts.start, parts.accounts
    regions = parts.features.geofencing.regions
    return Health(
        reactor,
        now,
        start.state,
        databases(start.settings),
        (
            ("the history", lambda: parts.past.service.trouble),
            ("the accounts", lambda: accounts.service.standby.trouble),
            ("the regions", lambda: regions.trouble),
            ("the rules", lambda: parts.features.rules.database.trouble),
            ("the channels", lambda: parts.features.channels.access.trouble),
        ),
    )
