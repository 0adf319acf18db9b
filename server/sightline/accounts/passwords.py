"""Judge passwords and hash them (argon2id). Slow by design: for threads.

The hash holds its own parameters, so they can be raised in the settings at any time; each password
is hashed anew when it is next given.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from itertools import pairwise

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from sightline.accounts.common import COMMON

SHORTEST = 8
LONGEST = 256
_ADDED = 6  # characters around a common word that make it no better


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one hash: ``memory`` in KiB, ``time`` in passes over it."""

    memory: int = 19_456
    time: int = 3


class Passwords:
    """Make and check hashes."""

    def __init__(self, cost: Cost = Cost()) -> None:  # frozen
        self._hasher = PasswordHasher(
            time_cost=cost.time, memory_cost=cost.memory, parallelism=1, type=Type.ID
        )
        # Checked in place of the hash that is not there, so that an unknown name costs as much.
        self.dummy = self.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        """Hash a password, with a salt of its own; the hash names its parameters."""
        return self._hasher.hash(password)

    def verify(self, stored: str | None, password: str) -> bool:
        """Tell whether this is the password of the hash ``stored``.

        None costs the same and is never right.
        """
        try:
            self._hasher.verify(stored or self.dummy, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        """Tell whether a hash was made with other parameters than ours now."""
        return self._hasher.check_needs_rehash(stored)


def weakness(password: str, name: str) -> str | None:
    """Tell why this cannot be the password of ``name``; None when it can."""
    if len(password) < SHORTEST:
        return f"A password has at least {SHORTEST} characters; 15 are better."
    if len(password) > LONGEST:
        return f"A password has at most {LONGEST} characters."
    plain = password.casefold()
    base = plain.strip("0123456789!?.,*#@$&-_ ")
    if plain in COMMON or not base or (base in COMMON and len(plain) - len(base) <= _ADDED):
        return "This password is among those that are tried first."
    if len(set(plain)) < 4 or _is_run(plain):
        return "This password is among those that are tried first."
    if len(name) > 2 and (plain == name or base == name):
        return "A password is not the name."
    return None


def _is_run(text: str) -> bool:
    """Tell whether it is a run like ``abcdefgh`` or ``87654321``."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps in ({1}, {-1})
