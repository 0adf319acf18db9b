"""Tell how much longer a certificate is good for, and from when people should hear of it."""

from __future__ import annotations

from typing import Literal

SOON = 21.0
URGENT = 7.0
"""Days ahead of a certificate's end at which it is warned: once, then in earnest."""
_DAY = 86_400.0

Urgency = Literal["good", "soon", "urgent", "expired"]


def days_left(expires: float, now: float) -> float:
    """Return the days from ``now`` until ``expires`` (both epoch s); below 0 afterwards."""
    return (expires - now) / _DAY


def urgency(expires: float, now: float) -> Urgency:
    """Tell what is to be said at ``now`` of a certificate that ends at ``expires`` (epoch s)."""
    left = days_left(expires, now)
    if left <= 0:
        return "expired"
    if left <= URGENT:
        return "urgent"
    return "soon" if left <= SOON else "good"
