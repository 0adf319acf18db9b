"""A restore that is cut off anywhere leaves all of the old or all of the new, and says so."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from child_process import processor_seconds
from sightline.accounts.database import Database
from sightline.auth.account import Account
from sightline.channels.options import ChannelOptions
from sightline.channels.store import ChannelStore
from sightline.cli.main import main
from sightline.history import tables
from sightline.history.record import entry
from sightline.history.writing import StoreWriter
from sightline.regions.store import RegionStore
from sightline.rules.store import RuleStore
from sightline.wiring import members, switch
from sightline.wiring.state_folder import opened
from waits import wait_until

NEW, OLD = "new", "old"
_CALLS = ("open", "mkdir", "rename", "replace", "fsync", "unlink", "rmdir", "fdopen")


def fill(folder: Path, word: str) -> None:
    """Databases that each hold this word; as a server leaves them."""
    folder.mkdir(mode=0o700, exist_ok=True)
    database = Database(folder, time.time)
    database.put_account(Account(word, "admin", created=1.0))
    database.close()
    store = RegionStore(folder, time.time)
    store.note([f"friend/{word}/phone"], [])
    store.close()
    ChannelStore(folder, ChannelOptions()).close()
    RuleStore(folder).close()
    writer = StoreWriter(tables.opened(folder / tables.FILE))
    writer.write([entry(f"friend/{word}/phone", "fix", 1, 1, b"{}")], [])
    writer.close()
    found = members.examine(folder, members.ALL)
    members.seal(folder, found, members.ALL)


def held(folder: Path) -> set[str]:
    """The words in the databases of a folder, as the next start finds them."""
    opened(folder, members.ALL, lambda *_, **__: None)
    found = set()
    for name, question in (
        (members.ACCOUNTS, "SELECT name FROM account"),
        (members.REGIONS, "SELECT thing FROM met"),
        (members.HISTORY, "SELECT key FROM thing"),
    ):
        sql = sqlite3.connect(folder / name)
        [(word,)] = sql.execute(question).fetchall()
        sql.close()
        found.add(word.removeprefix("friend/").removesuffix("/phone"))
    return found


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    fill(tmp_path / "other", NEW)
    assert main(["backup", "--state", str(tmp_path / "other"), str(tmp_path / "backup")]) == 0
    return tmp_path / "backup"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    fill(tmp_path / "old", OLD)
    return tmp_path / "old"


class Cut(BaseException):
    """The power is gone."""


class Power:
    """Goes at the given call of the system, and does not come back before `on`."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int) -> None:
        self.left = at
        self._patch = patch
        for name in _CALLS:
            patch.setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left <= 0:
                raise Cut
            return call(*args, **kwargs)

        return counted


def restores(state: Path, backup: Path) -> int:
    return main(["restore", "--state", str(state), str(backup)])


def test_power_that_goes_at_any_step_leaves_all_old_or_all_new(
    tmp_path: Path, backup: Path, old: Path
) -> None:
    outcomes: list[set[str]] = []
    for at in range(1, 500):
        state = tmp_path / "state"
        shutil.copytree(old, state)
        with pytest.MonkeyPatch.context() as patch:
            power = Power(patch, at)
            try:
                restores(state, backup)
            except Cut:
                pass
            cut = power.left <= 0
        outcomes.append(held(state))
        assert not (state / switch.STAGE).exists()
        assert not (state / switch.PLAN).exists()
        shutil.rmtree(state)
        if not cut:
            break
    assert len(outcomes) > 30
    assert all(found in ({OLD}, {NEW}) for found in outcomes), outcomes
    assert outcomes[0] == {OLD}
    assert outcomes[-1] == {NEW}
    assert outcomes == sorted(outcomes, key=lambda found: found == {NEW})  # no way back


def test_power_that_goes_while_a_cut_restore_is_finished_is_no_harm(
    tmp_path: Path, backup: Path, old: Path
) -> None:
    cut_at = None
    for at in range(1, 500):  # the first step after which the new counts
        state = tmp_path / "state"
        shutil.copytree(old, state)
        with pytest.MonkeyPatch.context() as patch:
            Power(patch, at)
            try:
                restores(state, backup)
            except Cut:
                pass
        if (state / switch.PLAN).exists():
            cut_at = state
            break
        shutil.rmtree(state)
    assert cut_at is not None
    for at in range(1, 100):
        state = tmp_path / "again"
        shutil.copytree(cut_at, state)
        with pytest.MonkeyPatch.context() as patch:
            power = Power(patch, at)
            try:
                switch.complete(state)
            except Cut:
                pass
            cut = power.left <= 0
        assert held(state) == {NEW}
        shutil.rmtree(state)
        if not cut:
            return
    raise AssertionError("never done")


def forked(work: Callable[[], int], said: int | None = None) -> int:
    """Runs it in a process of its own; that one's id. ``said``: where its stderr goes."""
    pid = os.fork()
    if pid:
        return pid
    status = 99
    try:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
        sys.stderr = sys.stdout if said is None else os.fdopen(said, "w")
        status = work()
        sys.stderr.flush()
    finally:
        os._exit(status)


def done(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def test_kill_9_at_random_moments_leaves_all_old_or_all_new(
    tmp_path: Path, backup: Path, old: Path
) -> None:
    state = tmp_path / "state"
    shutil.copytree(old, state)
    pid = forked(lambda: restores(state, backup))
    began = processor_seconds(pid)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    lasted = processor_seconds(pid) - began
    assert os.waitpid(pid, 0)[1] == 0
    chance = random.Random(12)
    killed = 0
    for _ in range(25):
        shutil.rmtree(state)
        shutil.copytree(old, state)
        pid = forked(lambda: restores(state, backup))
        moment = began + chance.uniform(0, lasted)
        wait_until(lambda pid=pid, at=moment: processor_seconds(pid) >= at or done(pid), pause=int)
        os.kill(pid, signal.SIGKILL)
        killed += os.waitpid(pid, 0)[1] == signal.SIGKILL
        found = held(state)
        assert found in ({OLD}, {NEW})
        assert restores(state, backup) == 0
        assert held(state) == {NEW}
    assert killed


@pytest.mark.parametrize("bytes", [0, 3000, 20_000, 40_000])
def test_a_disk_without_room_leaves_all_old_and_one_line(
    backup: Path, old: Path, bytes: int
) -> None:
    read, write = os.pipe()

    def full() -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, bytes))
        return restores(old, backup)

    pid = forked(full, write)
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        text = stream.read().decode()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1
    assert "Traceback" not in text
    assert len(text.splitlines()) == 1, text
    assert held(old) == {OLD}
    assert not (old / switch.STAGE).exists()


def test_a_backup_that_is_killed_is_no_backup(tmp_path: Path, old: Path, capsys: Any) -> None:
    for at in range(1, 100):
        target = tmp_path / f"backup{at}"
        with pytest.MonkeyPatch.context() as patch:
            power = Power(patch, at)
            try:
                main(["backup", "--state", str(old), str(target)])
            except Cut:
                pass
            cut = power.left <= 0
        made = sorted(path.name for path in target.glob("*.db"))
        if not cut:
            assert made == sorted(members.ALL)
            break
        if made and len(made) < len(members.ALL):
            # Cut between two names: whoever repeats it is told, and nothing is overwritten.
            assert main(["backup", "--state", str(old), str(target)]) == 1
            assert "is there already" in capsys.readouterr().err
