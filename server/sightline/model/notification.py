"""What a person is told outside the page, whatever way it goes."""

from __future__ import annotations

from typing import Literal

import msgspec


class Notification(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One notification for one account.

    ``id`` is the same however often it is tried, and at every server; a later one with the same
    ``tag`` takes the place of an earlier one on a screen. ``title`` and ``body`` are in the
    languages that `texts` has, English always.
    """

    id: str
    account: str
    tag: str
    texts: dict[str, tuple[str, str]]
    """By language (``en``, ``de``): title and body."""
    url: str
    """Where on our page it leads, ``#map?at=…``."""
    at: float
    """When it happened, epoch s."""
    urgent: bool = False
    thing: str = ""
    """The key of what it is about; it is forgotten with it."""
    alert: str = ""
    """The key of the alert, that can be acknowledged; empty: none."""
    topic: str = "rule"
    """What it comes from: ``rule``, ``test``, ``invitation``."""


class DeliveryReport(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How far a notification has got."""

    id: str
    account: str
    state: Literal["waiting", "quiet", "sent", "failed", "no_channel"]
    at: float | None = None
    """When a channel took it, epoch s."""
    why: str | None = None
    """What the channel said when it did not."""
