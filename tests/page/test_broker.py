"""The Broker and Console sections in a real browser, with a real mosquitto that tells its log."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from playwright.sync_api import Locator, Page, expect

from broker import Broker, publish
from page.conftest import Scene, shares
from people import axe_by_day_and_by_night
from sightline.mqtt.paho_client import stop_loop
from sightline_process import ROOT, SightlineProcess
from waits import DEADLINE

LOG = (
    "log_dest topic",
    *(f"log_type {one}" for one in ("error", "warning", "notice", "subscribe", "unsubscribe")),
    "sys_interval 1",
)
PHONE = {"width": 390, "height": 780}
DESK = {"width": 1280, "height": 800}


# No two of these tests use the same topics and names.
pytestmark = pytest.mark.shared_scene


@contextmanager
def begun(publish_role: str = "viewer", guest: str = "admin") -> Iterator[Scene]:
    with Broker(*LOG) as broker, SightlineProcess(settings(broker, publish_role, guest)) as made:
        yield broker, made.hears()


def settings(broker: Broker, publish_role: str, guest: str) -> str:
    return f"""
        [server]
        web_root = "{ROOT / "web" / "dist"}"
        [broker.main]
        host = "127.0.0.1"
        port = {broker.port}
        reconnect_min = 0.2
        reconnect_max = 0.5
        client_id = "sightline-test"
        [accounts]
        guest = "{guest}"
        [console]
        read_role = "viewer"
        publish_role = "{publish_role}"
        publish = ["test/#", "room/#"]
    """


@pytest.fixture
def publish_role() -> str:
    return "viewer"


@pytest.fixture(scope="module")
def shared() -> Iterator[Scene]:
    with begun() as scene:
        yield scene


@pytest.fixture
def scene(request: pytest.FixtureRequest, publish_role: str, guest: str) -> Iterator[Scene]:
    if shares(request):
        yield request.getfixturevalue("shared")
    else:
        with begun(publish_role, guest) as scene:
            yield scene


class Listener:
    """A mosquitto_sub that waits for one message and tells its bytes."""

    def __init__(self, broker: Broker, topic: str) -> None:
        self._process = subprocess.Popen(
            ["mosquitto_sub", "-p", str(broker.port), "-t", topic, "-C", "1", "-N", "-W", "300"],
            stdout=subprocess.PIPE,
        )

    def heard(self) -> bytes:
        return self._process.communicate(timeout=DEADLINE)[0]


@pytest.fixture
def connect(broker: Broker) -> Iterator[Any]:
    """Signs a client in at the broker; they all leave at the end."""
    clients: list[paho.Client] = []

    def sign_in(name: str, user: str | None = None, **options: Any) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, **options)
        if user is not None:
            client.username_pw_set(user, "secret")
        client.connect("127.0.0.1", broker.port, 45)
        client.loop_start()
        clients.append(client)
        return client

    yield sign_in
    for client in clients:
        client.disconnect()
        stop_loop(client)


def at(page: Page, part: str) -> None:
    page.get_by_role("tab", name=re.compile(f"^{part}")).click()


def connected(page: Page) -> None:
    expect(page.locator("[data-broker=connected]:visible").first).to_be_visible()


def client(page: Page, name: str) -> Locator:
    return page.locator(f'[data-client="{name}"]')


def row(page: Page, topic: str) -> Locator:
    return page.locator(f'[data-topic="{topic}"]')


def test_a_client_that_connects_appears_with_what_its_sign_in_told(broker, visit, connect):
    page = visit("?test#broker")
    connected(page)
    at(page, "Clients")
    old = connect("door", "keeper", protocol=MQTTProtocolVersion.MQTTv31, clean_session=False)
    seen = client(page, "door")
    for words in ("127.0.0.1", "keeper", "3.1", "kept", "45 s"):
        expect(seen).to_contain_text(words)
    expect(seen).to_have_attribute("data-state", "connected")
    old.disconnect()
    expect(seen).to_have_attribute("data-state", "gone")
    expect(seen).to_contain_text("said goodbye")


def test_two_devices_with_one_id_are_flagged_and_explained(broker, visit, connect):
    page = visit("?test#broker?tab=clients")
    connected(page)
    connect("twin")
    expect(client(page, "twin")).to_be_visible()
    connect("twin")
    expect(client(page, "twin").locator("[data-flag]").first).to_be_visible()
    client(page, "twin").get_by_role("button").first.click()
    expect(page.get_by_text(re.compile("same id|one id|same client id")).first).to_be_visible()


def test_a_client_leads_to_the_friend_it_feeds(broker, visit, connect):
    page = visit("?test#broker?tab=clients")
    connected(page)
    phone = connect("owntracks-jane", "jane")
    fix = {"_type": "location", "lat": 52, "lon": 5, "tst": int(time.time())}
    phone.publish("owntracks/jane/phone", json.dumps(fix), qos=1)
    client(page, "owntracks-jane").get_by_title("Show friend/jane/phone").click()
    expect(page.locator('[data-drawer="friend/jane/phone"]')).to_be_visible()


def test_a_line_of_the_log_appears_and_can_be_searched_and_held(broker, visit, connect):
    page = visit("?test#broker")
    connected(page)
    at(page, "Log")
    connect("gate-7")
    line = page.locator(".log-line").filter(has_text="as gate-7")
    expect(line).to_be_visible()
    connect("other-8")
    expect(page.locator(".log-line").filter(has_text="as other-8")).to_be_visible()
    page.get_by_label("Show only lines with").fill("gate")
    expect(page.locator(".log-line").filter(has_text="other-8")).to_have_count(0)
    expect(line).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    connect("gate-9")
    expect(page.get_by_role("button", name=re.compile(r"Go on, \d+ new"))).to_be_visible()
    expect(page.locator(".log-line").filter(has_text="gate-9")).to_have_count(0)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".log-line").filter(has_text="as gate-9")).to_be_visible()
    page.get_by_role("group", name="Level").get_by_role("button", name="Error").click()
    expect(page.locator(".log-line")).to_have_count(0)


def test_the_figures_of_the_broker_are_in_words_with_their_rates_and_history(
    broker, visit, connect
):
    page = visit("?test#broker")
    connected(page)
    expect(page.locator('[data-kpi="clients/connected"]')).to_contain_text(re.compile(r"\d"))
    expect(page.get_by_text("Away, with a session kept")).to_be_visible()
    expect(page.locator(".history canvas")).to_be_visible()
    expect(page.locator('[data-kpi="publish/messages/received/s"] path').first).to_be_attached()
    page.get_by_role("button", name="Topic names").click()
    expect(page.get_by_text("clients/disconnected")).to_be_visible()


@pytest.mark.parametrize(
    ("form", "typed", "sent"),
    [
        ("Text", "Grüße, 世界", "Grüße, 世界".encode()),
        (
            "JSON",
            '{"big": 12345678901234567890, "a":1.0}',
            b'{"big": 12345678901234567890, "a":1.0}',
        ),
        ("Hex", "00 ff 0a80", b"\x00\xff\x0a\x80"),
    ],
)
def test_what_is_published_arrives_byte_for_byte(broker, visit, form, typed, sent):
    page = visit("?test#console")
    connected(page)
    topic = f"test/bytes/{form}"  # what is retained stays
    listener = Listener(broker, topic)
    page.locator(".publish").get_by_role("button", name=form, exact=True).click()
    page.get_by_label("Topic", exact=True).fill(topic)
    page.get_by_label("Payload", exact=True).fill(typed)
    page.get_by_label("Retain").check()  # the listener may come later
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator('[data-outcome="done"]')).to_contain_text(f"{len(sent)} B")
    assert listener.heard() == sent


def test_a_retained_message_is_cleared_after_a_second_thought(broker, visit):
    publish(broker, "test/old", "something", "-r")
    page = visit("?test#console")
    connected(page)
    page.get_by_label("Topic", exact=True).fill("test/old")
    page.get_by_role("button", name="Clear retained").click()
    page.get_by_role("button", name="Really clear it?").click()
    expect(page.locator('[data-outcome="done"]')).to_be_visible()
    page.get_by_label("Topic filter").fill("test/#")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.locator('[data-sub="test/#"][data-state=active]')).to_be_visible()
    publish(broker, "test/new", "x")
    expect(page.locator('[data-message="test/new"]')).to_be_visible()
    expect(page.locator('[data-message="test/old"]')).to_have_count(0)


def test_what_is_subscribed_is_heard_in_its_shape(broker, visit):
    page = visit("?test#console")
    connected(page)
    page.get_by_label("Topic filter").fill("room/#")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.locator('[data-sub="room/#"][data-state=active]')).to_be_visible()
    publish(broker, "room/lamp", '{"on":true,"n":12345678901234567890}')
    page.locator('[data-message="room/lamp"]').click()
    payload = page.get_by_label("Payload", exact=True).locator("visible=true").last
    expect(payload).to_contain_text('"n": 12345678901234567890')
    publish(broker, "room/raw", b"\x00\xff<b>A")
    page.locator('[data-message="room/raw"]').click()
    expect(payload).to_contain_text("00 ff 3c 62 3e 41")
    page.get_by_role("button", name="End room/#").click()
    expect(page.locator("[data-sub]")).to_have_count(0)


@pytest.mark.own_scene
def test_subscriptions_come_back_with_the_connection(broker, sightline, visit):
    page = visit("?test#console")
    connected(page)
    page.get_by_label("Topic filter").fill("room/#")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.locator('[data-sub="room/#"][data-state=active]')).to_be_visible()
    sightline.end()
    expect(page.locator("html[data-connection=lost]")).to_be_attached()
    sightline.start().hears()
    expect(page.locator("html[data-connection=live]")).to_be_attached()
    expect(page.locator('[data-sub="room/#"][data-state=active]')).to_be_visible()
    publish(broker, "room/after", "x")
    expect(page.locator('[data-message="room/after"]')).to_be_visible()


def test_the_tree_of_topics_is_looked_through_level_by_level(broker, visit):
    page = visit("?test#broker")
    connected(page)
    at(page, "Topics")
    page.get_by_role("button", name="Hear everything").click()
    publish(broker, "house/first/lamp", '{"on": true}', "-r")
    publish(broker, "house/first/raw", b"\x01\xff", "-r")
    row(page, "house").click()
    row(page, "house/first").click()
    expect(row(page, "house/first/lamp")).to_contain_text('{"on": true}')
    expect(row(page, "house/first/raw")).to_contain_text("01 ff")
    row(page, "house/first/lamp").click()
    expect(page.get_by_label("Last value")).to_contain_text('"on": true')
    publish(broker, "house/first/lamp", '{"on": false}', "-r")
    expect(page.get_by_label("Last value")).to_contain_text('"on": false')
    page.get_by_role("button", name="Publish here").click()
    expect(page.get_by_label("Topic", exact=True)).to_have_value("house/first/lamp")


def test_topics_are_searched_in_the_whole_tree(broker, visit):
    publish(broker, "deep/down/cellar/Needle", "1", "-r")
    page = visit("?test#broker?tab=topics")
    connected(page)
    page.get_by_role("button", name="Hear everything").click()
    expect(page.locator("[data-hears=all]")).to_be_visible()
    publish(broker, "deep/hay", "a needle in a value")
    expect(row(page, "deep")).to_be_visible()
    search = page.get_by_label("Search all topics")
    search.fill("needle")
    found = row(page, "deep/down/cellar/Needle")
    expect(found.locator("mark")).to_have_text("Needle")
    expect(found.get_by_label("1 retained message")).to_be_visible()
    expect(row(page, "deep/hay")).to_have_count(0)
    page.get_by_role("button", name="Also in values").click()
    expect(row(page, "deep/hay")).to_be_visible()
    page.get_by_role("button", name="Retained", exact=True).click()
    expect(row(page, "deep/hay")).to_have_count(0)
    found.click()
    page.get_by_role("button", name="Show in the tree").click()
    expect(page.get_by_label("Where in the tree")).to_contain_text("cellar")
    expect(search).to_have_value("")
    page.get_by_role("button", name="List", exact=True).click()
    expect(row(page, "deep/hay")).to_be_visible()


def test_thousands_of_topics_are_a_page_at_a_time(broker, visit, connect):
    page = visit("?test#broker?tab=topics")
    connected(page)
    page.get_by_role("button", name="Hear everything").click()
    expect(page.locator("[data-hears=all]")).to_be_visible()
    connection_limits = connect("crowd")
    for n in range(2000):
        connection_limits.publish(f"many/{n:04}", "x", qos=1)
    row(page, "many").click()
    expect(page.get_by_text("2,000 here")).to_be_visible()
    expect(row(page, "many/0000")).to_be_visible()
    assert page.locator("[data-topic]").count() < 60
    page.get_by_role("button", name="Next").click()
    expect(row(page, "many/0200")).to_be_visible()


@pytest.mark.parametrize("topic", ["keys/ProBot1", "shutdownProBot/ProBot1", "owntracks/a/b/cmd"])
def test_topics_that_command_are_barred(visit, topic):
    page = visit("?test#console")
    connected(page)
    page.get_by_label("Topic", exact=True).fill(topic)
    page.get_by_label("Payload", exact=True).fill("0.5 0 0 0")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator('[data-outcome="refused"]')).to_contain_text("commands a robot or a phone")


@pytest.mark.own_scene
@pytest.mark.parametrize(("publish_role", "guest"), [("admin", "operator")])
def test_who_may_not_publish_is_told_why(visit):
    page = visit("?test#console")
    connected(page)
    page.get_by_label("Topic", exact=True).fill("test/x")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator('[data-outcome="refused"]')).to_contain_text("must be admin")


def test_what_cannot_be_sent_is_said_while_it_is_typed(visit):
    page = visit("?test#console")
    connected(page)
    page.get_by_label("Topic", exact=True).fill("test/+")
    expect(page.get_by_text("A topic has no wildcards")).to_be_visible()
    page.get_by_label("Topic", exact=True).fill("test/x")
    page.locator(".publish").get_by_role("button", name="JSON", exact=True).click()
    page.get_by_label("Payload", exact=True).fill('{"a":')
    expect(page.get_by_text("Not JSON")).to_be_visible()
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    page.get_by_label("Payload", exact=True).fill('{"a":[1,2]}')
    page.get_by_role("button", name="Tidy").click()
    expect(page.get_by_label("Payload", exact=True)).to_have_value(
        '{\n  "a": [\n    1,\n    2\n  ]\n}'
    )


@pytest.mark.own_scene
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_every_part_is_accessible_and_fits_by_day_and_by_night(broker, visit, connect, viewport):
    connect("twin")
    page = visit("?test#broker", color_scheme="light", viewport=viewport)
    connected(page)
    connect("twin")
    publish(broker, "owntracks/eve/phone", "{no json")

    def is_fine(where: str) -> None:
        assert axe_by_day_and_by_night(page) == [], where
        assert page.evaluate("() => document.documentElement.scrollWidth") <= viewport["width"]

    expect(page.locator(".history canvas")).to_be_visible()
    is_fine("overview")
    at(page, "Log")
    page.locator(".log-line").first.click()
    is_fine("log")
    at(page, "Clients")
    client(page, "twin").get_by_role("button").first.click()
    is_fine("clients")
    at(page, "Topics")
    row(page, "$SYS").click()
    row(page, "$SYS/broker").click()
    row(page, "$SYS/broker/uptime").click()
    is_fine("topics")
    page.get_by_role("button", name="Listen").click()
    expect(page.locator("[data-message]").first).to_be_visible()
    page.get_by_label("Topic filter").fill("a/#/b")
    is_fine("console")
    at(page, "Frames")
    is_fine("frames")


@pytest.mark.own_scene
def test_lines_from_before_a_restart_are_found_in_the_store(sightline, visit, connect):
    page = visit("?test#broker")
    connected(page)
    at(page, "Log")
    connect("early-bird")
    line = page.locator(".log-line", has_text="as early-bird")
    expect(line).to_be_visible()
    sightline.restart().hears()
    page = visit("?test#broker")
    connected(page)
    at(page, "Log")
    page.get_by_label("Show only lines with").fill("as early-bird")
    line = page.locator(".log-line", has_text="as early-bird")
    expect(line).to_have_count(0)
    page.get_by_role("button", name="Search older lines").click()
    expect(line).to_be_visible()
    expect(page.locator("[data-older=end]")).to_be_visible()
