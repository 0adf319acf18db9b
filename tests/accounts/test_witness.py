from __future__ import annotations

from twisted.internet.task import Clock

from sightline.accounts.witness import Witness
from sightline.core.access import User
from sightline.core.account import Deed
from sightline.core.wire import Request
from sightline.helm import Helm, Refused


class Page:
    user = User("jane", "operator")
    address = "10.0.0.7"

    def say(self, frame: bytes) -> None: ...


def scene() -> tuple[Helm, list[Deed], Clock]:
    def publish(asker: object, request: object) -> dict[str, object]:
        return {}

    def take(asker: object, request: object) -> dict[str, object]:
        raise Refused("held", "ProBot1 is driven by bob")

    helm, noted, clock = Helm(lambda: 1.0), [], Clock()
    helm.add("subscribe", publish)
    helm.add("take", take)
    helm.when_answered(Witness(noted.append, clock))
    return helm, noted, clock


def test_what_was_done_and_what_was_refused_leave_one_record_each():
    helm, noted, _ = scene()
    helm.ask(Page(), Request(1, "subscribe", {"topic": "a/b", "payload": "secret"}))
    helm.ask(Page(), Request(2, "take", {"thing": "probot/ProBot1"}))
    assert noted == [
        Deed("jane", "10.0.0.7", "subscribe"),
        Deed("jane", "10.0.0.7", "take", "probot/ProBot1", "held"),
    ]


def test_what_changes_nothing_leaves_none():
    helm, noted, _ = scene()
    helm.ask(Page(), Request(1, "ping", {}))
    helm.ask(Page(), Request(2, "make coffee", {}))
    assert noted == []


def test_nobody_fills_the_disk_with_refusals():
    helm, noted, clock = scene()
    for number in range(100):
        helm.ask(Page(), Request(number, "take", {"thing": "x"}))
    assert len(noted) == 30
    clock.advance(10)
    helm.ask(Page(), Request(1, "take", {"thing": ["no", "text"]}))
    assert noted[-1].thing == ""
    assert len(noted) == 31
