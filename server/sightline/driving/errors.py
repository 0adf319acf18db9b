"""The refused commands of all browsers, counted by the reason, for the figures of the server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

COMMANDS = frozenset(
    (
        *("take", "takeover", "drive", "halt", "release", "ask", "reply"),
        *("stop", "shutdown", "routine", "publish", "clear"),
    )
)
"""The requests that send something to a robot or a broker, or would."""


def refused_commands(refused: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Return the commands among ``refused`` (see `Requests.refused`) by code."""
    found: Counter[str] = Counter()
    for (do, code), count in refused.items():
        if do in COMMANDS:
            found[code] += count
    return dict(found)
