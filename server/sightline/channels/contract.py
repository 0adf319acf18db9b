"""What is told of channels by HTTP, and what is asked: their secrets only come in."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sightline.channels.address import LONGEST
from sightline.channels.options import ChannelType
from sightline.channels.quiet import Quiet
from sightline.contract.fields import Answer, RequestBody

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Language = Annotated[str, Meta(max_length=35)]
Zone = Annotated[str, Meta(max_length=64)]
Address = Annotated[str, Meta(max_length=LONGEST)]
_Key = Annotated[str, Meta(max_length=200)]


class PushKeys(msgspec.Struct, frozen=True):
    """The keys of a browser's subscription, base64url."""

    p256dh: _Key
    auth: _Key


class PushSubscription(msgspec.Struct, frozen=True):
    """A browser's subscription, as ``PushSubscription.toJSON()`` returns it."""

    endpoint: Address
    keys: PushKeys


class NewChannel(RequestBody, frozen=True):
    """A channel to make.

    ``push`` has a ``subscription``; ``address`` an ``address`` as apprise reads it
    (``ntfys://ntfy.example.org/topic``, ``mailtos://…``); ``webhook`` the ``address`` that is
    posted to; ``mqtt`` neither. ``zone`` is for quiet hours (empty: UTC).
    """

    type: ChannelType
    name: Name
    language: Language = "en"
    zone: Zone = ""
    subscription: PushSubscription | None = None
    address: Address = ""


class ChannelChange(RequestBody, frozen=True):
    """What is to be changed of a channel; what is absent stays. ``quiet`` null: no quiet hours.

    ``passes``: what is urgent is told in quiet hours, too. ``here``: the browser that asks is
    the one that subscribed; who signs this session out ends the channel, too.
    """

    name: Name | None = None
    language: Language | None = None
    zone: Zone | None = None
    quiet: Quiet | msgspec.UnsetType | None = msgspec.UNSET
    passes: bool | None = None
    enabled: bool | None = None
    here: bool = False


class TestChannel(RequestBody, frozen=True):
    """A wish to have a channel tried, which has no fields."""

    __test__ = False


class DeadLetterDecision(RequestBody, frozen=True):
    """What is to be done with what a channel never took: tried ``again``, or thrown away."""

    id: Annotated[str, Meta(max_length=300)]
    do: Literal["again", "discard"]


class ChannelShown(msgspec.Struct, frozen=True, kw_only=True):
    """A channel. ``host`` is what is shown of where it goes.

    ``last`` something was taken (epoch s; null: never); ``why`` the last try was not, in the
    channel's own words (null: it was). ``waiting`` and ``dead`` count notifications. ``passes``:
    what is urgent is told in quiet hours, too.
    """

    id: str
    type: ChannelType
    name: str
    host: str
    language: str
    zone: str
    quiet: Quiet | None
    passes: bool
    enabled: bool
    last: float | None
    why: str | None
    waiting: int
    dead: int


class Channels(Answer, frozen=True, kw_only=True):
    """One's own channels, the oldest first.

    ``addresses`` is what an address may begin with; ``most`` is how many channels one may have.
    """

    channels: list[ChannelShown]
    addresses: list[str]
    most: int


class OneChannel(Answer, frozen=True, kw_only=True):
    """A channel. ``secret``: what signs a new webhook's messages (``whsec_…``), told this once."""

    channel: ChannelShown
    secret: str | None = None


class Tested(Answer, frozen=True, kw_only=True):
    """Whether the test was taken, and if not what the channel said."""

    taken: bool
    why: str | None
    channel: ChannelShown | None
    """How it stands now; null: it is no more, since the browser takes nothing any more."""


class DeadShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel never took. ``at`` it happened, ``ended``: when it was given up (epoch s)."""

    id: str
    channel: str
    title: str
    body: str
    at: float
    urgent: bool
    alert: str
    why: str
    attempts: int
    ended: float


class DeadNotifications(Answer, frozen=True, kw_only=True):
    """What one's channels never took, the newest first."""

    dead: list[DeadShown]


class PushKey(Answer, frozen=True, kw_only=True):
    """The public key that a page subscribes with (base64url, ``applicationServerKey``)."""

    key: str


class ChannelSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody's channel stands, for admins: no name, no address."""

    id: str
    account: str
    type: ChannelType
    host: str
    enabled: bool
    last: float | None
    why: str | None
    waiting: int
    dead: int


class ChannelOverview(Answer, frozen=True, kw_only=True):
    """How all channels stand. ``trouble``: why nothing can be told just now; empty: it can."""

    channels: list[ChannelSummary]
    trouble: str
