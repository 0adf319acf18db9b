from __future__ import annotations

import json
from typing import Any

import pytest

from sightline.auth.permissions import GUEST
from sightline.history.read_only import ALWAYS, ReadOnlyPast
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
    requests = Requests(lambda: 1.5)
    ReadOnlyPast().join(requests)
    for verb in ("drive", "stop", "halt", "release", "publish", "unsubscribe"):
        requests.add(spec(verb), lambda asker, request: {})
    return requests


def code(requests: Requests, page: Page, do: str, **more: object) -> str:
    requests.ask(page, Request(1, do, more))
    answer = page.heard[-1]
    return "ok" if answer["ok"] else str(answer["code"])


def test_who_looks_at_the_past_neither_drives_nor_publishes(requests):
    page = Page()
    assert code(requests, page, "drive") == "ok"
    assert code(requests, page, "look", past=True) == "ok"
    assert [code(requests, page, verb) for verb in ("drive", "publish")] == ["past", "past"]
    assert code(requests, page, "look", past=False) == "ok"
    assert code(requests, page, "drive") == "ok"


def test_what_makes_safer_is_always_done(requests):
    page = Page()
    code(requests, page, "look", past=True)
    assert {verb: code(requests, page, verb, past=True) for verb in ALWAYS} == dict.fromkeys(
        ALWAYS, "ok"
    )


def test_one_browser_in_the_past_hinders_no_other(requests):
    away, here = Page(), Page()
    code(requests, away, "look", past=True)
    assert code(requests, here, "drive") == "ok"


def test_a_browser_that_left_is_forgotten(requests):
    page = Page()
    code(requests, page, "look", past=True)
    requests.left(page)
    assert code(requests, page, "drive") == "ok"


def test_past_must_be_said_plainly(requests):
    assert code(requests, Page(), "look", past="perhaps") == "malformed"
