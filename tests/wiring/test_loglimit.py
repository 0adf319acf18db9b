"""An outage fills no log."""

from __future__ import annotations

import contextlib
import re
import socket
import threading

import pytest
from twisted.logger import Logger, formatEvent

from broker import free_port
from sightline.wiring.loglimit import Limited, LineLimit
from sightline_process import SightlineProcess
from waits import wait_until

TRIES = 12


class Log:
    """Lines as they are written, on a clock that the test turns."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lines: list[str] = []
        limited = Limited(
            lambda event: self.lines.append(formatEvent(event)), LineLimit(self.clock)
        )
        self.store = Logger("sightline.store", observer=limited)
        self.bridge = Logger("sightline.bridge", observer=limited)
        self.other = Logger("others.part", observer=limited)

    def clock(self) -> float:
        return self.now


@pytest.fixture
def log() -> Log:
    return Log()


def test_the_same_line_comes_once_a_minute_with_how_many_were_left_out(log):
    for second in range(180):
        log.now = second
        log.store.warn("no table: {why} after {took} s", why="refused", took=second / 7)
    assert len(log.lines) == 3
    assert log.lines[0] == "no table: refused after 0.0 s"
    assert log.lines[1].endswith("(59 more lines like this were left out)")


@pytest.mark.parametrize("kinds", [1, 2, 5, 100])
def test_however_many_causes_an_outage_has_a_part_warns_six_times_a_minute_at_most(log, kinds):
    words = ["".join(chr(97 + (n >> 4 * k & 15)) for k in range(2)) for n in range(kinds)]
    for tick in range(2400):
        log.now = tick / 4
        log.bridge.warn("lost: {why}", why=words[tick % kinds])
    # 10 minutes: the first says a little more.
    assert len(log.lines) <= 6 + 9 * 2 + 2


def test_what_comes_once_comes_at_once(log):
    log.bridge.info("connected to a")
    log.bridge.info("connected to b1")
    log.bridge.info("connected to b2")
    log.store.error("one")
    log.store.error("another")
    log.other.info("not ours")
    log.other.info("not ours")
    assert len(log.lines) == 7


def test_failures_are_told_apart_by_what_they_are(log):
    for error in (ValueError("a"), KeyError("a"), ValueError("a")):
        try:
            raise error
        except Exception:
            log.store.failure("it failed")
    assert len(log.lines) == 2


def test_the_memory_of_lines_is_bounded(log):
    for n in range(10_000):
        log.bridge.info(f"line {n}")
    assert len(log.bridge.observer._limit._lines) <= 500  # type: ignore[attr-defined]


class Away:
    """Where a table should be: whoever comes is hung up on, and counted."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.asked = 0

    def _hangs_up(self) -> None:
        with contextlib.suppress(OSError):  # it is closed in the end
            while True:
                self._listening.accept()[0].close()
                self.asked += 1

    def __enter__(self) -> Away:
        self._thread = threading.Thread(target=self._hangs_up)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()


def test_a_table_that_is_away_at_the_start_fills_no_log(monkeypatch):
    """The same line came for every second try."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    table = Away()
    settings = f"""
        [broker.main]
        host = "127.0.0.1"
        port = {free_port()}
        [driving]
        guard = false
        [history]
        store = "dynamodb"
        [dynamodb]
        region = "eu-west-1"
        endpoint = "http://127.0.0.1:{table.port}"
    """
    with table, SightlineProcess(settings) as sightline:
        wait_until(lambda: table.asked >= TRIES, lambda: f"the tries: {table.asked}")
        lines = [re.sub("[0-9.]+", "#", line) for line in sightline.logged.splitlines()]
    grave = [line.partition("]")[2] for line in lines if re.search("#(warn|error|critical)", line)]
    assert grave
    assert len(grave) == len(set(grave)), grave
