"""`sightline store rebuild`: what the log has is in the store again, once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import pytest_twisted
from log_scene import JANE, T0, fix
from logged_scene import logged

from sightline.accounts.database_file import FILE as ACCOUNTS
from sightline.history.log.segments import names
from sightline.history.record import LastState
from sightline.history.sqlite import SqliteStore
from sightline.history.store import Span
from sightline_process import SightlineProcess
from waits import DEADLINE


def rebuild(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sightline.cli.main", "store", "rebuild"]
    command += ["--config", "sightline.toml", "--state", "state"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=DEADLINE)


@pytest.fixture
def server():
    """A folder in which a server was."""
    with SightlineProcess() as made:
        yield made


def kept(state: Path) -> list[int]:
    sql = sqlite3.connect(state / "history.db")
    try:
        rows = sql.execute(
            "SELECT tst FROM entry WHERE sort = (SELECT id FROM sort WHERE name = 'fix') ORDER BY 1"
        ).fetchall()
    finally:
        sql.close()
    return [round(tst / 1e6 - T0) for (tst,) in rows]


@pytest_twisted.ensureDeferred
async def test_what_was_lost_from_the_store_is_there_again_once(server: SightlineProcess):
    state = server.folder / "state"
    refused = rebuild(server.folder)
    assert refused.returncode == 1
    assert "is used by a server" in refused.stderr
    server.end()
    assert (state / ACCOUNTS).exists()
    store = logged(state / "history-log", SqliteStore(state))
    await store.open()
    await store.write([fix(n) for n in range(40)], [LastState(JANE, T0, b"{}")])
    act = [(T0 + 3, fix(3).digest)]
    assert await store.hide(JANE, "fix", act, "act") == 1
    await store.close()
    with sqlite3.connect(state / "history.db") as sql:
        fixes = "sort = (SELECT id FROM sort WHERE name = 'fix')"
        sql.execute(f"DELETE FROM entry WHERE {fixes} AND tst >= ?", (round((T0 + 20) * 1e6),))
    assert kept(state) == list(range(20))
    path = state / "history-log" / names(state / "history-log")[-1]
    path.write_bytes(path.read_bytes().replace(b'{"n":25}', b'{"n":26}'))
    done = rebuild(server.folder)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0)
    assert "19 entries were missing" in done.stdout
    assert "1 places of the log are damaged" in done.stdout
    assert kept(state) == [n for n in range(40) if n != 25]
    again = SqliteStore(state)
    await again.open()
    assert len((await again.page(Span(JANE, "fix"))).entries) == 38, "the hidden one stays so"
    await again.close()


def test_without_a_log_it_says_so(server: SightlineProcess):
    server.end()
    log = server.folder / "state" / "history-log"
    for path in log.iterdir():
        path.unlink()
    log.rmdir()
    refused = rebuild(server.folder)
    assert refused.returncode == 1
    assert "nothing to rebuild from" in refused.stderr
