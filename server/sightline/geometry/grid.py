"""Index regions by place: find those that may be near without asking each.

The unit sphere stands in a cube that is cut into cells, at each level half as large as at the one
before. A region is put down in the few cells it touches, at the level where those are about as
large as itself; a lookup asks one cell for each level in use. Cells of space know neither
antimeridian nor poles.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from itertools import product
from math import floor
from typing import Generic, TypeVar

from sightline.geometry.geodesy import Vector

K = TypeVar("K", bound=Hashable)
_FINEST = 20  # cells of 6 m
_SCALE = 2**_FINEST
_Cell = tuple[int, int, int]


class Grid(Generic[K]):
    """Caps of the sphere by name."""

    def __init__(self) -> None:
        # By how many cells there are to a unit of length.
        self._levels: dict[int, dict[_Cell, tuple[K, ...]]] = {}
        # The same, each with the halvings from it to the finest cells there may be.
        self._tables: list[tuple[int, dict[_Cell, tuple[K, ...]]]] = []
        self._cells: dict[K, tuple[int, list[_Cell]]] = {}

    def __len__(self) -> int:
        return len(self._cells)

    def put(self, name: K, middle: Vector, reach: float) -> None:
        """Add all places within ``reach`` (radians) of ``middle`` under this name."""
        self.drop(name)
        chord = 2 * math.sin(min(reach, math.pi) / 2)
        level = min(_FINEST, max(0, floor(-math.log2(max(2 * chord, 1e-9)))))
        scale = 2**level
        spans = [
            range(floor((at - chord) * scale), floor((at + chord) * scale) + 1) for at in middle
        ]
        cells = [(x, y, z) for x, y, z in product(*spans)]
        self._cells[name] = scale, cells
        table = self._levels.get(scale)
        if table is None:
            table = self._levels[scale] = {}
            self._tables.append((_FINEST - level, table))
        for x, y, z in cells:
            table[x, y, z] = (*table.get((x, y, z), ()), name)

    def drop(self, name: K) -> None:
        """Remove this name from all places."""
        if name not in self._cells:
            return
        scale, cells = self._cells.pop(name)
        table = self._levels[scale]
        for cell in cells:
            left = tuple(each for each in table[cell] if each != name)
            if left:
                table[cell] = left
            else:
                del table[cell]
        if not table:
            del self._levels[scale]
            self._tables = [each for each in self._tables if each[1] is not table]

    def levels(self) -> Iterable[tuple[int, int, Mapping[_Cell, tuple[K, ...]]]]:
        """Return the levels in use: cells to a unit of length, halvings to `finest`, the cells."""
        return [(_SCALE >> coarser, coarser, table) for coarser, table in self._tables]

    @staticmethod
    def finest(place: Vector) -> _Cell:
        """Return the finest cell of a place: that of another level is so many halvings above."""
        x, y, z = place
        return floor(x * _SCALE), floor(y * _SCALE), floor(z * _SCALE)

    def near(self, place: Vector) -> list[K]:
        """Return all names whose caps this place may be within."""
        a, b, c = self.finest(place)
        found: list[K] = []
        for coarser, table in self._tables:
            cell = table.get((a >> coarser, b >> coarser, c >> coarser))
            if cell is not None:
                found += cell
        return found
