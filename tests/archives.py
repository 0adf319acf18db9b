"""PMTiles archives that are made up, whole and broken."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

LAYERS = {"vector_layers": [{"id": name, "fields": {}} for name in ("earth", "water", "roads")]}


def archive(
    metadata: Any = LAYERS,
    tiles: Sequence[bytes] = (b"one", b"another"),
    *,
    entries: Sequence[tuple[int, int, int, int]] | None = None,
    **header: Any,
) -> bytes:
    """Return an archive; ``entries``: id, run, length and offset + 1 of each; header fields."""
    if entries is None:
        starts = [sum(map(len, tiles[:n])) for n in range(len(tiles))]
        entries = [(n, 1, len(tile), starts[n] + 1) for n, tile in enumerate(tiles)]
    said = metadata if isinstance(metadata, bytes) else gzip.compress(json.dumps(metadata).encode())
    root = gzip.compress(directory(entries), mtime=0)
    data = b"".join(tiles)
    fields: dict[str, Any] = {
        "root": (127, len(root)),
        "metadata": (127 + len(root), len(said)),
        "leaves": (127 + len(root) + len(said), 0),
        "tiles": (127 + len(root) + len(said), len(data)),
        "counts": (len(tiles), len(tiles), len(tiles)),
        "packing": (1, 2, 2),
        "type": 1,
        "zooms": (0, 15),
        "bounds": (24.9, 60.1, 25.0, 60.2),
        "version": 3,
    } | header
    parts = (fields[name] for name in ("root", "metadata", "leaves", "tiles"))
    return (
        b"PMTiles"
        + bytes([fields["version"]])
        + struct.pack("<8Q", *(number for part in parts for number in part))
        + struct.pack("<3Q", *fields["counts"])
        + struct.pack("<6B", *fields["packing"], fields["type"], *fields["zooms"])
        + struct.pack("<4i", *(round(degrees * 10_000_000) for degrees in fields["bounds"]))
        + struct.pack("<B2i", 10, 0, 0)
        + root
        + said
        + data
    )


def directory(entries: Sequence[tuple[int, int, int, int]]) -> bytes:
    """Return a directory, unpacked."""
    ids = [each[0] for each in entries]
    steps = [each - before for each, before in zip(ids, [0, *ids], strict=False)]
    columns = [steps, *([each[n] for each in entries] for n in (1, 2, 3))]
    return b"".join(map(_number, [len(entries), *(one for column in columns for one in column)]))


def _number(value: int) -> bytes:
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def layers(*names: str, fields: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return metadata with these layers."""
    return {"vector_layers": [{"id": name, "fields": dict(fields or {})} for name in names]}
