"""Pages whose WebSocket is blocked: the same frames by long polling, requests by POST."""

from __future__ import annotations

import json
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from sightline.web.polling import NEEDS_SOCKET, WITHIN, AskResource, PollResource, Polls
from sightline.web.socket import SocketLimits
from sightline.wiring.web_parts import hello_of
from specs import Named, spec
from web_scene import Answer, WebScene

reactor: Any = _reactor
JANE = "friend/jane/phone"


class Polled:
    """A scene whose pages poll. ``clock`` is that of the polls; ``late`` holds open requests."""

    def __init__(self, **limits: Any) -> None:
        self.clock = Clock()
        self.limits = SocketLimits(**({"rate": 1000} | limits))
        self.left: list[object] = []
        self.connected = 0

    def further(self, home: WebScene) -> dict[str, Any]:
        self.home = home
        self.polls = Polls(
            self.clock,
            home.wall,
            home.world,
            home.front,
            home.fanout.epoch,
            hello_of(home.parts),
            self.limits,
            lambda: self.connected,
            beat=5,
        )
        home.hub.listen(self.polls.stir)
        home.requests.when_left(self.left.append)
        ask = AskResource(self.clock, home.front, home.requests, self.limits)
        return {"ws/poll": PollResource(self.polls, home.front), "ws/ask": ask}

    def shows(self, key: str, value: int) -> None:
        self.home.shows(key, value)
        self.polls.stir()

    async def poll(
        self, epoch: str | None = None, seq: int = 0, *, query: str = "", **more: Any
    ) -> Answer:
        body = {"t": "resume", "epoch": epoch, "seq": seq}
        return await self.home.asks("POST", f"//ws/poll{query}", body, **more)

    async def ask(self, do: str, query: str = "", more: Any = None, **how: Any) -> Answer:
        body = {"id": 7, "do": do, **(more or {})}
        return await self.home.asks("POST", f"//ws/ask{query}", body, **how)

    def waits(self, *given: Any, **more: Any) -> Deferred[Answer]:
        return Deferred.fromCoroutine(self.poll(*given, **more))

    async def until_waiting(self, count: int = 1) -> None:
        await self.home.until(lambda: len(self.polls) == count)


def frames(answer: Answer) -> list[dict[str, Any]]:
    assert answer.status == 200, answer.data
    return [json.loads(line) for line in answer.data.splitlines()]


async def opened(open_web: Any, **limits: Any) -> tuple[Polled, str]:
    here = Polled(**limits)
    await open_web(further=here.further)
    here.home.shows("server/main")  # a world is never empty for long
    return here, await here.home.knows("jane", see=("friend/jane", "friend/eve"))


# -- news


@pytest_twisted.ensureDeferred
async def test_a_page_gets_hello_and_everything_then_what_changed_as_soon_as_it_does(open_web):
    here, cookie = await opened(open_web)
    here.shows(JANE, 1)
    hello, news = frames(await here.poll(query="?hello", cookie=cookie))
    assert hello["t"] == "hello"
    assert (news["t"], news["whole"]) == ("news", True)
    assert [each["id"] for each in news["things"]] == ["main", "jane/phone"]
    asked = here.waits(hello["epoch"], news["seq"], cookie=cookie)
    await here.until_waiting()
    here.shows(JANE, 2)
    here.shows("friend/eve/phone", 3)
    assert not asked.called
    here.clock.advance(0.1)
    (more,) = frames(await asked)
    assert [(each["id"], each["s"]) for each in more["things"]] == [
        ("jane/phone", news["seq"] + 1),
        ("eve/phone", news["seq"] + 2),
    ]
    assert "whole" not in more
    assert len(here.polls) == 0


@pytest_twisted.ensureDeferred
async def test_what_changed_between_two_polls_is_not_lost(open_web):
    here, cookie = await opened(open_web)
    here.shows(JANE, 1)
    hello, news = frames(await here.poll(query="?hello", cookie=cookie))
    here.shows("friend/eve/phone", 3)
    here.home.hub.erase((JANE,))
    (more,) = frames(await here.poll(hello["epoch"], news["seq"], cookie=cookie))
    assert {each["id"]: each.get("gone", False) for each in more["things"]} == {
        "jane/phone": True,
        "eve/phone": False,
    }
    whole = frames(await here.poll("another", news["seq"], cookie=cookie))[0]
    assert whole["whole"]


@pytest_twisted.ensureDeferred
async def test_nobody_is_told_more_than_by_the_websocket(open_web):
    here, _ = await opened(open_web)
    home = here.home
    here.shows(JANE, 1)
    eve = await home.knows("eve", see=("friend/eve",))
    (whole,) = frames(await here.poll(cookie=eve))
    assert [each["k"] for each in whole["things"]] == ["server"]
    asked = here.waits(home.fanout.epoch(await scope(home, "eve")), whole["seq"], cookie=eve)
    await here.until_waiting()
    here.shows(JANE, 2)
    here.clock.advance(0.1)
    assert not asked.called
    here.shows("friend/eve/phone", 5)
    here.clock.advance(0.1)
    (news,) = frames(await asked)
    assert [each["id"] for each in news["things"]] == ["eve/phone"]
    posts = await home.token("eve", "publish", things=("friend/eve/phone",))
    assert (await here.poll()).status == 401
    assert (await here.poll(token=posts, ours=False)).status == 403
    assert (await here.poll(cookie=eve, ours=False, origin="https://evil.example")).status == 403
    assert (await here.ask("see", cookie=eve, ours=False)).status == 403
    assert (await here.home.asks("GET", "//ws/poll", cookie=eve)).status == 405


async def scope(home: WebScene, name: str) -> Any:
    return home.account_service.visitors.scope(name)


@pytest_twisted.ensureDeferred
async def test_a_quiet_server_says_that_it_is_alive_and_a_session_that_ends_says_so(open_web):
    here, cookie = await opened(open_web)
    hello, news = frames(await here.poll(query="?hello", cookie=cookie))
    asked = here.waits(hello["epoch"], news["seq"], cookie=cookie)
    await here.until_waiting()
    here.clock.advance(7.5)
    (beat,) = frames(await asked)
    assert (beat["t"], beat["seq"]) == ("beat", news["seq"])
    asked = here.waits(hello["epoch"], news["seq"], cookie=cookie)
    await here.until_waiting()
    await here.home.asks("DELETE", "/session", cookie=cookie)
    (ended,) = frames(await asked)
    assert ended["t"] == "ended"
    assert (await here.poll(cookie=cookie)).status == 401


@pytest_twisted.ensureDeferred
async def test_polls_share_the_limits_of_the_websockets(open_web):
    here, cookie = await opened(open_web, connections=3, connections_per_user=2)
    hello, news = frames(await here.poll(query="?hello", cookie=cookie))
    at = hello["epoch"], news["seq"]
    first = [here.waits(*at, cookie=cookie) for _ in range(2)]
    await here.until_waiting(2)
    third = await here.poll(*at, cookie=cookie)
    assert (third.status, third.headers["retry-after"]) == (503, "5")
    here.connected = 1
    eve = await here.home.knows("eve", see=("friend/jane", "friend/eve"))
    assert (await here.poll(*at, cookie=eve)).status == 503
    here.connected = 0
    last = here.waits(*at, cookie=eve)
    await here.until_waiting(3)
    here.clock.advance(7.5)
    for each in (*first, last):
        assert frames(await each)[0]["t"] == "beat"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"id":1,"do":"ping"}', b'{"t":"resume","seq":-1}'])
@pytest_twisted.ensureDeferred
async def test_what_is_no_poll_is_refused(open_web, body):
    here, cookie = await opened(open_web)
    assert (await here.home.asks("POST", "//ws/poll", body, cookie=cookie)).status == 400


# -- requests


@pytest_twisted.ensureDeferred
async def test_requests_are_answered_as_over_the_websocket(open_web):
    here, cookie = await opened(open_web)
    (pong,) = frames(await here.ask("ping", cookie=cookie))
    assert (pong["t"], pong["id"], pong["ok"]) == ("answer", 7, True)
    (seen,) = frames(await here.ask("see", more={"thing": JANE}, cookie=cookie))
    assert seen["ok"]
    (no,) = frames(await here.ask("setup", more={"thing": JANE}, cookie=cookie))
    assert (no["ok"], no["code"]) == (False, "unknown")
    assert (await here.ask("ping")).status == 401
    assert len(here.left) == 3  # what a connection would hold ends with the answer


@pytest.mark.parametrize("do", sorted(NEEDS_SOCKET))
@pytest_twisted.ensureDeferred
async def test_nothing_moves_a_robot_without_a_websocket(open_web, do):
    here, _ = await opened(open_web)
    admin = await here.home.knows("admin", "admin")
    (no,) = frames(await here.ask(do, more={"thing": "probot/ProBot1"}, cookie=admin))
    assert (no["code"], "WebSocket" in no["why"]) == ("needs_websocket", True)
    assert here.left == []


@pytest_twisted.ensureDeferred
async def test_a_stop_is_always_possible(open_web):
    here, _ = await opened(open_web, rate=0.5)
    admin = await here.home.knows("admin", "admin")
    robot = {"thing": "probot/ProBot1"}
    assert frames(await here.ask("ping", cookie=admin))[0]["ok"]
    assert (await here.ask("ping", cookie=admin)).status == 429
    for _ in range(20):  # it has a rate of its own
        assert frames(await here.ask("stop", more=robot, cookie=admin))[0]["ok"]


@pytest_twisted.ensureDeferred
async def test_a_page_that_shows_the_past_changes_nothing(open_web):
    here, cookie = await opened(open_web)
    more = {"thing": JANE}
    (no,) = frames(await here.ask("see", "?past", more, cookie=cookie))
    assert no["code"] == "past"
    (yes,) = frames(await here.ask("see", "", more, cookie=cookie))
    assert yes["ok"]


@pytest_twisted.ensureDeferred
async def test_a_request_without_an_answer_ends_all_the_same(open_web):
    here, cookie = await opened(open_web)
    never: Deferred[Any] = Deferred()
    here.home.requests.add(spec("never", Named), lambda asker, asked: never)
    asked = Deferred.fromCoroutine(here.ask("never", more={"thing": "x"}, cookie=cookie))
    await here.home.until(lambda: bool(here.clock.getDelayedCalls()))
    here.clock.advance(WITHIN)
    (no,) = frames(await asked)
    assert no["code"] == "timeout"
    assert len(here.left) == 1
    never.callback({})  # comes too late, and hurts nobody
    assert len(here.left) == 1


@pytest.mark.parametrize(
    ("body", "status"), [(b"{}", 400), (b'{"t":"resume"}', 400), (b" " * 5000 + b"{}", 400)]
)
@pytest_twisted.ensureDeferred
async def test_what_is_no_request_is_refused(open_web, body, status):
    here, cookie = await opened(open_web)
    assert (await here.home.asks("POST", "//ws/ask", body, cookie=cookie)).status == status
    long = {"id": 1, "do": "ping", "x": "y" * 5000}
    assert (await here.home.asks("POST", "//ws/ask", long, cookie=cookie)).status == 413
