"""`sightline store move`: all arrives, is compared, goes on where it was cut off, comes back."""

from __future__ import annotations

import fcntl
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from postgres import cluster, database, needs_postgres
from sightline.accounts.database import Database
from sightline.channels.options import ChannelOptions
from sightline.channels.records import Channel
from sightline.channels.store import ChannelStore
from sightline.cli import moves
from sightline.cli.main import main
from sightline.history import tables
from sightline.history.record import LastState, entry
from sightline.history.writing import StoreWriter
from sightline.model.notification import Notification
from sightline.regions.store import FILE as REGIONS
from sightline.regions.store import RegionStore

pytestmark = needs_postgres
COUNT = 4500
T0 = 1_795_235_000.0
JANE = "friend/jane/phone"


@pytest.fixture
def url() -> Iterator[str]:
    with database() as made:
        yield made


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    Database(folder, time.time).close()
    sql = sqlite3.connect(folder / "accounts.db")
    sql.execute("INSERT INTO account (name, role, disabled, created, seen)"
                " VALUES ('jane', 'admin', 0, 1.5, NULL), ('ümit', 'viewer', 1, 2, 3)")  # fmt: skip
    for n in range(1100):
        sql.execute(
            "INSERT INTO audit (at, who, address, what, thing, result, more)"
            " VALUES (?, 'jane', '', 'did', ?, 'ok', '')",
            (n / 3, f"friend/{n}"),
        )
    sql.execute("INSERT OR REPLACE INTO secret (name, value) VALUES ('pepper', x'00ff')")
    sql.commit()
    sql.close()
    RegionStore(folder, time.time).close()
    sql = sqlite3.connect(folder / REGIONS)
    sql.execute(
        "INSERT INTO version (id, version, who, at, record) VALUES ('home', 1, 'j', 1, x'7b7d')"
    )
    sql.execute("INSERT INTO region (id, edition, record) VALUES ('home', 1, x'7b7d')")
    sql.execute("INSERT INTO met (server, thing) VALUES ('', 'friend/jane/phone')")
    sql.commit()
    sql.close()
    channels = ChannelStore(folder, ChannelOptions())
    channel = Channel(id="c1", account="jane", type="mqtt", name="ümit", host="h")
    channels.put(channel, "sealed")
    told = Notification(
        id="n1", account="jane", tag="t", texts={"en": ("a", "b")}, url="", at=1.5, thing=JANE
    )
    channels.queue.accept([told], 2.5)
    channels.key("vapid", lambda: "sealed", 1.0)
    channels.close()
    writer = StoreWriter(tables.opened(folder / tables.FILE))
    fixes = [entry(JANE, "fix", T0 + n * 60, T0, b'{"n":%d}' % n) for n in range(COUNT)]
    writer.write(fixes, [LastState(JANE, T0, b'{"lat":1}')])
    writer.hide(JANE, "fix", [(fixes[3].tst, fixes[3].digest)], "one")
    writer.close()
    return folder


def config(tmp_path: Path, text: str) -> str:
    path = tmp_path / "sightline.toml"
    path.write_text(text)
    return str(path)


def move(state: Path, to: object, settings: str) -> int:
    return main(["store", "move", "--state", str(state), "--config", settings, "--to", str(to)])


def bytes_of(state: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(state.glob("*.db"))}


def test_everything_goes_there_and_back_and_the_files_stay_as_they_are(
    state: Path, url: str, tmp_path: Path, capsys: Any
) -> None:
    before = bytes_of(state)
    assert move(state, url, config(tmp_path, "")) == 0
    told = capsys.readouterr().out
    for line in (
        "history, entries",
        "present states",
        "marks",
        "accounts, rows",
        "regions, rows",
        "channels, rows",
    ):
        assert line in told
    assert "4,500" in told
    assert bytes_of(state) == before
    assert not (state / "store-move.json").exists()
    with psycopg.connect(url) as sql:
        rows = sql.execute("SELECT name, created, seen FROM sightline.account ORDER BY created")
        assert rows.fetchall() == [("jane", 1.5, None), ("ümit", 2.0, 3.0)]
        assert sql.execute("SELECT max(n) FROM sightline.audit").fetchone() == (1100,)
        waiting = sql.execute("SELECT id, due, thing FROM sightline.channel_waiting")
        assert waiting.fetchall() == [("n1", 2.5, JANE)]
        assert sql.execute("SELECT count(*) FROM history.entry").fetchone() == (COUNT,)
    # Once more: nothing is written over.
    assert move(state, url, config(tmp_path, "")) == 1
    assert "already" in capsys.readouterr().err

    back = tmp_path / "back"
    settings = config(tmp_path, f'[store]\nurl = "{url}"\n')
    assert move(state, back, settings) == 0
    assert sorted(path.name for path in back.iterdir()) == [
        "accounts.db",
        "channels.db",
        "history.db",
        "regions.db",
        "rules.db",
    ]
    # It is a backup like any other.
    other = tmp_path / "other"
    assert (
        main(["restore", "--state", str(other), "--config", config(tmp_path, ""), str(back)]) == 0
    )
    Database(other, time.time).close()
    sql = sqlite3.connect(other / tables.FILE)
    assert sql.execute("SELECT count(*), sum(hidden > 0) FROM entry").fetchone() == (COUNT, 1)
    assert sql.execute("SELECT thing, body FROM standing").fetchall() == [(JANE, '{"lat":1}')]
    sql.close()


def test_it_goes_on_where_it_was_cut_off(
    state: Path, url: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, carried = config(tmp_path, ""), moves.Note.carried

    def cut_off(note: Any, mark: Any) -> None:
        carried(note, mark)
        raise KeyboardInterrupt

    monkeypatch.setattr(moves.Note, "carried", cut_off)
    assert move(state, url, settings) == 130
    assert "goes on" in capsys.readouterr().err
    monkeypatch.undo()
    with psycopg.connect(url) as sql:
        counted = sql.execute("SELECT count(*) FROM history.entry").fetchone()
    assert counted is not None
    assert 0 < counted[0] < COUNT
    # Not into another database meanwhile.
    with database() as another:
        assert move(state, another, settings) == 1
        assert "cut off" in capsys.readouterr().err
    assert move(state, url, settings) == 0
    assert "4,500" in capsys.readouterr().out


def test_what_is_in_use_or_differs_is_said(
    state: Path, url: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = config(tmp_path, "")
    with (state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert move(state, url, settings) == 1
    assert "stop it first" in capsys.readouterr().err
    other = psycopg.connect(url, application_name="sightline b")
    assert move(state, url, settings) == 1
    assert "is used by sightline b" in capsys.readouterr().err
    other.close()
    copy = moves.carry

    def carry_badly(source: Any, target: Any, mark: Any, moved: Any) -> None:
        copy(source, target, mark, moved)
        with cluster().connect(url.rpartition("/")[2]) as sql:
            sql.execute("UPDATE history.entry SET body = '{}' WHERE tst % 7 = 0")

    monkeypatch.setattr(moves, "carry", carry_badly)
    assert move(state, url, settings) == 1
    assert "the history's entries differ" in capsys.readouterr().err
    assert move(state, tmp_path / "back", settings) == 1
    assert "no [store] url" in capsys.readouterr().err
