"""The settings of how people are told outside the page, as a struct: ``[channels]``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from sightline.model.addresses import NEVER
from sightline.settings.section import Section


class ChannelsSettings(Section, frozen=True, kw_only=True):
    """How people are told outside the page.

    ``schemas`` are what an address may begin with (``ntfys``, ``mailtos`` …; empty: what is common
    and goes out by the network). ``private`` lets addresses, webhooks and push services be in our
    own network. ``contact`` is an address (``mailto:…``, ``https://…``) that push services are told
    (empty: the page's own). ``per_account`` channels at most, which are told ``hourly``
    notifications at most; ``queue`` may wait for one channel. ``timeout`` s for an attempt.
    """

    schemas: tuple[str, ...] = ()
    private: bool = False
    contact: str = ""
    per_account: Annotated[int, Meta(ge=1, le=1000)] = 20
    hourly: Annotated[int, Meta(ge=1, le=100_000)] = 200
    queue: Annotated[int, Meta(ge=1, le=10_000)] = 100
    timeout: Annotated[float, Meta(ge=1, le=120)] = 30.0


def channel_faults(channels: ChannelsSettings) -> Iterable[tuple[str, str]]:
    """Yield what makes no sense in these settings: the key, and why."""
    for schema in channels.schemas:
        if schema in NEVER:
            yield "channels.schemas", f"{schema}:// would act on the server itself"
        elif not (schema.isascii() and schema.isalnum() and schema == schema.lower()):
            yield "channels.schemas", 'each is such as ntfys, without "://"'
    if channels.contact and not channels.contact.startswith(("mailto:", "https://")):
        yield "channels.contact", "must begin with mailto: or https://"
