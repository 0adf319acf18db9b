"""The web side of a server, made as `sightline.wiring` makes it, at a real port of this process.

The accounts and their database are real; the time that they go by is the test's (`WebScene.clock`),
and the world is what `WebScene.shows` puts into it: no broker is connected.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from twisted.internet import reactor as _reactor
from twisted.internet.defer import succeed
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread

from browser import Browser
from sightline.accounts.passwords import Cost
from sightline.auth.account import Account, Session
from sightline.auth.permissions import Grants, Role, may
from sightline.auth.second_factor import Demanded
from sightline.auth.session import Lifetime, digest, new_secret
from sightline.contract.errors import Refused
from sightline.kinds.friends.model import Face, Friend
from sightline.live.requests import Asker
from sightline.settings import (
    AccountsSettings,
    ChannelsSettings,
    FanoutSettings,
    FriendsSettings,
    HistorySettings,
    LimitsSettings,
    OidcSettings,
    ReplicasSettings,
    Secret,
    ServerSettings,
    Settings,
    StoreSettings,
)
from sightline.web.reads import Reads
from sightline.web.site import QuietSite
from sightline.wiring.cluster import Cluster
from sightline.wiring.device_naming import DeviceNaming
from sightline.wiring.faults import Faults
from sightline.wiring.feature_parts import (
    FeatureNeeds,
    Features,
    make_channels,
    make_map_extras,
    make_maps,
    make_pictures,
    make_rules,
)
from sightline.wiring.health import Health
from sightline.wiring.part_groups import Start
from sightline.wiring.parts import (
    Parts,
    alarm_of,
    build_accounts,
    build_console,
    build_driving,
    build_history,
    build_live,
    build_mqtt,
)
from sightline.wiring.telling import DeliveryListeners
from sightline.wiring.web_parts import build_routes, build_sockets, build_state, build_web
from specs import Named, spec
from states import spot
from waits import until

reactor: Any = _reactor
CHEAP = Cost(memory=1024, time=1)
GOOD = "quite-a-long-one-7"
NOW = 1_795_235_000.0  # epoch s at the clock's 0
HOUR = 3600.0
DAY = 24 * HOUR
VERBS = (
    *("see", "stop", "drive", "takeover", "drivers", "shutdown", "routine"),
    *("region", "unregion", "adopt"),
)
"""What browsers may ask for; done here by nobody but `WebScene`, for everybody who may."""


def page_in(folder: Path) -> Path:
    """Build a page of one word."""
    folder.mkdir(exist_ok=True)
    (folder / "index.html").write_text("page")
    return folder


def account_settings(
    guest: Role | None, cost: Cost, lifetime: Lifetime, second_factor: Demanded
) -> AccountsSettings:
    """The section that says so."""
    return AccountsSettings(
        second_factor=second_factor,
        guest=guest or "none",
        idle_hours=lifetime.idle / HOUR,
        session_days=lifetime.absolute / DAY,
        hash_memory=cost.memory,
        hash_passes=cost.time,
    )


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


class WebScene:
    """Accounts, API and sockets. ``further`` makes what is in the place of the phones' URLs.

    ``store`` is the URL of a common database, ``name`` this server's among several.
    """

    def __init__(
        self,
        folder: Path,
        *,
        guest: Role | None = None,
        demo: bool = False,
        proxies: tuple[str, ...] = (),
        rate: int = 10_000,
        cost: Cost = CHEAP,
        lifetime: Lifetime | None = None,
        secrets: Mapping[str, str] | None = None,
        further: Callable[[WebScene], Mapping[str, Any]] | None = None,
        store: str = "",
        name: str = "",
        second_factor: Demanded = "nobody",
        oidc: Mapping[str, OidcSettings] | None = None,
        private_channels: bool = False,
    ) -> None:
        self.clock = Clock()
        self._idle: list[http.client.HTTPConnection] = []
        self.step = 0.0  # by which somebody stepped the wall clock
        self.erased: list[str] = []
        settings = Settings(
            server=ServerSettings(proxies=proxies, web_root=str(page_in(folder / "page"))),
            accounts=account_settings(guest, cost, lifetime or Lifetime(), second_factor),
            fanout=FanoutSettings(tick_ms=0),
            friends=FriendsSettings(
                keys={device: Secret(text) for device, text in (secrets or {}).items()}
            ),
            history=HistorySettings(store="memory"),
            limits=LimitsSettings(requests_per_second=rate, messages_per_second=1000),
            channels=ChannelsSettings(private=private_channels),
            store=StoreSettings(url=store),
            replicas=ReplicasSettings(name=name),
            oidc=oidc or {},
        )
        start = Start(
            settings, folder, "tcp:0:interface=127.0.0.1", demo, "", self.clock, self.wall
        )
        self._take(self._build(start))
        if further:
            self.phones.resources = further(self)
        faults = Faults(reactor, alarm_of(self.hub))
        health = Health(reactor, self.wall, folder, (), ())
        tree = build_web(self.parts, self.sockets, build_state(self.parts, health, faults))
        self.site = QuietSite(
            tree, reactor, self.front, request_seconds=60, policy=self.extras.policy
        )

    def _build(self, start: Start) -> Parts:
        """As `build_parts` does, but for the phones and the regions, which are left out."""
        self.cluster = cluster = Cluster(start.settings)
        live = build_live(start, cluster)
        accounts = build_accounts(start, cluster, live)
        driving = build_driving(start, cluster, live, accounts)
        reads = Reads(reactor)
        console = build_console(start, live, accounts, reads)
        past = build_history(start, cluster, live, accounts, reads)
        mqtt = build_mqtt(
            start, cluster=cluster, live=live, driving=driving, console=console, past=past
        )
        for verb in VERBS:
            accounts.requests.add(spec(verb, Named), partial(self._does, verb))
        erasers = (self._erase, lambda thing: live.store.erase([thing]))
        self.phones: Any = SimpleNamespace(resources={}, live=SimpleNamespace(clients=()))
        naming = DeviceNaming(
            reactor,
            live.names,
            live.hub,
            accounts.service,
            live.recorder,
            cast(Any, SimpleNamespace(of=lambda owner: [])),
            leadership=cluster.leadership,
            moved=lambda old, new: None,
        )
        naming.startService()
        pictures = make_pictures(start, live, past, accounts)
        regions = SimpleNamespace(
            records={}, when_changed=lambda listener: None, ready=succeed(None), name=lambda id: ""
        )
        geofencing = cast(Any, SimpleNamespace(regions=regions))
        none = cast(Any, None)
        self.maps = make_maps(start, live)
        self.extras = make_map_extras(start, live, self.maps)
        deliveries = DeliveryListeners()
        self.channels = make_channels(start, cluster, accounts, mqtt, deliveries)
        needs = FeatureNeeds(start, cluster, live, accounts, past, mqtt, reads, console)
        self.rules = make_rules(needs, geofencing, self.channels, deliveries)
        features = Features(
            none,
            self.phones,
            reads,
            erasers,
            naming,
            pictures,
            none,
            self.maps,
            self.extras,
            self.rules,
            self.channels,
        )
        return Parts(start, cluster, live, accounts, driving, console, past, mqtt, features)

    def _take(self, parts: Parts) -> None:
        """Name the parts that tests look at."""
        self.parts = parts
        self.account_service = parts.accounts.service
        self.front, self.requests = parts.accounts.context, parts.accounts.requests
        self.world, self.hub, self.fanout = parts.live.world, parts.live.hub, parts.live.fanout
        self.store, self.reads = parts.live.store, parts.features.reads
        self.deliveries = parts.live.deliveries
        self.sockets = build_sockets(parts)
        self.routes = build_routes(parts)

    def wall(self) -> float:
        return NOW + self.clock.seconds() + self.step

    def _does(self, verb: str, asker: Asker, asked: Named) -> dict[str, Any]:
        """Any verb: done by whoever may, as whoever carries it out has to ask."""
        if not may(asker.user, verb, str(asked.thing)):
            raise Refused("forbidden", "this is not for you")
        return {}

    def _erase(self, thing: str) -> None:
        self.erased.append(thing)
        self.hub.erase((thing, thing.replace("friend/", "face/")))

    async def opens(self) -> WebScene:
        if self.cluster.store is not None:
            self.cluster.store.privilegedStartService()
            self.cluster.store.startService()
        self.account_service.privilegedStartService()
        self.account_service.startService()
        await self.until(lambda: self.account_service.ready.called)
        self.rules.privilegedStartService()
        self.rules.startService()
        self.channels.privilegedStartService()
        self.channels.startService()
        self.maps.startService()
        self.extras.remote.startService()
        self.parts.past.rewind.startService()
        self.sockets.start()
        self.listening = reactor.listenTCP(0, self.site, interface="127.0.0.1")
        self.port = self.listening.getHost().port
        return self

    async def closes(self) -> None:
        for connection in self._idle:
            connection.close()
        self.parts.features.naming.stopService()
        await self.listening.stopListening()
        await self.parts.past.rewind.stopService()
        await self.channels.stopService()
        await self.maps.stopService()
        self.fanout.stop()
        await self.sockets.stop()
        await self.rules.stopService()
        await self.account_service.stopService()
        if self.cluster.store is not None:
            await self.cluster.store.stopService()

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
            disabled,
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

        account = self.account_service.cache.accounts[name]
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
        """As a browser does: by a connection that stood open, unless it is closed meanwhile."""
        while (stood := next(iter(self._idle), None)) is not None:
            try:
                self._idle.remove(stood)
                return self._ask_by(stood, method, path, data, headers)
            except (ValueError, ConnectionError):  # another thread has it; it was closed
                continue
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        return self._ask_by(connection, method, path, data, headers)

    def _ask_by(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        data: bytes | None,
        headers: dict[str, str],
    ) -> Answer:
        try:
            connection.request(method, path, body=data, headers=headers)
            answer = connection.getresponse()
            # Of several cookies the first: the session's.
            named = {name.lower(): value for name, value in reversed(answer.getheaders())}
            cookies = tuple(v for name, v in answer.getheaders() if name.lower() == "set-cookie")
            said = Answer(answer.status, named, answer.read(), cookies)
        except BaseException:
            connection.close()
            raise
        if answer.will_close:
            connection.close()
        else:
            self._idle.append(connection)
        return said

    async def browser(self, cookie: str | None = None, **options: Any) -> Browser:
        headers = {} if cookie is None else {"Cookie": cookie}
        if "token" in options:
            headers["Authorization"] = f"Bearer {options.pop('token')}"
        return await Browser(self.port).enters(headers=headers, **options)
