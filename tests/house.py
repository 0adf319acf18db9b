"""The web side with accounts: a real port, a real database, a clock and a world of the test's."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread

from browser import Browser
from sightline.accounts.passwords import Cost
from sightline.accounts.service import AccountPolicy, AccountService
from sightline.auth.account import Account, Session
from sightline.auth.permissions import Grants, Role, may
from sightline.auth.session import Lifetime, Visitor, described, digest, new_secret
from sightline.contract.errors import Refused
from sightline.history.memory import MemoryStore
from sightline.journal.entries import Journal
from sightline.kinds import broker, friends, probots
from sightline.kinds.broker import LinkUpdate
from sightline.kinds.friends.model import Face, Friend
from sightline.live import protocol
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.requests import Asker, Requests
from sightline.live.server_state import ServerState
from sightline.live.world import World
from sightline.model.kind import Kind
from sightline.owntracks.api_devices import DevicesApi
from sightline.settings import Settings
from sightline.web import site
from sightline.web.api import Api
from sightline.web.assets import Asset, Body
from sightline.web.fanout import FanOut, Pace
from sightline.web.metrics import Metrics, ServerFigures
from sightline.web.proxies import Proxies
from sightline.web.reads import Reads
from sightline.web.request_context import RequestContext
from sightline.web.socket import SocketLimits, SocketResource, Sockets
from sightline.wiring.owntracks_deliveries import count_deliveries
from sightline.wiring.past_states import shower
from sightline.wiring.web_parts import make_routes
from specs import Named, spec
from states import spot
from waits import until

reactor: Any = _reactor
KINDS = (friends.kind(), probots.kind(), broker.kind())
CHEAP = Cost(memory=1024, time=1)
GOOD = "quite-a-long-one-7"
NOW = 1_795_235_000.0  # epoch s at the clock's 0
DAY = 86400.0


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    data: bytes
    cookies: tuple[str, ...] = ()

    @property
    def said(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.data)
        return found

    @property
    def code(self) -> str:
        return str(self.said.get("code", "ok"))

    @property
    def cookie(self) -> str:
        """The cookie to send back."""
        return self.headers["set-cookie"].partition(";")[0]


class House:
    def __init__(
        self,
        folder: Path,
        *,
        guest: Role | None = None,
        demo: bool = False,
        proxies: tuple[str, ...] = (),
        rate: float = 10_000,
        cost: Cost = CHEAP,
        lifetime: Lifetime | None = None,
        kinds: Sequence[Kind] = (),
        further: Callable[[House], Mapping[str, Any]] | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.clock = Clock()
        self.step = 0.0  # by which somebody stepped the wall clock
        self.account_service = AccountService(
            reactor,
            self.clock,
            self.wall,
            folder,
            AccountPolicy(lifetime or Lifetime(), cost, guest, 31 * DAY),
            demo=demo,
            journal=journal,
        )
        self.world = World("epoch")
        presence = Presence({key: p for kind in kinds for key, p in kind.timeouts.items()})
        self.hub = Hub(
            Clock(),
            self.wall,
            self.world,
            Ingest(kinds, self.world, presence),
            presence,
            LinkUpdate,
        )
        self.deliveries = count_deliveries(self.hub.ingest, self.world, Settings())
        self.state = ServerState(Clock(), self.wall, self.hub, "0.0")
        self.fanout = FanOut(reactor, self.wall, self.world, Pace(tick=0))
        self.hub.listen(self.fanout.stir)
        self.requests = Requests(self.wall)
        for verb in (
            *("see", "stop", "drive", "takeover", "drivers", "shutdown", "routine"),
            *("region", "unregion", "adopt"),
        ):
            self.requests.add(spec(verb, Named), partial(self._does, verb))
        self.front = RequestContext(self.account_service, [], Proxies(proxies))
        self.sockets = Sockets(
            reactor,
            self.fanout,
            self.requests,
            self._hello,
            self.account_service,
            SocketLimits(rate=1000),
        )
        self.erased: list[str] = []
        self.store = MemoryStore()
        self.reads = Reads(reactor)
        routes = make_routes(
            service=self.account_service,
            world=self.world,
            store=self.store,
            show=shower(KINDS, self.hub),
            wall=self.wall,
            reads=self.reads,
            erasers=(self._erase, lambda thing: self.store.erase([thing])),
            friends=lambda: [key for key, _ in self.world],
            devices=DevicesApi(self.deliveries),
        )
        self.api = Api(
            self.front,
            self.clock,
            routes,
            rate=rate,
        )
        page = Asset("text/html; charset=utf-8", "no-cache", {"": Body(b"page", b'"p"')})
        tree = site.build(
            self.hub,
            self.state,
            SocketResource(self.sockets, self.front),
            Metrics(ServerFigures(self.hub, self.fanout, self.sockets, self.state), self.front),
            self.api,
            {"index.html": page},
            self.front,
            further(self) if further else {},
        )
        self.site = site.QuietSite(tree, reactor, self.front, request_seconds=5)

    def wall(self) -> float:
        return NOW + self.clock.seconds() + self.step

    def _hello(self, visitor: Visitor) -> bytes:
        return protocol.hello(
            epoch=self.fanout.epoch(visitor.user.sight),
            server="test",
            user=described(visitor),
            now=self.wall(),
            beat=5,
            message=4096,
        )

    def _does(self, verb: str, asker: Asker, asked: Named) -> dict[str, Any]:
        """Any verb: done by whoever may, as whoever carries it out has to ask."""
        if not may(asker.user, verb, str(asked.thing)):
            raise Refused("forbidden", "this is not for you")
        return {}

    def _erase(self, thing: str) -> None:
        self.erased.append(thing)
        self.hub.erase((thing, thing.replace("friend/", "face/")))

    async def opens(self) -> House:
        self.account_service.privilegedStartService()
        self.account_service.startService()
        await self.until(lambda: self.account_service.ready.called)
        self.sockets.start()
        self.listening = reactor.listenTCP(0, self.site, interface="127.0.0.1")
        self.port = self.listening.getHost().port
        return self

    async def closes(self) -> None:
        await self.listening.stopListening()
        self.fanout.stop()
        await self.sockets.stop()
        await self.account_service.stopService()

    # -- what happens

    def shows(self, key: str, value: int = 0) -> None:
        if key.startswith("friend/"):
            self.world.put(
                key, Friend(presence="live", lat=48.5, lon=2.25 + value, tst=1.0, at=1.0)
            )
        elif key.startswith("face/"):
            self.world.put(key, Face(mime="image/png", data=b"\x89PNG\r\n\x1a\n"))
        else:
            self.world.put(key, spot(value))
        self.fanout.stir()

    async def passes(self, seconds: float) -> None:
        """Time goes by, and the keeper has looked around."""
        looks = self.account_service.looks
        self.clock.advance(seconds)
        await self.until(lambda: self.account_service.looks > looks)

    async def until(self, fact: Any) -> None:
        await until(fact)

    async def knows(
        self,
        name: str,
        role: Role = "viewer",
        *,
        see: tuple[str, ...] = (),
        drive: tuple[str, ...] = (),
        own: tuple[str, ...] = (),
        password: str | None = None,
        disabled: bool = False,
    ) -> str:
        """There is such an account, signed in; its cookie."""
        hashed = None if password is None else self.account_service.passwords.hash(password)
        account = Account(
            name,
            role,
            Grants(frozenset(see), frozenset(drive), frozenset(own)),
            hashed,
            created=self.wall(),
        )
        secret = new_secret()
        session = Session(digest(secret), name, None, self.wall(), self.wall())

        def put(database: Any) -> None:
            database.put_account(account)
            database.put_session(session)

        await self.account_service.change(put)
        return f"sightline-{self.port}={secret}"

    async def token(self, name: str, *scopes: str, things: tuple[str, ...] = ()) -> str:
        from sightline.accounts.api_account import minted

        account = self.account_service.roll.accounts[name]
        made, text = minted(account, self.wall(), "t", frozenset(scopes), frozenset(things), None)
        await self.account_service.change(lambda database: database.put_token(made))
        return text

    async def link(self, cookie: str, *things: str, starts: float = 0, ends: float = 3600) -> str:
        """A link that was made with the API; its secret. Times in s from now."""
        made = await self.asks(
            "POST",
            "/links",
            {
                "name": "for grandma",
                "things": list(things),
                "starts": self.wall() + starts,
                "ends": self.wall() + ends,
            },
            cookie=cookie,
        )
        assert made.status == 201, made.said
        return str(made.said["url"]).partition("#share=")[2]

    # -- those outside

    async def asks(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        cookie: str | None = None,
        token: str | None = None,
        ours: bool = True,
        **more: str | None,
    ) -> Answer:
        """One call of the API, from our own page unless ``ours`` is False."""
        headers: dict[str, str] = {}
        if ours:
            headers["Sec-Fetch-Site"] = "same-origin"
            headers["Origin"] = f"http://127.0.0.1:{self.port}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        if cookie is not None:
            headers["Cookie"] = cookie
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        for name, value in more.items():
            if value is None:
                headers.pop(name.replace("_", "-").title(), None)
            else:
                headers[name.replace("_", "-").title()] = value
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        whole = path if path.startswith("//") else f"/api/1{path}"
        return await deferToThread(self._ask, method, whole.replace("//", "/"), data, headers)

    def _ask(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=data, headers=headers)
            answer = connection.getresponse()
            # Of several cookies the first: the session's.
            named = {name.lower(): value for name, value in reversed(answer.getheaders())}
            cookies = tuple(v for name, v in answer.getheaders() if name.lower() == "set-cookie")
            return Answer(answer.status, named, answer.read(), cookies)
        finally:
            connection.close()

    async def browser(self, cookie: str | None = None, **options: Any) -> Browser:
        headers = {} if cookie is None else {"Cookie": cookie}
        if "token" in options:
            headers["Authorization"] = f"Bearer {options.pop('token')}"
        return await Browser(self.port).enters(headers=headers, **options)
