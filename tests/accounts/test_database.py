"""What the accounts' file promises: it survives, it is private, its log is never changed.

Covers accounts/aliases.py, accounts/admin_choices.py, accounts/database_audit.py,
accounts/database_file.py, accounts/pseudonyms.py, auth/account.py.
"""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.accounts.aliases import lead, note_seen
from sightline.accounts.database import Database
from sightline.accounts.database_audit import Search
from sightline.accounts.database_file import FILE, BadDatabase
from sightline.accounts.schema import PART
from sightline.auth.account import Account, AuditEvent, Session, Share, Token
from sightline.auth.permissions import Grants
from sightline.database.engine import Conflict, EngineSource
from sightline.database.schema import SchemaStep, for_sqlite
from sightline.kinds.friends.names import Alias

NOW = 1_795_235_000.0
JANE = Account(
    "jane",
    "operator",
    Grants(see=frozenset(("friend", "probot/ProBot1")), own=frozenset(("friend/jane",))),
    "$argon2id$…",
    created=NOW,
)
SHARE = Share("s1", "k3", "jane", "trip", frozenset(("friend/jane/phone",)), NOW, NOW, NOW + 60)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """In a file."""
    made = Database(tmp_path, lambda: NOW)
    yield made
    made.close()


@pytest.fixture
def anywhere(place: Path | EngineSource) -> Iterator[Database]:
    """In a file, or in PostgreSQL."""
    made = Database(place, lambda: NOW)
    yield made
    made.close()


def test_what_is_put_in_is_read_back(anywhere: Database):
    token = Token("t1", "jane", "script", "k2", frozenset(("see",)), frozenset(), NOW)
    session = Session("k1", "jane", None, NOW, NOW, "127.0.0.1", "a browser")
    anywhere.put_account(JANE)
    anywhere.put_token(token)
    anywhere.put_session(session)
    anywhere.put_share(SHARE)
    cache = anywhere.read_cache()
    assert cache.accounts == {"jane": Account(**{**_fields(JANE), "seen": NOW})}
    assert cache.tokens == {"t1": token}
    assert cache.sessions == {"k1": session}
    assert cache.shares == {"s1": SHARE}


def _fields(account: Account) -> dict[str, object]:
    return {name: getattr(account, name) for name in Account.__dataclass_fields__}


def test_the_file_is_its_owners_alone_and_survives_a_power_cut(tmp_path: Path, database: Database):
    database.put_account(JANE)
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600, name
    sql = database.sql
    assert sql.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert sql.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert sql.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_with_the_account_goes_all_that_is_its(anywhere: Database):
    anywhere.put_account(JANE)
    anywhere.put_session(Session("k1", "jane", None, NOW, NOW))
    anywhere.put_share(SHARE)
    anywhere.put_session(Session("k2", None, "s1", NOW, NOW))
    anywhere.remove_account("jane")
    cache = anywhere.read_cache()
    assert (cache.accounts, cache.sessions, cache.shares) == ({}, {}, {})


def test_all_or_nothing(anywhere: Database):
    def half() -> None:
        with anywhere.change():
            anywhere.put_account(JANE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert anywhere.account("jane") is None


def test_the_audit_log_is_only_added_to(anywhere: Database):
    anywhere.write(AuditEvent("jane", "127.0.0.1", "sign in"))
    for statement in ("DELETE FROM audit", "UPDATE audit SET who = 'bob'"):
        with pytest.raises(Conflict, match="audit log"):
            anywhere.sql.execute(statement)
    assert [record.event.who for record in anywhere.records(Search())] == ["jane"]


def test_the_audit_log_is_searched(anywhere: Database):
    for n, (who, what, thing) in enumerate(
        [
            ("jane", "sign in", ""),
            ("bob", "take", "probot/ProBot1"),
            ("jane", "export", "friend/bob/phone"),
        ]
    ):
        anywhere.write(AuditEvent(who, f"10.0.0.{n}", what, thing))

    def found(**search: object) -> list[int]:
        return [record.n for record in anywhere.records(Search(**search))]  # type: ignore[arg-type]

    assert found() == [3, 2, 1]
    assert found(who="jane") == [3, 1]
    assert found(what="take") == [2]
    assert found(thing="friend/bob/phone") == [3]
    assert found(text="PROBOT1") == [2]
    assert found(text="' OR 1=1 --") == []
    assert found(limit=1) == [3]
    assert found(before=3, limit=1) == [2]
    assert found(since=NOW + 1) == []
    assert found(until=NOW, who="bob") == [2]


def test_friends_are_in_the_log_by_a_pseudonym_only(tmp_path: Path, database: Database):
    database.write(AuditEvent("root", "127.0.0.1", "export", "friend/zebedee/phone"))
    (record,) = database.records(Search())
    hidden = record.event.thing
    assert hidden.startswith("friend/~")
    names = database.pseudonyms.names(["friend/zebedee/phone", "friend/bob/phone"])
    assert names[hidden] == "friend/zebedee/phone"
    assert hidden not in database.pseudonyms.names(["friend/bob/phone"])


def test_who_is_erased_is_nowhere_in_the_file(tmp_path: Path, database: Database):
    thing = "friend/zebedee/phone"
    database.put_account(
        Account("root", "viewer", Grants(see=frozenset((thing, "probot"))), created=NOW)
    )
    things = frozenset((thing, "friend/bob/phone"))
    database.put_share(Share("s1", "k", "root", "l", things, NOW, NOW, NOW + 60))
    database.put_share(Share("s2", "l", "root", "l", frozenset((thing,)), NOW, NOW, NOW + 60))
    database.put_token(
        Token("t1", "root", "t", "m", frozenset(("publish",)), frozenset((thing,)), NOW)
    )
    database.retain(thing, 3)
    assert database.retention(thing) == 3
    database.transact(lambda: database.erase(thing), scrub=True)
    database.write(AuditEvent("root", "127.0.0.1", "erase", thing))
    assert database.retention(thing) is None
    for path in tmp_path.iterdir():
        assert b"zebedee" not in path.read_bytes(), path.name
    cache = database.read_cache()
    assert cache.shares["s1"].things == {"friend/bob/phone"}
    assert cache.shares["s2"].revoked == NOW
    assert [record.event.what for record in database.records(Search())] == ["erase"]


def _with(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """There is one step more."""
    more = replace(PART, steps=(*PART.steps, SchemaStep((step,))))
    monkeypatch.setattr("sightline.accounts.database_file.PART", more)


def test_a_file_of_an_older_version_is_brought_up_to_date(tmp_path: Path, monkeypatch):
    Database(tmp_path, lambda: NOW).close()
    before = Database(tmp_path, lambda: NOW)
    before.put_account(JANE)
    before.close()
    added = "ALTER TABLE account ADD COLUMN colour TEXT;\nCREATE TABLE more (x TEXT) STRICT;\n"
    _with(monkeypatch, added)
    after = Database(tmp_path, lambda: NOW)
    assert after.sql.execute("PRAGMA user_version").fetchone() == (PART.version + 1,)
    assert after.sql.execute("SELECT name, colour FROM account").fetchall() == [("jane", None)]
    assert after.account("jane") is not None
    after.close()


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch):
    Database(tmp_path, lambda: NOW).close()
    bad = "CREATE TABLE half (x TEXT) STRICT;\nCREATE TABLE account (x TEXT);\n"
    _with(monkeypatch, bad)
    with pytest.raises(BadDatabase, match="account"):
        Database(tmp_path, lambda: NOW)
    monkeypatch.undo()
    again = Database(tmp_path, lambda: NOW)
    tables = again.sql.execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchall()
    again.close()
    assert tables == []


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path):
    made = Database(tmp_path, lambda: NOW)
    made.sql.execute("PRAGMA user_version = 99")
    made.close()
    with pytest.raises(BadDatabase, match="newer Sightline"):
        Database(tmp_path, lambda: NOW)


def test_a_file_that_is_no_database_is_never_overwritten(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(BadDatabase, match="not a database"):
        Database(tmp_path, lambda: NOW)
    assert (tmp_path / FILE).read_bytes().startswith(b"not a database at all")


def test_links_and_tokens_that_ended_long_ago_are_forgotten(tmp_path: Path, database: Database):
    database.put_account(JANE)
    database.put_share(SHARE)
    database.tidy()
    assert database.read_cache().shares
    late = Database(tmp_path, lambda: NOW + 40 * 86400)
    late.tidy()
    assert not late.read_cache().shares
    late.close()


def test_an_account_has_so_many_sessions_and_the_oldest_ends(anywhere: Database):
    anywhere.put_account(JANE)
    with anywhere.change():
        for n in range(203):
            anywhere.put_session(Session(f"k{n:03}", "jane", None, NOW + n, NOW + n))
    assert min(anywhere.read_cache().sessions) == "k003"
    assert len(anywhere.read_cache().sessions) == 200


def test_a_file_of_the_version_before_is_brought_up_to_date_and_a_copy_is_kept(tmp_path: Path):
    old = sqlite3.connect(tmp_path / FILE)
    old.executescript("".join(for_sqlite(PART.steps[0])) + "PRAGMA user_version = 1;")
    old.execute("INSERT INTO account VALUES ('jane', 'admin', NULL, 0, 1.0, NULL)")
    old.commit()
    old.close()
    database = Database(tmp_path, lambda: NOW)
    assert database.account("jane") == Account("jane", "admin", created=1.0)
    assert database.read_cache().aliases == {}
    database.close()
    copy = tmp_path / f"{FILE}.before-version-{PART.version}"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    kept = sqlite3.connect(copy)
    assert kept.execute("PRAGMA user_version").fetchone() == (1,)
    assert kept.execute("SELECT name FROM account").fetchall() == [("jane",)]
    kept.close()
    copy.unlink()
    Database(tmp_path, lambda: NOW).close()
    assert not copy.exists(), "it is kept once, at the upgrade"


def test_aliases_stay_flat_and_the_first_note_of_two_counts(anywhere: Database):
    note_seen(anywhere, [Alias("Jane/phone", "jane/phone", "seen", 1.0)])
    note_seen(anywhere, [Alias("jane/phone", "Jane/phone", "seen", 2.0)])  # of another server
    anywhere.retain("friend/jane/phone", 30)
    anywhere.retain("friend/zoe/phone", 7)
    lead(anywhere, "jane/phone", "zoe/phone", "merge")
    aliases = anywhere.read_cache().aliases
    assert {each.spelling: each.device for each in aliases.values()} == {
        "Jane/phone": "zoe/phone",
        "jane/phone": "zoe/phone",
    }
    assert anywhere.retention("friend/zoe/phone") == 7, "the shorter one"
    lead(anywhere, "zoe/phone", "jane/phone", "rename")
    aliases = anywhere.read_cache().aliases
    assert {each.spelling: each.device for each in aliases.values()} == {
        "Jane/phone": "jane/phone",
        "zoe/phone": "jane/phone",
    }
    anywhere.erase("friend/jane/phone", "friend/zoe/phone", "friend/Jane/phone")
    assert anywhere.read_cache().aliases == {}


def test_what_a_file_was_to_other_servers_is_dropped(tmp_path: Path):
    Database(tmp_path, lambda: NOW).close()
    old = sqlite3.connect(tmp_path / FILE)
    old.execute("CREATE TABLE outbox (n INTEGER PRIMARY KEY, body BLOB) STRICT")
    old.close()
    database = Database(tmp_path, lambda: NOW)
    found = database.sql.execute("SELECT name FROM sqlite_master WHERE name = 'outbox'")
    assert found.fetchall() == []
    database.close()


def test_who_is_erased_is_told_apart_by_number_though_numbers_may_come_late(anywhere: Database):
    for thing in ("friend/a/b", "friend/c/d"):
        anywhere.write(AuditEvent("root", "", "erase", thing))
    anywhere.write(AuditEvent("root", "", "stop", "probot/ProBot1"))
    last = anywhere.last()
    assert last == 3
    hidden = anywhere.pseudonyms.hide
    both = [(1, hidden("friend/a/b")), (2, hidden("friend/c/d"))]
    assert anywhere.erased(0) == both
    assert anywhere.erased(last) == both, "who looks knows them by their numbers"
    assert anywhere.erased(last + 1000) == []
