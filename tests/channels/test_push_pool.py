"""Connections to push services are kept, not for ever, and lead where they were judged to lead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet import ssl
from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.web.client import BrowserLikePolicyForHTTPS

from certificates import Authority
from channels.scene import ChannelScene, notification
from push_service import PushService
from sightline.channels import push_pool
from sightline.channels.push_pool import IDLE, MOST_ORIGINS, RENEWED, PushPools
from sightline.web import outgoing
from sightline.web.outgoing import CheckedEndpoints
from waits import until

reactor: Any = _reactor
AUTHORITY = Authority()
TRUST = BrowserLikePolicyForHTTPS(ssl.trustRootFromCertificates(
    [ssl.Certificate.loadPEM(AUTHORITY.pem)]
))  # fmt: skip


@pytest.fixture
def push(tmp_path: Path) -> Iterator[PushService]:
    folder = tmp_path / "service"
    folder.mkdir()
    AUTHORITY.issue(folder)
    with PushService(folder) as service:
        yield service


class Posts:
    """The real reactor with a clock of the test's, and names that lead where the test says."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.callLater, self.seconds = self.clock.callLater, self.clock.seconds
        self.leads_to = "127.0.0.1"
        self.looked_up: list[str] = []
        self.nameResolver = SimpleNamespace(resolveHostName=self._resolve)

    def _resolve(self, receiver: Any, name: str, port: int, *_: Any) -> None:
        self.looked_up.append(name)
        receiver.addressResolved(IPv4Address("TCP", self.leads_to, port))
        receiver.resolutionComplete()

    def __getattr__(self, name: str) -> Any:
        return getattr(reactor, name)


async def told(scene: ChannelScene, *ids: str) -> None:
    for id in ids:
        scene.service.tell(notification(id))
        await scene.until(lambda id=id: "sent" in scene.states(id))


@pytest_twisted.ensureDeferred
async def test_pushes_one_after_the_other_go_over_one_connection(push, tmp_path):
    scene = await ChannelScene(tmp_path, policy=TRUST).opens()
    for _ in range(2):  # another phone at the same service
        await scene.has_phone(push.subscribe(scene.key))
    await scene.has_phone(push.subscribe(scene.key), "amy")
    await told(scene, "n1", "n2", "n3")
    await scene.until(lambda: scene.service.sent == 6)
    assert push.connections <= 2, "as many as were needed at once"
    before = push.connections
    scene.service.tell(notification("n4", "amy"))
    await scene.until(lambda: "sent" in scene.states("n4"))
    assert push.connections == before
    assert scene.service.failed == 0
    await scene.closes()
    await until(lambda: push.open == 0, "none is left open")


@pytest_twisted.ensureDeferred
async def test_who_is_not_who_they_say_is_told_nothing(push, tmp_path):
    scene = await ChannelScene(tmp_path).opens()  # trusts what this system trusts
    channel = await scene.has_phone(push.subscribe(scene.key))
    scene.service.tell(notification("n1"))
    await scene.until_why(channel, "certificate verify failed")
    assert push.seen == []
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_a_kept_connection_that_the_other_side_closes_costs_no_attempt(push, tmp_path):
    scene = await ChannelScene(tmp_path, policy=TRUST).opens()
    await scene.has_phone(push.subscribe(scene.key))
    await told(scene, "n1")
    cuts = iter([True])
    push.cuts = lambda message: next(cuts, False)
    await told(scene, "n2")
    assert [each.data["id"] for each in push.seen] == ["n1", "n2", "n2"]
    assert [each.data["id"] for each in push.messages] == ["n1", "n2"]
    assert (scene.service.failed, push.connections) == (0, 2)
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_a_new_connection_that_is_cut_is_an_attempt_that_failed(push, tmp_path):
    scene = await ChannelScene(tmp_path, policy=TRUST).opens()
    await scene.has_phone(push.subscribe(scene.key))
    cuts = iter([True])
    push.cuts = lambda message: next(cuts, False)
    await told(scene, "n1")
    assert scene.service.failed == 1
    assert len(push.seen) == 2
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_one_that_nobody_uses_is_closed_and_the_next_is_a_new_one(push, tmp_path):
    posts = Posts()
    scene = await ChannelScene(tmp_path, policy=TRUST, posts=posts).opens()
    await scene.has_phone(push.subscribe(scene.key))
    await told(scene, "n1")
    posts.clock.advance(IDLE - 1)
    await told(scene, "n2")
    assert push.connections == 1
    posts.clock.advance(IDLE)
    await until(lambda: push.open == 0, "it is closed")
    await told(scene, "n3")
    assert push.connections == 2
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_one_that_is_used_all_the_time_is_made_anew_now_and_then(push, tmp_path):
    posts = Posts()
    scene = await ChannelScene(tmp_path, policy=TRUST, posts=posts).opens()
    await scene.has_phone(push.subscribe(scene.key))
    steps = int(RENEWED / (IDLE / 2))
    for n in range(steps):
        await told(scene, f"n{n}")
        posts.clock.advance(IDLE / 2)
    assert push.connections == 1
    await told(scene, "last")
    assert push.connections == 2
    await until(lambda: push.open == 1, "the former is closed")
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_a_name_that_leads_elsewhere_later_leads_no_push_there(push, tmp_path, monkeypatch):
    """DNS rebinding: the name is judged for each connection, and a kept one stays where it is."""
    monkeypatch.setattr(outgoing, "is_public", lambda address: address == "127.0.0.1")
    posts = Posts()
    scene = await ChannelScene(tmp_path, policy=TRUST, posts=posts, private=False).opens()
    channel = await scene.has_phone(push.subscribe(scene.key))
    await told(scene, "n1")
    posts.leads_to = "127.0.0.2"
    await told(scene, "n2")
    assert (push.connections, posts.looked_up) == (1, ["127.0.0.1"])
    posts.clock.advance(IDLE)
    await until(lambda: push.open == 0, "it is closed")
    scene.service.tell(notification("n3"))
    await scene.until_why(channel, "private network")
    assert posts.looked_up[1:]
    assert [each.data["id"] for each in push.messages] == ["n1", "n2"]
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_connections_are_kept_to_a_few_services_only(push, tmp_path, monkeypatch):
    monkeypatch.setattr(push_pool, "MOST_ORIGINS", 2)
    folder = tmp_path / "service"
    with PushService(folder) as second, PushService(folder) as third:
        scene = await ChannelScene(tmp_path, policy=TRUST).opens()
        for account, service in (("a", push), ("b", second), ("a", push), ("c", third)):
            if not service.phones:
                await scene.has_phone(service.subscribe(scene.key), account)
            id = f"{account}{len(scene.heard)}"
            scene.service.tell(notification(id, account))
            await scene.until(lambda id=id: "sent" in scene.states(id))
        await until(lambda: second.open == 0, "what was used longest ago is closed")
        assert (push.open, third.open, push.connections) == (1, 1, 1)
        await scene.closes()


def test_any_number_of_origins_takes_bounded_memory():
    pools = PushPools(Clock(), CheckedEndpoints(reactor, private=False, timeout=1.0))
    for n in range(MOST_ORIGINS * 3):
        pools.agent(f"https://p{n}.example.org")
    assert pools.origins == [f"https://p{n}.example.org" for n in range(32, 48)]
