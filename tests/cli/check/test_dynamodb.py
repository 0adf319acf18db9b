"""`sightline check` of history in DynamoDB: table, rights and clock, each named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from aws import ENVIRON, Weather, dynamo_store, endpoint
from broker import Broker
from sightline.cli.check import broker as steps
from sightline.cli.check import dynamodb
from sightline.cli.main import main


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "_SYS_SECONDS", 0.5)
    monkeypatch.setattr(steps, "_LOG_SECONDS", 0.5)
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)


class Doctor:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], broker: Broker) -> None:
        self.folder = folder
        self._capsys = capsys
        self.broker = broker

    def looks(
        self, table: str, at: str = "", more: str = "", of_broker: str = "", region: str = "x"
    ) -> dict[str, dict[str, str]]:
        """What it found, by step."""
        config = self.folder / "sightline.toml"
        config.write_text(
            f'[broker.main]\nhost = "127.0.0.1"\nport = {self.broker.port}\n{of_broker}\n'
            '[history]\nstore = "dynamodb"\n'
            f'[dynamodb]\ntable = "{table}"\nregion = "{region and "eu-west-1"}"\n'
            f'endpoint = "{at or endpoint()}"\n{more}\n'
        )
        main(["check", "--config", str(config), "--json", "--no-burst"])
        said = json.loads(self._capsys.readouterr().out)
        return {one["step"]: one for one in said["findings"] if one.get("step")}

    async def makes(self, table: str) -> str:
        """The table, as the server makes it."""
        store = dynamo_store(self.folder, name=table)
        await store.open()
        await store.close()
        return table


@pytest.fixture
def doctor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    with Broker() as broker:
        yield Doctor(tmp_path, capsys, broker)


OURS = ("credentials", "table", "clock", "rights")


@pytest_twisted.ensureDeferred
async def test_a_set_up_that_is_right_is_found_right_and_left_as_it_was(doctor):
    table = await doctor.makes("check-right")
    found = await deferToThread(doctor.looks, table, more="ttl_days = 30")
    assert {step: found[step]["level"] for step in OURS} == dict.fromkeys(OURS, "ok"), found
    assert "secret" not in json.dumps(found)
    store = dynamo_store(doctor.folder, name=table)
    await store.open()
    assert list(await store.things()) == []
    async for item in store._table.query("check"):
        raise AssertionError(item)
    await store.close()


@pytest_twisted.ensureDeferred
async def test_each_right_that_is_missing_is_named(doctor):
    table = await doctor.makes("check-rights")
    weather = Weather()
    try:
        for denied in (["UpdateItem", "BatchGetItem"], ["Query", "BatchWriteItem"]):
            weather.mood = lambda call, these=tuple(denied): (
                "AccessDeniedException" if call in these else None
            )
            found = await deferToThread(doctor.looks, table, weather.endpoint)
            assert found["rights"]["level"] == "fail"
            for call in denied:
                assert f"dynamodb:{call}" in found["rights"]["todo"]
            assert found["rights"]["todo"].count("dynamodb:") == len(denied)
    finally:
        await weather.end()


@pytest_twisted.ensureDeferred
async def test_every_call_that_the_server_makes_is_tried(doctor):
    from playbooks.test_store_table import NEEDED_TO_MAKE_IT, called

    table = await doctor.makes("check-calls")
    weather = Weather()
    try:
        await deferToThread(doctor.looks, table, weather.endpoint, "ttl_days = 30")
        assert set(weather.asked) == called() - NEEDED_TO_MAKE_IT
    finally:
        await weather.end()


@pytest_twisted.ensureDeferred
async def test_a_table_that_is_not_there_cannot_be_reached_or_is_denied_is_told_apart(doctor):
    found = await deferToThread(doctor.looks, "check-none")
    assert (found["table"]["level"], "CreateTable" in found["table"]["todo"]) == ("warn", True)
    found = await deferToThread(doctor.looks, "check-none", "http://127.0.0.1:9")
    assert found["table"]["level"] == "fail"
    assert "network" in found["table"]["todo"]
    weather = Weather()
    try:
        weather.mood = lambda call: "AccessDeniedException"
        found = await deferToThread(doctor.looks, "check-none", weather.endpoint)
        assert "dynamodb:DescribeTable" in found["table"]["todo"]
    finally:
        await weather.end()


@pytest_twisted.ensureDeferred
async def test_without_credentials_or_region_that_is_said(doctor, monkeypatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    found = await deferToThread(doctor.looks, "check-x", region="")
    assert "AWS_REGION" in found["region"]["todo"]
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    found = await deferToThread(doctor.looks, "check-x")
    assert found["credentials"]["level"] == "fail"
    assert "AWS_ACCESS_KEY_ID" in found["credentials"]["todo"]
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    found = await deferToThread(doctor.looks, "check-x")
    assert "EC2" in found["credentials"]["todo"]


@pytest_twisted.ensureDeferred
async def test_the_clock_is_held_against_the_answers_date(doctor, monkeypatch):
    table = await doctor.makes("check-clock")
    now = dynamodb.time.time
    monkeypatch.setattr(dynamodb.time, "time", lambda: now() + 3600)
    found = await deferToThread(doctor.looks, table)
    assert found["clock"]["level"] == "fail"
    assert "ahead" in found["clock"]["said"]
