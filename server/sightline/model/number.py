"""Read numbers from outside strictly: finite, and in ASCII decimal when they come as text."""

from __future__ import annotations

import math
import re

from sightline.model.kind import CannotDecode

# float() and int() accept blanks, underscores, other scripts' digits, "nan" and "infinity".
_DECIMAL = re.compile(
    r"-?(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?\Z", re.ASCII
)


def number(value: object) -> int | float:
    """Return ``value`` as a finite number; a strict decimal string counts as one.

    Raises `CannotDecode` (``bad_number``) for anything else, true and false included.
    """
    found = number_or_none(value)
    if found is None:
        raise CannotDecode("bad_number", "not a finite decimal number")
    return found


def number_or_none(value: object) -> int | float | None:
    """Return ``value`` as a finite number, or None for what is no number."""
    if isinstance(value, str):
        if _DECIMAL.match(value) is None:
            return None
        value = int(value) if value.lstrip("-").isdigit() else float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return None
