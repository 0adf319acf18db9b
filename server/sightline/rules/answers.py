"""The answers of the HTTP API about rules."""

from __future__ import annotations

import msgspec

from sightline.contract.fields import Answer


class WouldTell(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A moment at which a rule would have fired, epoch s, as in an alert."""

    at: float
    thing: str
    value: float | None = None
    place: str | None = None
    lat: float | None = None
    lon: float | None = None
    resolved: float | None = None
    """When it was over; absent: it lasted to the end, or has no end."""
    late: float | None = None
    """When it could have been known, where that was much later: the device was not reached."""


class RuleTrouble(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is wrong with a rule: a code of `sightline.rules.check`, words, and the field."""

    code: str
    words: str
    field: str | None = None


class RuleTried(Answer, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    """What a rule would have told, oldest first; ``count`` of them, even if not all are listed.

    ``looked_at`` entries of history, from-to; ``quiet`` more fell outside of the rule's hours.
    """

    would: list[WouldTell]
    count: int
    looked_at: int
    since: float
    until: float
    quiet: int
    trouble: list[RuleTrouble]


class UsualSilence(Answer, frozen=True, kw_only=True):
    """For how long a device is usually silent, s; null: too little is known of it as yet."""

    thing: str
    usual: float | None
    learned: int
    """Pauses it was learned from."""
