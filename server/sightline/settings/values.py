"""The values that settings are made of: bounded numbers, secrets, and what a value looks like."""

from __future__ import annotations

import ipaddress
import itertools
import re
from typing import Annotated

from msgspec import Meta

Count = Annotated[int, Meta(ge=1, le=10_000_000)]
CountOrNone = Annotated[int, Meta(ge=0, le=10_000_000)]
Bytes = Annotated[int, Meta(ge=1024, le=67_108_864)]
Seconds = Annotated[float, Meta(ge=0.1, le=31_536_000)]
Milliseconds = Annotated[int, Meta(ge=0, le=10_000)]


class Secret:
    """A text that is shown by `reveal` only."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself: for the one call that must send it, never for a log."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


def is_guessable(client_id: str) -> bool:
    """Tell whether this id looks like a name rather than like chance: too short, or too regular."""
    plain = re.sub(r"[^A-Za-z0-9]", "", client_id)
    changes = sum(a.isdigit() != b.isdigit() for a, b in itertools.pairwise(plain))
    return len(plain) < _LEAST_RANDOM or changes < _LEAST_CHANGES


# 16 hexadecimal digits are 64 bits, and change between digits and letters 7 times on average.
_LEAST_RANDOM, _LEAST_CHANGES = 16, 4


def is_here(host: str) -> bool:
    """Tell whether ``host`` is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
