"""Where telephone numbers are kept: with their accounts, and no longer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres import common, needs_postgres
from sightline.accounts.database import Database
from sightline.accounts.database_file import FILE
from sightline.accounts.schema import PART
from sightline.auth.account import Account
from sightline.auth.permissions import Grants
from sightline.database.engine import EngineSource
from sightline.database.schema import for_sqlite

NOW = 1_795_235_000.0
NUMBER = "+49 170 1234567"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=needs_postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """In a file, or in PostgreSQL."""
    if request.param == "sqlite":
        yield from opened(tmp_path)
        return
    with common() as store:
        yield from opened(store)


def opened(place: Path | EngineSource) -> Iterator[Database]:
    made = Database(place, lambda: NOW)
    yield made
    made.close()


def put(database: Database, name: str, *own: str) -> None:
    database.put_account(Account(name, "viewer", Grants(own=frozenset(own)), created=NOW))
    database.set_telephone(name, NUMBER)


def test_a_number_is_set_changed_and_removed(database: Database):
    put(database, "jane")
    database.set_telephone("jane", "+33 612345678")
    assert database.read_cache().telephones == {"jane": "+33 612345678"}
    # Changing the account leaves it.
    database.put_account(Account("jane", "operator", created=NOW))
    assert database.read_cache().telephones == {"jane": "+33 612345678"}
    database.set_telephone("jane", "")
    assert database.read_cache().telephones == {}


def test_it_goes_with_the_account(database: Database):
    put(database, "jane")
    put(database, "bob")
    database.remove_account("jane")
    assert database.read_cache().telephones == {"bob": NUMBER}


def test_it_goes_when_the_person_is_erased(database: Database):
    put(database, "jane", "friend/jane")
    put(database, "ann", "friend/ann/phone")
    put(database, "bob", "friend/bob")
    database.erase("friend/jane/phone", "friend/jane/old")
    assert set(database.read_cache().telephones) == {"ann", "bob"}
    database.erase("friend/ann/phone")
    assert set(database.read_cache().telephones) == {"bob"}


def test_a_file_from_before_has_none_and_keeps_its_accounts(tmp_path: Path):
    older = len(PART.steps) - 1
    script = "".join("".join(for_sqlite(step)) for step in PART.steps[:older])
    sql = sqlite3.connect(tmp_path / FILE)
    sql.executescript(f"{script}PRAGMA user_version = {older};")
    sql.execute("INSERT INTO account VALUES ('jane', 'viewer', NULL, 0, ?, NULL)", (NOW,))
    sql.commit()
    sql.close()
    database = Database(tmp_path, lambda: NOW)
    before = database.read_cache()
    database.set_telephone("jane", NUMBER)
    after = database.read_cache()
    database.close()
    assert (set(before.accounts), before.telephones) == ({"jane"}, {})
    assert after.telephones == {"jane": NUMBER}
