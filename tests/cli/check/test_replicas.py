"""`sightline check` of one of several servers: the broker between them, and guards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from broker import Broker, ShippedBroker
from sightline.cli.check import broker as steps
from sightline.cli.check import replicas
from sightline.cli.main import main


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "_SYS_SECONDS", 0.5)
    monkeypatch.setattr(steps, "_LOG_SECONDS", 0.5)
    monkeypatch.setattr(replicas, "_TRIP_SECONDS", 2.0)


class Doctor:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], broker: Broker) -> None:
        self.folder = folder
        self._capsys = capsys
        self.broker = broker

    def looks(self, more: str = "", of_broker: str = "") -> dict[str, dict[str, str]]:
        """What it found, by step."""
        config = self.folder / "sightline.toml"
        config.write_text(
            f'[broker.main]\nhost = "127.0.0.1"\nport = {self.broker.port}\n{of_broker}\n'
            '[store]\nurl = "postgresql://nobody@127.0.0.1:1/x"\n[replicas]\nname = "a"\n'
            f"{more}\n"
        )
        main(["check", "--config", str(config), "--json", "--no-burst"])
        said = json.loads(self._capsys.readouterr().out)
        return {one["step"]: one for one in said["findings"] if one.get("step")}


@pytest.fixture
def doctor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    with Broker() as broker:
        yield Doctor(tmp_path, capsys, broker)


@pytest_twisted.ensureDeferred
async def test_a_client_id_that_every_server_would_have_is_warned_of(doctor):
    found = await deferToThread(doctor.looks, of_broker='client_id = "sightline"')
    assert found["client id"]["level"] == "warn"
    assert "-a" in found["client id"]["todo"]
    found = await deferToThread(doctor.looks, of_broker='client_id = "sightline_a"')
    assert found["client id"]["level"] == "ok"


@pytest_twisted.ensureDeferred
async def test_no_guard_at_all_is_warned_of(doctor):
    found = await deferToThread(doctor.looks, more="[driving]\nguard = false")
    assert found["guard"]["level"] == "warn"
    found = await deferToThread(doctor.looks)
    assert "guard" not in found


def test_a_broker_that_keeps_servers_apart_is_found(tmp_path, capsys):
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite owntracks/#\ntopic readwrite sightline/check/#\n")
    acl.chmod(0o644)
    with Broker(f"acl_file {acl}") as broker:
        found = Doctor(tmp_path, capsys, broker).looks()
    assert found["servers"]["level"] == "fail"
    assert "sightline/replicas/#" in found["servers"]["todo"]


def test_with_the_acl_we_ship_servers_hear_each_other(tmp_path, capsys):
    (tmp_path / "password").write_text("pw")
    (tmp_path / "password").chmod(0o600)
    more = 'user = "sightline"\npassword_file = "password"'
    with ShippedBroker({"sightline": "pw"}) as broker:
        found = Doctor(tmp_path, capsys, broker).looks(of_broker=more)
    assert found["servers"]["level"] == "ok"
