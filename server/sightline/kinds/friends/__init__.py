"""Friends: people with a phone or a tracker that speaks OwnTracks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from sightline.kinds.friends.bases import DEFAULT, BaseTopics
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
    topics: Iterable[str] = DEFAULT,
) -> Kind:
    """The kind; patience in seconds. Phones at rest report every half hour or so.

    ``keys`` open what devices encrypt; ``clocks`` learn how wrong the devices' clocks are;
    ``topics`` are the bases below which they publish.
    """
    patience = Timeouts(stale_after, offline_after)
    bases = BaseTopics(topics)
    return Kind(
        name="friends",
        filters=bases.filters,
        roots=bases.roots,
        things=frozenset(("friend", "face", "phone")),
        decode=partial(decode, patience, keys=keys, clocks=clocks, read=bases.address),
        patience={"friend": patience},
        states={"friend": Friend, "face": Face},
        rebased=_rebased,
    )


def _rebased(state: State, now: float) -> State:
    return rebased(state, now) if isinstance(state, Friend) else state


KIND = kind()
