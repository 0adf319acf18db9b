"""Webhooks against a real HTTP server: in order, again until taken, never led astray.

Covers webhooks/deadletters.py, webhooks/delivery_log.py.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor

from broker import free_port
from receiver import Post, Receiver
from sightline.kinds.regions.model import Transition
from sightline.model.kind import State
from sightline.webhooks.deadletters import FILE
from sightline.webhooks.delivery_log import Delivered
from sightline.webhooks.options import WebhookOptions
from sightline.webhooks.sender import Webhooks, WebhookState
from waits import DEADLINE, until

reactor: Any = _reactor
SECRET = b"a-secret-of-some-length"


class Scene:
    """A receiver, and what sends to it."""

    def __init__(
        self, folder: Path, url: str, taken: Any = lambda name, id: None, **options: Any
    ) -> None:
        given = {"private": True, "first": 0.02, "timeout": 5.0, "secret": SECRET}
        told = WebhookOptions("house", url, **(given | options))
        self.folder = folder
        self.states: dict[str, State | None] = {}
        self.shown: list[WebhookState] = []
        self.n = 0
        self.webhooks = Webhooks(reactor, lambda: 1000.0, self._show, [told], folder, taken)
        self.webhooks.startService()

    def _show(self, key: str, state: State | None) -> None:
        assert key == "webhook/house"
        assert isinstance(state, WebhookState)
        self.shown.append(state)

    @property
    def state(self) -> WebhookState:
        return self.shown[-1]

    def crosses(self, thing: str = "friend/jane/phone", event: Any = "enter") -> None:
        self.n += 1
        about = {"thing": thing, "region": "ab12cd34", "name": "H"}
        self.webhooks.crossed(
            Transition(n=self.n, at=1.0, tst=float(self.n), event=event, by="server", **about)
        )

    async def until(self, fact: Any) -> None:
        await until(fact, lambda: f"it: {self.state}")

    async def closes(self) -> None:
        await self.webhooks.stopService()

    def dead(self) -> list[dict[str, Any]]:
        path = self.folder / FILE
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text().splitlines()]


def numbers(posts: list[Post]) -> list[int]:
    return [json.loads(post.body)["n"] for post in posts]


@pytest.fixture
def receiver() -> Any:
    with Receiver() as receiver:
        yield receiver


@pytest_twisted.ensureDeferred
async def test_what_is_told_arrives_in_order_and_that_is_shown(receiver, tmp_path):
    scene = Scene(tmp_path, receiver.url)
    for _ in range(5):
        scene.crosses()
    await scene.until(lambda: scene.state.sent == 5)
    assert numbers(receiver.posts) == [1, 2, 3, 4, 5]
    assert len({post.headers["sightline-delivery"] for post in receiver.posts}) == 5
    assert receiver.posts[0].path == "/crossings?key=1"
    assert scene.state == WebhookState(url="127.0.0.1", queued=0, sent=5, dead=0, last=1000.0)
    await scene.closes()
    assert scene.dead() == []


@pytest_twisted.ensureDeferred
async def test_what_is_not_taken_is_tried_again_under_the_same_id(receiver, tmp_path):
    answers = iter([500, 429, 503])
    receiver.answer = lambda post: (next(answers, 204), {})
    scene = Scene(tmp_path, receiver.url)
    scene.crosses()
    scene.crosses()
    await scene.until(lambda: scene.state.sent == 2)
    assert numbers(receiver.posts) == [1, 1, 1, 1, 2]
    assert len({post.headers["sightline-delivery"] for post in receiver.posts}) == 2
    told = [state.why for state in scene.shown if state.next is not None]
    assert {"answered 500", "answered 429", "answered 503"} <= set(told)
    assert scene.state.why is None
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_what_nobody_takes_is_put_away_and_the_next_has_its_turn(receiver, tmp_path):
    receiver.answer = lambda post: (500 if json.loads(post.body)["n"] == 1 else 204, {})
    scene = Scene(tmp_path, receiver.url, attempts=3)
    scene.crosses()
    scene.crosses()
    await scene.until(lambda: scene.state.sent == 1)
    assert numbers(receiver.posts) == [1, 1, 1, 2]
    assert scene.state.dead == 1
    await scene.closes()
    (letter,) = scene.dead()
    assert (letter["webhook"], letter["why"], letter["attempts"]) == ("house", "answered 500", 3)
    assert letter["body"]["n"] == 1
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


@pytest_twisted.ensureDeferred
async def test_a_redirect_is_not_followed_and_a_refusal_is_final(receiver, tmp_path):
    receiver.answer = lambda post: (302, {"Location": f"http://127.0.0.1:{receiver.port}/else"})
    scene = Scene(tmp_path, receiver.url)
    scene.crosses()
    await scene.until(lambda: scene.state.dead == 1)
    assert scene.state.why == "answered 302"
    receiver.answer = lambda post: (410, {})
    scene.crosses()
    await scene.until(lambda: scene.state.dead == 2)
    assert [post.path for post in receiver.posts] == ["/crossings?key=1"] * 2
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_a_private_address_is_not_connected_to_unless_that_is_allowed(receiver, tmp_path):
    for host in ("127.0.0.1", "localhost"):
        scene = Scene(tmp_path, f"http://{host}:{receiver.port}/", private=False, attempts=1)
        scene.crosses()
        await scene.until(lambda scene=scene: scene.state.dead == 1)
        assert "private" in (scene.state.why or "")
        await scene.closes()
    assert receiver.posts == []


@pytest_twisted.ensureDeferred
async def test_one_that_does_not_answer_is_not_waited_for_and_holds_nobody_up(receiver, tmp_path):
    hangs = threading.Event()
    receiver.answer = lambda post: (hangs.wait(20), (204, {}))[1]
    scene = Scene(tmp_path, receiver.url, timeout=0.2, attempts=2)
    scene.crosses()
    try:
        await scene.until(lambda: scene.state.dead == 1)
    finally:
        hangs.set()
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_one_that_is_not_there_is_told_when_it_is_back(tmp_path):
    port = free_port()
    scene = Scene(tmp_path, f"http://127.0.0.1:{port}/")
    scene.crosses()
    await scene.until(lambda: scene.state.why is not None)
    assert "refused" in (scene.state.why or "").lower()
    await scene.closes()
    (letter,) = scene.dead()  # what waited when we were stopped is put away, too
    assert letter["why"] == "the server was stopped"


@pytest_twisted.ensureDeferred
async def test_the_queue_is_bounded_and_the_oldest_that_wait_go(tmp_path):
    scene = Scene(tmp_path, f"http://127.0.0.1:{free_port()}/", queue=3, first=60.0)
    for _ in range(10):
        scene.crosses()
    await scene.until(lambda: scene.state.next is not None)
    assert (scene.state.queued, scene.state.dead) == (3, 7)
    await scene.closes()
    assert len(scene.dead()) == 10


@pytest_twisted.ensureDeferred
async def test_a_long_answer_is_not_read(receiver, tmp_path):
    receiver.answer = lambda post: (200, {"Content-Length": "1000000000"})
    scene = Scene(tmp_path, receiver.url)
    scene.crosses()
    scene.crosses()
    await scene.until(lambda: scene.state.sent == 2)
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_who_is_forgotten_is_not_told_of_any_more(tmp_path):
    scene = Scene(tmp_path, f"http://127.0.0.1:{free_port()}/", queue=2, first=60.0)
    for thing in (
        "friend/jane/phone",
        "friend/jane/phone",
        "friend/bob/phone",
        "friend/jane/phone",
    ):
        scene.crosses(thing)
    await scene.until(lambda: scene.state.next is not None)
    scene.webhooks.forget("friend/jane/phone")
    await scene.closes()
    assert {letter["body"]["thing"] for letter in scene.dead()} == {"friend/bob/phone"}
    assert b"jane" not in (tmp_path / FILE).read_bytes()


@pytest_twisted.ensureDeferred
async def test_nothing_is_told_to_who_cannot_prove_who_they_are(receiver, tmp_path):
    scene = Scene(tmp_path, receiver.url.replace("http:", "https:"), attempts=1)
    scene.crosses()
    await scene.until(lambda: scene.state.dead == 1)
    assert receiver.posts == []
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_what_was_taken_is_not_posted_again_after_a_crash(receiver, tmp_path):
    before = Scene(tmp_path, receiver.url)
    for _ in range(3):
        before.crosses()
    await before.until(lambda: before.state.sent == 3)
    # No goodbye: the folder is all that a crash leaves.
    after = Scene(tmp_path, receiver.url)
    for _ in range(4):  # the broker sends the fixes again, and they cross again
        after.crosses()
    await after.until(lambda: after.state.sent == 1)
    assert numbers(receiver.posts) == [1, 2, 3, 4]
    for scene in (before, after):
        await scene.closes()


@pytest_twisted.ensureDeferred
async def test_where_the_answer_was_lost_it_is_posted_again_under_the_same_id(receiver, tmp_path):
    arrived, released = threading.Event(), threading.Event()

    def late(post: Post) -> tuple[int, dict[str, str]]:
        arrived.set()
        released.wait(DEADLINE)
        return 204, {}

    receiver.answer = late
    before = Scene(tmp_path, receiver.url)
    before.crosses()
    before.crosses()
    await before.until(arrived.is_set)
    before.webhooks.receivers[0]._attempt.cancel()  # the connection breaks before the answer
    released.set()
    await before.until(lambda: before.state.sent == 2)
    assert numbers(receiver.posts) == [1, 1, 2]
    assert len({post.headers["sightline-delivery"] for post in receiver.posts}) == 2
    await before.closes()


@pytest_twisted.ensureDeferred
async def test_what_another_server_has_delivered_is_not_delivered_again(receiver, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    two = Scene(tmp_path / "two", receiver.url)
    one = Scene(
        tmp_path / "one", receiver.url, lambda name, id: two.webhooks.taken_elsewhere(name, [id])
    )
    one.crosses()
    await one.until(lambda: one.state.sent == 1)
    two.crosses()  # the same crossing, found by itself
    two.crosses()
    await two.until(lambda: two.state.sent == 1)
    assert numbers(receiver.posts) == [1, 2]
    for scene in (one, two):
        await scene.closes()


@pytest_twisted.ensureDeferred
async def test_the_file_of_what_was_delivered_is_bounded_and_outlasts_a_torn_line(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("sightline.webhooks.delivery_log.MOST", 100)

    async def at_once(function: Any, *arguments: Any) -> None:
        function(*arguments)

    delivered = Delivered(tmp_path, at_once)  # type: ignore[arg-type]
    for n in range(250):
        written = delivered.add("house", f"{n:032x}")
        assert written is not None
        await written
    path = tmp_path / "webhooks.delivered"
    assert path.stat().st_size < 40 * 201
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(path.read_bytes()[:-20])
    again = Delivered(tmp_path, at_once)  # type: ignore[arg-type]
    again.load()
    assert again.knows("house", f"{250 - 2:032x}")
    assert not again.knows("house", f"{250 - 1:032x}")
    assert not again.knows("house", f"{0:032x}")
