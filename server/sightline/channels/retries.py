"""Tell what an answer means for a notification, and when it is tried again. Pure."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Literal

from sightline.channels.options import LONGEST_PAUSE, Outcome

_LATER = frozenset((408, 425, 429))
_MOST_ASKED = 6 * 3600.0  # s: who says to come back later than that is asked before, all the same


def meaning(status: int) -> Literal["done", "later", "never"]:
    """Tell what a status means. Redirects are not followed: what sends us on is no receiver."""
    if 200 <= status < 300:
        return "done"
    return "later" if status >= 500 or status in _LATER else "never"


def outcome(status: int, answer: str = "", retry_after: str = "", now: float = 0.0) -> Outcome:
    """Return what an answer came to, in the words of the other side."""
    result = meaning(status)
    if result == "done":
        return Outcome("done")
    why = f"answered {status}: {answer}" if answer else f"answered {status}"
    return Outcome(result, why, asked_pause(retry_after, now) if result == "later" else None)


def asked_pause(text: str, now: float) -> float | None:
    """Return the s of a ``Retry-After``, seconds or a date; None: it says nothing we can use."""
    text = text.strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return min(float(text), _MOST_ASKED)
    try:
        return min(max(0.0, parsedate_to_datetime(text).timestamp() - now), _MOST_ASKED)
    except (ValueError, TypeError, OverflowError):
        return None


def pause(first: float, attempts: int, chance: float, asked: float | None = None) -> float:
    """Tell how many s to wait after so many failed attempts.

    ``chance`` from 0 to 1 spreads it; what the other side ``asked`` for is the least.
    """
    whole = min(LONGEST_PAUSE, first * 4.0 ** min(attempts - 1, 30))
    return max(whole * (0.5 + chance / 2), asked or 0.0)
