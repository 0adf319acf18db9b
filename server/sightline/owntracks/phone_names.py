"""Make the name of a new device out of what people call its owner. Pure.

What people type ("Grandma Änne") is shown; in topics and logins stands a plain name (``grandma-
anne``), because apps differ in how they write other letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from unicodedata import combining, normalize

from sightline.kinds.friends.names import folded
from sightline.model.text import clean

DEVICE = "phone"
"""What the first device of somebody is called."""
LONGEST = 40
"""Letters of what people may type."""
_RESERVED = frozenset(("owntracks", "guest", "visitor"))
_LETTERS = {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "þ": "th", "\u0131": "i"}
_MOST = 100  # of one name


class DeviceChoice(NamedTuple):
    """The ``user/device`` of a new phone. ``exists``: there is one of that name already."""

    device: str
    exists: bool


def shown_name(typed: str) -> str:
    """Return a name as it is shown: without what cannot be seen."""
    return clean(" ".join(normalize("NFC", typed).split()), LONGEST)


def plain(typed: str) -> str:
    """Return the plain letters and digits of a name, joined by hyphens; empty: it has none."""
    text = "".join(_LETTERS.get(letter, letter) for letter in typed.casefold())
    bare = "".join(each for each in normalize("NFKD", text) if not combining(each))
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:LONGEST].strip("-")


def choose(
    name: str,
    account: str,
    *,
    theirs: Iterable[str],
    is_used: Callable[[str], bool],
    is_known: Callable[[str], bool],
    another: bool = False,
) -> DeviceChoice:
    """Choose the device for somebody called ``name``, for the ``account`` that will own it.

    ``theirs`` are users (first levels) the asker may add devices to; ``is_used`` tells whether a
    user means anybody yet, ``is_known`` whether there is such a ``user/device``. A user that is
    used and not theirs is passed over in silence: what others have is not for the asker.
    """
    own = {folded(user): user for user in theirs}
    wanted = next(filter(None, (plain(name), plain(account))), "person")
    user = _user(wanted, own, is_used)
    device = f"{user}/{DEVICE}"
    if not is_known(device):
        return DeviceChoice(device, exists=False)
    if not another:
        return DeviceChoice(device, exists=True)
    for number in range(2, _MOST):
        if not is_known(f"{device}-{number}"):
            return DeviceChoice(f"{device}-{number}", exists=False)
    return DeviceChoice(device, exists=True)


def _user(wanted: str, own: dict[str, str], is_used: Callable[[str], bool]) -> str:
    for user in (wanted, *(f"{wanted}-{number}" for number in range(2, _MOST))):
        if user in own:
            return own[user]
        if user not in _RESERVED and not is_used(user):
            return user
    raise ValueError(f"too many are called {wanted}")
