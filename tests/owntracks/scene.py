"""The web side with phones: they post over real HTTP; clients of the Recorder come to it."""

from __future__ import annotations

import base64
import json
from typing import Any

from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from twisted.internet import reactor as _reactor
from twisted.internet.defer import succeed
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.task import deferLater

from sightline.cluster.leader import Leadership
from sightline.cluster.messages import PeerBus
from sightline.kinds.friends.encryption import EncryptionKeys
from sightline.kinds.friends.model import Friend, Waypoint
from sightline.kinds.friends.phone import Phone
from sightline.live.requests import Asker
from sightline.model.kind import Arrival
from sightline.owntracks.apps.forwarding import AppForwarder
from sightline.owntracks.apps.resource import AppInputs
from sightline.owntracks.faces import Faces
from sightline.owntracks.first_contact import FirstContact
from sightline.owntracks.fixes import Memory
from sightline.owntracks.http_mode import HttpMode
from sightline.owntracks.latest import LatestPositions
from sightline.owntracks.phone_service import PhoneService
from sightline.owntracks.recorder_api import RecorderApi
from sightline.owntracks.recorder_socket import RecorderSocketResource
from sightline.owntracks.recorder_ws import RecorderSockets
from sightline.owntracks.requests import PhoneRequests
from sightline.owntracks.setup_link import SetUpTarget
from sightline.regions.phones import RegionBundle
from sightline.wiring.owntracks_ranges import judged
from waits import DEADLINE, Watch
from web_scene import NOW, Answer, WebScene

reactor: Any = _reactor
ANDROID = "Owntracks-Android/gms/2.5.0"
IPHONE = "OwnTracks/18.4.3 CFNetwork/1410 Darwin/22.6.0"
SECRET = "a shared secret"
SOON = DEADLINE


class Drawer:
    """Whoever keeps regions, for the tests."""

    def __init__(self) -> None:
        self.version = 1
        self.waypoints: tuple[Waypoint, ...] = ()
        self.left_out = 0
        self.changed: Any = None

    def for_phone(self, phone: str) -> RegionBundle:
        return RegionBundle(self.version, self.waypoints, self.left_out)

    def when_changed(self, changed: Any) -> None:
        self.changed = changed

    def puts(self, *waypoints: Waypoint) -> None:
        self.waypoints = waypoints
        self.version += 1
        if self.changed:
            self.changed(None)


class PhoneScene:
    """A web scene and its phones. ``sent`` is what went by MQTT; ``broken`` why it does not."""

    def __init__(
        self, secrets: dict[str, str] | None = None, others: PeerBus | None = None
    ) -> None:
        self.others = others
        self.on_duty = True
        self.secrets = secrets or {}
        self.keys = EncryptionKeys(self.secrets)
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.broken = ""
        self.regions = Drawer()
        self.home: WebScene

    def further(self, home: WebScene) -> dict[str, Any]:
        self.home = home
        people = LatestPositions(home.world, lambda step: reactor.callLater(0, step))
        self.fixes = Memory()
        self.live = RecorderSockets(reactor, home.account_service.visitors, people)
        self.live.clock = self.live._tick._clock = home.clock
        self.phones = PhoneService(
            home.clock,
            home.wall,
            home.hub,
            people,
            self.fixes,
            self.live,
            self.keys,
            self._send,
            self.regions,
            self.others,
            Leadership(lambda: self.on_duty),
        )
        self.keeps_up = True
        self.kept: Any = None
        self.sure = True
        new = home.parts.accounts.phones
        self.watch = FirstContact(
            new.attempts, home.wall, new.adding.named, self._found, self.phones
        )
        self.post = HttpMode(
            home.clock,
            home.front,
            home.account_service.visitors,
            self.phones,
            safe=lambda: self.keeps_up,
            stored=lambda: succeed(None) if self.kept is None else self.kept(),
            sure_of_time=lambda: self.sure,
            watch=self.watch,
        )
        self.recorder = RecorderApi(
            home.clock,
            home.wall,
            home.front,
            home.account_service.visitors,
            people,
            judged(self.fixes),
            "test",
            home.reads,
        )

        async def issue(asker: Asker, thing: str) -> str:
            return "sl_token"

        def friend(thing: str) -> Friend | None:
            state = home.world.state(thing)
            return state if isinstance(state, Friend) else None

        def app(device: str) -> str:
            return self.phone(device).app

        def turn() -> Any:
            return deferLater(reactor, 0)

        PhoneRequests(
            home.requests, self.phones, friend, SetUpTarget("", ""), issue, lambda device: None, app
        )
        intake = AppForwarder(home.clock, home.wall, home.hub, self.phones, turn, self.others)
        return {
            "pub": self.post,
            "in": AppInputs(home.front, self.post.gate, intake, self.watch),
            "api/0": self.recorder,
            "ws/last": RecorderSocketResource(self.live, home.front),
            "faces": Faces(home.clock, home.front, people),
        }

    def _send(self, device: str, payload: bytes) -> str:
        if not self.broken:
            self.sent.append((device, json.loads(payload)))
        return self.broken

    async def opens(self, open_web: Any, **options: Any) -> PhoneScene:
        await open_web(secrets=self.secrets, further=self.further, **options)
        self.phones.startService()
        return self

    def phone(self, device: str) -> Phone:
        state = self.home.world.state(f"phone/{device}")
        return state if isinstance(state, Phone) else Phone()

    def _found(self, thing: str) -> Friend | None:
        state = self.home.world.state(thing)
        return state if isinstance(state, Friend) else None

    def friend(self, device: str) -> Friend:
        state = self.home.world.state(f"friend/{device}")
        assert isinstance(state, Friend), state
        return state

    def hears(self, device: str, payload: Any, part: str = "", **more: Any) -> None:
        """A message by MQTT."""
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        given = {"retain": False, "qos": 1, "at": self.home.wall()} | more
        self.home.hub.arrived([Arrival(f"owntracks/{device}{part}", data, **given)])

    async def login(self, name: str, *things: str, see: tuple[str, ...] = ()) -> str:
        """An account, and the token of a phone of its; as a header."""
        if name not in self.home.account_service.cache.accounts:
            await self.home.knows(name, see=see, own=things)
        return basic(name, await self.home.token(name, "publish", things=things))

    async def posts(
        self,
        payload: Any,
        login: str | None,
        *,
        user: str | None = None,
        device: str | None = None,
        agent: str = ANDROID,
        query: str = "",
        method: str = "POST",
    ) -> Answer:
        headers: dict[str, str | None] = {"user_agent": agent, "authorization": login}
        if user is not None:
            headers["x_limit_u"] = user
        if device is not None:
            headers["x_limit_d"] = device
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return await self.home.asks(
            method, f"//pub{query}", body if method == "POST" else None, ours=False, **headers
        )

    async def gets(self, path: str, method: str = "GET", **more: Any) -> Answer:
        return await self.home.asks(method, f"//api/0/{path}", ours=False, **more)

    async def client(self, origin: str | None = "same", **headers: str) -> Client:
        return await Client(self.home.port).enters(origin, headers)


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def fix(**more: Any) -> dict[str, Any]:
    given = {"_type": "location", "lat": 52.1, "lon": 5.1, "tst": int(NOW) - 10, "tid": "JA"}
    return {name: value for name, value in (given | more).items() if value is not ...}


class _Protocol(WebSocketClientProtocol):
    factory: Any

    def onOpen(self) -> None:
        self.factory.client._opened(self)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        self.factory.client._heard(payload)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.factory.client._closed(code, reason)


class Client:
    """A client of ``/ws/last`` as the Frontend is one: no subprotocol, JSON out, text in."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heard: list[dict[str, Any]] = []
        self.closed: tuple[int | None, str | None] | None = None
        self._protocol: Any = None
        self._watch = Watch()

    async def enters(self, origin: str | None, headers: dict[str, str]) -> Client:
        factory = WebSocketClientFactory(
            f"ws://127.0.0.1:{self.port}/ws/last",
            origin=f"http://127.0.0.1:{self.port}" if origin == "same" else origin,
            headers=headers,
            reactor=reactor,
        )
        factory.protocol = _Protocol
        factory.client = self
        factory.setProtocolOptions(openHandshakeTimeout=SOON, closeHandshakeTimeout=1)
        await HostnameEndpoint(reactor, "127.0.0.1", self.port).connect(factory)
        await self.until(lambda: self._protocol is not None or self.closed is not None)
        return self

    def says(self, text: str) -> None:
        self._protocol.sendMessage(text.encode())

    def leaves(self) -> None:
        self._protocol.sendClose(1000)

    def stops_reading(self) -> None:
        self._protocol.transport.pauseProducing()

    def reads_on(self) -> None:
        self._protocol.transport.resumeProducing()

    async def until(self, fact: Any) -> None:
        await self._watch.until(fact, lambda: f"it: {self.heard[-5:]} {self.closed}")

    def _opened(self, protocol: Any) -> None:
        self._protocol = protocol
        self._watch.look()

    def _heard(self, payload: bytes) -> None:
        self.heard.append(json.loads(payload))
        self._watch.look()

    def _closed(self, code: int | None, reason: str | None) -> None:
        self.closed = code, reason
        self._watch.look()
