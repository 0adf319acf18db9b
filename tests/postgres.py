"""A real PostgreSQL, one for the whole test run, started when first needed (initdb, no fsync)."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool
from twisted.internet import reactor as _reactor

from broker import accepts, free_port
from child_process import ChildProcess
from sightline.history.postgres.store import PostgresStore
from waits import wait_until

reactor: Any = _reactor
_numbers = count(1)
_SETTINGS = {
    "fsync": "off",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "32MB",
}


def programs() -> Path:
    """Where PostgreSQL's programs are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    where = shutil.which("initdb") or (found[-1] if found else None)
    assert where, "PostgreSQL is not installed (apt-get install postgresql)"
    return Path(where).parent


class Postgres:
    """One cluster; the same port and files over its starts."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self._settings = _SETTINGS | settings
        # It refuses to run as root.
        self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        if os.geteuid() != 0:
            self._as = []
        else:
            shutil.chown(folder, "postgres", "postgres")
        self._process: ChildProcess | None = None
        make = [programs() / "initdb", "-D", folder / "data", "-U", "sightline", "--auth=trust"]
        make += ["-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        subprocess.run([*self._as, *make], check=True, capture_output=True)

    def start(self) -> Postgres:
        """Start it and wait until it takes connections."""
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        command = [programs() / "postgres", "-D", self.folder / "data", "-k", self.folder]
        port = ["-p", str(self.port), *options]
        self._process = ChildProcess([*self._as, *command, *port], self.folder / "log")
        wait_until(self._answers, lambda: (self.folder / "log").read_text())
        return self

    def _answers(self) -> bool:
        if not accepts(self.port):
            return False
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def process(self) -> ChildProcess:
        assert self._process is not None
        return self._process

    def url(self, database: str) -> str:
        return f"postgresql://sightline@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """Make a database; its URL."""
        name = f"test{next(_numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as sql:
            sql.execute(f"CREATE DATABASE {name}")
        return self.url(name)


@cache
def cluster() -> Postgres:
    """The one that all tests share; it ends with the run."""
    folder = tempfile.mkdtemp(prefix="postgres-")
    made = Postgres(Path(folder)).start()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(made.process.end)
    return made


@cache
def _shared() -> str:
    return cluster().database()


class OwnPoolStore(PostgresStore):
    """A store with a pool of its own, which ends with it."""

    def __init__(self, url: str, folder: Path, **options: Any) -> None:
        self.pool: ConnectionPool[Any] = ConnectionPool(
            url, min_size=1, max_size=6, timeout=5.0, open=False
        )
        usual = {"again": (0.02, 0.1)}
        super().__init__(reactor, self.pool, folder / "spill", **(usual | options))

    async def _open(self) -> None:
        self.pool.open()
        await super()._open()

    async def _close(self) -> None:
        await super()._close()
        self.pool.close()


def postgres_store(folder: Path, url: str = "", **options: Any) -> PostgresStore:
    """A store of nothing yet, in the shared database unless another is given."""
    if not url:
        url = _shared()
        with psycopg.connect(url, autocommit=True) as sql:
            sql.execute("DROP SCHEMA IF EXISTS history CASCADE")
    return OwnPoolStore(url, folder, **options)
