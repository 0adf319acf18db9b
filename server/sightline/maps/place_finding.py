"""Make the streets and places of an index findable by their names: one entry for each of them.

A street lies in many pieces, in many tiles; pieces of one name that are near each other are one
street. Two streets of one name in two towns are two.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec

from sightline.maps.place_index import points_of, texts_of
from sightline.maps.place_ranking import TOWNS, Name, NamedSpot, best_spot

APART = 0.02
"""Degrees: pieces that are farther from each other are of two streets."""
_ORDER = ("city", "town", "village", "suburb", "hamlet", "neighbourhood", "park", "street", "spot")
"""What is found first when there is too much."""

Box = tuple[float, float, float, float]


class Piece(NamedTuple):
    """The box around a piece of a street (west, south, east, north), and where it lies."""

    id: int
    box: Box


def clusters(pieces: Iterable[Piece], apart: float = APART) -> list[list[Piece]]:
    """Put pieces together whose boxes are at most ``apart`` degrees from each other."""
    done: list[tuple[Box, list[Piece]]] = []
    for piece in sorted(pieces):
        box, members = piece.box, [piece]
        grown = True
        while grown:  # a piece may join what was two before
            touching = [each for each in done if _near(box, each[0], apart)]
            grown = bool(touching)
            for each in touching:
                done.remove(each)
                box, members = _union(box, each[0]), members + each[1]
        done.append((box, members))
    return [sorted(members) for _, members in done]


def _near(one: Box, other: Box, apart: float) -> bool:
    return (
        one[0] - apart <= other[2]
        and other[0] - apart <= one[2]
        and one[1] - apart <= other[3]
        and other[1] - apart <= one[3]
    )


def _union(one: Box, other: Box) -> Box:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def make_findable(sql: sqlite3.Connection) -> None:
    """Fill the tables for searching, in place of what is there."""
    sql.execute("DELETE FROM found")
    sql.execute("INSERT INTO word (word) VALUES ('delete-all')")
    for sort in _ORDER:
        rows = _street_rows(sql) if sort == "street" else _spot_rows(sql, sort)
        for name, box, (lat, lon) in rows:
            town = None if sort in TOWNS else _town_of(sql, lat, lon)
            row = sql.execute(
                "INSERT INTO found (name, sort, west, south, east, north, lat, lon, town)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (name, sort, *box, lat, lon, town),
            )
            sql.execute(
                "INSERT INTO word (rowid, names, around) VALUES (?, ?, ?)",
                (row.lastrowid, _words(sql, name), "" if town is None else _words(sql, town)),
            )


_Row = tuple[int, Box, tuple[float, float]]


def _spot_rows(sql: sqlite3.Connection, sort: str) -> Iterator[_Row]:
    rows = sql.execute("SELECT name, lat, lon FROM spot WHERE sort = ? ORDER BY id", (sort,))
    for name, same in groupby(sorted(rows), key=lambda row: row[0]):
        # A tile beside has the same spot, a little rounded.
        pieces = [Piece(n, (lon, lat, lon, lat)) for n, (_, lat, lon) in enumerate(same)]
        for members in clusters(pieces, 0.002):
            west, south, _, _ = members[0].box
            yield name, members[0].box, (south, west)


def _street_rows(sql: sqlite3.Connection) -> Iterator[_Row]:
    rows = sql.execute(
        "SELECT l.name, l.id, b.west, b.south, b.east, b.north FROM line l"
        " JOIN line_box b ON b.id = l.id ORDER BY l.name"
    )
    for name, lines in groupby(rows, key=lambda row: row[0]):
        for members in clusters(Piece(row[1], row[2:]) for row in lines):
            box = members[0].box
            for each in members:
                box = _union(box, each.box)
            yield name, box, _on_it(sql, box, members)


def _on_it(sql: sqlite3.Connection, box: Box, members: Sequence[Piece]) -> tuple[float, float]:
    """Return a point of the street, the one of the piece in its middle."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2

    def off(piece: Piece) -> float:
        west, south, east, north = piece.box
        return abs((west + east) / 2 - x) + abs((south + north) / 2 - y)

    middle = min(members, key=lambda piece: (off(piece), piece.id))
    (blob,) = sql.execute("SELECT points FROM line WHERE id = ?", (middle.id,)).fetchone()
    points = points_of(blob)
    return points[len(points) // 2]


def _town_of(sql: sqlite3.Connection, lat: float, lon: float) -> int | None:
    """Return the number of the name of the town that a position is in."""
    rows = sql.execute(
        "SELECT s.name, s.sort, s.lat, s.lon FROM reach_box b JOIN spot s ON s.id = b.id"
        " WHERE b.west <= ? AND b.east >= ? AND b.south <= ? AND b.north >= ?",
        (lon, lon, lat, lat),
    )
    spots = [NamedSpot(Name(str(name)), *rest) for name, *rest in rows]
    found = best_spot(lat, lon, spots, TOWNS)
    return int(found.name.text) if found else None


def _words(sql: sqlite3.Connection, name: int) -> str:
    row = sql.execute("SELECT text, translations FROM name WHERE id = ?", (name,)).fetchone()
    return texts_of([Name(row[0], msgspec.json.decode(row[1], type=dict[str, str]))])
