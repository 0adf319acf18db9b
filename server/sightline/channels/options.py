"""The options of the channels, and what an attempt to tell somebody came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sightline.model.addresses import SCHEMAS

ChannelType = Literal["push", "address", "mqtt", "webhook"]
FIRST = 5.0
"""s until the first further try; four times as long each time."""
LONGEST_PAUSE = 3600.0
GIVE_UP = 86_400.0
"""s after which nobody wants to hear it any more."""
DEAD_LASTS = 30 * 86_400.0
"""s for which it is shown what nobody took."""
SENT_LASTS = 7 * 86_400.0
"""s for which it is remembered what was told, so that nothing is told twice."""


@dataclass(frozen=True, slots=True)
class ChannelOptions:
    """The bounds of all channels.

    ``schemas`` are those of addresses, ``private``: they may be in our own network. ``contact`` is
    whom a push service may ask (``mailto:…``, ``https://…``). ``channels`` and ``hourly`` bound one
    account, ``queue`` one channel. ``timeout`` s for an attempt; ``first`` s to the next one.
    """

    schemas: frozenset[str] = SCHEMAS
    private: bool = False
    contact: str = ""
    channels: int = 20
    hourly: int = 200
    queue: int = 100
    timeout: float = 30.0
    first: float = FIRST


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went.

    ``done``: it was taken; ``later``: worth another try, after ``wait`` s if the other side said
    so; ``never``: it will not take this; ``gone``: the channel itself is no more. ``why`` is in the
    other side's own words, without any secret.
    """

    result: Literal["done", "later", "never", "gone"]
    why: str = ""
    wait: float | None = None


DONE = Outcome("done")
