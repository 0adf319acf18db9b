"""What browsers may ask of the console, as it is declared. Times in epoch s, sizes in bytes."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType

from sightline.contract.fields import Answer, RequestFields, refuses
from sightline.contract.frames import Frame
from sightline.contract.requests import RequestSpec

LONGEST_FIND = 256
"""Characters of a text that topics are searched for."""
MOST_STORED = 31 * 86_400.0
"""s back in time that figures are told from the store."""

_Broker = Annotated[str, refuses("unknown", "a broker's name")]
_Qos = Annotated[Literal[0, 1], refuses("bad_qos", "0 or 1")]
_Topic = Annotated[str, refuses("bad_topic")]

SubscriptionState = Literal["active", "refused", "waiting"]
"""How a subscription stands at the broker."""


class Subscribe(RequestFields, frozen=True):
    """What to subscribe, at which broker; without a name at the first."""

    filter: Annotated[str, refuses("bad_filter")]
    qos: _Qos = 0
    broker: _Broker | None = None


class Unsubscribe(RequestFields, frozen=True):
    """The subscription that `subscribe` answered."""

    sub: Annotated[str, refuses("bad_sub")]


class Publish(RequestFields, frozen=True):
    """A message. ``form`` says how its payload is written: text, json, hex or base64."""

    topic: _Topic
    payload: Annotated[str, refuses("bad_payload")] = ""
    form: Annotated[str, refuses("bad_payload", "text, json, hex or base64")] = "text"
    qos: _Qos = 0
    retain: Annotated[bool, refuses("bad_retain")] = False
    broker: _Broker | None = None


class Clear(RequestFields, frozen=True):
    """The topic whose retained message goes."""

    topic: _Topic
    broker: _Broker | None = None


class Topics(RequestFields, frozen=True):
    """Which page of the topic tree. ``watch``: also when it changes; false: no more.

    ``after`` is the last name of the page before, ``find`` a part of a name, ``all`` asks the
    broker for everything.
    """

    path: Annotated[tuple[str, ...], refuses("bad_path", "a list of levels")] = ()
    after: Annotated[str, refuses("bad_path", "a text")] | None = None
    find: Annotated[str, refuses("bad_path", "a text")] = ""
    all: Annotated[bool, refuses("bad_all")] = False
    watch: Annotated[bool, refuses("bad_watch")] | None = None
    broker: _Broker | None = None


class FindTopics(RequestFields, frozen=True):
    """Which topics at or below ``path``: those with ``text`` in them; empty for all.

    ``values``: also those with the text in the beginning of their newest message; ``retained``:
    only those of which the broker keeps a message. ``after`` is the last topic of the page before.
    """

    path: Annotated[tuple[str, ...], refuses("bad_path", "a list of levels")] = ()
    text: Annotated[str, refuses("bad_find", max_length=LONGEST_FIND)] = ""
    values: Annotated[bool, refuses("bad_find")] = False
    retained: Annotated[bool, refuses("bad_find")] = False
    after: Annotated[str, refuses("bad_path", "a text")] | None = None
    broker: _Broker | None = None


class Figures(RequestFields, frozen=True):
    """Whose figures: those of these names, later than ``since``.

    With ``stored`` (s back in time) from the store, else since the server's start.
    """

    thing: Annotated[str, refuses("bad_thing")]
    names: Annotated[list[str], refuses("bad_names", "a list of texts")] | None = None
    since: Annotated[float, refuses("bad_since", "a time in epoch s")] = 0
    stored: (
        Annotated[
            float,
            refuses(
                "bad_stored",
                f"a number of seconds back in time, 60 to {MOST_STORED:.0f}",
                ge=60,
                le=MOST_STORED,
            ),
        ]
        | None
    ) = None


class Subscribed(Answer, frozen=True):
    """The subscription's name and how it stands."""

    sub: str
    state: SubscriptionState


class SubscriptionFrame(Frame, frozen=True, tag="sub"):
    """How a subscription stands now, and ``why``."""

    sub: str
    state: SubscriptionState
    why: str | UnsetType = UNSET


class HeardFrame(Frame, frozen=True, kw_only=True, tag="heard"):
    """A message for a subscription: its payload as text, or as ``base64``; ``at`` in epoch s.

    ``size`` (bytes) is told when the payload was cut; ``dropped`` messages before it found no room.
    """

    sub: str
    dropped: int = 0
    topic: str
    payload: str | UnsetType = UNSET
    base64: str | UnsetType = UNSET
    size: int | UnsetType = UNSET
    qos: int
    retain: bool
    at: float


class Sent(Answer, frozen=True):
    """How large the message was."""

    size: int


class TopicNode(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One level of a topic by its ``name``; what is 0 or unknown is left out.

    ``messages``, ``bytes`` of payload, ``topics``, ``rate`` (messages a second, lately) and ``at``
    (the newest, epoch s) are of this topic and all below it; ``children`` are the levels directly
    below. ``count`` messages came to exactly this topic; of the newest of them ``size`` (bytes),
    ``qos``, whether it was ``retain``ed, and its beginning as text (``last``) or as ``hex``.
    ``retained`` topics here and below have a retained message at the broker, as far as was heard.
    """

    name: str
    messages: int
    bytes: int
    children: int = 0
    topics: int | UnsetType = UNSET
    rate: float = 0
    at: float | UnsetType = UNSET
    count: int = 0
    size: int | UnsetType = UNSET
    qos: int | UnsetType = UNSET
    retain: bool = False
    last: str | UnsetType = UNSET
    hex: str | UnsetType = UNSET
    retained: int = 0


class TopicPage(Answer, frozen=True):
    """A page of the topic tree, or nothing after ``watch`` false.

    ``topics`` and ``messages`` are of the whole tree, ``total`` and ``children`` of the page, whose
    ``node`` is the topic itself; ``after`` asks for the next page. ``cut``: topics left out for
    want of room; ``lost``: messages that came too fast.
    """

    broker: str | UnsetType = UNSET
    path: list[str] | UnsetType = UNSET
    topics: int | UnsetType = UNSET
    messages: int | UnsetType = UNSET
    all: bool | UnsetType = UNSET
    cut: int | UnsetType = UNSET
    lost: int | UnsetType = UNSET
    node: TopicNode | UnsetType = UNSET
    children: list[TopicNode] | UnsetType = UNSET
    total: int | UnsetType = UNSET
    after: str | UnsetType = UNSET


class TopicsFound(Answer, frozen=True, kw_only=True):
    """Topics in the order of their names, which are whole here; ``after`` asks for the next ones.

    ``total`` of them are as wanted; ``topics`` are in the whole tree.
    """

    broker: str
    found: list[TopicNode]
    total: int
    topics: int
    after: str | UnsetType = UNSET


class FiguresOverTime(Answer, frozen=True, kw_only=True):
    """Times, and for each name a list as long; null where a figure is unknown."""

    thing: str
    stored: float | UnsetType = UNSET
    at: list[float]
    series: dict[str, list[float | None]]


_READ = "at least the role of the setting `console.read_role`"
_PUBLISH = "at least the role of the setting `console.publish_role`"
SUBSCRIBE = RequestSpec(
    name="subscribe",
    summary="Subscribe to topics; messages come as frames `heard`",
    fields=Subscribe,
    needs=_READ,
    answer=Subscribed,
    errors=("forbidden", "too_many"),
    example={"filter": "owntracks/#"},
)
UNSUBSCRIBE = RequestSpec(
    name="unsubscribe",
    summary="End a subscription",
    fields=Unsubscribe,
    example={"sub": "s1"},
)
TOPICS = RequestSpec(
    name="topics",
    summary="Show a page of the topic tree; changes come as frames `topics`",
    fields=Topics,
    needs=_READ,
    answer=TopicPage,
    errors=("forbidden",),
    example={"path": ["owntracks"], "watch": True},
)
FIND_TOPICS = RequestSpec(
    name="findtopics",
    summary="Search the whole topic tree, or list it",
    fields=FindTopics,
    needs=_READ,
    answer=TopicsFound,
    errors=("forbidden", "busy", "superseded"),
    example={"text": "temperature"},
)
PUBLISH = RequestSpec(
    name="publish",
    summary="Publish a message; it is written to the audit log",
    fields=Publish,
    needs=_PUBLISH,
    answer=Sent,
    errors=("forbidden", "not_sent", "bad_message"),
    example={"topic": "test/hello", "payload": "hello"},
)
CLEAR = RequestSpec(
    name="clear",
    summary="Clear a retained message; it is written to the audit log",
    fields=Clear,
    needs=_PUBLISH,
    answer=Sent,
    errors=("forbidden", "not_sent", "bad_message"),
    example={"topic": "test/hello"},
)
FIGURES = RequestSpec(
    name="figures",
    summary="Show a thing's figures over time",
    fields=Figures,
    needs="to see the thing",
    answer=FiguresOverTime,
    errors=("no_store", "busy"),
    example={"thing": "broker/main", "stored": 3600},
)
