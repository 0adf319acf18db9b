"""A server and its command line on a state folder that is not whole: one line, and nothing new.

Covers cli/state.py.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import preloaded
from sightline_process import SightlineProcess
from waits import wait_until

SETTINGS = "[accounts]\nhash_memory = 1024\nhash_passes = 1\n"
PASSWORD = "quite-a-long-one-7"


def sightline(state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    config = state.parent / "sightline.toml"
    settings = ("--config", config) if config.exists() else ()
    return preloaded.sightline(*words, "--state", state, *settings, input=PASSWORD)


def _welcomes(server: SightlineProcess) -> None:
    """Wait for the link that makes the first admin: it comes after the server answers."""
    wait_until(lambda: "#welcome=" in server.logged, "the link for the first admin")


@pytest.mark.parametrize("name", ["accounts.db", "history.db", "regions.db", "channels.db"])
def test_a_start_without_a_member_stops_and_invites_nobody(name: str, tmp_path: Path) -> None:
    with SightlineProcess(SETTINGS) as server:
        state = server.folder / "state"
        assert sightline(state, "user", "add", "jane", "--role", "admin").returncode == 0
        assert sightline(state, "backup", str(tmp_path / "kept")).returncode == 0
        server.end()
        for how in ("removed", "empty", "page"):
            path = state / name
            whole = path.read_bytes()
            if how == "removed":
                path.unlink()
            elif how == "empty":
                os.truncate(path, 0)
            else:
                path.write_bytes(whole[:4096] + os.urandom(4096) + whole[8192:])
            said_before = len(server.logged)
            with pytest.raises(RuntimeError, match="does not start"):
                server.start()
            assert server._process is not None
            assert server._process.ended() == 1
            said = server.logged[said_before:]
            assert "welcome" not in said
            assert "Traceback" not in said
            [line] = [each for each in said.splitlines() if "sightline: " in each]
            assert name in line
            assert "sightline restore" in line
            server._process = None
            if name == "accounts.db" and how != "page":
                refused = sightline(state, "user", "add", "eve", "--role", "admin")
                assert refused.returncode == 1
                assert name in refused.stderr
                assert "Traceback" not in refused.stderr
                assert not path.exists() or not path.stat().st_size
            path.write_bytes(whole)
        server.start()
        assert "jane" in sightline(state, "user", "list").stdout
        server.end()
        (state / "accounts.db").unlink()
        assert sightline(state, "restore", str(tmp_path / "kept")).returncode == 0
        server.start()
        assert "jane" in sightline(state, "user", "list").stdout


def test_accounts_that_are_lost_for_good_are_begun_anew_from_the_command_line_only() -> None:
    with SightlineProcess(SETTINGS) as server:
        state = server.folder / "state"
        _welcomes(server)
        invited = server.logged.count("#welcome=")
        server.restart()
        wait_until(
            lambda: server.logged.count("#welcome=") == invited + 1, "nobody has had an account"
        )
        assert sightline(state, "state", "accept").returncode == 1, "the server runs"
        server.end()
        (state / "accounts.db").unlink()
        accepted = sightline(state, "state", "accept")
        assert accepted.returncode == 0, accepted.stderr
        assert "accounts.db  begins anew" in accepted.stdout
        server.start()
        advice = "Type: sightline user add NAME --role admin"
        wait_until(lambda: advice in server.logged, "what to do instead of a link")
        assert server.logged.count("#welcome=") == invited + 1
        assert sightline(state, "user", "add", "root", "--role", "admin").returncode == 0
        assert "whole" in sightline(state, "state", "check").stdout
        server.restart()
        assert server.logged.count("#welcome=") == invited + 1


def test_an_account_can_be_made_before_the_first_start(tmp_path: Path) -> None:
    server = SightlineProcess(SETTINGS)
    state = server.folder / "state"
    done = sightline(state, "user", "add", "root", "--role", "admin")
    assert done.returncode == 0, done.stderr
    assert state.stat().st_mode & 0o777 == 0o700
    with server:
        assert "#welcome=" not in server.logged
        assert "root" in sightline(state, "user", "list").stdout
    assert sightline(tmp_path / "none" / "state", "user", "add", "x").returncode == 1
    assert sightline(tmp_path / "nothing", "user", "list").returncode == 1


def test_a_first_start_that_is_killed_is_followed_by_a_whole_one() -> None:
    for _ in range(3):
        server = SightlineProcess(SETTINGS)
        state = server.folder / "state"
        state.mkdir(mode=0o700)
        (state / "state.json").write_text(
            '{"folder":"0123456789abcdef","making":["accounts.db","regions.db","history.db","channels.db"]}'
        )
        (state / "accounts.db").touch()
        with server:
            _welcomes(server)
