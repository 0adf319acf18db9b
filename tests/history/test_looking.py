from __future__ import annotations

import json
from typing import Any

import pytest

from sightline.core.access import GUEST
from sightline.core.wire import Request
from sightline.helm import Helm
from sightline.history.looking import ALWAYS, Looking


class Page:
    user = GUEST
    address = "127.0.0.1"

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []

    def say(self, frame: bytes) -> None:
        self.heard.append(json.loads(frame))


@pytest.fixture
def helm() -> Helm:
    helm = Helm(lambda: 1.5)
    Looking().join(helm)
    for verb in ("drive", "stop", "halt", "release", "publish", "unsubscribe"):
        helm.add(verb, lambda asker, request: {})
    return helm


def code(helm: Helm, page: Page, do: str, **more: object) -> str:
    helm.ask(page, Request(1, do, more))
    answer = page.heard[-1]
    return "ok" if answer["ok"] else str(answer["code"])


def test_who_looks_at_the_past_neither_drives_nor_publishes(helm):
    page = Page()
    assert code(helm, page, "drive") == "ok"
    assert code(helm, page, "look", past=True) == "ok"
    assert [code(helm, page, verb) for verb in ("drive", "publish")] == ["past", "past"]
    assert code(helm, page, "look", past=False) == "ok"
    assert code(helm, page, "drive") == "ok"


def test_what_makes_safer_is_always_done(helm):
    page = Page()
    code(helm, page, "look", past=True)
    assert {verb: code(helm, page, verb, past=True) for verb in ALWAYS} == dict.fromkeys(
        ALWAYS, "ok"
    )


def test_one_browser_in_the_past_hinders_no_other(helm):
    away, here = Page(), Page()
    code(helm, away, "look", past=True)
    assert code(helm, here, "drive") == "ok"


def test_a_browser_that_left_is_forgotten(helm):
    page = Page()
    code(helm, page, "look", past=True)
    helm.left(page)
    assert code(helm, page, "drive") == "ok"


def test_past_must_be_said_plainly(helm):
    assert code(helm, Page(), "look", past="perhaps") == "malformed"
