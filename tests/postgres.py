"""A real PostgreSQL for tests: one cluster for the session, a database for each who asks.

    postgres = cluster()                    # started once, ended with the tests
    with prepared() as url: …               # a database with all tables, made of a template
    with common() as store: …               # the same, opened
    with database() as url: …               # an empty database
    with Cluster() as own: own.kill()       # one of the test's own, to do it harm

`needs_postgres` skips a test where PostgreSQL is not installed.
"""

from __future__ import annotations

import atexit
import contextlib
import glob
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType

import psycopg
import pytest

from broker import free_port
from child_process import ChildProcess
from sightline.database.direct import DirectStore
from sightline.database.options import StoreOptions
from sightline.wiring.store import PARTS
from waits import wait_until

BIN = max(glob.glob("/usr/lib/postgresql/*/bin/initdb"), default=shutil.which("initdb") or "")
"""initdb, which says where the others are."""
MISSING = "PostgreSQL is not installed (apt-get install postgresql)"
needs_postgres = pytest.mark.skipif(not BIN, reason=MISSING)
USER = "sightline"
_SETTINGS = (
    "fsync=off",  # nobody pulls the plug; kill -9 loses nothing that was handed to the kernel
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=16MB",
    "wal_level=replica",
    "max_wal_senders=4",
    "log_min_messages=warning",
)
_names = itertools.count(1)


def _program(name: str) -> str:
    return str(Path(BIN).with_name(name))


def _as_nobody() -> list[str]:
    """initdb and postgres refuse root: they run as another user, and end with us all the same."""
    if os.geteuid():
        return []
    user = ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
    return ["setpriv", *user, "--pdeathsig", "KILL", "--"]


def _lives(pid: int) -> bool:
    """Tell whether a process is there and more than an entry that nobody has read."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


class Cluster:
    """One PostgreSQL at a port of its own; ``copy_of`` makes it a streaming standby."""

    def __init__(self, *settings: str, copy_of: Cluster | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self.data = self.folder / "data"
        self.port = free_port()
        self.log = self.folder / "log"
        self._settings = (*_SETTINGS, *settings)
        self._process: ChildProcess | None = None
        if not os.geteuid():
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        if copy_of is None:
            self._run(
                "initdb",
                "-D",
                self.data,
                "-U",
                USER,
                "-A",
                "trust",
                "-N",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            )
        else:
            self._run(
                "pg_basebackup",
                "-D",
                self.data,
                "-R",
                "-X",
                "stream",
                "-d",
                f"host=127.0.0.1 port={copy_of.port} user={USER} application_name=standby",
                "-c",
                "fast",
            )

    def _run(self, name: str, *words: object) -> str:
        command = [*_as_nobody(), _program(name), *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def url(self, name: str, port: int | None = None) -> str:
        """Where a database of it is."""
        return f"postgresql://{USER}@127.0.0.1:{port or self.port}/{name}"

    def connect(self, name: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection of the test's own."""
        return psycopg.connect(self.url(name), autocommit=True, connect_timeout=10)

    def start(self) -> Cluster:
        """Start it, and wait until it answers."""
        words = [*_as_nobody(), _program("postgres"), "-D", str(self.data), "-p", str(self.port)]
        words += ["-k", str(self.folder), "-c", "listen_addresses=127.0.0.1"]
        for setting in self._settings:
            words += ["-c", setting]
        self._process = ChildProcess(words, self.log)
        wait_until(lambda: self._answers(), lambda: f"PostgreSQL:\n{self.logged}")
        return self

    @property
    def logged(self) -> str:
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """End all of it at once (KILL), and wait until nobody holds its memory any more."""
        pids = self.processes()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._end(signal.SIGKILL)
        # One that still ends would keep the next start from its shared memory.
        wait_until(lambda: not any(map(_lives, pids)), "the processes of PostgreSQL to end")

    def stop(self) -> None:
        """End it at once, but in order."""
        self._end(signal.SIGQUIT)

    def _end(self, sign: signal.Signals) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            process.end(sign)

    def processes(self) -> Sequence[int]:
        """The postmaster and its children."""
        found = [self.pid]
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                words = Path(path).read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(words[1]) == found[0]:
                found.append(int(path.split("/")[2]))
        return found

    def pause(self) -> None:
        """Freeze all of it: connections stay open, nothing is answered."""
        self._tell(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._tell(signal.SIGCONT)

    def _tell(self, sign: signal.Signals) -> None:
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):  # one for a connection that just ended
                os.kill(pid, sign)

    def promote(self) -> None:
        """Make a standby the one that is written."""
        self._run("pg_ctl", "promote", "-D", self.data, "-w")

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """A database of its own; its URL."""
        name = f"t{os.getpid()}_{next(_names)}"
        with self.connect() as sql:
            sql.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        yield self.url(name)  # it goes with the cluster: to drop it alone takes seconds

    def close(self) -> None:
        """End it and remove its files."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Cluster:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@cache
def cluster() -> Cluster:
    """The one of all tests in this process."""
    made = Cluster().start()
    atexit.register(made.close)
    return made


@cache
def _template() -> str:
    """A database with the tables of all parts, of which others are made."""
    name = "prepared"
    with cluster().connect() as sql:
        sql.execute(f"CREATE DATABASE {name}")
    store = DirectStore(StoreOptions(cluster().url(name)), PARTS)
    store.open()
    store.check()
    store.close()
    return name


@contextmanager
def prepared() -> Iterator[str]:
    """A database in the common cluster that has all tables; its URL."""
    with cluster().database(_template()) as url:
        yield url


@contextmanager
def common() -> Iterator[DirectStore]:
    """Such a database, opened as a command line does."""
    with prepared() as url:
        store = DirectStore(StoreOptions(url), PARTS)
        store.open()
        yield store
        store.close()


@contextmanager
def database() -> Iterator[str]:
    """An empty database in the common cluster; its URL."""
    with cluster().database() as url:
        yield url
