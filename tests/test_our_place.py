"""Our place at the broker is ours: whole servers, the broker we ship, and a phone's account.

Covers mqtt/second_connection.py.
"""

from __future__ import annotations

import json
import re
import socket
import stat
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import paho.mqtt.client as paho
import pytest_twisted
from paho.mqtt.enums import CallbackAPIVersion

from broker import Broker, ShippedBroker
from browser import Browser
from robot import Robot
from sightline_process import SightlineProcess
from waits import DEADLINE, wait_until

# By this anybody who knew the machine's name could find us.
FORMER = f"sightline-{socket.gethostname().partition('.')[0]}"

BASE = int(time.time()) - 3600


def settings(port: int, more: str = "") -> str:
    return f"""
        [broker.main]
        host = "127.0.0.1"
        port = {port}
        user = "sightline"
        password_env = "SIGHTLINE_TEST_PASSWORD"
        {more}
    """


def client(port: int, client_id: str, user: str = "jane", *, clean: bool = True) -> paho.Client:
    """A connected client; whoever made it ends it."""
    made = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=clean)
    made.username_pw_set(user, "pw")
    found: list[Any] = []
    made.on_connect = lambda _, __, flags, reason, *___: found.append((flags, reason))
    made.connect("127.0.0.1", port)
    wait_until(lambda: found, "an answer", pause=lambda: made.loop(0.02))
    flags, reason = found[0]
    assert not reason.is_failure, reason
    made.knew_us = flags.session_present
    return made


def phone_reports(port: int, first: int, count: int) -> None:
    """Acknowledged by the broker, one after the other."""
    lines = "".join(
        json.dumps({"_type": "location", "lat": 51.0, "lon": -1.0, "tst": BASE + n}) + "\n"
        for n in range(first, first + count)
    )
    command = ["mosquitto_pub", "-p", str(port), "-u", "jane", "-P", "pw", "-q", "1", "-l"]
    command += ["-t", "owntracks/jane/phone"]
    subprocess.run(command, input=lines.encode(), check=True, timeout=DEADLINE)


def stored(sightline: SightlineProcess) -> int:
    url = f"{sightline.url}api/0/locations?user=jane&device=phone&from=2020-01-01T00:00:00"
    with urllib.request.urlopen(url, timeout=DEADLINE) as answer:
        return int(json.load(answer)["count"])


def ready(sightline: SightlineProcess) -> bool:
    try:
        urllib.request.urlopen(f"{sightline.url}readyz", timeout=DEADLINE).close()
    except OSError:
        return False
    return True


def bridges(broker: Broker) -> int:
    """How often the server came: no other client here keeps its session."""
    return len(re.findall(r"New client connected .*\(p2, c0, ", broker.logged))


@contextmanager
def intruder(port: int, client_id: str) -> Iterator[list[int]]:
    """A phone's account that signs in with this id once a second; counts how often."""
    stop, times = threading.Event(), [0]

    def knock() -> None:
        while not stop.is_set():
            thief = client(port, client_id)
            times[0] += 1
            stop.wait(0.5)
            thief.disconnect()
            if sock := thief.socket():
                sock.close()
            stop.wait(0.5)

    thread = threading.Thread(target=knock)
    thread.start()
    try:
        yield times
    finally:
        stop.set()
        thread.join(20)


@contextmanager
def scene(monkeypatch: Any, more: str = "") -> Iterator[tuple[ShippedBroker, SightlineProcess]]:
    monkeypatch.setenv("SIGHTLINE_TEST_PASSWORD", "pw")
    with (
        ShippedBroker({"sightline": "pw", "jane": "pw"}) as broker,
        SightlineProcess(settings(broker.port, more)) as sightline,
    ):
        wait_until(lambda: ready(sightline))
        yield broker, sightline


def test_who_knows_the_machine_s_name_gets_nothing_that_waits_for_us(monkeypatch):
    with scene(monkeypatch) as (broker, sightline):
        sightline.end()
        phone_reports(broker.port, 0, 25)
        thief = client(broker.port, FORMER)
        phone_reports(broker.port, 25, 25)
        thief.disconnect()
        sightline.start()
        wait_until(lambda: stored(sightline) == 50)


def test_nobody_with_another_account_throws_us_out(monkeypatch):
    with scene(monkeypatch) as (broker, sightline):
        with intruder(broker.port, FORMER) as times:
            wait_until(lambda: times[0] >= 5)
        assert bridges(broker) == 1
        assert "closed the connection" not in sightline.logged


def test_the_ids_are_random_lasting_and_readable_by_their_owner_only(monkeypatch):
    with scene(monkeypatch, "[driving]\nguard = true") as (broker, sightline):
        file = sightline.folder / "state" / "clients.json"
        before = file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        file.chmod(0o644)
        sightline.restart()
        wait_until(lambda: ready(sightline))
        assert file.read_bytes() == before
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        wait_until(lambda: "sl-guard-" in broker.logged)
        seen = set(
            re.findall(r"New client connected from \S+ as (\S+) \(.*'sightline'", broker.logged)
        )
    ours = {one for one in seen if re.fullmatch(r"sl-(?:guard-)?[a-z0-9]{14,20}", one)}
    assert seen - ours == set()
    assert len(ours) >= 4  # the bridge, a witness at each start, a guard


def test_what_waits_under_the_former_id_is_taken_over_at_the_upgrade(monkeypatch):
    monkeypatch.setenv("SIGHTLINE_TEST_PASSWORD", "pw")
    with ShippedBroker({"sightline": "pw", "jane": "pw"}) as broker:
        before = client(broker.port, FORMER, "sightline", clean=False)
        granted: list[int] = []
        before.on_subscribe = lambda _, __, mid, *___: granted.append(mid)
        before.subscribe([("owntracks/#", 1), ("keys/#", 0)])
        wait_until(lambda: granted, "the subscription", pause=lambda: before.loop(0.02))
        before.disconnect()
        phone_reports(broker.port, 0, 40)
        sightline = SightlineProcess(settings(broker.port))
        (sightline.folder / "state").mkdir()
        (sightline.folder / "state" / "lock").touch()  # an earlier version was here
        with sightline:
            wait_until(lambda: stored(sightline) == 40)
            phone_reports(broker.port, 40, 10)
            wait_until(lambda: "is removed" in sightline.logged)
            wait_until(lambda: stored(sightline) == 50)
            assert f"the former session ({FORMER})" in sightline.logged
            after = client(broker.port, FORMER, "sightline", clean=False)
            assert not after.knew_us
            after.disconnect()
            sightline.restart()
            wait_until(lambda: ready(sightline))
            assert sightline.logged.count("is removed") == 1


def test_a_broker_restarted_four_times_within_a_minute_is_back_each_time_at_once():
    with (
        Broker("persistence true") as broker,
        SightlineProcess(f'[broker.main]\nhost = "127.0.0.1"\nport = {broker.port}') as sightline,
    ):
        wait_until(lambda: ready(sightline))
        for n in range(2, 6):
            broker.restart()
            wait_until(
                lambda n=n: bridges(broker) >= n
            )  # the last took 70 s before, which is too late
        assert "client id" not in sightline.logged
        # Each outage may say so; all four within a minute fill no log.
        assert len(re.findall("#(?:warn|error|critical)\\]", sightline.logged)) <= 6


@pytest_twisted.ensureDeferred
async def test_who_takes_our_place_is_named_ends_driving_and_makes_us_flap_no_more(monkeypatch):
    with scene(monkeypatch, 'client_id = "sightline"') as (broker, sightline):
        assert "openssl rand -hex 16" in sightline.logged  # guessable, and said
        browser = await Browser(sightline.port).enters()
        with intruder(broker.port, "sightline") as times:
            await browser.sees(lambda things: "alarm/client/main" in things, "the alarm")
            await browser.until(
                lambda: "is another client using" in sightline.logged, "giving way", 60
            )
            assert bridges(broker) <= 5
        alarm = browser.picture.things["alarm/client/main"]
        assert alarm["what"] == "taken"
        assert re.fullmatch(r"127\.0\.0\.1:\d+, user jane", alarm["head"])
        await browser.sees(
            lambda things: "our client id" in things["guard/main"].get("driving", ""), "no driving"
        )
        assert re.search(
            r"127\.0\.0\.1:\d+, user jane signed in with our client id", sightline.logged
        )
        assert times[0] >= 3
        await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_who_knocks_without_a_password_is_shown_with_what_to_do(monkeypatch):
    with scene(monkeypatch) as (broker, sightline):
        browser = await Browser(sightline.port).enters()
        wait_until(lambda: "$SYS/broker/log/N" in broker.logged)
        for _ in range(2):
            assert Robot(broker.port).answer == 5
        key = "alarm/knock/main/127.0.0.1"
        await browser.sees(lambda things: things.get(key, {}).get("count") == 2, "who knocked")
        alarm = browser.picture.things[key]
        assert (alarm["what"], alarm["head"]) == ("refused", "127.0.0.1")
        assert "refused somebody at 127.0.0.1" in sightline.logged
        assert "probots.listen" in sightline.logged
        await browser.leaves()
