"""Group keys by a word, in little memory where nearly every group has one key only."""

from __future__ import annotations

from collections.abc import Iterator, Set


class Groups:
    """The keys of each word.

    A group of one is kept as its key: a set of one takes 216 bytes, and there are thousands.
    """

    def __init__(self) -> None:
        self._groups: dict[str, str | set[str]] = {}

    def __contains__(self, word: object) -> bool:
        return word in self._groups

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)

    def of(self, word: str) -> Set[str]:
        """Return the keys of this word: none, if it has none."""
        found = self._groups.get(word)
        if found is None:
            return frozenset()
        return frozenset((found,)) if isinstance(found, str) else frozenset(found)

    def add(self, word: str, key: str) -> bool:
        """Add a key to a word; tell whether it is new there."""
        found = self._groups.get(word)
        if found is None:
            self._groups[word] = key
        elif isinstance(found, set):
            before = len(found)
            found.add(key)
            return len(found) > before
        elif found == key:
            return False
        else:
            self._groups[word] = {found, key}
        return True

    def discard(self, word: str, key: str) -> None:
        """Take a key from a word, if it is there. A word without keys is forgotten."""
        found = self._groups.get(word)
        if isinstance(found, set):
            found.discard(key)
            if len(found) == 1:
                self._groups[word] = found.pop()
        elif found == key:
            del self._groups[word]
