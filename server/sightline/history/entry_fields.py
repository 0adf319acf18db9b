"""Tell what an entry of history says, as fields."""

from __future__ import annotations

import json

import msgspec

from sightline.history.record import HistoryEntry

_QUICK = 4096  # bytes; what is larger may be made to take msgspec long, and goes to json
_OWN = ("hidden", "believed", "doubt")
"""What we say of an entry; nobody who sends one does."""

_decode = msgspec.json.Decoder(dict[str, object]).decode


def fields(entry: HistoryEntry) -> dict[str, object]:
    """Tell what an entry says, with its times: ``tst`` and ``at`` (epoch s)."""
    try:
        said = _decode(entry.body) if len(entry.body) <= _QUICK else json.loads(entry.body)
    except (ValueError, RecursionError):
        said = {}
    if not isinstance(said, dict):
        said = {}
    for name in _OWN:
        said.pop(name, None)
    said["tst"] = int(entry.tst) if entry.tst == int(entry.tst) else entry.tst
    said["at"] = entry.at
    if entry.hidden:
        said["hidden"] = True
    if entry.believed:
        said["believed"] = True
    return said
