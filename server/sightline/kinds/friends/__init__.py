"""Friends: people with a phone or a tracker that speaks OwnTracks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from sightline.kinds.friends.bases import DEFAULT, BaseTopics
from sightline.kinds.friends.clocks import SenderClocks
from sightline.kinds.friends.decode import decoder
from sightline.kinds.friends.encryption import NO_KEYS, EncryptionKeys
from sightline.kinds.friends.model import Face, Friend
from sightline.kinds.friends.names import DeviceNames
from sightline.kinds.friends.past import past_state
from sightline.kinds.friends.redact import redacted
from sightline.kinds.friends.updates import rebased
from sightline.model.kind import (
    Clues,
    EventType,
    Kind,
    KindSetup,
    State,
    ThingType,
    Timeouts,
    Verb,
)

__all__ = ["KIND", "BaseTopics", "DeviceNames", "SenderClocks", "kind"]

_USUAL = Timeouts(900, 3600)
"""Phones at rest report every half hour or so."""
_SENDER = "owntracks"
"""A friend's sender is the user level of its topic, the most that a phone's token can post for."""


def kind(
    stale_after: float = _USUAL.stale_after,
    offline_after: float = _USUAL.offline_after,
    keys: EncryptionKeys = NO_KEYS,
    clocks: SenderClocks | None = None,
    topics: Iterable[str] | BaseTopics = DEFAULT,
    names: DeviceNames | None = None,
) -> Kind:
    """Make the kind; timeouts in seconds.

    ``keys`` open what devices encrypt; ``clocks`` learn how wrong the devices' clocks are;
    ``topics`` are the bases below which they publish; ``names`` know each device by one name.
    """
    timeouts = Timeouts(stale_after, offline_after)
    bases = topics if isinstance(topics, BaseTopics) else BaseTopics(topics, names)
    reads = decoder(timeouts, keys, clocks, bases.address)
    return Kind(
        name="friends",
        filters=bases.filters,
        roots=bases.roots,
        things=(_friend(timeouts), *_FURTHER),
        decode=reads,
        events=(
            EventType("transition", retention="positions"),
            EventType("photo", retention="positions"),
        ),
        verbs=_VERBS,
        commands=bases.commands,
        redact=redacted,
        past=partial(past_state, reads),
        set_up=_set_up,
    )


def _friend(timeouts: Timeouts) -> ThingType:
    return ThingType(
        name="friend",
        plural="friends",
        levels=3,
        granted=frozenset(("see", "own")),
        seen_by="viewer",
        personal=True,
        timeouts=timeouts,
        state=Friend,
        restored=True,
        rebased=_rebased,
        track="fix",
        retention="positions",
        events=frozenset(("transition", "crossing", "photo")),
        fenced=True,
        sender=_SENDER,
        clues=_clues,
        steady_clues=True,
    )


_FURTHER = (
    ThingType(
        name="face",
        plural="faces",
        levels=3,
        follows="friend",
        personal=True,
        state=Face,
        restored=True,
        sender=_SENDER,
        share=16,
    ),
    ThingType(name="phone", plural="phones", levels=3, follows="friend", sender=_SENDER),
)
_VERBS = (
    *(Verb(name, owners=True) for name in ("export", "retain", "erase", "hide")),
    *(Verb(name, owners=True) for name in ("locate", "phonestatus")),
    *(Verb(name, owners=True) for name in ("sendregions", "readregions", "clearregions")),
    *(Verb(name, owners=True, lasting=True) for name in ("share", "setup")),
)


def _rebased(state: State, now: float) -> State:
    return rebased(state, now) if isinstance(state, Friend) else state


def _clues(name: str, state: State) -> Clues:
    """Use that our ACL gives a phone the user of its topic; OwnTracks' own client id is both in a
    word.
    """
    user, _, device = name.partition("/")
    return Clues(user=user, device=device)


def _set_up(setup: KindSetup) -> Kind:
    timeouts, keys = setup.timeouts(_USUAL), setup.part(EncryptionKeys)
    clocks = setup.part(SenderClocks)
    topics: Iterable[str] | BaseTopics | None = setup.part(BaseTopics)
    if topics is None:
        topics = getattr(setup.settings, "topics", DEFAULT)
    known = (keys or NO_KEYS, clocks, topics, setup.part(DeviceNames))
    return kind(timeouts.stale_after, timeouts.offline_after, *known)


KIND = kind()
