"""Remember what was read of a text, where the same few thousand texts come again and again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(dict[K, V]):
    """What ``read`` returned, by what was read; looked up as in a dictionary.

    Of more than ``most`` all are forgotten: which was used last is not known, since to note that
    at each look costs more than the look itself. What ``read`` raises is not remembered.
    """

    __slots__ = ("_most", "_read")

    def __init__(self, read: Callable[[K], V], most: int) -> None:
        super().__init__()
        self._read = read
        self._most = most

    def __missing__(self, key: K) -> V:
        found = self._read(key)
        if len(self) >= self._most:
            self.clear()
        self[key] = found
        return found
