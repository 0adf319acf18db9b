from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from msgspec import UNSET, UnsetType
from twisted.internet.defer import Deferred
from twisted.logger import globalLogPublisher

from sightline.auth.permissions import GUEST
from sightline.contract.errors import Refused
from sightline.contract.fields import Answer, Done, RequestFields, refuses
from sightline.live.protocol import Request
from sightline.live.requests import Requests
from specs import spec


class Page:
    user = GUEST
    address = "127.0.0.1"

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []

    def say(self, frame: bytes) -> None:
        self.heard.append(json.loads(frame))


@pytest.fixture
def requests() -> Requests:
    return Requests(lambda: 1.5)


def ask(requests: Requests, do: str, **more: object) -> Page:
    page = Page()
    requests.ask(page, Request(7, do, more))
    return page


def test_a_ping_is_answered_with_the_time(requests):
    assert ask(requests, "ping").heard == [{"t": "answer", "id": 7, "ok": True, "now": 1500}]


def test_what_nobody_knows_is_refused_with_what_is_known(requests):
    (answer,) = ask(requests, "dance").heard
    assert (answer["ok"], answer["code"]) == (False, "unknown")
    assert "ping" in answer["why"]


def test_a_verb_may_refuse_with_a_reason(requests):
    def drive(asker, request):
        raise Refused("held", "ProBot1 is driven by jane")

    requests.add(spec("drive"), drive)
    assert ask(requests, "drive").heard == [
        {"t": "answer", "id": 7, "ok": False, "code": "held", "why": "ProBot1 is driven by jane"}
    ]


def test_a_guard_comes_before_the_verb(requests):
    done = []
    requests.add(spec("drive"), lambda asker, request: done.append(request) or {})

    def never(asker, request):
        raise Refused("past", "not now")

    requests.guard(never)
    (answer,) = ask(requests, "drive").heard
    assert (answer["code"], done) == ("past", [])


class Text(RequestFields, frozen=True):
    text: Annotated[str, refuses("bad_text")]


def test_a_verb_gets_its_fields(requests):
    requests.add(spec("echo", Text), lambda asker, asked: {"said": asked.text})
    assert ask(requests, "echo", text="hi").heard[0]["said"] == "hi"


def test_a_verb_may_take_its_time(requests):
    done: Deferred[dict] = Deferred()
    requests.add(spec("wait"), lambda asker, request: done)
    page = ask(requests, "wait")
    assert page.heard == []
    done.callback({"found": 3})
    assert page.heard == [{"t": "answer", "id": 7, "ok": True, "found": 3}]


def test_a_verb_may_refuse_late(requests):
    async def think(asker, request):
        raise Refused("no", "on second thoughts")

    requests.add(spec("think"), think)
    assert ask(requests, "think").heard[0]["code"] == "no"


def test_a_mistake_of_ours_is_answered_and_logged_and_tells_nothing(requests):
    logged = []
    globalLogPublisher.addObserver(logged.append)

    def broken(asker, request):
        raise ZeroDivisionError("secret")

    requests.add(spec("break"), broken)
    try:
        (answer,) = ask(requests, "break").heard
    finally:
        globalLogPublisher.removeObserver(logged.append)
    assert (answer["ok"], answer["code"]) == (False, "failed")
    assert "secret" not in answer["why"]
    assert any("break" in str(event.get("do")) for event in logged)


def test_whoever_wants_to_know_hears_who_left(requests):
    gone = []
    requests.when_left(gone.append)
    page = Page()
    requests.left(page)
    assert gone == [page]


def test_what_is_refused_is_counted_by_verb_and_reason_and_what_is_made_up_as_one(requests):
    def no(asker, request):
        raise Refused("held", "no")

    requests.add(spec("take"), no)
    for do in ("take", "take", "made up", "made up too"):
        ask(requests, do)
    assert requests.refused == {("take", "held"): 2, ("", "unknown"): 2}


def test_fields_that_are_not_as_declared_are_refused_before_anything_is_done(requests):
    done = []
    requests.add(spec("echo", Text), lambda asker, asked: done.append(asked) or {})
    assert ask(requests, "echo", text=3).heard == [
        {"t": "answer", "id": 7, "ok": False, "code": "bad_text", "why": "text must be a text"}
    ]
    assert ask(requests, "echo").heard[0]["code"] == "bad_text"
    assert done == []
    assert ask(requests, "echo", text="x", more=1).heard[0]["ok"] is True


def test_a_feature_may_act_on_fields_that_make_no_sense(requests):
    seen = []

    def malformed(asker, more, why):
        seen.append(more)
        return Refused("bad_frame", why.why)

    requests.add(spec("drive", Text), lambda asker, asked: {}, malformed)
    assert ask(requests, "drive", text=None).heard[0]["code"] == "bad_frame"
    assert seen == [{"text": None}]


def test_a_declared_answer_is_sent_as_its_fields(requests):
    class Found(Answer, frozen=True):
        n: int
        why: str | UnsetType = UNSET

    requests.add(spec("find"), lambda asker, asked: Found(n=3))
    requests.add(spec("done"), lambda asker, asked: Done())
    assert ask(requests, "find").heard == [{"t": "answer", "id": 7, "ok": True, "n": 3}]
    assert ask(requests, "done").heard == [{"t": "answer", "id": 7, "ok": True}]
