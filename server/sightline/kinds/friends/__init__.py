"""Friends: people with a phone or a tracker that speaks OwnTracks."""

from __future__ import annotations

from functools import partial

from sightline.kinds.friends.clocks import SenderClocks
from sightline.kinds.friends.decode import decode
from sightline.kinds.friends.encryption import NO_KEYS, EncryptionKeys
from sightline.kinds.friends.model import Face, Friend
from sightline.kinds.friends.updates import rebased
from sightline.model.kind import Kind, State, Timeouts

__all__ = ["KIND", "SenderClocks", "kind"]


def kind(
    stale_after: float = 900,
    offline_after: float = 3600,
    keys: EncryptionKeys = NO_KEYS,
    clocks: SenderClocks | None = None,
) -> Kind:
    """The kind; patience in seconds. Phones at rest report every half hour or so.

    ``keys`` open what devices encrypt; ``clocks`` learn how wrong the devices' clocks are.
    """
    patience = Timeouts(stale_after, offline_after)
    return Kind(
        name="friends",
        # Durable: what phones report is history.
        filters=(("owntracks/+/+", 1), ("owntracks/+/+/+", 1)),
        roots=frozenset(("owntracks",)),
        things=frozenset(("friend", "face", "phone")),
        decode=partial(decode, patience, keys=keys, clocks=clocks),
        patience={"friend": patience},
        states={"friend": Friend, "face": Face},
        rebased=_rebased,
    )


def _rebased(state: State, now: float) -> State:
    return rebased(state, now) if isinstance(state, Friend) else state


KIND = kind()
