"""Friends: people with a phone or a tracker that speaks OwnTracks."""

from __future__ import annotations

from functools import partial

from sightline.kinds.friends.decode import decode
from sightline.kinds.friends.encryption import NO_KEYS, EncryptionKeys
from sightline.kinds.friends.model import Face, Friend
from sightline.model.kind import Kind, Timeouts


def kind(
    stale_after: float = 900, offline_after: float = 3600, keys: EncryptionKeys = NO_KEYS
) -> Kind:
    """The kind; patience in seconds. Phones at rest report every half hour or so.

    ``keys`` open what devices encrypt.
    """
    patience = Timeouts(stale_after, offline_after)
    return Kind(
        name="friends",
        # Durable: what phones report is history.
        filters=(("owntracks/+/+", 1), ("owntracks/+/+/+", 1)),
        roots=frozenset(("owntracks",)),
        things=frozenset(("friend", "face", "phone")),
        decode=partial(decode, patience, keys=keys),
        patience={"friend": patience},
        states={"friend": Friend, "face": Face},
    )


KIND = kind()
