"""Telephone numbers of people: what one is, whose things they belong to, and who is shown them.

A number belongs to an account, and so to the things that the account owns by name. Who may see one
of these may see the number; an account that owns all of a kind is nobody's telephone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from sightline.auth.account import Account
from sightline.auth.permissions import User
from sightline.auth.rule_words import overlap

LONGEST = 40
"""Characters of a number as it is typed."""
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}\Z", re.ASCII)
WANTED = "a telephone number begins with + and its country's code and has 7 to 15 digits"


class Telephone(NamedTuple):
    """The number of an account, for the ``things`` (words of grants) that it may be shown at."""

    account: str
    number: str
    things: tuple[str, ...]


def read_telephone(typed: str) -> str:
    """Return a number as it is stored: ``+49 170 1234567``; empty for none.

    Spaces stay, single ones; hyphens, points and brackets become spaces. Raises `ValueError`.
    """
    number = " ".join(re.sub(r"[-./()\s]", " ", typed).split())
    if number and (len(typed) > LONGEST or not _NUMBER.match(dialled(number))):
        raise ValueError(WANTED)
    return number


def dialled(number: str) -> str:
    """Return a number as it is dialled, without spaces."""
    return number.replace(" ", "")


def telephones_for(
    user: User, accounts: Iterable[Account], numbers: Mapping[str, str]
) -> Iterator[Telephone]:
    """Yield the numbers that somebody may be shown, and where; their own is not among them."""
    scope = user.scope
    seen: Collection[str] = ("*",) if scope.kinds is None else scope.kinds | scope.things
    for account in accounts:
        number = numbers.get(account.name)
        if number is None or account.disabled or account.name == user.name:
            continue
        things = sorted(word for word in named_things(account) if _any_seen(word, seen))
        if things:
            yield Telephone(account.name, number, tuple(things))


def telephone_of(
    user: User, thing: str, accounts: Iterable[Account], numbers: Mapping[str, str]
) -> Telephone | None:
    """Return the first number that somebody may call about a thing; None: there is none."""
    if not user.scope.sees(thing):
        return None
    for each in telephones_for(user, accounts, numbers):
        if any(thing == word or thing.startswith(f"{word}/") for word in each.things):
            return each
    return None


def named_things(account: Account) -> Iterator[str]:
    """Yield what an account owns by name, in the words of grants: no kinds, not all."""
    return (word for word in account.grants.own if "/" in word)


def _any_seen(word: str, seen: Collection[str]) -> bool:
    return any(overlap(word, each) for each in seen)
