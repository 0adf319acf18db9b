"""The check of the set-up that an admin starts from the page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from sightline.console.checkup import HIDDEN, CannotCheck, Checkup
from sightline.contract.errors import Refused

GOOD = {"where": "broker.main", "step": "tcp", "level": "ok", "said": "answers"}
BAD = {"where": "broker.main", "step": "sign-in", "level": "fail", "said": "no", "todo": "do this"}


class Scene:
    """A check whose end is in the hands of the test."""

    def __init__(self, *secrets: str) -> None:
        self.now = 100.0
        self.said: Deferred[bytes] = Deferred()
        self.checkup = Checkup(lambda: self.said, lambda: self.now, secrets)

    def start(self) -> Deferred[Any]:
        return Deferred.fromCoroutine(self.checkup.check())

    def says(self, *findings: dict[str, str]) -> None:
        self.now += 7
        self.said.callback(json.dumps({"ok": True, "findings": findings}).encode())


def test_nothing_was_checked_yet() -> None:
    last = Scene().checkup.last
    assert (last.running, last.began, last.findings) == (False, None, [])


def test_what_was_found_is_told_in_its_own_words() -> None:
    scene = Scene()
    scene.start()
    assert scene.checkup.last.running
    scene.says(GOOD, BAD)
    last = scene.checkup.last
    assert (last.running, last.began, last.ended, last.trouble) == (False, 100.0, 107.0, "")
    assert [(each.level, each.said, each.todo) for each in last.findings] == [
        ("ok", "answers", ""),
        ("fail", "no", "do this"),
    ]


def test_only_one_runs_at_a_time() -> None:
    scene = Scene()
    scene.start()
    second: list[Any] = []
    scene.start().addErrback(second.append)
    assert second[0].check(Refused)
    scene.says(GOOD)
    assert not scene.checkup.last.running


def test_a_password_in_somebody_elses_words_is_hidden() -> None:
    scene = Scene('pass"word')
    scene.start()
    scene.says({**BAD, "said": 'refused pass"word', "todo": 'is pass"word right?'})
    (found,) = scene.checkup.last.findings
    assert (found.said, found.todo) == (f"refused {HIDDEN}", f"is {HIDDEN} right?")


def test_a_check_that_does_not_end_is_no_clean_bill() -> None:
    scene = Scene("sesame")
    scene.start()
    scene.said.errback(CannotCheck("not done, sesame"))
    last = scene.checkup.last
    assert (last.running, last.trouble, last.findings) == (False, f"not done, {HIDDEN}", [])


@pytest.mark.parametrize(
    "said", [b"", b"Traceback", b"[]", b'{"findings": [{"level": "odd", "said": "x"}]}']
)
def test_what_cannot_be_read_is_said_to_be_so(said: bytes) -> None:
    scene = Scene()
    scene.start()
    scene.said.callback(said)
    assert scene.checkup.last.trouble == "The checks said something unreadable."


def test_after_a_failure_another_may_run() -> None:
    scene = Scene()
    scene.start().addErrback(lambda failure: failure.trap(RuntimeError))
    scene.said.errback(RuntimeError("a bug"))
    assert not scene.checkup.last.running
    assert scene.checkup.last.trouble
