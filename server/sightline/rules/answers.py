"""The answers of the HTTP API about rules."""

from __future__ import annotations

from typing import Literal

import msgspec

from sightline.contract.fields import Answer
from sightline.kinds.rules.model import Condition, Hours, Recipient


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


class RulesText(Answer, frozen=True):
    """Rules as text, and how many they are."""

    text: str
    count: int


class TextError(msgspec.Struct, frozen=True):
    """Where a text is no rule: line and column from 1, and what is expected there.

    ``at`` counts the characters before that place.
    """

    line: int
    column: int
    at: int
    expected: str


class ReadRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule as it was read of a text, without who made it and when."""

    name: str = ""
    about: tuple[str, ...]
    condition: Condition
    hours: Hours = Hours()
    tell: tuple[Recipient, ...]
    urgent: bool = False
    every: float = 0.0
    again: float | None = None
    enabled: bool = True


class ReadChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What bringing in a rule would do: from which ``line``, and to which rule of what version.

    ``trouble`` is what is wrong with it: then it cannot be brought in.
    """

    line: int
    change: Literal["new", "changed", "same"]
    rule: ReadRule
    thing: str | None = None
    version: int = 0
    trouble: list[RuleTrouble]


class RulesRead(Answer, frozen=True, kw_only=True):
    """What a text would change, line by line, and its errors.

    ``left_out`` of one's rules are not in the text: they stay. ``room`` is for how many more.
    """

    changes: list[ReadChange]
    errors: list[TextError]
    left_out: int
    room: int


class UsualSilence(Answer, frozen=True, kw_only=True):
    """For how long a device is usually silent, s; null: too little is known of it as yet."""

    thing: str
    usual: float | None
    learned: int
    """Pauses it was learned from."""
