"""What is kept of a channel and of what waits for it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from sightline.channels.options import ChannelType
from sightline.channels.quiet import Quiet
from sightline.model.notification import Notification


class Channel(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A channel of an account, without its secret.

    ``host`` is what is shown of where it goes; ``base`` our own address, for links; ``mark`` tells
    one browser's subscription from others; ``session`` is the id of the one that it was last seen
    with, at ``renewed`` (epoch s). ``passes``: what is urgent is told in quiet hours, too.
    """

    id: str
    account: str
    type: ChannelType
    name: str
    host: str
    schema: str = ""
    language: str = "en"
    zone: str = ""
    base: str = ""
    mark: str = ""
    quiet: Quiet | None = None
    passes: bool = True
    enabled: bool = True
    made: float = 0.0
    session: str = ""
    renewed: float = 0.0


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """A channel, and how it stands: ``last`` taken (epoch s), ``why`` the last try failed."""

    channel: Channel
    last: float | None = None
    why: str | None = None
    waiting: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be sent now: one notification, or what was quiet until now.

    ``secret`` is sealed. ``attempts`` were made before; the oldest waits since ``since``, epoch s.
    """

    channel: Channel
    secret: str
    notifications: tuple[Notification, ...]
    attempts: int = 0
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What a channel never took: ``why`` in its own words, when it was given up (``ended``)."""

    channel: str
    notification: Notification
    why: str
    attempts: int
    ended: float
