"""The broker page's server side, end to end: a real mosquitto, twistd, browsers, old clients.

Covers cli/audit.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import paho.mqtt.client as paho
import pytest
import pytest_twisted
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from twisted.internet.threads import deferToThread

import preloaded
from broker import Broker, publish
from browser import Browser
from sightline_process import SightlineProcess
from waits import wait_until

LOG = (
    "log_dest topic",
    *(f"log_type {one}" for one in ("error", "warning", "notice", "subscribe", "unsubscribe")),
    "sys_interval 1",
)


def audited(sightline: SightlineProcess, what: str) -> list[dict[str, Any]]:
    """The audit log, as an operator reads it."""
    command = ["audit", "--json", "--what", what, "--state", sightline.folder / "state"]

    def six() -> list[dict[str, Any]]:
        said = preloaded.sightline(*command, check=True).stdout
        records = [json.loads(line) for line in said.splitlines()]
        return records if len(records) >= 6 else []  # written by a thread of its own

    return wait_until(six, "six records")


def settings(port: int, more: str = "") -> str:
    return f"""
        [broker.main]
        host = "127.0.0.1"
        port = {port}
        reconnect_min = 0.2
        reconnect_max = 0.5
        client_id = "sightline-test"
        {more}
        [console]
        read_role = "viewer"
        publish_role = "viewer"
        publish = ["test/#", "room/#"]
    """


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker(*LOG) as broker:
        yield broker


@pytest.fixture
def sightline(broker: Broker) -> Iterator[SightlineProcess]:
    with SightlineProcess(settings(broker.port)) as sightline:
        yield sightline


def connected(things: dict[str, dict[str, Any]]) -> bool:
    return bool(things.get("broker/main", {}).get("link", {}).get("state") == "connected")


async def enters(sightline: SightlineProcess) -> Browser:
    browser = await Browser(sightline.port).enters()
    await browser.sees(connected, "the broker connection")
    return browser


def heard(browser: Browser, **fields: Any) -> list[dict[str, Any]]:
    wanted = {"t": "heard", **fields}
    return [one for one in browser.others if wanted.items() <= one.items()]


async def subscribes(browser: Browser, name: str, **fields: Any) -> str:
    answer = await browser.asks("subscribe", filter=name, **fields)
    assert answer["ok"], answer
    sub: str = answer["sub"]
    if answer["state"] != "active":
        await browser.until(
            lambda: any(
                one["t"] == "sub" and one["sub"] == sub and one["state"] == "active"
                for one in browser.others
            ),
            "an active subscription",
        )
    return sub


@pytest_twisted.ensureDeferred
async def test_figures_come_with_rates_and_a_series_and_absent_counters_are_zero(broker, sightline):
    browser = await enters(sightline)
    await browser.sees(lambda things: things["broker/main"].get("rates"))
    state = browser.picture.things["broker/main"]
    assert state["sys"]["publish/messages/dropped"] == 0
    assert state["rates"]["messages/received"] >= 0
    assert "sys_why" not in state
    answer = await browser.asks("figures", thing="broker/main", names=["clients/connected"])
    assert answer["ok"]
    assert len(answer["at"]) == len(answer["series"]["clients/connected"]) >= 1
    assert (await browser.asks("figures", thing="broker/none"))["code"] == "unknown"
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_the_log_is_live_and_clients_are_known_from_it(broker, sightline):
    browser = await enters(sightline)
    publish(broker, "owntracks/jane/phone", '{"_type":"location","lat":1,"lon":2,"tst":1}')
    publish(broker, "x", "y", "-i", "jane phone", "-V", "mqttv31")
    await browser.sees(
        lambda things: things.get("client/main/jane phone", {}).get("state") == "gone"
    )
    jane = browser.picture.things["client/main/jane phone"]
    assert (jane["protocol"], jane["clean"], jane["left"]) == ("3.1", True, "asked")
    lines = [one for key, one in browser.picture.things.items() if key.startswith("log/main/")]
    assert any(line["text"] == "Client jane phone disconnected." for line in lines)
    assert all(line["level"] in ("notice", "subscribe", "unsubscribe") for line in lines)
    ours = browser.picture.things["client/main/sightline-test"]
    assert (ours["ours"], ours["state"]) == (True, "connected")
    await browser.sees(lambda things: things["broker/main"].get("unseen") == 0)
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_a_client_of_mqtt_3_1_is_shown_like_any_other(broker, sightline):
    browser = await enters(sightline)
    old = paho.Client(
        CallbackAPIVersion.VERSION2, client_id="old", protocol=MQTTProtocolVersion.MQTTv31
    )

    def speaks() -> None:
        old.connect("127.0.0.1", broker.port)
        old.loop_start()
        old.publish("telemetry", "ProBot7,87,91,started,23.4,127.0.0.1", 1).wait_for_publish(60)

    await deferToThread(speaks)
    await browser.sees(lambda things: "probot/ProBot7" in things)
    await browser.sees(lambda things: things.get("client/main/old", {}).get("protocol") == "3.1")
    # Its address is the one the robot tells.
    await browser.until(
        lambda: browser.picture.things["client/main/old"].get("feeds") == "probot/ProBot7",
        "whom it feeds",
    )
    await deferToThread(old.disconnect)
    await deferToThread(old.loop_stop)
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_sightline_itself_speaks_3_1():
    with (
        Broker(*LOG) as broker,
        SightlineProcess(settings(broker.port, 'protocol = "3.1"')) as sightline,
    ):
        browser = await enters(sightline)
        publish(broker, "telemetry", "ProBot1,87,91,started,23.4,192.168.1.17")
        await browser.sees(lambda things: "probot/ProBot1" in things)
        assert browser.picture.things["broker/main"]["link"]["protocol"] == "3.1"
        await subscribes(browser, "room/#")
        publish(broker, "room/1", "warm")
        await browser.until(lambda: heard(browser, topic="room/1"), "the message")
        assert " as sightline-test (p1," in broker.logged
        assert " as sightline-test-console (p1," in broker.logged
        await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_each_viewer_has_subscriptions_of_its_own(broker, sightline):
    jane, joe = await enters(sightline), await enters(sightline)
    publish(broker, "room/kept", "before", "-r")
    sub = await subscribes(jane, "room/+", qos=1)
    await jane.until(lambda: heard(jane, topic="room/kept", retain=True), "the retained one")
    publish(broker, "room/1", "warm", "-q", "1")
    await jane.until(lambda: heard(jane, topic="room/1"), "the message")
    (message,) = heard(jane, topic="room/1")
    assert (message["sub"], message["payload"], message["qos"]) == (sub, "warm", 1)
    assert not heard(joe)
    # The second one for the same filter gets the retained message, too.
    await subscribes(joe, "room/+")
    await joe.until(lambda: heard(joe, topic="room/kept"), "the retained one for the second")
    assert (await jane.asks("unsubscribe", sub=sub))["ok"]
    publish(broker, "room/2", "cold")
    await joe.until(lambda: heard(joe, topic="room/2"), "the other goes on")
    assert not heard(jane, topic="room/2")
    await joe.leaves()
    await jane.leaves()


@pytest_twisted.ensureDeferred
async def test_what_the_console_hears_is_nothing_to_the_map(broker, sightline):
    browser = await enters(sightline)
    await subscribes(browser, "#")
    publish(broker, "room/1", "warm")
    publish(broker, "telemetry", "ProBot1,87,91,started,23.4,192.168.1.17")
    await browser.until(lambda: heard(browser, topic="telemetry"), "the telemetry")
    await browser.sees(lambda things: "probot/ProBot1" in things)
    assert heard(browser, topic="room/1")
    await browser.sees(lambda things: things["server/sightline"].get("console") == 1)
    assert not browser.picture.things["server/sightline"]["rejected"]
    assert not any(key.startswith("quarantine/") for key in browser.picture.things)
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_bytes_that_are_no_text_go_there_and_back_unharmed(broker, sightline):
    browser = await enters(sightline)
    await subscribes(browser, "test/#")
    answer = await browser.asks("publish", topic="test/1", payload="00 ff 7f", form="hex", qos=1)
    assert (answer["ok"], answer["size"]) == (True, 3)
    await browser.until(lambda: heard(browser, topic="test/1"), "the bytes")
    assert heard(browser, topic="test/1")[0]["base64"] == "AP9/"
    large = "ab" * 65_536  # as large as they may be, and written twice as long
    answer = await browser.asks("publish", topic="test/2", payload=large, form="hex")
    assert (answer["ok"], answer["size"]) == (True, 65_536)
    await browser.until(lambda: heard(browser, topic="test/2", size=65_536), "the large one")
    answer = await browser.asks("publish", topic="test/2", payload="x" * 65_537)
    assert (answer["ok"], answer["code"]) == (False, "bad_payload")
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_a_retained_message_is_set_and_cleared(broker, sightline):
    browser = await enters(sightline)
    assert (await browser.asks("publish", topic="test/k", payload="v", retain=True))["ok"]
    await subscribes(browser, "test/k")
    await browser.until(lambda: heard(browser, topic="test/k", payload="v"), "the retained one")
    assert (await browser.asks("clear", topic="test/k"))["ok"]
    await browser.until(lambda: heard(browser, topic="test/k", payload=""), "the clearing")
    other = await enters(sightline)
    await subscribes(other, "test/k")
    publish(broker, "test/k", "new")
    await other.until(lambda: heard(other, topic="test/k"), "the new one")
    assert [one["payload"] for one in heard(other, topic="test/k")] == ["new"]
    await other.leaves()
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_commands_of_robots_and_phones_are_barred_and_every_act_is_audited(broker, sightline):
    browser = await enters(sightline)
    for topic in (
        "keys/ProBot1",
        "MainRoutine/ProBot1",
        "shutdownProBot/ProBot1",
        "owntracks/jane/phone/cmd",
    ):
        assert (await browser.asks("publish", topic=topic, payload="1"))["code"] == "barred"
    assert (await browser.asks("publish", topic="kitchen", payload="1"))["code"] == "forbidden"
    assert (await browser.asks("publish", topic="test/a", payload="secret words"))["ok"]
    records = await deferToThread(audited, sightline, "publish")
    barred = next(one for one in records if one["thing"] == "broker/main keys/ProBot1")
    assert (barred["who"], barred["result"]) == ("guest", "refused")
    sent = next(one for one in records if one["thing"] == "broker/main test/a")
    assert (sent["result"], sent["more"]) == ("ok", "12 bytes, QoS 0")
    assert "secret words" not in json.dumps(records) + sightline.logged
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_the_topic_tree_is_served_page_by_page_and_pushed_while_looked_at(broker, sightline):
    browser = await enters(sightline)
    answer = await browser.asks("topics", path=[], watch=True, all=True)
    assert answer["ok"]
    await browser.until(
        lambda: any(one["t"] == "topics" and one["all"] for one in browser.others), "everything"
    )
    publish(broker, "attic/room/1", "warm")
    await browser.until(
        lambda: any(
            child["name"] == "attic"
            for one in browser.others
            if one["t"] == "topics"
            for child in one["children"]
        ),
        "the new topic",
    )
    answer = await browser.asks("topics", path=["attic", "room"])
    (leaf,) = answer["children"]
    assert (leaf["name"], leaf["last"], leaf["count"], leaf["size"]) == ("1", "warm", 1, 4)
    assert (await browser.asks("topics", watch=False))["ok"]
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_a_viewer_that_leaves_takes_its_subscriptions_along(broker, sightline):
    jane, joe = await enters(sightline), await enters(sightline)
    await subscribes(jane, "room/#")
    await joe.sees(lambda things: things["server/sightline"].get("console") == 1)
    jane.is_cut()
    await joe.sees(lambda things: "console" not in things["server/sightline"])
    await joe.sees(
        lambda things: any(
            one.get("level") == "unsubscribe" and "room/#" in one["text"] for one in things.values()
        )
    )
    await joe.leaves()


@pytest_twisted.ensureDeferred
async def test_a_subscription_the_broker_refuses_says_so_and_a_lost_broker_too(broker, sightline):
    browser = await enters(sightline)
    sub = await subscribes(browser, "room/#")
    broker.stop()
    await browser.until(
        lambda: any(one["t"] == "sub" and one["state"] == "waiting" for one in browser.others),
        "the loss",
    )
    await browser.sees(lambda things: things["broker/main"]["link"]["state"] == "lost")
    assert (await browser.asks("publish", topic="test/a", payload="1"))["code"] == "not_sent"
    broker.start()
    await browser.until(
        lambda: (
            [one["state"] for one in browser.others if one["t"] == "sub" and one["sub"] == sub][-1]
            == "active"
        ),
        "the return",
    )
    await browser.leaves()
