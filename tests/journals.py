"""A journal in memory, with the conditions of the real one and whatever goes wrong on the way."""

from __future__ import annotations

from collections.abc import Callable

from sightline.journal.entries import JournalNews, Whole
from sightline.model.faults import Unavailable


class MemoryJournal:
    """Does what it is asked, unless `mood` says otherwise.

    ``mood(operation)`` returns None, ``"cut"`` (not done) or ``"lost"`` (done, but the answer is
    lost); it may also do something before.
    """

    def __init__(self) -> None:
        self.mood: Callable[[str], str | None] = lambda operation: None
        self.id: str | None = None
        self.horizon = 0
        self.image = b""
        self.entries: dict[int, bytes] = {}
        self.written: list[int] = []
        self._journals = 0

    def _ask(self, operation: str) -> bool:
        mood = self.mood(operation)
        if mood == "cut":
            raise Unavailable("cut")
        return mood == "lost"

    @staticmethod
    def _answer(lost: bool) -> None:
        if lost:
            raise Unavailable("lost")

    def look(self, number: int) -> JournalNews:
        self._answer(self._ask("look"))
        found = [(n, body) for n, body in sorted(self.entries.items()) if n > number]
        return JournalNews(self.id, self.horizon, found[:7])

    def whole(self) -> Whole | None:
        self._answer(self._ask("whole"))
        return None if self.id is None else Whole(self.id, self.horizon, self.image)

    def begin(self, data: bytes) -> bool:
        lost = self._ask("begin")
        if self.id is not None:
            return False
        self._journals += 1
        self.id, self.horizon, self.image = f"journal {self._journals}", 0, data
        self._answer(lost)
        return True

    def append(self, id: str, number: int, body: bytes) -> bool:
        lost = self._ask("append")
        granted = self.id == id and self.horizon < number and number not in self.entries
        if granted:
            self.entries[number] = body
            self.written.append(number)
        self._answer(lost)
        return granted

    def compact(self, id: str, number: int, data: bytes) -> None:
        lost = self._ask("compact")
        if self.id == id and self.horizon < number:
            self.horizon, self.image = number, data
        self._drop()
        self._answer(lost)

    def supersede(self, id: str, number: int, data: bytes) -> bool:
        lost = self._ask("supersede")
        granted = self.id == id and self.horizon < number and number not in self.entries
        if granted:
            self.horizon, self.image = number, data
            self._drop()
        self._answer(lost)
        return granted

    def _drop(self) -> None:
        for number in [n for n in self.entries if n <= self.horizon]:
            del self.entries[number]

    @property
    def last(self) -> int:
        return max(self.entries, default=self.horizon)
