"""scripts/run_server.sh as people use it: its options, its words, and that Ctrl-C ends all of it.

These run the real script in this clone; scripts/test.sh has set everything up before, so that the
script finds nothing left to install.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from broker import free_port
from waits import wait_until

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "run_server.sh"
DEADLINE = 60.0
T = TypeVar("T")

set_up = pytest.mark.skipif(
    not (ROOT / ".venv" / ".stamp-base").exists() or not (ROOT / ".cache" / "page.stamp").exists(),
    reason="nothing is set up in this clone yet: scripts/test.sh does it",
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, *arguments], capture_output=True, text=True, timeout=DEADLINE, check=False
    )


def get(port: int, path: str) -> str | None:
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer,
    ):
        text: str = answer.read().decode()
        return text
    return None


def started(session: int, state: Path) -> list[str]:
    """The processes of a terminal session, or with that state folder, as their command lines.

    The private broker has a session of its own, and no child gets our environment.
    """
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it may be gone by now
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if os.getsid(int(process.name)) == session or str(state) in command:
                found.append(command)
    return [command for command in found if command]  # an empty one is a zombie


class Foreground:
    """The script in a terminal session of its own."""

    def __init__(self, log: Path, *arguments: str) -> None:
        self.log = log
        self.mark = f"SIGHTLINE_TEST_RUN={log}"
        name, _, value = self.mark.partition("=")
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [SCRIPT, *arguments],
                stdout=out,
                stderr=out,
                start_new_session=True,
                env=os.environ | {name: value},
            )

    def says(self, pattern: str) -> str:
        def look() -> str | None:
            found = re.search(pattern, self.log.read_text())
            return found[0] if found else None

        return wait_until(look, lambda: f"{pattern} in:\n{self.log.read_text()}")

    def ctrl_c(self) -> int:
        """What a terminal does: the signal goes to everybody in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(DEADLINE)


@pytest.fixture
def foreground(tmp_path: Path) -> Iterator[Callable[..., Foreground]]:
    started: list[Foreground] = []

    def start(*arguments: str) -> Foreground:
        one = Foreground(tmp_path / f"log{len(started)}", *arguments)
        started.append(one)
        return one

    yield start
    for one in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.wait(DEADLINE)


def test_help_names_every_option():
    text = run("--help").stdout
    known = set(re.findall(r"^ +(?:-h \| )?(--[a-z-]+)\)", SCRIPT.read_text(), re.MULTILINE))
    assert len(known) >= 8
    assert {option for option in known if option not in text} == set()


def test_nothing_that_a_build_makes_is_a_source_of_the_page():
    """Else a second start would build it once more."""
    listed = ["bash", "-c", f"ROOT={ROOT}; . scripts/lib/setup.sh; page_sources"]
    sources = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
    assert b"web/src/main" in sources
    ignored = ["git", "check-ignore", "-z", "--stdin"]
    made = subprocess.run(ignored, cwd=ROOT, capture_output=True, input=sources, check=False)
    assert (made.stdout, made.stderr) == (b"", b"")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--prot", "1"], "There is no option --prot; scripts/run_server.sh --help lists"),
        (["--config", "/no/such.toml"], "There is no file /no/such.toml."),
        (["--config"], "--config needs a value"),
        (["--port", "many"], "--port must be a number from 0 to 65535 (is many)."),
        (["--port=70000"], "--port must be a number from 0 to 65535 (is 70000)."),
    ],
)
def test_a_wrong_option_is_answered_in_a_sentence(arguments, message):
    answer = run(*arguments)
    assert answer.returncode == 1
    assert answer.stderr.startswith(message)


@set_up
def test_it_serves_the_page_until_ctrl_c_which_ends_all_of_it(tmp_path, foreground):
    port = free_port()
    server = foreground("--port", str(port), "--state", str(tmp_path / "state"), "--demo")
    server.says(rf"Sightline is at http://127\.0\.0\.1:{port}")
    assert "<html" in (get(port, "/") or "")
    ready = wait_until(lambda: get(port, "/readyz"), "ready with its private broker")
    assert json.loads(ready)["ok"] is True
    server.says("Simulating 8 friends and 3 robots")
    assert {"twistd", "mosquitto", "simulate"} == {
        part
        for command in started(server.process.pid, tmp_path / "state")
        for part in ("twistd", "mosquitto", "simulate")
        if part in command
    }
    assert server.ctrl_c() in (0, -signal.SIGINT)
    wait_until(lambda: not started(server.process.pid, tmp_path / "state"), "everybody is gone")


@set_up
def test_a_taken_port_is_said_in_a_sentence(tmp_path, foreground):
    port = free_port()
    foreground("--port", str(port), "--state", str(tmp_path / "a")).says("Sightline is at")
    second = foreground("--port", str(port), "--state", str(tmp_path / "b"))
    assert second.process.wait(DEADLINE) != 0
    second.says(rf"cannot listen on 127\.0\.0\.1:{port}: Address already in use")
    assert "Traceback" not in second.log.read_text()


@set_up
def test_wrong_settings_are_said_with_file_and_key(tmp_path, foreground):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[fanout]\ntick_ms = -1\n")
    server = foreground("--config", str(wrong))
    assert server.process.wait(DEADLINE) != 0
    server.says(rf"{wrong}: fanout\.tick_ms: must be a whole number from 0 to 10000 \(is -1\)")
    assert "Traceback" not in server.log.read_text()


@set_up
def test_it_runs_in_the_background_until_told_to_stop(tmp_path):
    port, state = free_port(), ["--state", str(tmp_path / "state")]
    assert run("--status", *state).returncode == 3
    try:
        started = run("--daemon", "--port", str(port), *state)
        assert started.returncode == 0, started.stderr
        assert f"Sightline is at http://127.0.0.1:{port}" in started.stderr
        assert "To stop it: scripts/run_server.sh --stop" in started.stderr
        assert get(port, "/healthz")
        assert run("--status", *state).returncode == 0
        again = run("--daemon", "--port", str(free_port()), *state)
        assert again.returncode == 1
        assert "runs already" in again.stderr
    finally:
        stopped = run("--stop", *state)
    assert stopped.stderr == "Stopped.\n"
    assert get(port, "/healthz") is None
    assert "No server runs" in run("--stop", *state).stderr
