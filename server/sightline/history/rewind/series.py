"""Make curves of numbers in payloads: a bare number, or a field of JSON. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

MOST_FIELDS = 50
"""Fields of a payload that are told."""
_DEEP = 6
_LIST = 8  # items of a list that are told


def number_in(payload: bytes, field: str) -> float | None:
    """Return a number of a payload: the field at a path such as ``battery.level``, "" for all of
    it.

    None: it has no such number. Truth counts as 1 and 0.
    """
    try:
        value: Any = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return _bare(payload) if not field else None
    for name in _levels(field):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return _number(value)


def _levels(field: str) -> list[str]:
    """Cut a path at its dots; one that belongs to a name stands behind a backslash."""
    if not field:
        return []
    return [part.replace("\0", ".") for part in field.replace("\\.", "\0").split(".")]


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        try:
            found = float(value)
        except OverflowError:
            return None
        return found if math.isfinite(found) else None
    return _bare(value.encode()) if isinstance(value, str) else None


def _bare(text: bytes) -> float | None:
    if len(text) > 40:
        return None
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def fields_of(payload: bytes) -> list[str]:
    """List the numbers in a payload by their paths; "" is a payload that is a number."""
    try:
        value: Any = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return [""] if _bare(payload) is not None else []
    found: list[str] = []
    for path in _paths(value, (), _DEEP):
        found.append(".".join(name.replace(".", "\\.") for name in path))
        if len(found) == MOST_FIELDS:
            break
    return found


def _paths(value: Any, path: tuple[str, ...], deep: int) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict) and deep:
        for name, each in value.items():
            yield from _paths(each, (*path, str(name)), deep - 1)
    elif isinstance(value, list) and deep:
        for place, each in enumerate(value[:_LIST]):
            yield from _paths(each, (*path, str(place)), deep - 1)
    elif _number(value) is not None:
        yield path


class Buckets:
    """Thins numbers: of each ``step`` (s) since ``since`` the least, the most and the last.

    A bucket is known by its number, so that parts of a curve made one after the other fit.
    """

    def __init__(self, since: float, step: float) -> None:
        self._since = since
        self._step = step
        self._found: dict[int, list[float]] = {}
        self.count = 0

    def add(self, at: float, value: float) -> None:
        """Take a number of a time (epoch s)."""
        self.count += 1
        number = int((at - self._since) // self._step)
        bucket = self._found.get(number)
        if bucket is None:
            self._found[number] = [value, value, value, at]
            return
        bucket[0] = min(bucket[0], value)
        bucket[1] = max(bucket[1], value)
        if at >= bucket[3]:
            bucket[2], bucket[3] = value, at

    def __len__(self) -> int:
        return len(self._found)

    def columns(self) -> tuple[list[int], list[float], list[float], list[float], list[float]]:
        """Return numbers of buckets in order, and of each the least, the most, the last, its
        time.
        """
        order = sorted(self._found)
        rows = [self._found[number] for number in order]
        return (
            order,
            [row[0] for row in rows],
            [row[1] for row in rows],
            [row[2] for row in rows],
            [row[3] for row in rows],
        )
