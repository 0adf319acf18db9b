"""Write many rules as one text, and read them back; say where in it what is wrong.

    # Rules of Sightline, each with its id
    ab12cd34: when friend/jane/phone arrives at region/school tell jane

A rule begins at the left edge; a line that begins with a blank goes on with the one before. Lines
that begin with ``#`` are remarks. The id before a colon says which rule of the account it is; a
rule without one, or with one that is not there, is known again by its name or by its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from sightline.kinds.rules.model import Rule
from sightline.rules.text import read, write
from sightline.rules.words import BadText

HEAD = "# Rules of Sightline. What stands before the colon is the id of a rule."
MOST_RULES = 200
"""Rules that are read of one text."""
_ID = re.compile(r"([A-Za-z0-9_-]{1,32}):(?=\s|\Z)")

Change = Literal["new", "changed", "same"]


@dataclass(frozen=True, slots=True)
class TextFault:
    """What is wrong with a text: at ``line`` and ``column`` (both from 1) is not what is expected.

    ``at`` counts the characters before that place.
    """

    line: int
    column: int
    at: int
    expected: str


@dataclass(frozen=True, slots=True)
class TextRule:
    """A rule that a text says from ``line`` on; ``id`` is the one that stands before it."""

    line: int
    id: str | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class TextChange:
    """What bringing in one rule of a text would do; ``id`` and ``version`` are of the rule now.

    A new one has the id None and the version 0.
    """

    line: int
    change: Change
    id: str | None
    version: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class _Piece:
    """The text of one rule; it begins with so many characters and lines before it."""

    text: str
    at: int
    line: int


def write_all(rules: Mapping[str, Rule]) -> str:
    """Return rules, by their ids without the account, as one text."""
    lines = [f"{id}: {write(rule)}" for id, rule in rules.items()]
    return "\n".join((HEAD, *lines, ""))


def read_one(text: str) -> tuple[Rule | None, list[TextFault]]:
    """Return the one rule that a text says, over however many lines; None: it says none."""
    found = _read(_Piece(text, 0, 1), 0)
    return (None, [found]) if isinstance(found, TextFault) else (found, [])


def read_all(text: str) -> tuple[list[TextRule], list[TextFault]]:
    """Return the rules of a text, and what is wrong with those that are none."""
    rules: list[TextRule] = []
    faults: list[TextFault] = []
    for number, piece in enumerate(_pieces(text)):
        if number == MOST_RULES:
            expected = f"no more than {MOST_RULES} rules"
            faults.append(TextFault(piece.line, 1, piece.at, expected))
            break
        named = _ID.match(piece.text)
        found = _read(piece, named.end() if named else 0)
        if isinstance(found, TextFault):
            faults.append(found)
        else:
            rules.append(TextRule(piece.line, named[1] if named else None, found))
    return rules, faults


def _pieces(text: str) -> Iterator[_Piece]:
    """Yield the text of each rule with where it begins."""
    begun: _Piece | None = None
    at = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            if begun is not None:
                yield begun
            begun = None
        elif begun is not None and line[0] in " \t":
            begun = _Piece(f"{begun.text}\n{line}", begun.at, begun.line)
        else:
            if begun is not None:
                yield begun
            begun = _Piece(line, at, number)
        at += len(line) + 1
    if begun is not None:
        yield begun


def _read(piece: _Piece, skip: int) -> Rule | TextFault:
    """Return the rule of a piece without its first ``skip`` characters, or what is wrong."""
    try:
        return read(piece.text[skip:])
    except BadText as why:
        at = min(skip + why.column - 1, len(piece.text))
        before = piece.text[:at]
        column = at - (before.rfind("\n") + 1) + 1
        return TextFault(piece.line + before.count("\n"), column, piece.at + at, why.expected)


def changes_of(own: Mapping[str, Rule], text: Iterable[TextRule]) -> list[TextChange]:
    """Return what bringing in these rules would do to ``own``, by ids without the account.

    No rule of one's own is changed twice: the second that means it is a new one.
    """
    free = dict(own)
    all = list(text)
    found: dict[int, str] = {}
    for means in (_by_id, _by_words, _by_name):
        for number, each in enumerate(all):
            if number not in found and (id := means(free, each)) is not None:
                found[number] = id
                del free[id]
    changes = []
    for number, each in enumerate(all):
        id = found.get(number)
        if id is None:
            changes.append(TextChange(each.line, "new", None, 0, each.rule))
        else:
            now = own[id]
            change: Change = "same" if _wishes(now) == _wishes(each.rule) else "changed"
            changes.append(TextChange(each.line, change, id, now.version, each.rule))
    return changes


def _by_id(own: Mapping[str, Rule], each: TextRule) -> str | None:
    return each.id if each.id in own else None


def _by_words(own: Mapping[str, Rule], each: TextRule) -> str | None:
    wanted = _wishes(each.rule)
    return next((id for id, rule in own.items() if _wishes(rule) == wanted), None)


def _by_name(own: Mapping[str, Rule], each: TextRule) -> str | None:
    name = each.rule.name
    return next((id for id, rule in own.items() if name and rule.name == name), None)


def _wishes(rule: Rule) -> Rule:
    """Return what of a rule its owner decides, as a text says it."""
    days = rule.hours.days
    hours = rule.hours if days is None else replace(rule.hours, days=tuple(sorted(set(days))))
    return replace(rule, version=0, by="", at=0.0, trouble=None, hours=hours)
