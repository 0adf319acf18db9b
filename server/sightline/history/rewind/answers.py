"""What is asked of the archive over HTTP, and answered. Times in epoch s, sizes in bytes."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from sightline.contract.fields import Answer, Parsed, RequestFields
from sightline.history.query_params import Moment
from sightline.model.filters import LONGEST, filter_fault, topic_fault

LONGEST_TEXT = 256
"""Characters of a text that payloads are searched for."""
MOST_MESSAGES = 500
"""Messages in one answer."""
MOST_BUCKETS = 4000
"""Buckets of a curve."""


class TopicName(Parsed, str):
    """The whole name of one topic, without wildcards."""

    MUST = "a topic such as house/hall/temperature"
    SCHEMA: ClassVar[dict[str, str]] = {"type": "string"}

    @classmethod
    def read(cls, given: object) -> TopicName:
        """Return the topic; raise `ValueError` if ``given`` is none."""
        if not isinstance(given, str) or topic_fault(given):
            raise ValueError
        return cls(given)


class TopicFilter(Parsed, str):
    """A topic filter, with or without wildcards."""

    MUST = "a topic filter such as house/+/temperature"
    SCHEMA: ClassVar[dict[str, str]] = {"type": "string"}

    @classmethod
    def read(cls, given: object) -> TopicFilter:
        """Return the filter; raise `ValueError` if ``given`` is none."""
        if not isinstance(given, str) or filter_fault(given):
            raise ValueError
        return cls(given)


class Prefix(Parsed, str):
    """The beginning of topics up to a slash; "" is that of all."""

    MUST = "nothing, or levels that end in a slash, such as house/hall/"
    SCHEMA: ClassVar[dict[str, str]] = {"type": "string"}

    @classmethod
    def read(cls, given: object) -> Prefix:
        """Return the prefix; raise `ValueError` if ``given`` is none."""
        if not isinstance(given, str) or len(given) > LONGEST or not (f"/{given}").endswith("/"):
            raise ValueError
        return cls(given)


_Text = Annotated[str, Meta(max_length=LONGEST_TEXT, description="A text in payloads.")]
_After = Annotated[str, Meta(max_length=LONGEST, description="The after of the page before.")]
_Filter = Annotated[TopicFilter, Meta(description="Which topics; all when it is not given.")]


class _Span(RequestFields, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    since: Moment
    until: Moment
    broker: str = ""


class TreeQuery(RequestFields, frozen=True, kw_only=True):
    """Which level of the topic tree, and when. Without a broker: the first.

    ``compare``: tell, too, whether a value is another one now.
    """

    at: Moment
    below: Prefix | None = None
    after: _After | None = None
    compare: bool = False
    broker: str = ""


class ValueQuery(RequestFields, frozen=True, kw_only=True):
    """Which topic, and when."""

    at: Moment
    topic: TopicName
    broker: str = ""


class DifferenceQuery(RequestFields, frozen=True, kw_only=True):
    """Since when, and below which prefix."""

    at: Moment
    below: Prefix | None = None
    after: _After | None = None
    broker: str = ""


class MessagesQuery(_Span, frozen=True, kw_only=True):
    """Which messages. ``newest``: the newest first."""

    filter: _Filter | None = None
    text: _Text = ""
    newest: bool = False
    after: _After | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST_MESSAGES)] = 100


class CurveQuery(_Span, frozen=True, kw_only=True):
    """Which numbers: those of one ``field`` of a topic's JSON, such as ``battery.level``.

    Without a field: of payloads that are a number. The least, the most and the last of each
    ``step`` (s) are told.
    """

    topic: TopicName
    field: Annotated[str, Meta(max_length=LONGEST_TEXT)] = ""
    step: Annotated[float, Meta(ge=0.001, le=1e7)]
    after: _After | None = None


class DownloadQuery(_Span, frozen=True, kw_only=True):
    """Which messages go into the file."""

    filter: _Filter | None = None
    text: _Text = ""


class PastMessage(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A message as it came: ``payload`` as text, else ``base64``; ``size`` where it was cut."""

    topic: str
    at: float
    payload: str | UnsetType = UNSET
    base64: str | UnsetType = UNSET
    size: int | UnsetType = UNSET
    qos: int = 0
    retain: bool = False


class PastLevel(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One level of a topic by its ``name``, as it was then; what is 0 or unknown is left out.

    ``messages``, ``topics``, ``retained`` (retained messages that were heard of) and ``at`` (the
    newest) are of it and all below. Of the topic itself: ``count`` of its messages, its last value
    as text (``last``) or ``hex``, cut, ``size``, ``qos`` and whether it came ``retain``ed;
    ``differs``: it holds something else now.
    """

    name: str
    messages: int
    topics: int = 0
    children: int = 0
    retained: int = 0
    at: float | UnsetType = UNSET
    count: int = 0
    last: str | UnsetType = UNSET
    hex: str | UnsetType = UNSET
    size: int | UnsetType = UNSET
    qos: int | UnsetType = UNSET
    retain: bool = False
    differs: bool | UnsetType = UNSET


class PastTree(Answer, frozen=True, kw_only=True):
    """A page of the topic tree as it was ``at`` a moment. ``node`` is the level itself.

    ``begins`` is when the archive begins (absent: it is empty); ``total`` levels are directly
    below.
    """

    at: float
    broker: str
    below: str
    begins: float | UnsetType = UNSET
    node: PastLevel
    children: list[PastLevel]
    total: int
    after: str | UnsetType = UNSET


class PastValue(Answer, frozen=True, kw_only=True):
    """What a topic held ``at`` a moment: its last message by then, and its retained one.

    Absent: none was heard by then. ``now`` is its last message of all; ``begins`` when its first
    one was archived. ``fields`` are the numbers in the payload; ``clients`` are those of the
    broker's that publish it, as far as the list of clients knows.
    """

    at: float
    broker: str
    topic: str
    value: PastMessage | UnsetType = UNSET
    retained: PastMessage | UnsetType = UNSET
    now: PastMessage | UnsetType = UNSET
    differs: bool = False
    begins: float | UnsetType = UNSET
    fields: list[str]
    clients: list[str]


class ChangedTopic(Struct, frozen=True, kw_only=True):
    """A topic that holds something else now. Without ``then`` it was not known then."""

    topic: str
    then: PastMessage | UnsetType = UNSET
    now: PastMessage
    messages: int
    """How many came since."""


class Difference(Answer, frozen=True, kw_only=True):
    """Topics whose values differ between a moment and now, by name; ``after`` goes on."""

    at: float
    broker: str
    topics: list[ChangedTopic]
    after: str | UnsetType = UNSET


class PastMessages(Answer, frozen=True, kw_only=True):
    """Messages of a span. ``after`` goes on where it is not ``complete``.

    ``reached`` is the time up to which the span was looked through in the time that one answer has.
    """

    broker: str
    messages: list[PastMessage]
    complete: bool
    reached: float
    after: str | UnsetType = UNSET


class Curve(Answer, frozen=True, kw_only=True):
    """A part of a curve: of each bucket (``from`` + its number times ``step``) ``low``,
    ``high``, the ``last`` number and the time ``at`` of that.

    ``after`` goes on where it is not ``complete``: a bucket may come again. ``numbers`` of
    ``messages`` had a number.
    """

    broker: str
    topic: str
    field: str
    step: float
    buckets: list[int]
    low: list[float]
    high: list[float]
    last: list[float]
    at: list[float]
    messages: int
    numbers: int
    complete: bool
    reached: float
    after: str | UnsetType = UNSET


class RecordedDay(Struct, frozen=True, kw_only=True):
    """A day (UTC) of the archive: ``size`` on the disk, and messages. ``open``: it goes on."""

    day: str
    size: int
    messages: int
    open: bool = False


class RecordedShare(Struct, frozen=True, kw_only=True):
    """What begins with this level of all that is recorded: messages, bytes before compression."""

    level: str
    topics: int
    messages: int
    size: int


class RecordedFlaw(Struct, frozen=True, kw_only=True):
    """A place of a file that cannot be used or is doubtful: line (0: all of it) and why."""

    file: str
    line: int
    why: str


class Recorded(Answer, frozen=True, kw_only=True):
    """What the archive keeps: its settings, its days, and what a day costs.

    ``begins`` and ``ends`` are those of its messages. ``missing`` days are between others and have
    none. ``a_day`` are bytes on the disk of a whole day: measured of whole days, or of ``measured``
    ``hours`` since it began. ``flaws`` are the first of ``flawed``.
    """

    enabled: bool
    topics: list[str]
    days: int
    megabytes: int
    brokers: list[str]
    begins: float | UnsetType = UNSET
    ends: float | UnsetType = UNSET
    recorded: list[RecordedDay]
    missing: list[str]
    size: int
    messages: int
    a_day: float | UnsetType = UNSET
    measured: Literal["days", "hours"] | UnsetType = UNSET
    shares: list[RecordedShare]
    flaws: list[RecordedFlaw]
    flawed: int
