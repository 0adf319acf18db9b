"""While the disk or a database cannot be written: people come in, are told in words, it heals.

Covers accounts/standby.py, database/trouble.py.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted

import preloaded
from sightline.accounts import service as keeping
from sightline.accounts.database_audit import Search
from sightline.database.trouble import degraded
from sightline_process import SightlineProcess
from test_accounts_journey import call
from waits import wait_until
from web_scene import GOOD, WebScene

SETTINGS = "[accounts]\nhash_memory = 1024\nhash_passes = 1\n"
RIGHT = {"name": "jane", "password": GOOD}


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets a scene's accounts be in trouble, and out of it again."""
    monkeypatch.setattr(keeping, "_BUSY", 0.05)

    class Trouble:
        def __init__(self, kind: str, home: WebScene) -> None:
            self._kind = kind
            self._sql = home.account_service._open().sql.sql
            self._other = sqlite3.connect(
                home.account_service._open().sql.path, isolation_level=None, check_same_thread=False
            )

        def begins(self) -> None:
            if self._kind == "locked":
                self._other.execute("BEGIN IMMEDIATE")
            else:
                self._sql.execute("PRAGMA query_only = ON")

        def ends(self) -> None:
            if self._kind == "locked":
                self._other.execute("ROLLBACK")
            else:
                self._sql.execute("PRAGMA query_only = OFF")

        def close(self) -> None:
            self._other.close()

    return Trouble


@pytest.mark.parametrize("kind", ["locked", "readonly"])
@pytest_twisted.ensureDeferred
async def test_people_sign_in_and_out_and_all_of_it_is_written_down_later(open_web, trouble, kind):
    home = await open_web()
    root = await home.knows("root", "admin", password=GOOD)
    jane = await home.knows("jane", see=("friend",), password=GOOD)
    ill = trouble(kind, home)
    ill.begins()

    came = await home.asks("POST", "/session", RIGHT)
    assert came.status == 200, came.said
    assert "cannot be changed" in came.said["degraded"]
    assert (await home.asks("GET", "/me", cookie=came.cookie)).said["user"]["name"] == "jane"
    wrong = await home.asks("POST", "/session", RIGHT | {"password": "x"})
    assert (wrong.status, wrong.code) == (401, "wrong")
    for method, path, body in (
        ("POST", "/users", {"name": "new", "role": "viewer", "password": GOOD}),
        ("PATCH", "/users/jane", {"role": "operator"}),
        ("DELETE", "/users/jane", None),
        ("POST", "/tokens", {"name": "t", "scopes": ["see"]}),
        ("DELETE", "/sessions/others", None),
    ):
        refused = await home.asks(method, path, body, cookie=root)
        assert (refused.status, refused.code) == (503, "degraded"), (method, path, refused.said)
        assert "just now" in refused.said["why"]
        assert refused.said["wait"]
    # Reads go on.
    for path in ("/users", "/audit", "/sessions", "/tokens", "/links"):
        assert (await home.asks("GET", path, cookie=root)).status == 200, path
    out = await home.asks("DELETE", "/session", cookie=jane)
    assert out.status == 200
    assert (await home.asks("GET", "/me", cookie=jane)).status == 401
    await home.passes(1)
    assert home.account_service.standby.trouble is not None
    assert (await home.asks("GET", "/me", cookie=came.cookie)).status == 200

    ill.ends()
    await home.passes(1)
    await home.until(lambda: home.account_service.standby.trouble is None)
    ill.close()
    assert (await home.asks("GET", "/me", cookie=came.cookie)).status == 200
    assert (await home.asks("GET", "/me", cookie=jane)).status == 401
    database = home.account_service._open()
    assert sorted(each.account or "" for each in database.read_cache().sessions.values()) == [
        "jane",
        "root",
    ]
    events = [(each.event.what, each.event.result) for each in database.records(Search())]
    assert events[:3] == [("sign out", "ok"), ("sign in", "wrong"), ("sign in", "ok")]
    answer = await home.asks("PATCH", "/users/jane", {"role": "operator"}, cookie=root)
    assert answer.status == 200


@pytest_twisted.ensureDeferred
async def test_who_has_no_account_or_is_shut_out_gains_nothing_by_it(open_web, trouble):
    home = await open_web()
    await home.knows("root", "admin", password=GOOD)
    await home.knows("gone", password=GOOD)
    gone = replace(home.account_service.cache.accounts["gone"], disabled=True)
    await home.account_service.change(lambda database: database.put_account(gone))
    ill = trouble("locked", home)
    ill.begins()
    for name in ("gone", "nobody"):
        answer = await home.asks("POST", "/session", {"name": name, "password": GOOD})
        assert (answer.status, answer.code) == (401, "wrong")
    assert not home.account_service.cache.sessions or all(
        each.account == "root" for each in home.account_service.cache.sessions.values()
    )
    ill.ends()
    ill.close()


def test_each_trouble_has_a_word() -> None:
    def error(code: int) -> sqlite3.OperationalError:
        made = sqlite3.OperationalError("no")
        made.sqlite_errorcode = code
        return made

    for code, reason in (
        (sqlite3.SQLITE_FULL, "full"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "readonly"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "locked"),
        (sqlite3.SQLITE_CORRUPT_INDEX, "damaged"),
        (sqlite3.SQLITE_IOERR_WRITE, "failing"),
        (sqlite3.SQLITE_IOERR_SHMSIZE, "full"),
    ):
        found = degraded(error(code))
        assert found is not None
        assert found.reason == reason
    assert degraded(error(sqlite3.SQLITE_CONSTRAINT)) is None
    assert degraded(ValueError()) is None


# -- real processes


def sightline(server: SightlineProcess, *words: str) -> subprocess.CompletedProcess[str]:
    places = ("--state", server.folder / "state", "--config", server.folder / "sightline.toml")
    return preloaded.sightline(*words, *places, input=GOOD)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    [line] = done.stderr.strip().splitlines()
    return line


@pytest.fixture
def small_disk() -> Iterator[SightlineProcess]:
    """A server whose state folder is a disk of 8 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    server = SightlineProcess(SETTINGS)
    state = server.folder / "state"
    state.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", str(state)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        with server:
            yield server
    finally:
        subprocess.run(["umount", "-l", str(state)], check=False)


def fill(folder: Path) -> Path:
    rest = folder / "rest"
    with rest.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            return rest


def test_a_full_disk_lets_people_in_and_heals(small_disk: SightlineProcess) -> None:
    server = small_disk
    state = server.folder / "state"
    assert sightline(server, "user", "add", "jane", "--role", "admin").returncode == 0
    rest = fill(state)
    status, said, cookie = call(server, "api/1/session", RIGHT)
    assert status == 200, said
    assert "the disk is full" in said["degraded"]
    asked = {"name": "new", "role": "viewer", "password": GOOD}
    status, said, _ = call(server, "api/1/users", asked, cookie)
    assert (status, said["code"]) == (503, "degraded")
    assert call(server, "api/1/users", None, cookie)[0] == 200

    def ready() -> dict[str, Any]:
        found: dict[str, Any] = call(server, "readyz", None, cookie)[1]
        return found

    word = wait_until(lambda: ready().get("degraded"), "a word at /readyz")
    assert word.startswith("The disk is full:")
    assert "the disk is full" in refused(sightline(server, "user", "add", "late"))
    rest.unlink()
    wait_until(lambda: "degraded" not in ready(), "the end of it")
    assert call(server, "api/1/users", asked, cookie)[0] == 201
    server.restart()
    assert call(server, "api/1/me", None, cookie)[0] == 200, "the session was written down"
    assert "sign in" in sightline(server, "audit", "--who", "jane").stdout
    assert "Traceback" not in server.logged
    assert server.logged.count("cannot be changed") == 1


def test_the_command_line_says_in_one_line_why_it_cannot(tmp_path: Path) -> None:
    server = SightlineProcess(SETTINGS)
    state = server.folder / "state"
    assert sightline(server, "user", "add", "jane").returncode == 0
    other = sqlite3.connect(state / "accounts.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "another program holds the database" in refused(sightline(server, "user", "add", "x"))
    other.execute("ROLLBACK")
    other.close()
    if os.geteuid() == 0:
        bind = ["mount", "--bind", str(state), str(state)]
        if subprocess.run(bind, capture_output=True, check=False).returncode == 0:
            try:
                remount = ["mount", "-o", "remount,ro,bind", str(state)]
                subprocess.run(remount, check=True)
                for words in (
                    ("user", "add", "x"),
                    ("token", "add", "jane", "l", "--scope", "see"),
                ):
                    assert "read" in refused(sightline(server, *words)).lower()
            finally:
                subprocess.run(["umount", "-l", str(state)], check=False)
    server.__exit__()
