"""Keep a database file as a copy of a journal, or on its own where a server is alone.

    alone ──prepare──> joining ──join──> following (or behind: the others know newer tables)

A change runs in a transaction here. Its statements, with their parameters, are put into the journal
under the next number, and the transaction is committed if that was granted. If somebody else has
the number, it is rolled back, theirs is done here, and the change runs anew: so all copies do the
same statements in the same order. Parameters are computed before: statements give the same rows
everywhere.

What must be kept at once, or is changed by a process that cannot reach the journal, is put into the
file's own outbox; whoever follows the journal takes it from there. ``taken`` (which all copies
have) says how far, so that nothing of it is done twice, whatever is lost on the way.

Waits for the disk and for the journal, and is to be used by one thread at a time. Other processes
may have the file open, too.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sightline.journal.entries import (
    BadEntry,
    Journal,
    JournalEntry,
    JournalNews,
    Statement,
    image,
    imaged,
    packed,
    unpacked,
)
from sightline.journal.recording import MEMBER, RecordingConnection, table_of
from sightline.model.faults import Unavailable

HORIZON = 1000
"""Entries after which there is a new image."""
_EACH = 100  # who writes an entry with such a number looks whether a new image is due
_TRIES = 50  # of one change: each one lost is somebody else's change made
_TAKEN = 300_000  # bytes of the outbox that are taken at once
_PATIENCE = 10.0  # s that another process waits while the file is replaced
_KEPT = 86_400.0  # s that what was refused waits for who would like to know
_OWN = """
    CREATE TABLE journal (
        id TEXT, number INTEGER NOT NULL, me TEXT NOT NULL, scrub INTEGER,
        supersedes INTEGER NOT NULL DEFAULT 0, loading INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE outbox (n INTEGER PRIMARY KEY, body BLOB NOT NULL, why TEXT) STRICT;
"""
_TAKEN_TABLE = """
    CREATE TABLE IF NOT EXISTS taken (copy TEXT PRIMARY KEY, n INTEGER NOT NULL)
        STRICT, WITHOUT ROWID
"""

T = TypeVar("T")


class Copy:
    """One file. ``own`` are tables that no other server is to have; ``wall`` gives epoch s.

    ``upgrade`` brings the tables up to date after an image was loaded.
    """

    def __init__(
        self,
        sql: RecordingConnection,
        path: Path,
        wall: Callable[[], float],
        upgrade: Callable[[], None],
        own: Iterable[str] = (),
    ) -> None:
        self._sql = sql
        self._path = path
        self._wall = wall
        self._upgrade = upgrade
        self._own = frozenset(own)
        sql.own = sql.own | self._own
        self._journal: Journal | None = None
        self._me = ""
        self._id: str | None = None
        self._horizon = -1
        self._worthless = False  # nothing in it needs to be set aside
        self._replaying = False
        self.number = 0
        """Number of the last entry of the journal that is in this copy."""
        self.trouble = ""
        """Reason why nothing can be changed just now; "" when it can."""
        self.behind = ""
        """Reason why the journal cannot be followed any more; "" when it can."""
        self.scrub: int | None = None
        """Number of the last entry that is to go from the journal, as it names erased people."""
        self.due = False
        """Whether this server is to make a new image."""
        self.taken = 0
        """How often changes of other servers were applied here, since the start."""
        self.touched: set[str] = set()
        """Tables changed by other servers or out of the outbox; see `touches`."""
        self.appended = 0
        """How many entries of the journal this server made, since the start."""
        self._know()

    def _know(self) -> None:
        found = self._tables()
        sql = self._sql
        sql.guarded = "journal" in found
        if sql.guarded:
            row = sql.execute("SELECT id, number, me, scrub FROM journal").fetchone()
            self._id, self.number, self._me, self.scrub = row

    def _tables(self) -> set[str]:
        rows = self._sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in rows}

    @property
    def shared(self) -> bool:
        """Tell whether this is a copy of a journal, or is to be one."""
        return self._sql.guarded

    @property
    def joined(self) -> bool:
        """Tell whether it is known which journal this is a copy of."""
        return self._id is not None

    @property
    def version(self) -> int:
        """Return the version of its tables."""
        (version,) = self._sql.execute("PRAGMA user_version").fetchone()
        return int(version)

    def touches(self) -> set[str]:
        """Return the tables changed by others or out of the outbox since the last call."""
        touched, self.touched = self.touched, set()
        return touched

    # -- changes

    @contextmanager
    def change(self) -> Iterator[None]:
        """Do everything within as one transaction: all of it or nothing. May be nested.

        In a copy the changes of shared tables wait in the outbox, and cannot be seen before they
        were taken. Raises `TooLarge`; in another process than the server also `Unavailable`.
        """
        sql = self._sql
        if sql.in_transaction:
            yield
            return
        sql.execute("BEGIN IMMEDIATE")
        try:
            if not self.shared and not self._replaying and "journal" in self._tables():
                self._know()  # another process made it a copy meanwhile
            statements: list[Statement] = []
            if sql.guarded:
                with sql.recording(all=True) as recorded:  # to be done later, on other rows
                    yield
                statements = recorded
            else:
                yield
            if statements:
                body = packed(JournalEntry(self.version, tuple(statements)))
                sql.execute("ROLLBACK")
                self._begin_to_post()
                self._post(body)
            sql.execute("COMMIT")
        except BaseException:
            _roll_back(sql)
            raise

    def _begin_to_post(self) -> None:
        """Refuse while the server replaces the file: a change in between would be lost."""
        sql, until = self._sql, time.monotonic() + _PATIENCE
        while True:
            sql.execute("BEGIN IMMEDIATE")
            (loading,) = sql.execute("SELECT loading FROM journal").fetchone()
            if not loading:
                return
            sql.execute("ROLLBACK")
            if time.monotonic() > until:
                raise Unavailable(f"{self._path.name} is being replaced; try again")
            time.sleep(0.05)

    def _post(self, body: bytes) -> None:
        # By the clock, so that a number is never used again, not even after a restored backup.
        (last,) = self._sql.execute("SELECT max(n) FROM outbox").fetchone()
        n = max(int(self._wall() * 1e6), (last or 0) + 1, self._drained() + 1)
        self._sql.execute("INSERT INTO outbox (n, body) VALUES (?, ?)", (n, body))

    def _drained(self) -> int:
        found = self._sql.execute("SELECT n FROM taken WHERE copy = ?", (self._me,)).fetchone()
        return int(found[0]) if found else 0

    def share(self, work: Callable[[], T], *, scrub: bool = False) -> T:
        """Let ``work`` change the tables on all servers, or on none.

        It may run several times; what it raises is raised once it was not for want of news.
        ``scrub``: nothing of what it removed may be left anywhere. Raises `Unavailable` and
        `TooLarge`.
        """
        if not self.shared:
            with self.change():
                done = work()
        else:
            done = self._share(work, scrub)
        if scrub:
            self._checkpoint()
        return done

    def _share(self, work: Callable[[], T], scrub: bool) -> T:
        sql = self._sql
        for _ in range(_TRIES):
            if why := self._why_not():
                raise Unavailable(why)
            sql.execute("BEGIN IMMEDIATE")
            tried = sql.tried
            try:
                with sql.recording(all=False) as statements:
                    done = work()
            except BaseException as why_not:
                _roll_back(sql)
                if isinstance(why_not, Exception) and self._has_news():
                    continue
                raise
            try:
                granted = not statements or self._append(statements, scrub)
                sql.execute("COMMIT" if granted else "ROLLBACK")
            except BaseException:
                _roll_back(sql)
                raise
            self._know()
            if not granted:
                self._catch_up()
            # Where nothing was changed there may have been something that we do not know of.
            elif statements or sql.tried == tried or not self._catch_up():
                return done
        raise Unavailable("too many others change it at the same time")

    def _has_news(self) -> bool:
        """Tell whether others made changes that we did not know of, as far as can be known."""
        try:
            return self._catch_up()
        except Unavailable:
            return False

    def _why_not(self) -> str:
        if self.behind or self.trouble:
            return self.behind or self.trouble
        return "" if self.joined and self._journal else "it is not known yet what the others have"

    def _append(self, statements: list[Statement], scrub: bool) -> bool:
        assert self._journal is not None
        assert self._id is not None
        body = packed(JournalEntry(self.version, tuple(statements), scrub))
        number = self.number + 1
        if not self._journal.append(self._id, number, body):
            return False
        self.appended += 1
        self._sql.execute("UPDATE journal SET number = ?", (number,))
        if scrub:
            self._sql.execute("UPDATE journal SET scrub = ?", (number,))
        if scrub or (number % _EACH == 0 and number - self._horizon >= HORIZON):
            self.due = True
        return True

    # -- the outbox

    def waiting(self) -> bool:
        """Tell whether the outbox holds anything to be taken."""
        if not self.shared:
            return False
        found = self._sql.execute("SELECT 1 FROM outbox WHERE why IS NULL LIMIT 1").fetchone()
        return found is not None

    def posted(self) -> list[int]:
        """Return the numbers of the changes in the outbox that were not taken."""
        if "outbox" not in self._tables():
            return []
        return [n for (n,) in self._sql.execute("SELECT n FROM outbox WHERE why IS NULL")]

    def refusals(self, numbers: Iterable[int]) -> list[str]:
        """Return why some of these were refused, and forget them."""
        if not self.shared:
            return []
        found = []
        for n in numbers:
            row = self._sql.execute("SELECT why FROM outbox WHERE n = ?", (n,)).fetchone()
            if row is not None and row[0] is not None:
                found.append(str(row[0]))
                self._sql.execute("DELETE FROM outbox WHERE n = ?", (n,))
        return found

    def drain(self) -> list[str]:
        """Put some of the outbox into the journal; return which was refused, and why.

        Raises `Unavailable`.
        """
        return self.share(self._drain)

    def _drain(self) -> list[str]:
        sql, refused, last, size = self._sql, [], 0, 0
        statements = sql.statements
        assert statements is not None
        for n, body in sql.execute(
            "SELECT n, body FROM outbox WHERE why IS NULL ORDER BY n LIMIT 500"
        ).fetchall():
            size += len(body)
            if last and size > _TAKEN:
                break
            entry = unpacked(body)
            if entry.version > self.version:
                break  # of a newer command line; it waits for us to be upgraded
            last, before = n, len(statements)
            if why := self._try(entry):
                del statements[before:]
                refused.append(why)
                sql.execute("UPDATE outbox SET why = ? WHERE n = ?", (why, n))
        if last:
            sql.execute(
                "INSERT INTO taken VALUES (?, ?) ON CONFLICT (copy) DO UPDATE SET n = excluded.n",
                (self._me, last),
            )
            self._settle()
        return refused

    def _try(self, entry: JournalEntry) -> str:
        """Do all of it or nothing; return why it cannot be done, or "" when it was."""
        self._sql.execute("SAVEPOINT one")
        try:
            self._do(entry)
        except (sqlite3.IntegrityError, BadEntry) as why:
            self._sql.execute("ROLLBACK TO one")
            return str(why)
        finally:
            self._sql.execute("RELEASE one")
        return ""

    def _do(self, entry: JournalEntry) -> None:
        for sql, rows in entry.statements:
            table = table_of(sql)
            if table is None or table in self._sql.own:
                raise BadEntry(f"an entry is no change of shared tables: {sql[:60]!r}")
            self.touched.add(table)
            try:
                self._sql.executemany(sql, rows)
            except sqlite3.ProgrammingError as why:
                raise BadEntry(f"an entry cannot be done: {why}") from why

    def _settle(self) -> None:
        """Remove from the outbox what was taken, whether we knew of it or not."""
        self._sql.execute("DELETE FROM outbox WHERE why IS NULL AND n <= ?", (self._drained(),))
        horizon = int((self._wall() - _KEPT) * 1e6)
        self._sql.execute("DELETE FROM outbox WHERE why IS NOT NULL AND n < ?", (horizon,))

    # -- following

    def prepare(self, journal: Journal, *, fresh: bool) -> None:
        """Make this a copy of ``journal`` from now on, but for `join`.

        ``fresh``: the file was just made, and is no loss.
        """
        self._journal = journal
        self._worthless = fresh
        if not self.shared:
            with self.change():
                _script(self._sql, _OWN)
                self._sql.execute(_TAKEN_TABLE)
                self._sql.execute(
                    "INSERT INTO journal (number, me) VALUES (0, ?)", (secrets.token_hex(8),)
                )
        self._sql.execute("UPDATE journal SET loading = 0")  # if we died meanwhile
        self._know()

    def upgrade(self) -> None:
        """Bring the tables up to date, as each server does by itself."""
        with self._unrecorded():
            self._upgrade()

    def leave(self) -> None:
        """Make this a file on its own again: what waits in the outbox is done here."""
        sql = self._sql
        with self._unrecorded(), self.change():
            for (body,) in sql.execute(
                "SELECT body FROM outbox WHERE why IS NULL ORDER BY n"
            ).fetchall():
                self._try(unpacked(body))
            for table in ("journal", "outbox", "taken"):
                sql.execute(f"DROP TABLE {table}")
        self._know()

    def join(self) -> str:
        """Find out which journal this is a copy of, and load it; return how that went.

        Raises `Unavailable`.
        """
        journal = self._journal
        assert journal is not None
        news = journal.look(self.number)
        if news.id is None:
            if not journal.begin(self._image()):
                news = journal.look(self.number)
            else:
                news = journal.look(0)
                self._belong(news.id, 0)
                return "began the journal"
        (supersedes,) = self._sql.execute("SELECT supersedes FROM journal").fetchone()
        if supersedes:
            return self._supersede(news)
        if news.id != self._id:
            aside = "" if self._worthless else f"; what was here is in {self._set_aside().name}"
            self._worthless = True
            if not self._load():
                raise Unavailable(self.behind or "the journal is no more")
            self._catch_up()
            return f"took the others' state{aside}"
        self.take(news)
        self._catch_up()
        return "caught up"

    def _supersede(self, news: JournalNews) -> str:
        """Make this database everybody's, whatever the others have."""
        journal = self._journal
        assert journal is not None
        while True:
            if news.id is None:
                raise Unavailable("the journal is no more")
            last = news.horizon
            while news.entries:
                last = max(last, news.entries[-1][0])
                news = journal.look(last)
            assert news.id is not None
            if journal.supersede(news.id, last + 1, self._image()):
                break
            news = journal.look(last)
        self._belong(news.id, last + 1)
        return "gave the others what was restored here"

    def _belong(self, id: str | None, number: int) -> None:
        with self.change():
            self._sql.execute("UPDATE journal SET id = ?, number = ?, supersedes = 0", (id, number))
        self._horizon = number
        self._know()

    def take(self, news: JournalNews) -> bool:
        """Apply what others changed; return whether there was anything. Raises `Unavailable`."""
        if news.id != self._id:
            self.behind = "the journal is another one than this copy followed until now"
            return False
        changed = False
        fresh, number = [], self.number
        for each, body in news.entries:
            if each == number + 1:
                fresh.append(body)
                number = each
        if fresh:
            changed = self._replay(fresh)
        if news.horizon > self.number and not self.behind:
            changed = self._load()
        if news.horizon > self._horizon:
            # Something was to be forgotten, perhaps: our own log of changes must not have it.
            self._horizon = news.horizon
            self._checkpoint()
            if self.scrub is not None and self.scrub <= news.horizon:
                with self.change():
                    self._sql.execute("UPDATE journal SET scrub = NULL")
                self._know()
        self.taken += changed
        return changed

    @contextmanager
    def _unrecorded(self) -> Iterator[None]:
        """Keep the changes within out of the journal: they are in it already, or are ours alone."""
        self._replaying, guarded, self._sql.guarded = True, self._sql.guarded, False
        try:
            yield
        finally:
            self._replaying, self._sql.guarded = False, guarded

    def _catch_up(self) -> bool:
        """Apply all that the others changed; return whether there was anything."""
        assert self._journal is not None
        before = self.taken
        while not self.behind and self.take(self._journal.look(self.number)):
            pass
        return self.taken != before

    def _replay(self, bodies: list[bytes]) -> bool:
        sql, number = self._sql, self.number
        try:
            with self._unrecorded(), self.change():
                for body in bodies:
                    entry = unpacked(body)
                    if self._too_new(entry.version):
                        break
                    self._do(entry)
                    number += 1
                    if entry.scrub:
                        sql.execute("UPDATE journal SET scrub = ?", (number,))
                sql.execute("UPDATE journal SET number = ?", (number,))
                self._settle()
        except (sqlite3.IntegrityError, BadEntry) as why:
            # Ours is not what it ought to be. The image may be better; nothing else could be.
            if not self._load():
                self.behind = f"the others' changes cannot be done here: {why}"
                return False
            return True
        changed = number > self.number
        self._know()
        return changed

    def _too_new(self, version: int) -> bool:
        if version <= self.version:
            return False
        self.behind = (
            f"the others run a newer Sightline (version {version} of the tables, this one knows"
            f" {self.version}): nothing can be changed here until it is upgraded, too"
        )
        return True

    # -- images

    def compact(self) -> None:
        """Begin the journal with what is here. Raises `Unavailable`."""
        assert self._journal is not None
        assert self._id is not None
        self._catch_up()
        if why := self._why_not():
            raise Unavailable(why)
        self._journal.compact(self._id, self.number, self._image())
        self.due = False
        self._catch_up()
        self._checkpoint()

    def _image(self) -> bytes:
        """Return everything that other servers are to have."""
        memory = sqlite3.connect(":memory:", isolation_level=None)
        try:
            self._sql.backup(memory)
            memory.execute("PRAGMA secure_delete = ON")
            memory.execute("DROP TABLE IF EXISTS journal")
            memory.execute("DROP TABLE IF EXISTS outbox")
            memory.execute(f"DROP TABLE IF EXISTS {MEMBER}")
            for table in self._own:
                memory.execute(f"DELETE FROM {table}")
            memory.execute("VACUUM")
            return image(self.version, memory.serialize())
        finally:
            memory.close()

    def _load(self) -> bool:
        """Become the journal's image, except for what is ours alone; False if it is no news."""
        assert self._journal is not None
        whole = self._journal.whole()
        if whole is None or (whole.id == self._id and whole.number <= self.number):
            return False
        version, data = imaged(whole.data)
        if self._too_new(version):
            return False
        self._sql.execute("UPDATE journal SET loading = 1")
        memory = sqlite3.connect(":memory:", isolation_level=None)
        try:
            memory.deserialize(data)
            _script(memory, _OWN)
            memory.execute(_TAKEN_TABLE)
            # Of an older server's image: that file's own id, which is none of ours.
            memory.execute(f"DROP TABLE IF EXISTS {MEMBER}")
            memory.execute(f"CREATE TABLE {MEMBER} (id TEXT NOT NULL) STRICT")
            for table in sorted(self._sql.own):
                self._bring(table, memory)
            memory.execute(
                "UPDATE journal SET id = ?, number = ?, loading = 0", (whole.id, whole.number)
            )
            memory.execute(
                "DELETE FROM outbox WHERE why IS NULL AND n <="
                " (SELECT n FROM taken WHERE copy = ?)",
                (self._me,),
            )
            # In one transaction of the file, whoever else has it open.
            memory.backup(self._sql)
            self.touched |= self._tables()
        except BaseException as why:
            self._sql.execute("UPDATE journal SET loading = 0")
            if isinstance(why, sqlite3.DatabaseError):
                raise BadEntry(f"the image cannot be used: {why}") from why
            raise
        finally:
            memory.close()
        self.upgrade()
        self._checkpoint()
        self._know()
        return True

    def _bring(self, table: str, memory: sqlite3.Connection) -> None:
        """Take along what is ours alone, where an image of older tables has a place for it."""
        has = "SELECT 1 FROM sqlite_master WHERE name = ?"
        if not all(sql.execute(has, (table,)).fetchone() for sql in (memory, self._sql)):
            return
        rows = self._sql.execute(f"SELECT * FROM {table}")
        names = ", ".join(column[0] for column in rows.description)
        marks = ", ".join("?" * len(rows.description))
        found = rows.fetchall()
        if found:
            memory.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", found)

    def _set_aside(self) -> Path:
        date = time.strftime("%Y%m%d-%H%M%S", time.localtime(self._wall()))
        name = f"{self._path.name}.before-joining-{date}"
        aside, n = self._path.with_name(name), 1
        while aside.exists():
            aside, n = self._path.with_name(f"{name}-{n}"), n + 1
        part = aside.with_name(f"{aside.name}.part")
        part.unlink(missing_ok=True)
        file = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            self._sql.execute("VACUUM INTO ?", (str(part),))
            os.fsync(file)
            part.rename(aside)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        finally:
            os.close(file)
        return aside

    def _checkpoint(self) -> None:
        """Empty the log of changes beside the file: nothing overwritten may linger there."""
        self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def to_supersede(path: Path) -> None:
    """Mark the closed file at ``path`` to become everybody's when its server is started."""
    sql = sqlite3.connect(path, isolation_level=None)
    try:
        sql.execute("BEGIN IMMEDIATE")
        found = sql.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal'").fetchone()
        if found is None:
            _script(sql, _OWN)
        sql.execute(_TAKEN_TABLE)
        sql.execute("DELETE FROM journal")
        sql.execute(
            "INSERT INTO journal (number, me, supersedes) VALUES (0, ?, 1)", (secrets.token_hex(8),)
        )
        sql.execute("COMMIT")
    finally:
        sql.close()


def _roll_back(sql: sqlite3.Connection) -> None:
    if sql.in_transaction:  # some errors end it themselves
        sql.execute("ROLLBACK")


def _script(sql: sqlite3.Connection, text: str) -> None:
    """Run several statements in the open transaction: executescript() would commit it."""
    for statement in text.split(";"):
        if statement.strip():
            sql.execute(statement)
