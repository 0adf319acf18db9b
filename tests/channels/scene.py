"""Channels that are real, down to the database and the program that sends to addresses.

The wall clock is the test's where it asks for that (`ChannelScene.now`); what is told goes to real
servers on this machine: `push_service.PushService`, `receiver.Receiver`, `Mailbox` and `Ntfy`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
from twisted.internet import reactor as _reactor
from twisted.internet.task import Clock

from common_store import close_store, common_store, open_store
from push_service import Phone
from sightline.channels import making
from sightline.channels.access import ChannelAccess
from sightline.channels.contract import NewChannel, PushKeys, PushSubscription
from sightline.channels.options import ChannelOptions
from sightline.channels.records import Channel, ChannelStatus
from sightline.channels.sending import MqttChannel, Poster, PushSender, WebhookSender
from sightline.channels.service import ChannelService
from sightline.channels.store import ChannelStore
from sightline.channels.worker_process import AddressSender
from sightline.database.key_file import KeyFile
from sightline.model.notification import DeliveryReport, Notification
from waits import until

reactor: Any = _reactor
BASE = "https://map.example.org"
OPEN: list[ChannelScene] = []
"""Scenes that a test has opened and not closed: a test that fails leaves its threads behind."""


def notification(id: str, account: str = "jane", **more: Any) -> Notification:
    """Somebody arrived somewhere."""
    given: dict[str, Any] = {
        "tag": f"rule/{account}/ab12",
        "texts": {
            "en": (f"Bob arrived at School ({id})", "at 14:02"),
            "de": (f"Bob ist da ({id})", ""),
        },
        "url": "#map?at=1",
        "at": time.time(),
        "thing": "friend/bob/phone",
        "alert": f"alert/{account}/ab12.1",
    }
    return Notification(id=id, account=account, **(given | more))


class ChannelScene:
    """One server's channels in ``folder``, or in the PostgreSQL at ``url``."""

    def __init__(
        self,
        folder: Path,
        *,
        url: str = "",
        name: str = "",
        badge: int | None = None,
        late: Clock | None = None,
        posts: Any = reactor,
        policy: Any = None,
        **options: Any,
    ) -> None:
        given = {"private": True, "timeout": 20.0, "first": 0.02, "contact": "mailto:a@example.org"}
        self.options = ChannelOptions(**(given | options))
        self.heard: list[DeliveryReport] = []
        self.published: list[tuple[str, bytes]] = []
        self.takes = True
        self.now: Callable[[], float] = time.time
        wall = lambda: self.now()  # noqa: E731  # tests turn it
        key = KeyFile(folder / "k")
        self.common = common = common_store(url, name)
        self.access = ChannelAccess(
            reactor, wall, folder, self.options, key, common=common, server=name
        )
        self.poster = poster = Poster(posts, self.options, wall, policy=policy)
        programs: Any = reactor
        if late is not None:  # by whose time the program does not answer
            programs = SimpleNamespace(spawnProcess=reactor.spawnProcess, callLater=late.callLater)
        self.addresses = AddressSender(programs, self.options)
        senders: Any = {
            "push": PushSender(
                poster, self.options, lambda: self.access.vapid, lambda _: badge, lambda _: ""
            ),
            "address": self.addresses,
            "webhook": WebhookSender(poster),
            "mqtt": MqttChannel(self._publish),
        }
        self.service = ChannelService(
            reactor, wall, self.access, senders, self.heard.append, look=common is not None
        )

    def _publish(self, topic: str, payload: bytes) -> bool:
        if self.takes:
            self.published.append((topic, payload))
        return self.takes

    async def opens(self) -> ChannelScene:
        OPEN.append(self)
        open_store(self.common)
        self.access.privilegedStartService()
        self.access.startService()
        await until(lambda: self.access.ready.called, "the channels are open")
        return self

    async def closes(self) -> None:
        OPEN.remove(self)
        self.addresses.stop()
        await self.service.stop()
        await self.poster.close()
        self.access.stopService()
        await self.access.close()
        await close_store(self.common)

    @property
    def key(self) -> str:
        assert self.access.vapid is not None
        return self.access.vapid.public

    async def has(self, asked: NewChannel, account: str = "jane", **more: Any) -> Channel:
        """Somebody made such a channel."""
        made = making.make(asked, account, BASE, self.options, self.now())
        channel = msgspec.structs.replace(made.channel, **more)
        sealed = self.access.seal(made.secret, channel.id)
        await self.service.change(lambda store: store.put(channel, sealed))
        return channel

    async def has_phone(self, phone: Phone, account: str = "jane", **more: Any) -> Channel:
        keys = phone.json["keys"]
        subscription = PushSubscription(phone.endpoint, PushKeys(keys["p256dh"], keys["auth"]))
        asked = NewChannel(type="push", name="phone", subscription=subscription)
        return await self.has(asked, account, **more)

    async def has_address(self, address: str, account: str = "jane", **more: Any) -> Channel:
        return await self.has(
            NewChannel(type="address", name="a", address=address), account, **more
        )

    async def reads(self, do: Callable[[ChannelStore], Any]) -> Any:
        return await self.access.transact(do)

    async def status(self, channel: Channel) -> ChannelStatus:
        found = await self.service.statuses()
        return next(each for each in found if each.channel.id == channel.id)

    async def until_why(self, channel: Channel, why: str) -> ChannelStatus:
        """Wait until the channel's last try went so."""
        return await until(lambda: self.status(channel), why, such=lambda at: why in str(at.why))

    async def until(self, fact: Callable[[], Any]) -> None:
        await until(fact, lambda: f"it; heard: {self.heard}, {self.service.figures()}")

    def states(self, id: str) -> list[str]:
        return [each.state for each in self.heard if each.id == id]


class Ntfy:
    """An ntfy server, as far as it takes messages: JSON to its root."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.seen = 0
        self.answer: Callable[[dict[str, Any]], tuple[int, dict[str, str], bytes] | None]
        self.answer = lambda message: None
        self.hanging = threading.Event()
        self.hanging.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                message["authorization"] = self.headers.get("Authorization", "")
                outer.seen += 1
                answer = outer.answer(message)
                if not outer.hanging.wait(60):
                    return
                if answer is None:
                    outer.messages.append(message)
                    answer = 200, {}, json.dumps({"id": "x", "event": "message"}).encode()
                try:
                    self.send_response(answer[0])
                    for name, value in answer[1].items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(answer[2])
                except OSError:
                    pass

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def url(self, topic: str = "family", user: str = "jane:hush-hush-9") -> str:
        return f"ntfy://{user}@127.0.0.1:{self.port}/{topic}"

    def __enter__(self) -> Ntfy:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hanging.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
