"""Names of regions that stand for a beacon.

An iPhone keeps a beacon as a region called ``name:uuid``, ``name:uuid:major`` or
``name:uuid:major:minor``, and says the whole of it in transitions and in ``inregions``. For people
the region is the part before the first of these colons.
"""

from __future__ import annotations

import re

_HEX = "[0-9A-Fa-f]"
_BEACON = re.compile(
    rf"(?P<name>[^:].*?):(?:{_HEX}{{32}}|{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}})"
    r"(?::[0-9]{1,5}){0,2}",
    re.ASCII | re.DOTALL,
)


def region_name(name: str) -> str:
    """Return the name without a beacon's ids behind it; any other name as it is."""
    if ":" not in name:
        return name
    found = _BEACON.fullmatch(name)
    return name if found is None else found["name"]


def unmistakable(name: str) -> str:
    """Return a name that an iPhone does not take for one with a beacon's ids behind it."""
    return name.replace(":", "\u2236")  # the sign for a ratio: looks the same, splits nothing
