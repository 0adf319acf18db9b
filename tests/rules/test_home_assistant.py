"""What is said to Home Assistant of each sort of thing and rule, by its documentation."""

from __future__ import annotations

import json

import pytest

from home_assistant import fault
from rules.scene import BROKER, HOME, JANE, NOW, ROBOT, rule
from sightline.kinds.broker.model import Broker
from sightline.kinds.friends.model import Friend
from sightline.kinds.probots.model import ProBot
from sightline.kinds.rules.model import Condition
from sightline.model.link import Link
from sightline.rules import home_assistant
from sightline.rules.fields import TAKES, lasts
from sightline.rules.home_assistant import left_behind, of_rule, of_thing, slug, topic

PREFIX = "homeassistant"
STATES = (
    (JANE, Friend(presence="live", lat=48.5, lon=2.25, tst=NOW, at=NOW, acc=12, batt=70)),
    (JANE, Friend(presence="offline", at=NOW)),
    (ROBOT, ProBot(presence="live", at=NOW, heard=NOW, batt=50.0)),
    (BROKER, Broker(link=Link(state="lost", since=NOW, why="refused"))),
)


def configs(messages: home_assistant.Messages) -> list[tuple[str, dict]]:
    """The announcements that are made, with their components."""
    return [
        (where.split("/")[1], json.loads(payload))
        for where, payload in messages.items()
        if where.endswith("/config") and payload
    ]


@pytest.mark.parametrize(("key", "state"), STATES)
def test_a_thing_is_announced_as_the_documentation_asks(key, state):
    messages = of_thing(PREFIX, key, state)
    ((component, config),) = configs(messages)
    assert fault(component, config) == ""
    assert config["unique_id"] == slug(key)
    for name in ("state_topic", "json_attributes_topic"):
        assert name not in config or config[name] in messages
    attributes = json.loads(messages[config["json_attributes_topic"]])
    assert ("latitude" in attributes) == ("longitude" in attributes)
    assert None not in attributes.values()


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("type", sorted(TAKES))
def test_a_rule_is_a_sensor_if_what_it_finds_lasts_and_an_event_if_not(type, changed):
    condition = Condition(type=type, region=HOME, changed=changed)
    made = rule(condition)
    ((component, config),) = configs(messages := of_rule(PREFIX, "jane/r1", made, 1))
    assert fault(component, config) == ""
    assert component == ("binary_sensor" if lasts(condition) else "event")
    assert messages[config["state_topic"]] == (b"ON" if lasts(condition) else b"")
    other = {"binary_sensor": "event", "event": "binary_sensor"}[component]
    assert messages[f"{PREFIX}/{other}/{slug('rule/jane/r1')}/config"] == b""


def test_names_that_look_alike_are_told_apart_and_fit_in_a_topic():
    keys = [
        "friend/jane/phone",
        "friend/jane_phone",
        "friend/Jane/phone",
        "friend/\u00fc/\u00e4",
        "rule/a/b",
    ]
    keys.append("friend/" + "x" * 300)
    slugs = [slug(key) for key in keys]
    assert len(set(slugs)) == len(keys)
    for each in slugs:
        assert set(each) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
        assert len(each) < 90


@pytest.mark.parametrize(("key", "state"), STATES)
def test_all_that_is_said_of_a_thing_is_taken_back_and_nothing_of_others(key, state):
    told = of_thing(PREFIX, key, state)
    assert told.keys() <= home_assistant.forgotten(PREFIX, key).keys()
    (config,) = [where for where in told if where.endswith("/config")]
    assert set(told) <= set(left_behind(PREFIX, config))
    assert left_behind(PREFIX, config)[0] == topic(key)


@pytest.mark.parametrize(
    "config",
    [
        "homeassistant/sensor/kitchen/config",
        "homeassistant/event/sightline_mine/config",
        "elsewhere/event/sightline_rule_a_01234567/config",
        "homeassistant/event/node/sightline_rule_a_01234567/config",
    ],
)
def test_what_others_announce_is_left_alone(config):
    assert left_behind(PREFIX, config) == ()


def test_its_start_is_heard_at_both_places():
    assert set(home_assistant.births("ha")) == {"homeassistant/status", "ha/status"}
    assert home_assistant.births(PREFIX) == ("homeassistant/status",)
