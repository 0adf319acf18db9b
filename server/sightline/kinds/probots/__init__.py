"""ProBots: robots that balance on two wheels, and are driven from the page."""

from __future__ import annotations

from functools import partial

from sightline.kinds.probots.decode import COMMANDS, decode
from sightline.kinds.probots.model import ProBot
from sightline.model.kind import Kind, Timeouts


def kind(
    known: frozenset[str] | None = None, stale_after: float = 1.5, offline_after: float = 3
) -> Kind:
    """Return the kind; patience in seconds. With ``known``, robots of other names are refused."""
    return Kind(
        name="probots",
        filters=(("telemetry", 0), ("ClientStatus", 0)),
        # What others say on our command topics, should it come our way, is counted as such.
        roots=frozenset(("telemetry", "ClientStatus")) | COMMANDS,
        things=frozenset(("probot",)),
        decode=partial(decode, known),
        patience={"probot": Timeouts(stale_after, offline_after)},
        states={"probot": ProBot},
    )


KIND = kind()
