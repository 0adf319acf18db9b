"""What is kept of passkeys and apps, in SQLite and in PostgreSQL; and by several servers."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted

from postgres import needs_postgres, prepared
from sightline.accounts import factors
from sightline.accounts.database import Database
from sightline.accounts.database_file import FILE
from sightline.accounts.schema import PART
from sightline.auth.account import Account
from sightline.auth.passkeys import Passkey
from sightline.auth.second_factor import AuthenticatorApp, code_at, step_at
from sightline.database.engine import EngineSource
from sightline.database.schema import for_sqlite
from soft_passkey import Page, SoftPasskey
from web_scene import GOOD

NOW = 1_795_235_000.0
JANE = Account("jane", "viewer", created=NOW)
PASSKEY = Passkey("id1", "jane", "phone", "key", "localhost", 3, True, ("internal", "usb"), NOW)
APP = AuthenticatorApp("jane", "s1.x.y", 7, NOW, None, frozenset(("d1", "d2")))


@pytest.fixture
def database(place: Path | EngineSource) -> Iterator[Database]:
    made = Database(place, lambda: NOW)

    def put() -> None:
        made.put_account(JANE)
        factors.put_passkey(made.sql, PASSKEY)
        factors.put_app(made.sql, APP)

    made.transact(put)
    yield made
    made.close()


def test_what_was_kept_is_read_again(database: Database):
    cache = database.read_cache()
    assert cache.passkeys == {"id1": PASSKEY}
    assert cache.apps == {"jane": APP}


def test_a_step_is_used_once_and_none_before_it_after(database: Database):
    def use(step: int) -> bool:
        return database.transact(lambda: factors.code_used(database.sql, "jane", step, NOW + 1))

    assert [use(step) for step in (7, 8, 8, 6, 9)] == [False, True, False, False, True]
    assert database.read_cache().apps["jane"].step == 9
    assert database.read_cache().apps["jane"].used == NOW + 1


def test_a_recovery_code_is_used_once(database: Database):
    def use(key: str) -> bool:
        return database.transact(lambda: factors.recovery_used(database.sql, "jane", key))

    assert [use(key) for key in ("d1", "d1", "none")] == [True, False, False]
    assert database.read_cache().apps["jane"].recovery == {"d2"}


def test_what_was_completed_is_known_until_its_time_is_over(database: Database):
    def spend(key: str, ends: float) -> bool:
        return database.transact(lambda: factors.spend(database.sql, key, ends))

    assert [spend("a", NOW + 1), spend("a", NOW + 1), spend("b", NOW - 1)] == [True, False, True]
    database.transact(database.tidy)
    assert [spend("a", NOW + 1), spend("b", NOW + 1)] == [False, True]


def test_a_use_is_kept_and_of_a_removed_one_refused(database: Database):
    def use() -> bool:
        return database.transact(
            lambda: factors.passkey_used(database.sql, "id1", 9, False, NOW + 5)
        )

    assert use()
    found = database.read_cache().passkeys["id1"]
    assert found == replace(PASSKEY, count=9, synced=False, used=NOW + 5)
    database.transact(lambda: factors.drop_passkey(database.sql, "id1"))
    assert not use()


def test_all_goes_with_the_account(database: Database):
    database.transact(lambda: database.remove_account("jane"))
    cache = database.read_cache()
    assert (cache.passkeys, cache.apps) == ({}, {})
    assert database.sql.execute("SELECT count(*) FROM recovery_code").fetchone() == (0,)


def test_a_database_of_before_gets_the_tables_and_keeps_its_accounts(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / FILE)) as old:
        for step in PART.steps[:4]:
            for statement in for_sqlite(step):
                old.execute(statement)
        old.execute("PRAGMA user_version = 4")
        old.execute(
            "INSERT INTO account (name, role, disabled, created) VALUES ('jane', 'admin', 0, 1)"
        )
        old.commit()
    made = Database(tmp_path, lambda: NOW)
    assert list(made.read_cache().accounts) == ["jane"]
    made.transact(lambda: factors.put_passkey(made.sql, PASSKEY))
    assert list(made.read_cache().passkeys) == ["id1"]
    made.close()


@pytest.fixture
def store() -> Iterator[str]:
    with prepared() as url:
        yield url


class AnyServer(Page):
    """A page behind a proxy, whose calls may reach any server."""

    def __init__(self, home: Any) -> None:
        super().__init__(home)
        self.origin, self.host = "http://localhost:8080", "localhost:8080"

    def at(self, home: Any) -> AnyServer:
        """The same browser, answered by that server."""
        other = AnyServer(home)
        other.kept = {
            name.replace(str(self.home.port), str(home.port)): value
            for name, value in self.kept.items()
        }
        return other


@needs_postgres
@pytest_twisted.ensureDeferred
async def test_what_one_server_began_another_completes_and_neither_twice(store, open_web, tmp_path):
    one, two = await open_web(store=store), await open_web(store=store)
    cookie = await one.knows("jane", password=GOOD)
    page = AnyServer(one)
    passkey = SoftPasskey(page.origin)
    assert (await page.adds(cookie, passkey)).status == 201
    signed = {"passkey": passkey.signs(await page.challenge())}
    assert (await page.at(two).asks("POST", "/session/passkey", signed)).status == 200
    assert (await page.asks("POST", "/session/passkey", signed)).code == "too_late"

    begun = (await page.asks("POST", "/me/app/begin", {}, cookie)).said
    shutil.copy(tmp_path / "state0" / "sealing.key", tmp_path / "state1")
    first = code_at(begun["secret"], step_at(one.wall()))
    asked = {"sealed": begun["sealed"], "code": first}
    assert (await page.asks("POST", "/me/app", asked, cookie)).status == 201
    for home in (one, two):
        home.clock.advance(60)
    right = {"name": "jane", "password": GOOD}
    half = (await page.asks("POST", "/session", right)).said["half"]
    asked = {"half": half, "code": code_at(begun["secret"], step_at(one.wall()))}
    assert (await page.at(two).asks("POST", "/session/code", asked)).status == 200
    asked["half"] = (await page.asks("POST", "/session", right)).said["half"]
    assert (await page.asks("POST", "/session/code", asked)).code == "wrong_code"
