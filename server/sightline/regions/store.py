"""Store every version of every region, and who was where when the server last ran.

Plain functions that wait for the disk, like those of the accounts' database; to be called on one
thread. Where several servers share a database the regions are one for all; who was where is noted
by each server for itself, as each has heard more or less.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from sightline.database.engine import Engine, EngineSource
from sightline.database.sqlite_engine import SqliteEngine
from sightline.database.trouble import describe
from sightline.kinds.regions.model import Region
from sightline.model.faults import CannotOpen
from sightline.regions.schema import PART, TOPICS

FILE = "regions.db"
T = TypeVar("T")


class BadRegions(Exception):
    """The file cannot be used; the message says why."""


class StaleRegion(Exception):
    """Another change came first; holds the region's version now, 0: it was removed."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class RegionRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A region as it is stored. ``tst`` and ``rid`` are a phone's names for it."""

    region: Region
    tst: int
    rid: str | None = None


@dataclass(frozen=True, slots=True)
class StoredVisit:
    """The stored verdicts of a thing and a region: in it since then by ours (None: not in it), and
    the phone's with its time. Epoch s.
    """

    thing: str
    region: str
    since: float | None = None
    inside: bool | None = None
    phone_at: float | None = None


@dataclass(frozen=True, slots=True)
class RegionVersion:
    """One version of a region, as it was made; ``record`` None: it was removed."""

    edition: int
    id: str
    version: int
    who: str
    at: float
    record: RegionRow | None


class RegionStore:
    """The open database. ``wall`` gives epoch s; ``server`` is ours among several.

    Raises `BadRegions` when that is impossible, and `Unavailable` of PostgreSQL.
    """

    def __init__(
        self, place: Path | EngineSource, wall: Callable[[], float], server: str = ""
    ) -> None:
        self._wall = wall
        self._server = server
        self._place = str(place / FILE) if isinstance(place, Path) else "the common database"
        self._sql: Engine = _opened(place)

    @property
    def several(self) -> bool:
        """Tell whether other servers use it, too."""
        return self._sql.several

    def close(self) -> None:
        """Let go of the database."""
        self._sql.close()

    def transact(self, work: Callable[[], T], *, scrub: bool = False) -> T:
        """Return what ``work`` does, all or nothing; it may run again (`Engine.transact`)."""
        return self._sql.transact(work, scrub=scrub)

    def _change(self) -> AbstractContextManager[None]:
        return self._sql.change()

    # -- regions

    def regions(self) -> dict[str, tuple[int, RegionRow]]:
        """Return all regions there are: by id the edition and the record."""
        found = {}
        for id, edition, record in self._sql.execute("SELECT id, edition, record FROM region"):
            try:
                found[id] = edition, _decode(record)
            except msgspec.DecodeError as why:
                raise BadRegions(f"{self._place}: region {id}: {why}") from why
        return found

    def edition(self) -> int:
        """Return the number of the last change."""
        (found,) = self._sql.execute("SELECT max(edition) FROM version").fetchone()
        return int(found or 0)

    def put(self, id: str, record: RegionRow, expected: int, keep: int | None = None) -> int:
        """Write a region's next version; return its edition.

        ``expected`` is the version before, 0: none. At most ``keep`` versions of it
        are kept. Raises `StaleRegion`.
        """
        with self._change():
            self._expect(id, expected)
            region = record.region
            edition = self._write(id, region.version, region.by, region.at, record)
            self._sql.execute(
                "INSERT INTO region (id, edition, record) VALUES (?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET"
                " edition = excluded.edition, record = excluded.record",
                (id, edition, _encode(record)),
            )
            if keep is not None:
                self._sql.execute(
                    "DELETE FROM version WHERE id = ? AND edition NOT IN (SELECT edition FROM"
                    " version WHERE id = ? ORDER BY edition DESC LIMIT ?)",
                    (id, id, keep),
                )
        return edition

    def remove(self, id: str, who: str, at: float, expected: int, *, trace: bool = True) -> int:
        """Remove a region; return the edition of that. Without ``trace`` its versions go as well.

        Raises `StaleRegion`.
        """
        with self._change():
            self._expect(id, expected)
            self._sql.execute("DELETE FROM region WHERE id = ?", (id,))
            self._sql.execute("DELETE FROM stood WHERE region = ?", (id,))
            if not trace:
                self._sql.execute("DELETE FROM version WHERE id = ?", (id,))
            edition = self._write(id, expected + 1, who, at, None)
            if not trace:  # the number stays used: editions only rise
                self._sql.execute("DELETE FROM version WHERE edition = ?", (edition,))
        return edition

    def _expect(self, id: str, expected: int) -> None:
        found = self._sql.execute("SELECT record FROM region WHERE id = ?", (id,)).fetchone()
        version = _decode(found[0]).region.version if found else 0
        if version != expected:
            raise StaleRegion(version)

    def _write(self, id: str, version: int, who: str, at: float, record: RegionRow | None) -> int:
        (edition,) = self._sql.execute(
            "INSERT INTO version (id, version, who, at, record) VALUES (?, ?, ?, ?, ?)"
            " RETURNING edition",
            (id, version, who, at, None if record is None else _encode(record)),
        ).fetchall()[0]
        return int(edition)

    def removal(self, id: str) -> RegionVersion | None:
        """Tell how a region came to be no more; None: that was not kept."""
        found = self.versions(id)
        return found[-1] if found and found[-1].record is None else None

    def versions(self, id: str) -> list[RegionVersion]:
        """Return every version of a region, oldest first."""
        rows = self._sql.execute(
            "SELECT edition, id, version, who, at, record FROM version WHERE id = ?"
            " ORDER BY edition",
            (id,),
        )
        return [
            RegionVersion(
                edition, id, version, who, at, None if record is None else _decode(record)
            )
            for edition, id, version, who, at, record in rows
        ]

    # -- who was where

    def visits(self) -> tuple[list[str], list[StoredVisit]]:
        """Return the things of which this server ever had a fix, and how they stood."""
        me = (self._server,)
        known = self._sql.execute("SELECT thing FROM met WHERE server = ?", me).fetchall()
        rows = self._sql.execute(
            "SELECT thing, region, since, inside, said FROM stood WHERE server = ?", me
        )
        return [thing for (thing,) in known], [
            StoredVisit(thing, region, since, None if inside is None else bool(inside), phone_at)
            for thing, region, since, inside, phone_at in rows
        ]

    def note(self, known: Iterable[str], visits: Iterable[StoredVisit]) -> None:
        """Keep how things stand now."""
        me = self._server
        gone, there = [], []
        for each in visits:
            if each.since is None and each.inside is None:
                gone.append((me, each.thing, each.region))
            else:
                there.append((me, each.thing, each.region, each.since, each.inside, each.phone_at))
        with self._change():
            self._sql.executemany(
                "INSERT INTO met (server, thing) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [(me, thing) for thing in known],
            )
            self._sql.executemany(
                "DELETE FROM stood WHERE server = ? AND thing = ? AND region = ?", gone
            )
            self._sql.executemany(
                "INSERT INTO stood (server, thing, region, since, inside, said)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (server, thing, region) DO UPDATE SET"
                " since = excluded.since, inside = excluded.inside, said = excluded.said",
                there,
            )

    def leave(self, thing: str) -> None:
        """Delete the stored verdicts of this thing, whichever server noted them."""
        self._sql.execute("DELETE FROM met WHERE thing = ?", (thing,))
        self._sql.execute("DELETE FROM stood WHERE thing = ?", (thing,))

    def _unname(self, phone: str) -> None:
        """Cut adopted regions off the phone that they came from."""
        for table, key in (("region", "id"), ("version", "edition")):
            rows = self._sql.execute(f"SELECT {key}, record FROM {table} WHERE record IS NOT NULL")
            for row, data in rows.fetchall():
                record = _decode(data)
                if record.region.phone == phone:
                    plain = replace(record, region=replace(record.region, phone=None), rid=None)
                    self._sql.execute(
                        f"UPDATE {table} SET record = ? WHERE {key} = ?", (_encode(plain), row)
                    )

    def forget(self, thing: str) -> None:
        """Delete all of this thing: its verdicts, the regions of its own, their versions."""
        with self._change():
            self.leave(thing)
            own = f"{thing}/"
            for table in ("region", "version"):
                self._sql.execute(
                    f"DELETE FROM {table} WHERE substr(id, 1, ?) = ?", (len(own), own)
                )
            self._unname(thing.partition("/")[2])


_encode: Callable[[RegionRow], bytes] = msgspec.json.encode
_decode = msgspec.json.Decoder(RegionRow).decode


def _opened(place: Path | EngineSource) -> Engine:
    if not isinstance(place, Path):
        return place.engine(TOPICS)
    path = place / FILE
    try:
        return SqliteEngine(path, PART)
    except CannotOpen as why:
        raise BadRegions(str(why)) from None
    except (OSError, sqlite3.Error) as why:
        raise BadRegions(f"{path}: {describe(why)}") from why
