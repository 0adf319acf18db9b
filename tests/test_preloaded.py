"""A fork of what has loaded Sightline is as good as a start of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from broker import free_port
from child_process import ChildProcess
from preloaded import Forked, can_be_forked, sightline
from sightline_process import SightlineProcess

SIGHTLINE = Path(sys.executable).with_name("sightline")


@pytest.mark.parametrize("words", [("--version",), ("nonsense",), ("user", "list")])
def test_a_command_says_and_returns_what_it_does_when_it_is_started(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    started = subprocess.run([SIGHTLINE, *words], cwd=tmp_path, capture_output=True, text=True)
    forked = sightline(*words, folder=tmp_path)
    assert isinstance(ChildProcess([SIGHTLINE, *words], folder=tmp_path)._process, Forked)
    assert (forked.returncode, forked.stdout, forked.stderr) == (
        started.returncode,
        started.stdout,
        started.stderr,
    )


def test_two_servers_are_two_processes_and_each_ends_by_its_own_signal() -> None:
    with SightlineProcess() as one, SightlineProcess() as other:
        assert one.pid != other.pid
        assert one.end(signal.SIGKILL) == -signal.SIGKILL
        assert Path(f"/proc/{other.pid}/cwd").resolve() == other.folder
        assert other.end(signal.SIGTERM) == -signal.SIGTERM
        assert "Main loop terminated" in other.logged


def test_a_command_that_fails_to_reach_its_broker_can_be_interrupted(tmp_path: Path) -> None:
    log = tmp_path / "log"
    play = ["simulate", "probot", "--broker", f"127.0.0.1:{free_port()}"]
    process = ChildProcess([SIGHTLINE, *play], log)
    assert process.end(signal.SIGINT) in (0, 130, -signal.SIGINT)


def test_what_has_to_be_there_before_python_is_started_as_always() -> None:
    command = [str(SIGHTLINE), "--version"]
    assert can_be_forked(command, os.environ)
    assert not can_be_forked(command, os.environ | {"PYTHONPATH": "elsewhere"})
    assert not can_be_forked(command, os.environ | {"LD_PRELOAD": "clock.so"})
    assert not can_be_forked(command, os.environ | {"COVERAGE_PROCESS_CONFIG": "x"})
    assert not can_be_forked([sys.executable, "-c", "pass"], os.environ)
    assert not can_be_forked(["mosquitto", "-p", "1"], os.environ)
