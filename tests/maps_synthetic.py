"""Extracts that are made up: a town of blocks, as large as wanted. Needs osmium.

    python tests/maps_synthetic.py FILE BLOCKS

A block is a square of 100 m with a street on each side, nine houses with their numbers, a park in
each hundredth. 700 times 700 blocks are some 25 million nodes, as a large city has.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Any

import osmium
from osmium.osm.mutable import Node, Relation, Way

WEST, SOUTH = 10.0, 50.0
STEP = 0.001
_CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))


class Town:
    """Writes a town of ``blocks`` times ``blocks`` blocks."""

    def __init__(self, path: Path, blocks: int) -> None:
        self._blocks = blocks
        header = osmium.io.Header()
        side = STEP * (blocks + 1)
        header.add_box(osmium.osm.Box(WEST, SOUTH, WEST + side, SOUTH + side))
        self._out = osmium.SimpleWriter(str(path), header=header, overwrite=True)
        self._crossings = (blocks + 1) ** 2

    def write(self) -> None:
        """Write nodes, then ways, then a relation, as extracts are sorted."""
        every = range(self._blocks)
        for x, y in itertools.product(range(self._blocks + 1), repeat=2):
            self._node(self._crossing(x, y), x, y)
        for x, y in itertools.product(every, repeat=2):
            for house in range(9):
                for corner, node in enumerate(self._house(x, y, house)):
                    dx, dy = _CORNERS[corner]
                    px = x + 0.1 + 0.3 * (house % 3) + 0.15 * dx
                    py = y + 0.1 + 0.3 * (house // 3) + 0.15 * dy
                    self._node(node, px, py)
        number = itertools.count(1)
        for line in range(self._blocks + 1):
            for along in every:
                east = [self._crossing(along, line), self._crossing(along + 1, line)]
                north = [self._crossing(line, along), self._crossing(line, along + 1)]
                self._way(next(number), east, highway="residential", name=f"East Street {line}")
                self._way(next(number), north, highway="secondary", name=f"North Road {line}")
        for x, y in itertools.product(every, repeat=2):
            for house in range(9):
                ring = self._house(x, y, house)
                tags = {"building": "yes", "addr:housenumber": str(9 * y + house)}
                self._way(
                    next(number), [*ring, ring[0]], **tags, **{"addr:street": f"East Street {y}"}
                )
        # A lake with an island, of two ways: a multipolygon.
        outer, inner = next(number), next(number)
        side = self._blocks
        around = [(0, 0), (side, 0), (side, side), (0, side), (0, 0)]
        self._way(outer, [self._crossing(x, y) for x, y in around])
        island = self._house(side // 2, side // 2, 4)
        self._way(inner, [*island, island[0]])
        members = [("w", outer, "outer"), ("w", inner, "inner")]
        tags = {"type": "multipolygon", "natural": "wood", "name": "The Wood"}
        self._out.add_relation(Relation(id=1, members=members, tags=tags))
        self._out.close()

    def _crossing(self, x: int, y: int) -> int:
        return 1 + x * (self._blocks + 1) + y

    def _house(self, x: int, y: int, house: int) -> list[int]:
        first = 1 + self._crossings + ((x * self._blocks + y) * 9 + house) * 4
        return [first, first + 1, first + 2, first + 3]

    def _node(self, number: int, x: float, y: float) -> None:
        self._out.add_node(Node(id=number, location=(WEST + STEP * x, SOUTH + STEP * y)))

    def _way(self, number: int, nodes: list[int], **tags: Any) -> None:
        self._out.add_way(Way(id=number, nodes=nodes, tags=tags))


if __name__ == "__main__":
    Town(Path(sys.argv[1]), int(sys.argv[2])).write()
