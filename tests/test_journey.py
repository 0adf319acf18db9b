"""The main job, end to end and for real: publish to a broker, see it in a browser.

Covers tap.py, wiring/.
"""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import paho.mqtt.client as paho
import pytest
import pytest_twisted
from paho.mqtt.enums import CallbackAPIVersion
from twisted.internet.threads import deferToThread

from broker import Broker, publish
from browser import Browser
from sightline.mqtt.paho_client import stop_loop
from sightline_process import SightlineProcess
from waits import wait_until

JANE = "friend/jane/phone"


def fix(lat: float, **more: Any) -> str:
    location = {"_type": "location", "lat": lat, "lon": 5.25, "tst": int(time.time()), **more}
    return json.dumps(location)


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker("sys_interval 1", "max_queued_messages 100000") as broker:
        yield broker


@pytest.fixture
def sightline(broker: Broker) -> Iterator[SightlineProcess]:
    settings = f"""
        [broker.main]
        host = "127.0.0.1"
        port = {broker.port}
        reconnect_min = 0.2
        reconnect_max = 0.5
        [probots]
        stale_after = 0.5
        offline_after = 1.0
    """
    with SightlineProcess(settings) as sightline:
        yield sightline


def link(things: dict[str, dict[str, Any]]) -> dict[str, Any]:
    state: dict[str, Any] = things.get("broker/main", {}).get("link", {})
    return state


def connected(things: dict[str, dict[str, Any]]) -> bool:
    return link(things).get("state") == "connected"


@pytest_twisted.ensureDeferred
async def test_a_phone_publishes_and_every_browser_sees_it(broker, sightline):
    browsers = [await Browser(sightline.port).enters() for _ in range(3)]
    await browsers[0].sees(connected, "the broker connection")
    publish(broker, "owntracks/jane/phone", fix(49.95, batt=87, tid="JA"))
    for browser in browsers:
        await browser.sees(lambda things: JANE in things)
        jane = browser.picture.things[JANE]
        assert (jane["lat"], jane["lon"], jane["batt"], jane["tid"]) == (49.95, 5.25, 87, "JA")
        assert jane["presence"] == "live"
    publish(broker, "owntracks/jane/phone", fix(50.0))
    for browser in browsers:
        await browser.sees(lambda things: things[JANE]["lat"] == 50.0)
        await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_a_robot_is_seen_live_and_its_silence_too(broker, sightline):
    browser = await Browser(sightline.port).enters()
    await browser.sees(connected)
    publish(broker, "telemetry", "ProBot1,87,91,started,23.4,192.168.1.17")
    await browser.sees(lambda things: "probot/ProBot1" in things)
    robot = browser.picture.things["probot/ProBot1"]
    assert (robot["batt"], robot["angle"], robot["routine"]) == (87, 1, "started")
    await browser.sees(
        lambda things: (
            things["probot/ProBot1"]["presence"] == "offline"
            and things["probot/ProBot1"]["evidence"] == "silence"
        )
    )
    publish(broker, "telemetry", "ProBot1,86,91,started,23.4,192.168.1.17")
    await browser.sees(lambda things: things["probot/ProBot1"]["presence"] == "live")
    publish(broker, "ClientStatus", "ProBot1/Offline")
    await browser.sees(lambda things: things["probot/ProBot1"].get("evidence") == "will")
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_the_brokers_own_figures_are_seen(sightline):
    browser = await Browser(sightline.port).enters()
    await browser.sees(lambda things: "uptime" in things.get("broker/main", {}))
    assert browser.picture.things["broker/main"]["version"].startswith("mosquitto version")
    await browser.sees(lambda things: things["broker/main"]["sys"].get("clients/connected", 0) >= 1)
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_rubbish_is_counted_shown_and_harms_nobody(broker, sightline):
    browser = await Browser(sightline.port).enters()
    await browser.sees(connected)
    publish(broker, "owntracks/eve/phone", "{not json")
    publish(broker, "owntracks/jane/phone", fix(49.95))
    await browser.sees(lambda things: JANE in things)
    await browser.sees(lambda things: things["server/sightline"]["rejected"] == {"not_json": 1})
    (shown,) = (thing for key, thing in browser.picture.things.items() if "quarantine/" in key)
    assert (shown["topic"], shown["head"]) == ("owntracks/eve/phone", "{not json")
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_a_lost_broker_is_told_with_reason_and_next_try_and_recovers(broker, sightline):
    browser = await Browser(sightline.port).enters()
    await browser.sees(connected)
    publish(broker, "telemetry", "ProBot1,87,91,started,23.4,192.168.1.17")
    await browser.sees(lambda things: "probot/ProBot1" in things)
    broker.kill()
    await browser.sees(lambda things: link(things)["state"] == "lost" and link(things)["next"])
    assert link(browser.picture.things)["why"]
    await browser.sees(lambda things: things["probot/ProBot1"].get("evidence") == "broker lost")
    await deferToThread(broker.restart)
    await browser.sees(connected, "the broker again")
    publish(broker, "owntracks/jane/phone", fix(49.95))
    await browser.sees(lambda things: JANE in things)
    await browser.leaves()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
@pytest_twisted.ensureDeferred
async def test_after_a_restart_of_the_server_browsers_see_the_new_world(broker, sightline, sign):
    publish(broker, "owntracks/jane/phone", fix(49.95), "-r")
    browser = await Browser(sightline.port).enters()
    await browser.sees(lambda things: JANE in things)
    publish(broker, "owntracks/kim/phone", fix(1), "-q", "1")
    await browser.sees(lambda things: "friend/kim/phone" in things)
    epoch = browser.hello["epoch"]
    await deferToThread(sightline.end, sign)
    closed = await browser.is_closed()
    if sign == signal.SIGTERM:
        assert (closed.code, closed.reason) == (1001, "the server is stopping")
    await deferToThread(sightline.start)
    await browser.enters()
    assert browser.hello["epoch"] != epoch
    assert browser.frames[0]["whole"]
    await browser.sees(lambda things: JANE in things)  # it was retained
    await browser.sees(lambda things: "friend/kim/phone" in things)  # it was not, but it was kept
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_twenty_thousand_retained_messages_at_connect_are_all_shown(broker, sightline):
    def fill() -> None:
        client = paho.Client(CallbackAPIVersion.VERSION2)
        client.connect("127.0.0.1", broker.port)
        client.loop_start()
        for user in range(20_000):
            sent = client.publish(f"owntracks/u{user}/phone", fix(1), qos=0, retain=True)
        sent.wait_for_publish(20)
        client.disconnect()
        stop_loop(client)

    await deferToThread(fill)
    await deferToThread(sightline.restart)
    browser = await Browser(sightline.port).enters()
    await browser.until(
        lambda: sum(key.startswith("friend/") for key in browser.picture.things) == 20_000,
        "all friends",
        180,  # s: much work for a busy machine
    )
    await browser.leaves()


def test_without_a_broker_it_runs_one_of_its_own_and_leaves_nothing_behind():
    with SightlineProcess() as sightline:
        wait_until(lambda: "connected to" in sightline.logged, lambda: sightline.logged)
        port = sightline.logged.partition("Our own broker listens on 127.0.0.1:")[2].split()[0]
        subprocess.run(["mosquitto_pub", "-p", port, "-t", "x", "-m", "y"], check=True, timeout=60)
        assert sightline.end() == -signal.SIGTERM  # twistd stops cleanly, then dies of it
        gone = subprocess.run(
            ["mosquitto_pub", "-p", port, "-t", "x", "-m", "y"], check=False, capture_output=True
        )
        assert gone.returncode != 0
    assert "Traceback" not in sightline.logged


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("[broker.main]\nhost = 'x'\nprotocol = '4'\n", "broker.main.protocol"),
        ("[sever]\n", "sever"),
        ("listen = \n", "not valid TOML"),
        ("[server]\nweb_root = '/nonexistent'\n", "web_root"),
    ],
)
def test_a_mistake_in_the_settings_ends_the_start_with_a_clear_word(settings, said):
    with pytest.raises(RuntimeError) as refused, SightlineProcess(settings):
        pass
    words = str(refused.value)
    assert said in words
    assert "sightline.toml" in words or "web_root" in said
    assert "Traceback" not in words


def test_a_port_that_is_taken_ends_the_start_with_a_clear_word():
    with SightlineProcess() as first:
        second = SightlineProcess()
        second.port = first.port
        with pytest.raises(RuntimeError, match="cannot listen on") as refused, second:
            pass
        assert "Traceback" not in str(refused.value)


def test_two_servers_never_share_a_state_folder():
    with SightlineProcess() as first:
        second = SightlineProcess("", "--state", str(first.folder / "state"))
        with pytest.raises(RuntimeError, match="another Sightline"), second:
            pass
