"""What is acknowledged is kept: kills, a store that is held, a full disk, 20,000 retained messages.

Real brokers, a real server in a process of its own, real files.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from broker import Broker
from mqtt.scene import Publisher as RawPublisher
from postgres import needs_postgres, prepared
from sightline.mqtt.paho_client import stop_loop
from sightline_process import SightlineProcess
from waits import wait_until

T0 = int(time.time()) - 50_000


def settings(port: int, more: str = "") -> str:
    return (
        f'[broker.main]\nhost = "127.0.0.1"\nport = {port}\n'
        f"[driving]\nguard = false\n[limits]\nrequests_per_second = 1000\n{more}"
    )


def asks(server: SightlineProcess, path: str) -> Any:
    with urllib.request.urlopen(server.url + path, timeout=60) as answer:
        return json.load(answer)


def ready(server: SightlineProcess) -> bool:
    try:
        return bool(asks(server, "readyz")["ok"])
    except (OSError, urllib.error.URLError):
        return False


def stored(server: SightlineProcess) -> list[int]:
    """The tst of every fix in the file, T0 being 0."""
    sql = sqlite3.connect(server.folder / "state" / "history.db", timeout=60)
    try:
        rows = sql.execute(
            "SELECT tst FROM entry WHERE sort = (SELECT id FROM sort WHERE name = 'fix')"
        ).fetchall()
    finally:
        sql.close()
    return sorted(tst // 1_000_000 - T0 for (tst,) in rows)


def in_log(server: SightlineProcess, number: int) -> bool:
    """Whether the fix of this number is in the log, be it in the store or not."""
    log = server.folder / "state" / "history-log"
    said = b'"tst":%d' % (T0 + number)
    return any(said in path.read_bytes() for path in log.glob("*.jsonl"))


def vitals(server: SightlineProcess) -> dict[str, Any]:
    found: dict[str, Any] = asks(server, "api/1/things/server/sightline")["thing"]
    return found


class Publisher:
    """Publishes fixes at QoS 1; ``acked`` counts those that the broker acknowledged."""

    def __init__(self, port: int, user: str = "jane") -> None:
        self.acked = 0
        self._user = user
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.max_inflight_messages_set(100)
        self.client.on_publish = self._published
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def _published(self, *_: Any) -> None:
        self.acked += 1

    def send(self, *numbers: int) -> None:
        for number in numbers:
            fix = {"_type": "location", "lat": 48.5, "lon": 2.25, "tst": T0 + number}
            self.client.publish(f"owntracks/{self._user}/x", json.dumps(fix), qos=1)

    def close(self) -> None:
        self.client.disconnect()
        stop_loop(self.client)


@pytest.fixture
def broker() -> Iterator[Broker]:
    lines = ("max_inflight_messages 1000", "max_queued_messages 100000", "log_type all")
    with Broker(*lines) as made:
        yield made


@pytest.fixture
def publisher(broker: Broker) -> Iterator[Publisher]:
    made = Publisher(broker.port)
    yield made
    made.close()


def told(server: SightlineProcess) -> list[int]:
    """The tst of every fix of jane's, as the server answers; T0 being 0."""
    try:
        found = asks(server, "api/1/history/friend/jane/x?limit=10000&fields=tst")
    except urllib.error.HTTPError:
        return []
    return [each["tst"] - T0 for each in found["data"]]


def tears(server: SightlineProcess) -> None:
    """Leave the newest file of the log as a power cut does: with the half of a line at its end."""
    log = server.folder / "state" / "history-log"
    newest = max(log.glob("*.jsonl"))
    with newest.open("ab") as file:
        file.write(newest.read_bytes().splitlines(keepends=True)[0][:77])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=needs_postgres)])
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """The lines of the settings that name it."""
    if request.param == "sqlite":
        yield ""
    else:
        with prepared() as url:
            yield f'[store]\nurl = "{url}"\n'


@pytest.mark.timeout(900)  # the server starts 21 times
def test_what_the_broker_has_our_word_for_survives_twenty_kills(
    broker: Broker, publisher: Publisher, store: str
) -> None:
    count, kills = 5000, 20
    with SightlineProcess(settings(broker.port, store)) as server:
        wait_until(lambda: ready(server), "a connection to the broker")
        for kill in range(kills):
            numbers = range(kill * count // kills, (kill + 1) * count // kills)
            first = numbers[0]
            if kill == kills - 1:  # this time for certain with some that it never acknowledged
                os.kill(server.pid, signal.SIGSTOP)
                publisher.send(*numbers)
                wait_until(lambda: publisher.acked == count, "the broker's word for all")
            else:  # in the middle of it: some are safe, some are not, some are in the store
                publisher.send(*numbers)
                wait_until(lambda n=first: in_log(server, n), "the first of this burst")
            server.end(signal.SIGKILL)
            tears(server)
            server.start()
        wait_until(lambda: publisher.acked == count, "the broker's word for all")
        wait_until(lambda: len(told(server)) >= count, "all in the history")
        assert told(server) == list(range(count))
        assert store or stored(server) == list(range(count))
        assert vitals(server).get("damaged_lines", 0) == 0
        # Some came twice, or this would have shown nothing.
        assert "(d1, q1" in broker.logged


def test_what_is_in_the_log_alone_survives_a_kill_and_a_broker_that_knows_nothing(
    broker: Broker, publisher: Publisher
) -> None:
    """The store is held by somebody else for as long as it takes."""
    count = 2000
    with SightlineProcess(settings(broker.port)) as server:
        wait_until(lambda: ready(server), "a connection to the broker")
        publisher.send(0)
        wait_until(lambda: stored(server) == [0], "the first fix")
        other = sqlite3.connect(server.folder / "state" / "history.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        publisher.send(*range(1, count))
        wait_until(lambda: in_log(server, count - 1), "all in the log")
        wait_until(lambda: asks(server, "readyz").get("history"), "a word that the store is held")
        assert stored(server) == [0]
        server.end(signal.SIGKILL)
        other.close()
        broker.restart()
        server.start()
        wait_until(lambda: len(stored(server)) >= count, "all in the history")
        assert stored(server) == list(range(count))
        # Who asks now sees the newest.
        one = asks(server, "api/1/things/friend/jane/x")["thing"]
        assert one["tst"] == T0 + count - 1


def test_a_locked_file_holds_up_neither_the_map_nor_loses_anything(
    broker: Broker, publisher: Publisher
) -> None:
    with SightlineProcess(settings(broker.port)) as server:
        wait_until(lambda: ready(server), "a connection to the broker")
        publisher.send(0)
        wait_until(lambda: stored(server) == [0], "the first fix")
        other = sqlite3.connect(server.folder / "state" / "history.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        # More than the broker sends without our word for them.
        publisher.send(*range(1, 3001))
        wait_until(lambda: vitals(server).get("history_why"), "an alarm on the page")
        sent = 3001

        def shown() -> bool:
            nonlocal sent
            publisher.send(sent)
            sent += 1
            return bool(asks(server, "api/1/things/friend/jane/x")["thing"]["tst"] > T0 + 3000)

        wait_until(shown, "the newest position, although nothing is kept")
        assert vitals(server)["unindexed"] > 0
        # The broker was told yes for all of them: they are in the log.
        wait_until(lambda: publisher.acked == sent, "the broker's word for all")
        assert vitals(server)["lag"] < 500
        assert stored(server) == [0]
        other.execute("ROLLBACK")
        other.close()
        wait_until(lambda: len(stored(server)) == sent, "all in the history")
        assert stored(server) == list(range(sent))
        wait_until(lambda: not vitals(server).get("history_why"), "the end of the alarm")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_said_and_when_it_has_room_again_nothing_is_lost(
    broker: Broker, publisher: Publisher
) -> None:
    server = SightlineProcess(settings(broker.port, "disk_floor_mb = 0\n"))
    state = server.folder / "state"
    state.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(state)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        with server:
            wait_until(lambda: ready(server), "a connection to the broker")
            publisher.send(0)
            wait_until(lambda: stored(server) == [0], "the first fix")
            rest = state / "rest"
            with rest.open("wb", buffering=0) as filler:
                try:
                    while True:
                        filler.write(bytes(4096))
                except OSError:
                    pass
            publisher.send(*range(1, 2001))
            why = wait_until(lambda: vitals(server).get("history_why"), "an alarm on the page")
            assert "full" in why
            assert asks(server, "readyz")["history"] == why
            with urllib.request.urlopen(f"{server.url}metrics", timeout=60) as figures:
                assert b"sightline_history_failing 1.0" in figures.read()
            # What is there can still be asked.
            assert asks(server, "api/1/history/friend/jane/x?limit=1")["count"] == 1
            rest.unlink()
            wait_until(lambda: len(stored(server)) == 2001, "all in the history")
            assert stored(server) == list(range(2001))
            wait_until(lambda: not vitals(server).get("history_why"), "the end of the alarm")
            server.end()
    finally:
        subprocess.run(["umount", "-l", str(state)], check=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_some_of_a_full_disk_is_left_to_accounts(broker: Broker, publisher: Publisher) -> None:
    server = SightlineProcess(settings(broker.port, "disk_floor_mb = 8\n"))
    state = server.folder / "state"
    state.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(state)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        with server:
            wait_until(lambda: ready(server), "a connection to the broker")
            publisher.send(0)
            wait_until(lambda: stored(server) == [0], "the first fix")
            rest = state / "rest"
            free = shutil.disk_usage(state).free
            rest.write_bytes(bytes(free - 7_000_000))
            why = wait_until(
                lambda: vitals(server).get("history_why") or publisher.send(0), "an alarm"
            )
            assert "left to accounts and the audit log" in why
            publisher.send(*range(1, 2001))
            wait_until(lambda: (vitals(server).get("backlog") or 0) >= 20, "messages that wait")
            assert shutil.disk_usage(state).free > 6_000_000
            assert stored(server) == [0]
            rest.unlink()
            wait_until(lambda: len(stored(server)) == 2001, "all in the history")
            wait_until(lambda: not vitals(server).get("history_why"), "the end of the alarm")
            server.end()
    finally:
        subprocess.run(["umount", "-l", str(state)], check=False)


def test_a_damaged_history_stops_the_start_with_a_clear_word(broker: Broker) -> None:
    server = SightlineProcess(settings(broker.port))
    (server.folder / "state").mkdir()
    path: Path = server.folder / "state" / "history.db"
    path.write_bytes(b"this is no database at all" * 100)
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match=r"damaged.*sightline restore"):
        server.start()
    assert "Traceback" not in server.logged
    assert path.read_bytes() == before
    server.__exit__()


def test_twenty_thousand_retained_messages_and_a_restart_without_them() -> None:
    lines = ("max_inflight_messages 1000", "max_queued_messages 100000")
    with Broker(*lines) as broker:
        _twenty_thousand(broker)


def _twenty_thousand(broker: Broker) -> None:
    count = 20_000
    publisher = RawPublisher(broker.port)
    for number in range(count):
        fix = {"_type": "location", "lat": 48.5, "lon": 2.25, "tst": T0 + number}
        publisher.send(f"owntracks/u{number}/x", json.dumps(fix).encode(), retain=True)
    publisher.close()
    with SightlineProcess(settings(broker.port)) as server:
        wait_until(lambda: vitals(server).get("things", 0) >= count, "all of them in the world")
        wait_until(lambda: len(stored(server)) == count, "all of them in the history")
        # Again, with a broker that knows nothing: the world comes from the history alone.
        server.end(signal.SIGKILL)
        broker.restart()
        server.start()
        wait_until(lambda: vitals(server).get("things", 0) >= count, "the world as it was")
        one = asks(server, "api/1/things/friend/u7/x")["thing"]
        assert (one["lat"], one["tst"], one["presence"]) == (48.5, T0 + 7, "offline")
