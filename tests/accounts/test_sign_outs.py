"""What is kept of browsers that somebody signed out, in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sightline.accounts import sign_outs
from sightline.accounts.database import Database
from sightline.auth.account import Account, Session, SignOut
from sightline.database.engine import EngineSource

NOW = 1_795_235_000.0
KEYS = [letter * 64 for letter in "abc"]
IDS = [letter * 16 for letter in "abc"]


@pytest.fixture
def database(place: Path | EngineSource) -> Iterator[Database]:
    """Jane is signed in with three browsers, Bob with none."""
    made = Database(place, lambda: NOW)

    def put() -> None:
        made.put_account(Account("jane", "viewer", created=NOW))
        made.put_account(Account("bob", "viewer", created=NOW))
        for key in KEYS:
            made.put_session(Session(key, "jane", None, NOW, NOW))

    made.transact(put)
    yield made
    made.close()


def kept(database: Database) -> tuple[SignOut, ...]:
    return database.read_cache().sign_outs


def test_a_session_that_somebody_ends_is_noted_and_one_that_is_over_is_not(database: Database):
    database.drop_sessions(KEYS[:1])
    assert kept(database) == ()
    database.sign_out(KEYS[1:2])
    assert kept(database) == (SignOut("jane", IDS[1], NOW),)
    database.sign_out(KEYS[:2])  # they are gone already
    assert kept(database) == (SignOut("jane", IDS[1], NOW),)
    assert set(database.read_cache().sessions) == {KEYS[2]}


def test_the_end_of_all_is_one_note_that_says_what_stays(database: Database):
    database.sign_out(KEYS[:1])
    database.end_sessions("jane", but=KEYS[2])
    assert kept(database) == (SignOut("jane", "", NOW, IDS[2]),)
    assert set(database.read_cache().sessions) == {KEYS[2]}
    database.end_sessions("jane")
    assert kept(database) == (SignOut("jane", "", NOW),)
    database.end_sessions("nobody")
    database.put_account(Account("bob", "viewer", disabled=True, created=NOW))
    assert kept(database) == (SignOut("bob", "", NOW), SignOut("jane", "", NOW))
    database.remove_account("jane")
    assert kept(database) == (SignOut("bob", "", NOW),)


def test_the_ends_of_single_sessions_are_forgotten_after_months(database: Database):
    database.end_sessions("bob")
    database.sign_out(KEYS[:1])
    sign_outs.tidy(database.sql, NOW + sign_outs.LASTING)
    assert len(kept(database)) == 2
    sign_outs.tidy(database.sql, NOW + sign_outs.LASTING + 1)
    assert kept(database) == (SignOut("bob", "", NOW),)
