"""What is written down of what people do.

Covers model/text.py.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from sightline.accounts.audit import AuditLog
from sightline.auth.account import AuditEvent
from sightline.auth.permissions import User
from sightline.contract.errors import Refused
from sightline.live.protocol import Request
from sightline.live.requests import Requests
from specs import spec


class Page:
    user = User("jane", "operator")
    address = "10.0.0.7"

    def say(self, frame: bytes) -> None: ...


def scene() -> tuple[Requests, list[AuditEvent], Clock]:
    def publish(asker: object, request: object) -> dict[str, object]:
        return {}

    def take(asker: object, request: object) -> dict[str, object]:
        raise Refused("held", "ProBot1 is driven by bob")

    requests, noted, clock = Requests(lambda: 1.0), [], Clock()
    requests.add(spec("subscribe"), publish)
    requests.add(spec("take"), take)
    requests.when_answered(AuditLog(noted.append, clock))
    return requests, noted, clock


def test_what_was_done_and_what_was_refused_leave_one_record_each():
    requests, noted, _ = scene()
    requests.ask(Page(), Request(1, "subscribe", {"topic": "a/b", "payload": "secret"}))
    requests.ask(Page(), Request(2, "take", {"thing": "probot/ProBot1"}))
    assert noted == [
        AuditEvent("jane", "10.0.0.7", "subscribe"),
        AuditEvent("jane", "10.0.0.7", "take", "probot/ProBot1", "held"),
    ]


def test_what_changes_nothing_leaves_none():
    requests, noted, _ = scene()
    requests.ask(Page(), Request(1, "ping", {}))
    requests.ask(Page(), Request(2, "make coffee", {}))
    assert noted == []


def test_nobody_fills_the_disk_with_refusals():
    requests, noted, clock = scene()
    for number in range(100):
        requests.ask(Page(), Request(number, "take", {"thing": "x"}))
    assert len(noted) == 30
    clock.advance(10)
    requests.ask(Page(), Request(1, "take", {"thing": ["no", "text"]}))
    assert noted[-1].thing == ""
    assert len(noted) == 31
