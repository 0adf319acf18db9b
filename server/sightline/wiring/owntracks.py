"""Join everything about phones beyond MQTT: posts, commands, the Recorder's API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.task import deferLater

from sightline.accounts.service import AccountService
from sightline.cluster.leader import Leadership
from sightline.cluster.messages import PeerBus
from sightline.history.recorder import Recorder as HistoryRecorder
from sightline.history.store import Store
from sightline.kinds.friends.encryption import EncryptionKeys, is_available
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.names import DeviceNames
from sightline.kinds.friends.phone import Phone
from sightline.live.hub import Hub
from sightline.live.requests import Asker, Requests
from sightline.owntracks.apps.forwarding import AppForwarder
from sightline.owntracks.apps.resource import AppInputs
from sightline.owntracks.faces import Faces
from sightline.owntracks.first_contact import FirstContact, PostWatch
from sightline.owntracks.fixes import Memory
from sightline.owntracks.http_mode import HttpMode
from sightline.owntracks.identity import NamedPostbox
from sightline.owntracks.latest import LatestPositions
from sightline.owntracks.phone_service import PhoneService
from sightline.owntracks.ranges import JudgedRanges
from sightline.owntracks.recorder_api import RecorderApi
from sightline.owntracks.recorder_socket import RecorderSocketResource
from sightline.owntracks.recorder_ws import RecorderSockets
from sightline.owntracks.region_ports import PhoneRegionsPort
from sightline.owntracks.requests import PhoneRequests
from sightline.owntracks.setup_link import TargetPort
from sightline.owntracks.zones import TimeZones
from sightline.settings import Settings
from sightline.web.connection_limits import ConnectionLimits
from sightline.web.reads import Reads
from sightline.web.request_context import RequestContext
from sightline.wiring.errors import CannotStart
from sightline.wiring.owntracks_ranges import PostDurability, StoredFixes, judged
from sightline.wiring.phone_adding import NewPhones, issue_token

reactor: Any = _reactor


def keys(settings: Settings, names: DeviceNames | None = None) -> EncryptionKeys:
    """Tell what opens encrypted messages. Without PyNaCl nothing would: better not to start."""
    secrets = {device: secret.reveal() for device, secret in settings.friends.keys.items()}
    if secrets and not is_available():
        raise CannotStart(
            "friends.keys_file: encrypted messages need PyNaCl: pip install 'sightline[encryption]'"
        )
    return EncryptionKeys(secrets, names)


_turn = partial(deferLater, reactor, 0)
"""Waits until the reactor has looked after everything else once."""


def _later(step: Callable[[], object]) -> None:
    reactor.callLater(0, step)


class OwnTracks:
    """``phones`` is the service; ``resources`` are for the tree of URLs, by path.

    With a ``store`` ranges come from there, and phones are told yes when their fixes are in it;
    without one the latest fixes are kept in memory. ``others`` are the other servers, of which the
    one on ``duty`` does what every one of them could.
    """

    def __init__(
        self,
        settings: Settings,
        wall: Callable[[], float],
        hub: Hub,
        requests: Requests,
        account_service: AccountService,
        context: RequestContext,
        send: Callable[[str, bytes], str],
        version: str,
        *,
        regions: PhoneRegionsPort | None = None,
        store: Store | None = None,
        recorder: HistoryRecorder | None = None,
        peers: PeerBus | None = None,
        leadership: Leadership | None = None,
        gate: ConnectionLimits | None = None,
        reads: Reads | None = None,
        sure_of_time: Callable[[], bool] = lambda: True,
        new: NewPhones,
    ) -> None:
        people = LatestPositions(hub.world, _later, account_service.names)
        fixes, ranges = _fixes(store)
        self.live = live = RecorderSockets(reactor, account_service.visitors, people, gate)
        opens = keys(settings)
        self.phones = PhoneService(
            reactor, wall, hub, people, fixes, live, opens, send, regions, peers, leadership
        )
        watch = make_watch(new, hub, wall, self.phones, peers)
        self.post = make_post(context, account_service, self.phones, recorder, sure_of_time, watch)
        apps = AppForwarder(reactor, wall, hub, self.phones, _turn, peers, sure_of_time)
        self._people = people
        self.resources: Mapping[str, Any] = {
            "pub": self.post,
            "in": AppInputs(context, self.post.gate, apps, watch),
            "api/0": _recorder_api(context, account_service, wall, people, ranges, version, reads),
            "ws/last": RecorderSocketResource(live, context),
            "faces": Faces(reactor, context, people),
        }
        answer_requests(settings, hub, requests, account_service, self.phones, new.target)

    def moved(self, old: str, new: str) -> None:
        """Take in that a friend is known by another name now."""
        self.phones.forget(old)
        self._people.note(new)


def _fixes(store: Store | None) -> tuple[Memory | None, JudgedRanges]:
    """Return the memory of the latest fixes, none where a store has them, and their ranges."""
    if store is not None:
        return None, judged(StoredFixes(store))
    fixes = Memory()
    return fixes, judged(fixes)


def _recorder_api(
    context: RequestContext,
    account_service: AccountService,
    wall: Callable[[], float],
    people: LatestPositions,
    ranges: JudgedRanges,
    version: str,
    reads: Reads | None,
) -> RecorderApi:
    visitors, zones, reads = account_service.visitors, TimeZones(), reads or Reads(reactor)
    return RecorderApi(reactor, wall, context, visitors, people, ranges, version, reads, zones)


def _friend(hub: Hub, thing: str) -> Friend | None:
    state = hub.world.state(thing)
    return state if isinstance(state, Friend) else None


def make_watch(
    new: NewPhones,
    hub: Hub,
    wall: Callable[[], float],
    phones: PhoneService,
    peers: PeerBus | None,
) -> FirstContact:
    """Make what tells of the posts of phones that are waited for."""
    named = new.adding.named
    return FirstContact(new.attempts, wall, named, lambda thing: _friend(hub, thing), phones, peers)


def answer_requests(
    settings: Settings,
    hub: Hub,
    requests: Requests,
    account_service: AccountService,
    phones: PhoneService,
    place: TargetPort,
) -> None:
    """Answer what browsers ask of phones: commands, and links that set a phone up."""
    secrets = settings.friends.keys

    def friend(thing: str) -> Friend | None:
        return _friend(hub, thing)

    def app(device: str) -> str:
        state = hub.world.state(f"phone/{device}")
        return state.app if isinstance(state, Phone) else ""

    def secret(device: str) -> str | None:
        found = secrets.get(device)
        return None if found is None else found.reveal()

    async def issue(asker: Asker, thing: str) -> str:
        return await issue_token(account_service, asker.user.name, asker.address, thing)

    PhoneRequests(requests, phones, friend, place, issue, secret, app)


def make_post(
    context: RequestContext,
    account_service: AccountService,
    phones: PhoneService,
    recorder: HistoryRecorder | None,
    sure: Callable[[], bool] = lambda: True,
    watch: PostWatch | None = None,
) -> HttpMode:
    """Make what phones post to; with a ``recorder`` they are told yes when their fixes are safe."""
    box = NamedPostbox(phones, account_service.names)
    if recorder is None:
        return HttpMode(
            reactor, context, account_service.visitors, box, sure_of_time=sure, watch=watch
        )
    durable = PostDurability(recorder)
    return HttpMode(
        reactor,
        context,
        account_service.visitors,
        box,
        safe=durable.keeps_up,
        stored=durable.stored,
        sure_of_time=sure,
        watch=watch,
    )
