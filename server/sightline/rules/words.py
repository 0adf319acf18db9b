"""Cut a rule's line into words, and write words so that they are read back as they are.

A word is what stands between blanks and commas; what holds blanks, commas or quotes itself is
quoted, as in JSON.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

_WORD = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|(,)|([^\s,"]+))')
_PLAIN = re.compile(r'[^\s,"\\]+\Z')
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?\Z", re.ASCII)
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)(s|min|h|d)?\Z", re.ASCII)
RESERVED = frozenset((
    "after", "and", "at", "by", "field", "for", "from", "in", "not", "of", "on", "only", "or",
    "tell", "than", "until", "urgent", "when",
))  # fmt: skip
"""Words that mean something: as a name they are quoted."""
UNITS = {"d": 86_400.0, "h": 3600.0, "min": 60.0, "s": 1.0}
"""Of durations, s; the largest first."""


class BadText(ValueError):
    """A line that is no rule: ``column`` counts from 1, ``expected`` says what should be there."""

    def __init__(self, column: int, expected: str) -> None:
        super().__init__(f"column {column}: expected {expected}")
        self.column = column
        self.expected = expected


class Word(NamedTuple):
    """One word, and the column (from 1) where it begins. ``quoted``: it is no word of the language.

    The last one is empty and not quoted.
    """

    text: str
    column: int
    quoted: bool = False


def cut(line: str) -> list[Word]:
    """Cut a line into words. Raises `BadText`."""
    words: list[Word] = []
    at = 0
    while line[at:].strip():
        found = _WORD.match(line, at)
        if found is None:
            column = at + len(line[at:]) - len(line[at:].lstrip()) + 1
            raise BadText(column, "the end of the quoted text")
        group = found.lastindex or 3
        text = found[group]
        column = found.start(group) + 1
        if group == 1:
            try:
                text = json.loads(text, strict=False)
            except ValueError:
                raise BadText(column, "a quoted text as in JSON") from None
        words.append(Word(text, column, group == 1))
        at = found.end()
    words.append(Word("", len(line.rstrip()) + 1))
    return words


def quoted(text: str) -> str:
    """Return a text that is read back as one quoted word."""
    return json.dumps(text, ensure_ascii=False)


def plain(text: str) -> str:
    """Return a text that is read back as one word: quoted where that must be."""
    return text if _PLAIN.match(text) and text not in RESERVED else quoted(text)


def number_text(value: float) -> str:
    """Return a number that is read back as it is."""
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def duration_text(seconds: float) -> str:
    """Return a duration in the largest unit in which it is a whole number: ``10 min``."""
    for unit, size in UNITS.items():
        if seconds and seconds % size == 0:
            return f"{number_text(seconds / size)} {unit}"
    return f"{number_text(seconds)} s"


class Words:
    """The words of a line, taken one after the other."""

    def __init__(self, line: str) -> None:
        self._words = cut(line)
        self._at = 0

    @property
    def next(self) -> Word:
        """Return the next word without taking it."""
        return self._words[self._at]

    @property
    def ended(self) -> bool:
        """Tell whether there are no more."""
        return self._at == len(self._words) - 1

    def fail(self, expected: str) -> BadText:
        """Return the error that something else was expected here."""
        return BadText(self.next.column, expected)

    def take(self, expected: str) -> Word:
        """Take the next word, whatever it is. Raises `BadText` at the end."""
        word = self.next
        if self.ended:
            raise self.fail(expected)
        self._at += 1
        return word

    def took(self, *phrase: str) -> bool:
        """Take these words, if they come next."""
        some = self._words[self._at : self._at + len(phrase)]
        if [each.text for each in some] != list(phrase) or any(each.quoted for each in some):
            return False
        self._at += len(phrase)
        return True

    def need(self, *phrase: str) -> None:
        """Take these words. Raises `BadText` where another comes."""
        for word in phrase:
            if not self.took(word):
                raise self.fail(f"“{' '.join(phrase)}”")

    def name(self, expected: str) -> str:
        """Take a name. Raises `BadText`."""
        word = self.next
        if not word.quoted and (word.text == "," or word.text in RESERVED):
            raise self.fail(expected)
        return self.take(expected).text

    def number(self, expected: str) -> float:
        """Take a number. Raises `BadText`."""
        word = self.next
        if word.quoted or _NUMBER.match(word.text) is None:
            raise self.fail(expected)
        value = float(word.text)
        if not -1e300 < value < 1e300:
            raise self.fail(expected)
        self._at += 1
        return value

    def duration(self) -> float:
        """Take a duration: ``10 min``, ``30s``, ``1.5 h``. Return s. Raises `BadText`."""
        expected = "a duration as 10 min (s, min, h or d)"
        word = self.next
        found = None if word.quoted else _DURATION.match(word.text)
        if found is None:
            raise self.fail(expected)
        self._at += 1
        unit = found[2]
        if unit is None:
            unit = self.next.text
            if self.next.quoted or unit not in UNITS:
                raise self.fail("s, min, h or d")
            self._at += 1
        value = float(found[1]) * UNITS[unit]
        if value > 1e12:
            raise BadText(word.column, expected)
        return value
