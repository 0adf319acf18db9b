"""What the console remembers of its viewers and of the brokers they look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from sightline.console.contract import SubscriptionState
from sightline.console.rules import ConsoleQueue
from sightline.console.subscriptions import ConsoleSubscriptions
from sightline.console.topic_feed import TopicFeed
from sightline.console.topic_search import TopicSearch
from sightline.console.topic_tree import TopicTree
from sightline.live.requests import Asker

EVERYTHING = "#"
Publish = Callable[[str, bytes, int, bool], None]
"""Topic, payload, QoS, retain; raises `Refused` (``not_sent``) when it cannot be sent now."""


@dataclass(slots=True)
class Subscription:
    """A subscription of one viewer at one broker."""

    sub: str
    broker: str
    filter: str
    qos: int
    fresh_until: float
    shown_state: tuple[SubscriptionState, str | None] = ("waiting", None)


@dataclass(frozen=True, slots=True)
class View:
    """A page of a topic tree that a viewer looks at."""

    broker: str
    path: tuple[str, ...]
    after: str | None
    find: str
    all: bool


@dataclass(slots=True)
class ConsoleSession:
    """One viewer of the console."""

    asker: Asker
    queue: ConsoleQueue = field(default_factory=ConsoleQueue)
    subs: dict[str, Subscription] = field(default_factory=dict)
    view: View | None = None
    sent: bytes = b""  # the page it was last sent: the same is not sent again
    search: TopicSearch | None = None  # the newest, which alone is gone on with
    last: int = 0


class ConsoleBroker:
    """One broker, as the console sees it."""

    def __init__(self, name: str, publish: Publish, subscriptions: ConsoleSubscriptions) -> None:
        self.name = name
        self.publish = publish
        self.subscriptions = subscriptions
        self.feed = TopicFeed()
        self.listeners: dict[str, dict[int, tuple[ConsoleSession, Subscription]]] = defaultdict(
            dict
        )

    @property
    def topics(self) -> TopicTree:
        """Return the tree of its topics."""
        return self.feed.tree

    @property
    def hears_all(self) -> bool:
        """Tell whether everything comes by the console's own connection just now."""
        return (
            self.subscriptions.state(EVERYTHING)[0] == "active"
            and EVERYTHING in self.subscriptions.filters
        )


def is_busy(asker: Asker) -> bool:
    """Tell whether its socket is full; an asker without a socket never is."""
    return bool(getattr(asker, "busy", False))
