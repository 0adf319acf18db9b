"""Hide friends in the audit log behind pseudonyms.

The log is never changed, yet a friend who is erased must be gone from it. So it never names them:
it holds a keyed hash, which can be read only while somebody still knows the name to try.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from sightline.kinds import THING_TYPES
from sightline.model.kind import kind_of

HIDDEN_TYPES = frozenset(name for name, each in THING_TYPES.items() if each.personal)
"""Types of things whose names the audit log does not tell."""


class Pseudonyms:
    """Turn names of friends into pseudonyms with a key of this server's own."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def hide(self, thing: str) -> str:
        """Write ``friend/jane/phone`` as ``friend/~3f2a…``; leave what is no friend as it is."""
        kind = kind_of(thing)
        if kind not in HIDDEN_TYPES or kind == thing or thing.startswith(f"{kind}/~"):
            return thing
        sign = hmac.new(self._key, thing.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"{kind}/~{sign.hexdigest()[:16]}"

    def names(self, things: Iterable[str]) -> dict[str, str]:
        """Return the name for each pseudonym, of friends that are still known, and of their
        owners.
        """
        found = {}
        for thing in things:
            for name in (thing, thing.rpartition("/")[0]):
                if (hidden := self.hide(name)) != name:
                    found[hidden] = name
        return found
