"""Phones are told, and forgotten, on the topics on which they publish: wiring/publishers.py."""

from __future__ import annotations

from typing import Any

import pytest

from sightline.console.rules import ConsoleRights
from sightline.contract.errors import Refused
from sightline.kinds.friends.bases import BaseTopics
from sightline.kinds.friends.names import DeviceNames
from sightline.mqtt.bridge import NotConnected
from sightline.settings import FriendsSettings, Settings
from sightline.wiring.publishers import Publishers
from sightline.wiring.settings_parts import console_rights

TOPICS = ("owntracks/+/+", "family/+/+")


class Profile:
    retains = True


class Options:
    profile = Profile()


class Bridge:
    """A connection that takes down what it is to publish."""

    def __init__(self, broker: str) -> None:
        self.broker = broker
        self.options = Options()
        self.sent: list[tuple[str, bytes]] = []
        self.connected = True

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool = False) -> None:
        if not self.connected:
            raise NotConnected("no connection")
        assert qos == 1
        assert retain is not payload.startswith(b"{")
        self.sent.append((topic, payload))


class Hub:
    def __init__(self, source: str | None) -> None:
        self._source = source

    def source(self, thing: str) -> str | None:
        return self._source


def made(source: str | None, *names: str) -> tuple[Publishers, BaseTopics, list[Bridge]]:
    bases = BaseTopics(TOPICS)
    hub: Any = Hub(source)
    publishers = Publishers(hub, DeviceNames(), bases)
    bridges = [Bridge(name) for name in names]
    for bridge in bridges:
        given: Any = bridge
        publishers.add(given)
    return publishers, bases, bridges


def test_a_command_goes_where_the_phone_was_heard() -> None:
    publishers, bases, (one, other) = made("other", "one", "other")
    bases.address("family/jane/phone")
    assert publishers.tell_phone("jane/phone", b"{}") == ""
    assert (one.sent, other.sent) == ([], [("family/jane/phone/cmd", b"{}")])
    assert publishers.tell_phone("jane/new", b"{}") == ""
    assert other.sent[-1][0] == "owntracks/jane/new/cmd"


def test_an_erasure_clears_what_is_retained_below_every_base_at_every_broker() -> None:
    publishers, bases, bridges = made(None, "one", "other")
    bases.address("family/jane/phone")
    publishers.clear_retained("friend/jane/phone")
    for bridge in bridges:
        topics = {topic for topic, payload in bridge.sent if payload == b""}
        for home in ("owntracks/jane/phone", "family/jane/phone"):
            assert {home, f"{home}/info", f"{home}/event", f"{home}/cmd"} <= topics
    assert bases.homes("jane/phone") == ["owntracks/jane/phone"]  # forgotten, too
    bridges[1].connected = False
    with pytest.raises(Refused, match="cannot forget"):
        publishers.clear_retained("friend/jane/phone")


def test_the_console_never_commands_a_phone_below_any_base() -> None:
    settings = Settings(friends=FriendsSettings(topics=TOPICS))
    rights = console_rights(settings)
    open_to_all = ConsoleRights(publish=("#",), barred=rights.barred)
    admin: Any = type("Admin", (), {"role": "admin"})()
    for topic in ("family/jane/phone/cmd", "owntracks/jane/phone/cmd", "keys/ProBot1"):
        for each in (topic, f"/{topic}", f"{topic}/x" if topic.endswith("cmd") else topic):
            with pytest.raises(Refused) as refused:
                open_to_all.may_publish(admin, each)
            assert refused.value.code == "barred", each
    open_to_all.may_publish(admin, "family/jane/phone")
