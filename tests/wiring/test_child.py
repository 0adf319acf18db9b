"""What children get of our environment, and what others on this machine can read of our state.

Covers model/environment.py.
"""

from __future__ import annotations

import stat
from pathlib import Path

from broker import Broker, ShippedBroker
from sightline_process import SightlineProcess
from waits import wait_until


def children(pid: int) -> dict[str, str]:
    """The environment of each descendant, by its command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = (entry / "stat").read_text()
            if int(status.rpartition(")")[2].split()[1]) == pid:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found[command] = (entry / "environ").read_bytes().decode(errors="replace")
        except (OSError, ValueError):
            continue  # it is gone
    return found


SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "aws-secret",
    "HOOK_SECRET": "hook-secret-of-some-length",
    "SIGHTLINE_BROKER_OTHER_PASSWORD": "other-secret",
    "MY_PASSWORD": "own-secret",
}


def test_a_guard_gets_its_broker_s_password_and_no_other_secret(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with ShippedBroker({"sightline": "own-secret"}) as broker, Broker() as other:
        settings = f"""
            [broker.main]
            host = "127.0.0.1"
            port = {broker.port}
            user = "sightline"
            password_env = "MY_PASSWORD"
            [broker.other]
            host = "127.0.0.1"
            port = {other.port}
            user = "x"
            [driving]
            guard = true
            [webhook.house]
            url = "https://house.example.org/x"
            secret_env = "HOOK_SECRET"
        """
        with SightlineProcess(settings) as sightline:
            wait_until(lambda: sightline.logged.count("guard: connected") == 2)
            found = children(sightline.pid)
    guards = {command: environ for command, environ in found.items() if " guard " in command}
    assert len(guards) == 2
    for command, environ in guards.items():
        mine = "own-secret" if "--broker main" in command else "other-secret"
        assert mine in environ
        assert [one for one in SECRETS.values() if one != mine and one in environ] == []


def test_our_own_broker_and_the_simulation_get_no_secret(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "aws-secret")
    monkeypatch.setenv("HOOK_SECRET", "hook-secret")
    with SightlineProcess("[driving]\nguard = true\n", "--demo") as sightline:
        wait_until(lambda: len(children(sightline.pid)) >= 3)
        found = children(sightline.pid)
    assert {"mosquitto", "guard", "simulate"} <= {
        word for command in found for word in ("mosquitto", "guard", "simulate") if word in command
    }
    assert all("secret" not in environ for environ in found.values()), found


def test_a_state_folder_that_others_could_read_is_closed_to_them():
    sightline = SightlineProcess("")
    state = sightline.folder / "state"
    (state / "archive").mkdir(parents=True)
    (state / "archive" / "2026-01-01.mqtt").touch()
    (state / "notes").touch()
    for path in (state / "notes", state / "archive" / "2026-01-01.mqtt"):
        path.chmod(0o644)
    (state / "archive").chmod(0o755)
    state.chmod(0o755)
    (state / "elsewhere").symlink_to(sightline.folder / "sightline.toml")
    (sightline.folder / "sightline.toml").chmod(0o644)
    with sightline:
        wait_until(lambda: (state / "mosquitto" / "port").exists())
        assert "could be read by others" in sightline.logged
        assert stat.S_IMODE((sightline.folder / "sightline.toml").stat().st_mode) == 0o644
        for path in (state, state / "archive", state / "mosquitto"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
        for path in (state / "notes", state / "archive" / "2026-01-01.mqtt"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
