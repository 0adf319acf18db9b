"""Copies of one journal: equal rows everywhere, whatever happens at once or gets lost."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journals import MemoryJournal
from sightline.accounts.database import Database
from sightline.accounts.database_audit import Search
from sightline.accounts.schema import STEPS
from sightline.auth.account import Account, AuditEvent, Session, Share, Token
from sightline.auth.permissions import Grants
from sightline.journal import copy as copies
from sightline.journal.copy import Copy, to_supersede
from sightline.journal.entries import LARGEST, TooLarge
from sightline.kinds.regions.model import Region
from sightline.model.faults import Unavailable
from sightline.regions.store import RegionRow, RegionStore, StaleRegion, StoredVisit

NOW = 1_795_235_000.0
SHARED = ("account", "given", "token", "share", "session", "audit", "retention", "secret", "taken")
ZEBEDEE = "friend/zebedee/phone"
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # a disk takes its time


class Server:
    """One server's accounts, without the server."""

    def __init__(self, folder: Path, journal: MemoryJournal) -> None:
        self.folder = folder
        self.folder.mkdir(exist_ok=True)
        self.journal = journal
        self.starts()

    def starts(self) -> None:
        self.database = Database(self.folder, lambda: NOW)
        self.database.copy.prepare(self.journal, fresh=self.database.fresh)

    def joins(self) -> str:
        return self.database.copy.join()

    def restarts(self) -> None:
        self.database.close()
        self.starts()

    def looks(self) -> None:
        copy = self.database.copy
        while copy.take(self.journal.look(copy.number)):
            pass

    def does(self, work: Callable[[Database], Any], *, scrub: bool = False) -> Any:
        return self.database.copy.share(lambda: work(self.database), scrub=scrub)

    def notes(self, text: str) -> None:
        with self.database.change():
            self.database.write(AuditEvent("root", "local", "note", more=text))

    def settles(self) -> None:
        if not self.database.copy.joined:
            self.joins()
        self.looks()
        while self.database.copy.waiting():
            self.database.copy.drain()

    @property
    def accounts(self) -> set[str]:
        return set(self.database.read_cache().accounts)

    @property
    def noted(self) -> list[str]:
        found = self.database.records(Search(limit=10_000))
        return [record.event.more for record in reversed(found)]

    def rows(self) -> dict[str, list[Any]]:
        sql = self.database._sql
        return {t: sorted(sql.execute(f"SELECT * FROM {t}"), key=repr) for t in SHARED}


def account(name: str, *see: str) -> Account:
    return Account(name, "operator", Grants(see=frozenset(see)), "hash", created=NOW)


def puts(name: str, *see: str) -> Callable[[Database], None]:
    return lambda database: database.put_account(account(name, *see))


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture
def servers(tmp_path: Path, journal: MemoryJournal) -> Iterator[tuple[Server, Server]]:
    one, two = Server(tmp_path / "one", journal), Server(tmp_path / "two", journal)
    assert one.joins() == "began the journal"
    assert two.joins() == "took the others' state"
    yield one, two
    one.database.close()
    two.database.close()


def test_what_one_changes_the_other_has(servers):
    one, two = servers
    one.does(puts("jane", "friend"))
    assert two.accounts == set()
    two.looks()
    assert two.accounts == {"jane"}
    assert one.rows() == two.rows()


def test_who_is_second_sees_what_the_first_did_before_it_counts(servers):
    one, two = servers
    one.does(puts("jane"))
    seen = []

    def work(database: Database) -> None:
        seen.append(set(database.read_cache().accounts))
        database.put_account(account("bob"))

    two.does(work)
    assert seen == [set(), {"jane"}]  # it ran again
    one.looks()
    assert one.rows() == two.rows()


def test_a_change_that_is_refused_by_its_own_rule_leaves_nothing(servers, journal):
    one, _ = servers

    def work(database: Database) -> None:
        database.put_account(account("jane"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        one.does(work)
    assert (one.accounts, journal.entries) == (set(), {})


def test_a_rule_is_asked_again_when_the_others_had_news(servers):
    one, two = servers
    one.does(puts("jane"))
    share = Share("s", "k", "jane", "l", frozenset((ZEBEDEE,)), NOW, NOW, NOW + 60)
    two.does(lambda database: database.put_share(share))  # whose maker it did not know
    one.looks()
    assert one.rows() == two.rows()


def test_what_changes_nothing_is_no_entry_unless_it_was_for_want_of_news(servers, journal):
    one, two = servers
    one.does(lambda database: database.tidy())
    assert journal.entries == {}
    one.does(puts("jane"))
    two.does(lambda database: database.remove_account("jane"))  # whom it did not know
    one.looks()
    assert (one.accounts, two.accounts, journal.last) == (set(), set(), 2)


def test_without_the_journal_nothing_is_changed(servers, journal):
    one, _ = servers
    journal.mood = lambda operation: "cut"
    with pytest.raises(Unavailable):
        one.does(puts("jane"))
    assert one.accounts == set()
    assert one.does(lambda database: database.read_cache()).accounts == {}  # who only looks may


def test_a_change_whose_answer_was_lost_is_there_for_all_or_none(servers, journal):
    one, two = servers
    journal.mood = {"append": "lost"}.get
    with pytest.raises(Unavailable):
        one.does(puts("jane"))
    assert one.accounts == set()
    journal.mood = lambda operation: None
    one.looks()
    two.looks()
    assert one.accounts == two.accounts == {"jane"}


def test_what_waits_in_the_outbox_comes_into_the_journal_once(servers, journal):
    one, two = servers
    one.notes("first")
    journal.mood = {"append": "lost"}.get
    with pytest.raises(Unavailable):
        one.database.copy.drain()
    one.notes("second")
    assert len(one.database.copy.posted()) == 2
    journal.mood = lambda operation: None
    one.restarts()
    one.joins()
    one.settles()
    two.looks()
    assert one.noted == two.noted == ["first", "second"]
    assert one.database.copy.posted() == []


def test_the_outbox_outlives_an_image_that_has_half_of_it(servers, journal):
    one, two = servers
    one.notes("first")
    journal.mood = {"append": "lost"}.get
    with pytest.raises(Unavailable):
        one.database.copy.drain()
    one.notes("second")
    journal.mood = lambda operation: None
    two.looks()
    two.database.copy.compact()
    assert journal.entries == {}
    one.settles()
    two.looks()
    assert one.noted == two.noted == ["first", "second"]


def test_what_the_command_line_does_while_the_file_is_replaced_is_not_lost(servers, monkeypatch):
    one, two = servers
    one.does(puts("jane"))
    one.database.copy.compact()
    line = Database(two.folder, lambda: NOW)
    copy, bring = two.database.copy, Copy._bring
    busy: list[Thread] = []

    def write() -> None:
        with line.change():
            line.write(AuditEvent("cli", "local", "note", more="just now"))

    def brings(self: Copy, table: str, memory: sqlite3.Connection) -> None:
        bring(self, table, memory)
        if self is copy and not busy:
            busy.append(Thread(target=write))
            busy[0].start()
            reached.wait(60)

    # The other process has found the file being replaced, and waits.
    reached = Event()
    monkeypatch.setattr(copies.time, "sleep", lambda _: reached.set())
    monkeypatch.setattr(Copy, "_bring", brings)
    two.looks()
    busy[0].join(60)
    two.settles()
    assert two.accounts == {"jane"}
    assert two.noted == ["just now"]
    line.close()


def test_a_server_that_died_while_it_replaced_the_file_takes_posts_again(servers):
    one, _ = servers
    one.database._sql.execute("UPDATE journal SET loading = 1")
    one.restarts()
    one.notes("later")
    one.joins()
    one.settles()
    assert one.noted == ["later"]


def test_the_command_line_leaves_its_changes_to_the_server(servers):
    one, two = servers
    line = Database(one.folder, lambda: NOW)
    with line.change():
        line.put_account(account("jane"))
        line.write(AuditEvent("root (command line)", "local", "make account", more="by hand"))
    assert line.account("jane") is None
    (number,) = line.copy.posted()
    assert line.copy.refusals([number]) == []
    one.settles()
    two.looks()
    assert line.copy.posted() == []
    assert line.account("jane") == two.database.account("jane")
    assert two.noted == ["by hand"]
    line.close()


def test_what_the_command_line_cannot_have_is_said_and_keeps_nothing_up(servers):
    one, two = servers
    one.does(puts("jane"))
    two.does(lambda database: database.remove_account("jane"))
    line = Database(one.folder, lambda: NOW)
    with line.change():
        line.put_account(account("bob"))
        line.put_token(Token("t", "jane", "", "k", frozenset(), frozenset(), NOW))
    (number,) = line.copy.posted()
    one.notes("after")
    assert one.database.copy.drain() == ["FOREIGN KEY constraint failed"]
    two.looks()
    assert two.noted == ["after"]
    assert two.accounts == set()  # all or nothing
    assert line.copy.refusals([number]) == ["FOREIGN KEY constraint failed"]
    assert line.copy.refusals([number]) == []
    line.close()


def test_a_change_beside_the_journal_is_a_mistake_that_shows(servers):
    one, _ = servers
    with pytest.raises(AssertionError, match="changes within"):
        one.database.drop_token("t")


def test_what_is_too_large_for_the_journal_is_refused(servers):
    one, _ = servers
    with pytest.raises(TooLarge, match="350,000"):
        one.does(lambda database: database.write(AuditEvent("x" * LARGEST, "", "note")))
    one.does(puts("jane"))
    assert one.accounts == {"jane"}


def test_who_slept_over_an_image_cannot_write_a_number_anew(servers, journal):
    one, two = servers
    for name in ("amy", "bob", "cleo"):
        one.does(puts(name))
    one.database.copy.compact()
    assert (journal.horizon, journal.entries) == (3, {})
    two.does(puts("dan"))
    assert journal.written == [1, 2, 3, 4]
    assert two.accounts == {"amy", "bob", "cleo", "dan"}


def test_after_many_entries_there_is_a_new_image(servers, journal, monkeypatch):
    monkeypatch.setattr(copies, "HORIZON", 20)
    monkeypatch.setattr(copies, "_EACH", 10)
    one, two = servers
    one.looks()
    for number in range(25):
        one.does(puts(f"u{number}"))
        if one.database.copy.due:
            one.database.copy.compact()
    assert (journal.horizon, len(journal.entries)) == (20, 5)
    two.looks()
    assert one.rows() == two.rows()
    assert not two.database.copy.due


def test_two_that_start_at_once_share_one_journal(tmp_path, journal):
    one, two = Server(tmp_path / "one", journal), Server(tmp_path / "two", journal)

    def mood(operation: str) -> None:
        if operation == "begin" and not one.database.copy.joined:
            journal.mood = lambda operation: None
            one.joins()

    journal.mood = mood
    assert two.joins() == "took the others' state"
    one.does(puts("jane"))
    two.looks()
    assert one.rows() == two.rows()


def test_a_start_whose_beginning_was_lost_goes_on(tmp_path, journal):
    one = Server(tmp_path / "one", journal)
    journal.mood = {"begin": "lost"}.get
    with pytest.raises(Unavailable):
        one.joins()
    with pytest.raises(Unavailable, match="not known yet"):
        one.does(puts("jane"))
    journal.mood = lambda operation: None
    one.joins()
    one.does(puts("jane"))
    assert one.accounts == {"jane"}


def test_a_server_that_was_alone_takes_the_others_accounts_and_keeps_its_own_aside(
    servers, tmp_path, journal
):
    one, _ = servers
    one.does(puts("jane"))
    folder = tmp_path / "three"
    folder.mkdir()
    alone = Database(folder, lambda: NOW)
    alone.put_account(account("bob"))
    alone.close()
    three = Server(folder, journal)
    three.notes("before it joined")
    said = three.joins()
    (aside,) = folder.glob("accounts.db.before-joining-*")
    assert said == f"took the others' state; what was here is in {aside.name}"
    assert aside.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(aside) as sql:
        assert sql.execute("SELECT name FROM account").fetchall() == [("bob",)]
    sql.close()
    three.settles()
    one.looks()
    assert three.accounts == {"jane"}
    assert three.rows() == one.rows()
    assert one.noted == ["before it joined"]
    assert three.database.pseudonyms.hide(ZEBEDEE) == one.database.pseudonyms.hide(ZEBEDEE)


def test_another_table_is_not_taken_for_the_journal(servers, journal):
    one, two = servers
    one.does(puts("jane"))
    other = MemoryJournal()
    other._journals = 5
    two.journal = other
    two.restarts()
    assert two.joins() == "began the journal"  # there was none, and what it had is not lost
    two.journal = journal
    two.restarts()
    assert "what was here is in accounts.db.before-joining-" in two.joins()
    assert two.rows() == one.rows()


def test_a_journal_that_is_exchanged_under_us_is_not_followed(servers, journal):
    one, _ = servers
    journal.id = "another"
    with pytest.raises(Unavailable, match="another one"):
        one.does(puts("jane"))
    one.looks()
    assert "another one" in one.database.copy.behind
    assert one.accounts == set()


def test_entries_of_newer_tables_are_not_followed_but_what_is_here_stays(servers):
    one, two = servers
    one.does(puts("jane"))
    one.database._sql.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    one.does(puts("bob"))
    two.looks()
    assert two.accounts == {"jane"}
    assert "newer Sightline" in two.database.copy.behind
    with pytest.raises(Unavailable, match="newer Sightline"):
        two.does(puts("cleo"))
    two.notes("still written down")
    two.database._sql.execute(f"PRAGMA user_version = {len(STEPS) + 1}")  # it is upgraded
    two.database._migrate = lambda: None
    two.database.copy.behind = ""
    two.settles()
    one.looks()
    assert one.accounts == two.accounts == {"jane", "bob"}
    assert one.noted == ["still written down"]


def test_an_image_of_newer_tables_is_not_loaded(servers, tmp_path, journal):
    one, two = servers
    one.does(puts("jane"))
    one.database._sql.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    one.database.copy.compact()
    two.looks()
    assert "newer Sightline" in two.database.copy.behind
    assert two.accounts == set()
    three = Server(tmp_path / "three", journal)
    with pytest.raises(Unavailable, match="newer Sightline"):
        three.joins()


def test_a_copy_that_went_astray_is_mended_by_the_image_or_says_so(servers):
    one, two = servers
    one.does(puts("jane"))
    two.looks()
    two.database._sql.guarded = False
    two.database.remove_account("jane")
    two.database._sql.guarded = True
    token = Token("t", "jane", "", "k", frozenset(("see",)), frozenset(), NOW)
    one.does(lambda database: database.put_token(token))
    two.looks()
    assert "cannot be done here" in two.database.copy.behind
    one.database.copy.compact()
    two.restarts()
    two.joins()
    assert two.rows() == one.rows()


def test_a_server_that_is_alone_again_does_what_waited(servers):
    one, _ = servers
    one.does(puts("jane"))
    one.notes("waits")
    one.database.close()
    alone = Database(one.folder, lambda: NOW)
    alone.copy.leave()
    assert not alone.copy.shared
    alone.put_account(account("bob"))
    assert set(alone.read_cache().accounts) == {"jane", "bob"}
    assert [record.event.more for record in alone.records(Search())] == ["waits"]
    tables = {name for (name,) in alone._sql.execute("SELECT name FROM sqlite_master")}
    assert tables.isdisjoint(("journal", "outbox", "taken"))
    alone.close()
    one.starts()


def test_what_is_restored_for_all_is_everybodys(servers, tmp_path, journal):
    one, two = servers
    one.does(puts("jane"))
    one.database.copy._sql.execute("VACUUM INTO ?", (str(tmp_path / "backup"),))
    one.does(puts("mallory"))
    two.looks()
    one.database.close()
    for path in one.folder.glob("accounts.db*"):
        path.unlink()
    (tmp_path / "backup").rename(one.folder / "accounts.db")
    to_supersede(one.folder / "accounts.db")
    one.starts()
    two.does(puts("nora"))
    assert one.joins() == "gave the others what was restored here"
    two.looks()
    assert one.accounts == two.accounts == {"jane"}
    two.does(puts("olga"))
    one.restarts()
    assert one.joins() == "caught up"
    assert one.rows() == two.rows()


def test_who_is_erased_is_in_no_file_and_not_in_the_journal(servers, journal):
    one, two = servers
    one.does(puts("jane", ZEBEDEE))
    share = Share("s", "k", "jane", "l", frozenset((ZEBEDEE, "friend/bob/phone")), NOW, NOW, NOW)
    two.does(lambda database: database.put_share(share))
    one.does(lambda database: database.erase(ZEBEDEE), scrub=True)
    assert one.database.copy.due
    one.database.copy.compact()
    assert one.database.copy.scrub is None
    two.looks()
    assert two.rows() == one.rows()
    for server in servers:
        for path in server.folder.iterdir():
            assert b"zebedee" not in path.read_bytes(), path
    from sightline.journal.entries import imaged

    assert b"zebedee" not in b"".join((imaged(journal.image)[1], *journal.entries.values()))


def test_an_erasure_is_finished_by_another_when_its_maker_is_gone(servers, journal):
    one, two = servers
    two.does(puts("jane", ZEBEDEE))
    one.does(lambda database: database.erase(ZEBEDEE), scrub=True)
    two.looks()
    assert two.database.copy.scrub == 2  # known to it, and after a restart
    two.restarts()
    two.joins()
    two.database.copy.compact()
    assert (two.database.copy.scrub, journal.entries) == (None, {})
    one.looks()
    assert one.database.copy.scrub is None


HOME = Region(
    name="Home",
    shape="circle",
    lat=48.5,
    lon=2.25,
    rad=100.0,
    version=1,
    by="jane",
    at=NOW,
    origin="page",
)


def test_who_was_where_is_each_servers_own(tmp_path, journal):
    stores = [_store(tmp_path / name, journal) for name in ("one", "two")]
    one, two = stores
    for each in stores:
        each.copy.join()
    one.note(["friend/jane/phone"], [StoredVisit("friend/jane/phone", "home", NOW)])
    one.copy.share(lambda: one.put("home", RegionRow(HOME, 1), 0))
    one.copy.compact()
    assert two.copy.take(journal.look(0))
    assert two.regions() == one.regions()
    assert two.visits() == ([], [])
    two.note(["friend/bob/phone"], [])
    two.copy.share(lambda: two.remove("home", "bob", NOW, 1))
    two.copy.compact()
    assert one.copy.take(journal.look(one.copy.number))
    assert (one.regions(), one.removal("home").who) == ({}, "bob")
    assert one.visits()[0] == ["friend/jane/phone"]
    assert two.visits()[0] == ["friend/bob/phone"]
    for each in stores:
        each.close()


def test_a_region_that_another_changed_first_is_stale(tmp_path, journal):
    stores = [_store(tmp_path / name, journal) for name in ("one", "two")]
    one, two = stores
    for each in stores:
        each.copy.join()
    one.copy.share(lambda: one.put("home", RegionRow(HOME, 1), 0))
    with pytest.raises(StaleRegion):
        two.copy.share(lambda: two.put("home", RegionRow(HOME, 1), 0))
    assert two.regions() == one.regions()
    for each in stores:
        each.close()


def _store(folder: Path, journal: MemoryJournal) -> RegionStore:
    folder.mkdir()
    store = RegionStore(folder, lambda: NOW)
    store.copy.prepare(journal, fresh=store.fresh)
    return store


# -- anything, in any order

_NAMES = st.sampled_from(("amy", "bob", "cleo", "dan"))
_ACTS = (
    *("account", "disable", "remove", "session", "leave", "token", "link", "revoke", "retain"),
    *("erase", "note", "used", "line", "look", "drain", "drain", "drain", "compact", "restart"),
)
_STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(_ACTS),
        _NAMES,
        st.sampled_from((None, None, None, None, "cut", "lost", "race")),
    ),
    min_size=30,
    max_size=80,
)


class Play:
    """Three servers, and what we expect of their audit logs."""

    def __init__(self, folder: Path) -> None:
        self.journal = MemoryJournal()
        self.servers = [Server(folder / str(number), self.journal) for number in range(3)]
        for server in self.servers[:2]:  # the third comes when it looks for the first time
            server.joins()
        self.must: Counter[str] = Counter()
        self.may: Counter[str] = Counter()
        self.n = 0

    def step(self, number: int, act: str, name: str, fate: str | None) -> None:
        server = self.servers[number]
        if fate in ("cut", "lost"):
            self.journal.mood = lambda operation: fate if operation != "look" else None
        elif fate == "race":
            self.journal.mood = lambda operation: self._race(server, operation)
        try:
            self._act(server, act, name)
        except Unavailable:
            pass
        finally:
            self.journal.mood = lambda operation: None

    def _race(self, server: Server, operation: str) -> None:
        if operation == "append":
            self.journal.mood = lambda operation: None
            other = self.servers[(self.servers.index(server) + 1) % 3]
            try:
                self._share(other, lambda database: database.tidy(), "tidy")
            except Unavailable:  # it has not joined
                pass

    def _text(self, act: str) -> str:
        self.n += 1
        return f"{self.n} {act}"

    def _share(self, server: Server, work: Callable[[Database], Any], act: str) -> None:
        text = self._text(act)

        def whole(database: Database) -> None:
            work(database)
            database.write(AuditEvent("root", "local", act, more=text))

        self.may[text] += 1
        try:
            server.does(whole, scrub=act == "erase")
        except sqlite3.IntegrityError:
            del self.may[text]  # such as a token for nobody
            return
        self.must[text] += 1

    def _act(self, server: Server, act: str, name: str) -> None:
        database = server.database
        match act:
            case "look":
                server.joins() if not database.copy.joined else server.looks()
            case "drain" if database.copy.waiting():
                database.copy.drain()
            case "compact" if database.copy.joined:
                database.copy.compact()
            case "restart":
                server.restarts()
                server.joins()
            case "note":
                text = self._text(act)
                server.notes(text)
                self.must[text] += 1
            case "used":
                database.used([(NOW + self.n, f"s-{name}")], [(NOW + self.n, f"t-{name}")])
            case "line":
                text = self._text(act)
                line = Database(server.folder, lambda: NOW)
                try:
                    with line.change():
                        line.put_account(account(name, "friend"))
                        line.write(AuditEvent("cli", "local", act, more=text))
                finally:
                    line.close()
                self.must[text] += 1
            case _ if act in _WORK:
                self._share(server, lambda each: _WORK[act](each, name), act)

    def ends(self) -> None:
        for _ in range(2):
            for server in self.servers:
                server.settles()
        first, *rest = [server.rows() for server in self.servers]
        assert first == rest[0] == rest[1]
        noted = Counter(self.servers[0].noted)
        assert max(noted.values(), default=1) == 1
        assert not self.must - noted, "lost"
        assert not noted - self.must - self.may, "made up"
        numbers = [row[0] for row in sorted(first["audit"])]
        assert numbers == list(range(1, len(numbers) + 1))
        assert self.journal.written == list(range(1, self.journal.last + 1))
        for server in self.servers:
            assert server.database.copy.number == self.journal.last
            assert not server.database.copy.behind
            assert server.database._sql.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert server.database._sql.execute("PRAGMA foreign_key_check").fetchall() == []
            server.database.close()


_WORK: dict[str, Callable[[Database, str], Any]] = {
    "account": lambda database, name: database.put_account(account(name, ZEBEDEE)),
    "disable": lambda database, name: database.end_sessions(name),
    "remove": lambda database, name: database.remove_account(name),
    "session": lambda database, name: database.put_session(
        Session(f"s-{name}", name, None, NOW, NOW)
    ),
    "leave": lambda database, name: database.drop_sessions([f"s-{name}"]),
    "token": lambda database, name: database.put_token(
        Token(f"t-{name}", name, "l", "k", frozenset(("publish",)), frozenset((ZEBEDEE,)), NOW)
    ),
    "link": lambda database, name: database.put_share(
        Share(f"l-{name}", name, name, "l", frozenset((ZEBEDEE,)), NOW, NOW, NOW + 60)
    ),
    "revoke": lambda database, name: database.revoke_share(f"l-{name}"),
    "retain": lambda database, name: database.retain(f"friend/{name}/phone", 3),
    "erase": lambda database, name: database.erase(ZEBEDEE),
}


@given(_STEPS)
def test_once_quiet_all_copies_are_equal_and_nothing_was_done_twice(steps):
    with TemporaryDirectory(dir=MEMORY) as folder:
        play = Play(Path(folder))
        for step in steps:
            play.step(*step)
        play.ends()


def test_a_copy_of_nobodys_journal_is_a_plain_file(tmp_path):
    database = Database(tmp_path, lambda: NOW)
    copy: Copy = database.copy
    database.put_account(account("jane"))
    assert copy.share(lambda: database.account("jane")) is not None
    assert (copy.shared, copy.waiting(), copy.posted(), copy.refusals([1])) == (
        False,
        False,
        [],
        [],
    )
    database.close()
