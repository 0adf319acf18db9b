"""Fold what a device says about itself onto its ``phone/user/device``."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from sightline.kinds.friends.phone import Do, Phone, Platform, answered
from sightline.model.kind import State
from sightline.model.text import clean

MOST_TEXTS = 32
"""Short texts that are kept of a phone's status."""
_PLATFORMS: dict[str, Platform] = {"android": "android", "iOS": "ios"}


class DeviceAnswer(msgspec.Struct, frozen=True, gc=False):
    """A message that is the answer to commands of these sorts, received at ``at`` (epoch s)."""

    thing: str
    dos: tuple[Do, ...]
    at: float
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return those commands done; nothing becomes of a phone that was asked nothing."""
        return answered(before, self.dos, self.at) if isinstance(before, Phone) else before


class EncryptedPayload(msgspec.Struct, frozen=True, gc=False):
    """A device that we have a key for encrypts what it sends, or does not."""

    thing: str
    encrypted: bool
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the phone, marked so."""
        phone = before if isinstance(before, Phone) else Phone()
        if phone.encrypted == self.encrypted:
            return before
        return replace(phone, encrypted=self.encrypted)


class DeviceReport(msgspec.Struct, frozen=True, gc=False):
    """Some short texts a device says about itself; ``answers``: because it was asked to."""

    thing: str
    texts: Mapping[str, str]
    at: float
    platform: Platform = "?"
    answers: bool = False
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the phone with these texts; others stay."""
        if before is None and not self.texts and self.platform == "?":
            return None
        phone = before if isinstance(before, Phone) else Phone()
        if self.answers:
            phone = answered(phone, ("status",), self.at)
        if self.platform != "?":
            phone = replace(phone, platform=self.platform)
        if self.texts:
            known = dict(phone.status or {}) | dict(self.texts)
            phone = replace(phone, status=dict(list(known.items())[-MOST_TEXTS:]))
        return before if phone == before else phone


def status_texts(message: Mapping[str, object]) -> tuple[dict[str, str], Platform]:
    """Return the short texts in a ``status`` message, and which app sent it."""
    for name, platform in _PLATFORMS.items():
        fields = message.get(name)
        if isinstance(fields, dict):
            return _texts(fields), platform
    return {}, "?"


def _texts(fields: Mapping[str, object]) -> dict[str, str]:
    found = {}
    for name, value in list(fields.items())[:MOST_TEXTS]:
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if isinstance(value, str | int | float):
            found[clean(str(name)[:32], 32)] = clean(str(value)[:80], 80)
    return found
