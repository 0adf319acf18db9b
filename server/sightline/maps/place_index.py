"""Keep the streets, houses and places of one map in an SQLite file beside it, and look them up.

Lines and reaches lie in an R*Tree, house numbers in squares of about 100 m, names of all languages
in a full text index without accents. The file is written once (`Writer`) and only read afterwards
(`PlaceIndex`). Everything here holds its thread.
"""

from __future__ import annotations

import math
import re
import sqlite3
import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from sightline.maps.place_features import Entry
from sightline.maps.place_ranking import (
    HOUSE_WITHIN,
    REACH,
    STREET_WITHIN,
    House,
    Name,
    NamedSpot,
    Street,
    Surroundings,
    nearest_street,
)

VERSION = 1
"""Of the tables; an index of another version is made anew."""
_TABLES = """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL, translations BLOB NOT NULL,
        UNIQUE (text, translations));
    CREATE TABLE line (id INTEGER PRIMARY KEY, name INTEGER NOT NULL, points BLOB NOT NULL);
    CREATE VIRTUAL TABLE line_box USING rtree(id, west, east, south, north);
    CREATE TABLE spot (id INTEGER PRIMARY KEY, name INTEGER NOT NULL, sort TEXT NOT NULL,
        lat REAL NOT NULL, lon REAL NOT NULL);
    CREATE UNIQUE INDEX spot_once ON spot (name, sort, round(lat, 3), round(lon, 3));
    CREATE VIRTUAL TABLE reach_box USING rtree(id, west, east, south, north);
    CREATE TABLE house (square INTEGER, lat INTEGER, lon INTEGER, number TEXT, street TEXT,
        PRIMARY KEY (square, lat, lon, number)) WITHOUT ROWID;
    CREATE TABLE found (id INTEGER PRIMARY KEY, name INTEGER NOT NULL, sort TEXT NOT NULL,
        west REAL, south REAL, east REAL, north REAL, lat REAL, lon REAL, town INTEGER);
    CREATE VIRTUAL TABLE word USING fts5(names, around, content='', prefix='2 3',
        tokenize='unicode61 remove_diacritics 2');
"""
_FINE = 1e6  # lines are kept to a millionth of a degree: 0.1 m
_SQUARE = 1000  # squares of house numbers in a degree
_MOST = 400  # candidates that are looked at around a position, of each sort
_MATCHES = 5000  # matches of a search of which the nearest are looked for
_METRES = 111_195.0
_NO_MARKS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "\u0131": "i"})


class BadIndex(Exception):
    """The file is no index of ours, or damaged."""


class Found(msgspec.Struct, frozen=True):
    """A match of a search: its name, what it is, the box around it, and a position on it."""

    name: Name
    sort: str
    box: tuple[float, float, float, float]
    lat: float
    lon: float
    town: Name | None = None


def folded(text: str) -> str:
    """Return a text without accents and capitals, as it is looked for."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_NO_MARKS)
    return "".join(c for c in plain if not unicodedata.combining(c))


def words_of(query: str) -> list[str]:
    """Return the words that are looked for."""
    return re.findall(r"[^\W_]+", folded(query))[:8]


class Writer:
    """Fill a new file, or go on with one that a crash left half done."""

    def __init__(self, path: Path, source: str) -> None:
        """Open it; what is there of another ``source`` goes."""
        self._path = path
        if path.exists() and not _goes_on(path, source):
            remove(path)
        fresh = not path.exists()
        self.sql = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.sql.execute("PRAGMA journal_mode = WAL")
        self.sql.execute("PRAGMA synchronous = NORMAL")
        self.sql.execute("PRAGMA cache_size = -65536")  # KiB
        self.sql.execute("BEGIN")
        if fresh:
            for statement in filter(str.strip, _TABLES.split(";")):
                self.sql.execute(statement)
            self.note("version", str(VERSION))
            self.note("source", source)
            self.note("tiles", "0")
        self._names: dict[tuple[str, bytes], int] = {}

    @property
    def tiles(self) -> int:
        """Tell how many tiles are in it."""
        return int(_meta(self.sql, "tiles"))

    def note(self, key: str, value: str) -> None:
        """Keep a word about the file."""
        self.sql.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def put(self, entry: Entry) -> None:
        """Add an entry; the same house or spot of a tile beside is added once."""
        if isinstance(entry, House):
            self._put_house(entry)
        elif isinstance(entry, Street):
            self._put_street(entry)
        else:
            self._put_spot(entry)

    def keep(self, tiles: int) -> None:
        """Make sure that nothing of these first ``tiles`` is lost by a crash."""
        self.note("tiles", str(tiles))
        self.sql.execute("COMMIT")
        self.sql.execute("BEGIN")

    def close(self) -> None:
        """Close it, done or not; what was not kept is forgotten."""
        self.sql.close()

    def finish(self) -> None:
        """Make one file of it that needs no other beside it, and close it."""
        self.sql.execute("INSERT INTO word (word) VALUES ('optimize')")
        self.note("done", "1")
        self.sql.execute("COMMIT")
        self.sql.execute("PRAGMA journal_mode = DELETE")
        self.sql.close()

    def _name(self, name: Name) -> int:
        translations = msgspec.json.encode(dict(sorted(name.translations.items())))
        key = (name.text, translations)
        found = self._names.get(key)
        if found is None:
            self.sql.execute("INSERT OR IGNORE INTO name (text, translations) VALUES (?, ?)", key)
            row = self.sql.execute("SELECT id FROM name WHERE text = ? AND translations = ?", key)
            (found,) = row.fetchone()
            if len(self._names) > 100_000:
                self._names.clear()
            self._names[key] = found
        return int(found)

    def _put_street(self, street: Street) -> None:
        lats, lons = zip(*street.points, strict=True)
        points = array("i", (round(c * _FINE) for pair in street.points for c in pair))
        row = self.sql.execute(
            "INSERT INTO line (name, points) VALUES (?, ?)",
            (self._name(street.name), points.tobytes()),
        )
        box = (row.lastrowid, min(lons), max(lons), min(lats), max(lats))
        self.sql.execute("INSERT INTO line_box VALUES (?, ?, ?, ?, ?)", box)

    def _put_spot(self, spot: NamedSpot) -> None:
        row = self.sql.execute(
            "INSERT OR IGNORE INTO spot (name, sort, lat, lon) VALUES (?, ?, ?, ?)",
            (self._name(spot.name), spot.sort, spot.lat, spot.lon),
        )
        if row.rowcount and spot.sort in REACH:
            west, south, east, north = _box(spot.lat, spot.lon, REACH[spot.sort])
            self.sql.execute(
                "INSERT INTO reach_box VALUES (?, ?, ?, ?, ?)",
                (row.lastrowid, west, east, south, north),
            )

    def _put_house(self, house: House) -> None:
        lat, lon = round(house.lat * _FINE), round(house.lon * _FINE)
        square = _square(house.lat, house.lon)
        row = (square, lat, lon, house.number, house.street)
        self.sql.execute("INSERT OR IGNORE INTO house VALUES (?, ?, ?, ?, ?)", row)


class PlaceIndex:
    """A finished file, open for reading by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises `BadIndex`."""
        try:
            self._sql = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            done = _meta(self._sql, "version") == str(VERSION) and _meta(self._sql, "done") == "1"
        except sqlite3.Error as why:
            raise BadIndex(f"{path}: {why}") from why
        if not done:
            self.close()
            raise BadIndex(f"{path}: is not whole, or of another version")

    def close(self) -> None:
        """Close the file; nothing can be looked up any more."""
        self._sql.close()

    def around(self, lat: float, lon: float) -> Surroundings:
        """Return what is near a position. Raises `BadIndex`."""
        try:
            return Surroundings(
                self._streets(lat, lon), self._houses(lat, lon), self._spots(lat, lon)
            )
        except (sqlite3.Error, msgspec.DecodeError) as why:
            raise BadIndex(str(why)) from why

    def search(self, words: Sequence[str], lat: float, lon: float, most: int) -> list[Found]:
        """Return what has names that begin with all these words, the nearest to a position.

        Towns come before all else when there are too many matches. Raises `BadIndex`.
        """
        if not words:
            return []
        match = " ".join(f'"{word}"*' for word in words)
        across = max(0.01, math.cos(math.radians(lat)))
        try:
            rows = self._sql.execute(
                "SELECT n.text, n.translations, f.sort, f.west, f.south, f.east, f.north,"
                " f.lat, f.lon, t.text, t.translations FROM found f JOIN name n ON n.id = f.name"
                " LEFT JOIN name t ON t.id = f.town WHERE f.id IN"
                " (SELECT rowid FROM word WHERE word MATCH ? ORDER BY rowid LIMIT ?)"
                " ORDER BY f.sort NOT IN ('city', 'town'),"
                " (f.lat - ?) * (f.lat - ?) + ((f.lon - ?) * ?) * ((f.lon - ?) * ?), f.id LIMIT ?",
                (match, _MATCHES, lat, lat, lon, across, lon, across, most),
            ).fetchall()
            return [_found(row) for row in rows]
        except (sqlite3.Error, msgspec.DecodeError) as why:
            raise BadIndex(str(why)) from why

    def house(self, number: str, street: Found) -> tuple[float, float] | None:
        """Find the house of this number nearest to a street, within its box."""
        west, south, east, north = street.box
        near = 2 / _SQUARE
        rows = self._sql.execute(
            "SELECT lat, lon, street FROM house"
            " WHERE replace(number, ' ', '') = ? COLLATE NOCASE AND"
            " square BETWEEN ? AND ? AND lat BETWEEN ? AND ? AND lon BETWEEN ? AND ?",
            (
                number,
                _square(south - near, -180.0),
                _square(north + near, 180.0),
                *(round(each * _FINE) for each in (south - near, north + near)),
                *(round(each * _FINE) for each in (west - near, east + near)),
            ),
        ).fetchall()
        names = {street.name.text, *street.name.translations.values()}
        for lat, lon, own in rows:
            at = (lat / _FINE, lon / _FINE)
            if own:
                if own in names:
                    return at
                continue
            nearest = nearest_street(*at, self._streets(*at))
            if nearest is not None and nearest.name.text == street.name.text:
                return at
        return None

    def _streets(self, lat: float, lon: float) -> list[Street]:
        # As far again as a street may be: what is nearest to a house beside it counts, too.
        west, south, east, north = _box(lat, lon, STREET_WITHIN + HOUSE_WITHIN)
        rows = self._sql.execute(
            "SELECT n.text, n.translations, l.points FROM line_box b JOIN line l ON l.id = b.id"
            " JOIN name n ON n.id = l.name"
            " WHERE b.west <= ? AND b.east >= ? AND b.south <= ? AND b.north >= ? LIMIT ?",
            (east, west, north, south, _MOST),
        )
        return [Street(_name(text, named), points_of(blob)) for text, named, blob in rows]

    def _spots(self, lat: float, lon: float) -> list[NamedSpot]:
        rows = self._sql.execute(
            "SELECT n.text, n.translations, s.sort, s.lat, s.lon FROM reach_box b"
            " JOIN spot s ON s.id = b.id JOIN name n ON n.id = s.name"
            " WHERE b.west <= ? AND b.east >= ? AND b.south <= ? AND b.north >= ? LIMIT ?",
            (lon, lon, lat, lat, _MOST),
        )
        return [NamedSpot(_name(text, translations), *rest) for text, translations, *rest in rows]

    def _houses(self, lat: float, lon: float) -> list[House]:
        west, south, east, north = _box(lat, lon, HOUSE_WITHIN)
        rows = list[tuple[int, int, str, str]]()
        for row in range(math.floor(south * _SQUARE), math.floor(north * _SQUARE) + 1):
            first, last = _square(row / _SQUARE, west), _square(row / _SQUARE, east)
            rows += self._sql.execute(
                "SELECT lat, lon, number, street FROM house WHERE square BETWEEN ? AND ? LIMIT ?",
                (first, last, _MOST),
            )
        return [House(number, y / _FINE, x / _FINE, street) for y, x, number, street in rows]


def remove(path: Path) -> None:
    """Delete an index and what SQLite put beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _goes_on(path: Path, source: str) -> bool:
    """Tell whether a file that is there was begun for the same source."""
    try:
        with closing(sqlite3.connect(path)) as sql:
            same = _meta(sql, "version") == str(VERSION) and _meta(sql, "source") == source
            return same and _meta(sql, "done") != "1"
    except sqlite3.Error:
        return False


def _meta(sql: sqlite3.Connection, key: str) -> str:
    row = sql.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return str(row[0]) if row else ""


def _name(text: str, translations: bytes) -> Name:
    return Name(text, msgspec.json.decode(translations, type=dict[str, str]))


def _found(row: Sequence[object]) -> Found:
    text, translations, sort, west, south, east, north, lat, lon, town, town_translations = row
    assert isinstance(translations, bytes)
    return Found(
        _name(str(text), translations),
        str(sort),
        (float(west), float(south), float(east), float(north)),  # type: ignore[arg-type]
        float(lat),  # type: ignore[arg-type]
        float(lon),  # type: ignore[arg-type]
        _name(str(town), town_translations) if isinstance(town_translations, bytes) else None,
    )


def points_of(blob: bytes) -> Sequence[tuple[float, float]]:
    """Return the corners (lat, lon) of a line as it is kept."""
    flat = array("i", blob)
    return [(flat[i] / _FINE, flat[i + 1] / _FINE) for i in range(0, len(flat) - 1, 2)]


def _box(lat: float, lon: float, metres: float) -> tuple[float, float, float, float]:
    """Return west, south, east, north of all that is at most so far."""
    high = metres / _METRES
    wide = high / max(0.01, math.cos(math.radians(lat)))
    return lon - wide, lat - high, lon + wide, lat + high


def _square(lat: float, lon: float) -> int:
    """Return the number of the square of a position: rows from the south, within them eastwards."""
    return math.floor((lat + 90) * _SQUARE) * 400_000 + math.floor((lon + 180) * _SQUARE)


def texts_of(names: Iterable[Name]) -> str:
    """Return all words of names, as they are looked for, each once."""
    words = (
        w for name in names for t in (name.text, *name.translations.values()) for w in words_of(t)
    )
    return " ".join(dict.fromkeys(words))
