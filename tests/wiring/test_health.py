"""The weekly check of the databases, and the one sentence about what cannot be written."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.task import Clock

from sightline.accounts.database import Database
from sightline.auth.account import Account
from sightline.database.trouble import Degraded
from sightline.wiring import members
from sightline.wiring.health import Health
from waits import until

reactor: Any = _reactor
NAMES = (members.ACCOUNTS,)
HOUR, DAY = 3600.0, 86_400.0


class Scene:
    """A folder with accounts, a clock for the loop, and a wall clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        database = Database(folder, time.time)
        for number in range(80):
            database.put_account(Account(f"name{number}", "admin", password="x" * 90, created=1.0))
        database.close()
        self.clock = Clock()
        self.now = 1_795_235_000.0
        self.ills: dict[str, Degraded] = {}
        self.health = self.made()

    def made(self) -> Health:
        return Health(
            reactor,
            lambda: self.now,
            self.folder,
            NAMES,
            [(f"the {name}", partial(self.ills.get, name)) for name in ("history", "maps")],
            clock=self.clock,
        )

    async def passes(self, seconds: float) -> None:
        self.now += seconds
        self.clock.advance(seconds)
        await until(lambda: self.health._checking.called, "the end of the check")

    def checked(self) -> float | None:
        file = self.folder / "checked.json"
        if not file.exists():
            return None
        return float(json.loads(file.read_bytes())[members.ACCOUNTS])


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def spoil(path: Path) -> None:
    """Overwrites the last page."""
    with path.open("r+b") as file:
        file.seek(-4096, os.SEEK_END)
        file.write(os.urandom(4096))


@pytest_twisted.ensureDeferred
async def test_each_week_all_of_it_is_checked_and_damage_is_said(scene: Scene) -> None:
    scene.health.startService()
    await scene.passes(0)
    assert scene.checked() is None, "the start has enough to do"
    await scene.passes(HOUR)
    assert scene.checked() == scene.now
    first = scene.now
    spoil(scene.folder / members.ACCOUNTS)
    await scene.passes(6 * DAY)
    assert scene.checked() == first
    assert scene.health.trouble() is None
    await scene.passes(DAY + HOUR)
    trouble = scene.health.trouble()
    assert trouble is not None
    assert trouble.reason == "damaged"
    assert "accounts.db is damaged" in trouble.why
    assert "sightline restore" in trouble.why
    assert trouble.since == scene.now
    await scene.health.stopService()
    # It is not forgotten by a start: what was not whole is looked at again.
    scene.health = scene.made()
    scene.health.startService()
    await scene.passes(HOUR)
    assert scene.health.trouble() is not None
    await scene.health.stopService()


@pytest_twisted.ensureDeferred
async def test_a_clock_that_was_wrong_puts_no_check_off(scene: Scene) -> None:
    (scene.folder / "checked.json").write_text(f'{{"accounts.db":{scene.now + 900 * DAY}}}')
    scene.health.startService()
    await scene.passes(HOUR)
    assert scene.checked() == scene.now
    await scene.health.stopService()


@pytest_twisted.ensureDeferred
async def test_a_stop_does_not_wait_for_a_check(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []

    def endless(path: Path, seconds: Any, running: Any) -> str | None:
        sql = sqlite3.connect(":memory:", check_same_thread=False)
        running(sql)
        begun.append(path)
        try:
            sql.execute(
                "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
                " SELECT count(*) FROM n"
            ).fetchall()
        except sqlite3.OperationalError:
            return None
        finally:
            running(None)
            sql.close()
        return ""

    monkeypatch.setattr(members, "look_through", endless)
    scene.health.startService()
    scene.now += HOUR
    scene.clock.advance(HOUR)
    await until(lambda: begun, "the check")
    await scene.health.stopService()
    assert scene.checked() is None


def test_what_cannot_be_written_is_one_sentence(scene: Scene) -> None:
    health = scene.health
    assert health.trouble() is None
    scene.ills["history"] = Degraded("full", "database or disk is full")
    first = health.trouble()
    assert first is not None
    assert first.why == "The disk is full: the history cannot be written just now."
    scene.now += 60
    scene.ills["maps"] = Degraded("full", "database or disk is full")
    both = health.trouble()
    assert both is not None
    assert both.why == "The disk is full: the history and the maps cannot be written just now."
    assert both.since == first.since
    scene.ills.clear()
    assert health.trouble() is None
