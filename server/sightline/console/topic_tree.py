"""Keep the tree of topics: what came to which, how often, how much, and what last.

Fed with every message, asked for one node's children at a time. Bounded: what finds no room is
counted (`Topics.cut`) and said, never kept. Time is given with each message (epoch s).
"""

from __future__ import annotations

import builtins
import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import UNSET

from sightline.console.contract import TopicNode
from sightline.model.kind import Arrival
from sightline.model.text import clean

MOST_TOPICS = 50_000
MOST_NODES = 100_000
MOST_LEVELS = 32
LONGEST_LEVEL = 256  # characters
HEAD = 120  # bytes of a last value that are kept
RATE_SECONDS = 10.0
"""A rate is a mean over about so many seconds."""
PAGE = 200
"""Children in one answer."""


class Node(msgspec.Struct, eq=False, gc=False):
    """One level of a topic: the messages to it, and to all levels below."""

    children: dict[str, Node] | None = None
    count: int = 0
    """Messages to exactly this topic."""
    below: int = 0
    """Messages to this and all topics below."""
    bytes: int = 0
    """Payload bytes, this and below."""
    topics: int = 0
    """Topics, this and below."""
    rate: float = 0.0
    rate_at: float = 0.0
    at: float = 0.0
    """The newest message, this or below."""
    head: builtins.bytes = b""
    size: int = 0
    qos: int = 0
    retain: bool = False
    keeps: bool = False
    """The broker keeps a retained message of exactly this topic."""
    retained: int = 0
    """Topics whose retained message the broker keeps, this and below."""

    def rate_now(self, at: float) -> float:
        """Return the recent messages per second to this level and below."""
        return self.rate * math.exp(-max(0.0, at - self.rate_at) / RATE_SECONDS)

    def hit(self, size: int, at: float, count: int = 1) -> None:
        """Count a message to this level or below; or ``count`` of them, of ``size`` in all."""
        self.below += count
        self.bytes += size
        passed = at - self.rate_at
        rate = self.rate
        if passed > 0:
            rate *= math.exp(-passed / RATE_SECONDS)
            self.rate_at = at
        self.rate = rate + count / RATE_SECONDS
        self.at = at


@dataclass(frozen=True, slots=True)
class TreePage:
    """Some children of one node, in the order of their names. ``after`` continues; None: all."""

    node: TopicNode
    children: list[TopicNode]
    total: int
    after: str | None


class TopicTree:
    """All topics of one broker."""

    def __init__(self, topics: int = MOST_TOPICS, nodes: int = MOST_NODES) -> None:
        self._root = Node()
        self._most_topics = topics
        self._most_nodes = nodes
        self.nodes = 0
        self.cut = 0
        """Messages to topics that found no room."""

    @property
    def topics(self) -> int:
        """Count the topics in the tree."""
        return self._root.topics

    @property
    def messages(self) -> int:
        """Count the messages in the tree."""
        return self._root.below

    def feed(self, arrivals: Iterable[Arrival]) -> None:
        count = size = 0
        at = 0.0
        for arrival in arrivals:
            topic = arrival.topic
            if isinstance(topic, bytes):
                topic = topic.decode("utf-8", "replace")
            if self._take(topic, arrival):
                count += 1
                size += len(arrival.payload)
                at = arrival.at
        if count:
            self._root.hit(size, at, count)

    def _take(self, topic: str, arrival: Arrival) -> bool:
        """Count a message in all nodes of its topic but the root; tell whether it found room."""
        path = self._path(topic.split("/"))
        if path is None:
            self.cut += 1
            return False
        leaf, payload, at = path[-1], arrival.payload, arrival.at
        size = len(payload)
        if not leaf.count:
            self._root.topics += 1
            for node in path:
                node.topics += 1
        leaf.count += 1
        leaf.head = payload[:HEAD]
        leaf.size = size
        leaf.qos = arrival.qos
        leaf.retain = arrival.retain
        for node in path:
            node.hit(size, at)
        if arrival.retain or not size:
            _keep((self._root, *path), size > 0)
        return True

    def _path(self, levels: list[str]) -> list[Node] | None:
        """Return the nodes below the root to the leaf, made as needed; None: no room."""
        node, path = self._root, []
        for depth, level in enumerate(levels):
            child = node.children.get(level) if node.children else None
            if child is None:
                if not self._room(levels, depth):
                    return None
                for new in levels[depth:]:
                    child = Node()
                    if node.children is None:
                        node.children = {}
                    node.children[new] = child
                    self.nodes += 1
                    path.append(child)
                    node = child
                return path
            path.append(child)
            node = child
        # A topic that was only a branch so far takes no node, but it is a topic.
        return path if node.count or self._root.topics < self._most_topics else None

    def _room(self, levels: list[str], depth: int) -> bool:
        return (
            self._root.topics < self._most_topics
            and self.nodes + len(levels) - depth <= self._most_nodes
            and len(levels) <= MOST_LEVELS
            and all(len(level) <= LONGEST_LEVEL for level in levels[depth:])
        )

    def at(self, path: Sequence[str]) -> float:
        """Return the time of the newest message to this level or below (0: none).

        No levels: the root.
        """
        node = self.find(path)
        return node.at if node else 0.0

    def page(
        self,
        path: Sequence[str],
        now: float,
        *,
        after: str | None = None,
        find: str = "",
        most: int = PAGE,
    ) -> TreePage | None:
        """Return the children of ``path``, as far as one answer takes them; None: no such node.

        ``after`` is the last name of the page before; ``find`` is a text in their names.
        """
        node = self.find(path)
        if node is None:
            return None
        children = node.children or {}
        names: Iterator[str] = iter(children)
        if find:
            wanted = find.casefold()
            names = (name for name in names if wanted in name.casefold())
        if after is not None:
            names = (name for name in names if name > after)
        first = heapq.nsmallest(most + 1, names)
        shown = first[:most]
        return TreePage(
            node=node_shown(path[-1] if path else "", node, now),
            children=[node_shown(name, children[name], now) for name in shown],
            total=len(children),
            after=shown[-1] if len(first) > most else None,
        )

    def find(self, path: Sequence[str]) -> Node | None:
        node: Node | None = self._root
        for level in path:
            children = node.children if node else None
            node = children.get(level) if children else None
        return node


def _keep(path: Sequence[Node], keeps: bool) -> None:
    """Note on the way to a topic whether the broker keeps a message of it.

    A copy of it came, which says so; an empty message takes it away. Any other leaves what is known
    as it is: who is subscribed gets new ones without the mark.
    """
    leaf = path[-1]
    if leaf.keeps != keeps:
        leaf.keeps = keeps
        for node in path:
            node.retained += 1 if keeps else -1


def node_shown(name: str, node: Node, now: float) -> TopicNode:
    """Return a node as a browser gets it."""
    rate = node.rate_now(now)
    text = text_of(node.head) if node.count else None
    return TopicNode(
        name=name,
        messages=node.below,
        bytes=node.bytes,
        children=len(node.children or ()),
        topics=node.topics if node.children else UNSET,
        rate=round(rate, 2) if rate >= 0.005 else 0,
        at=round(node.at, 3) if node.at else UNSET,
        count=node.count,
        size=node.size if node.count else UNSET,
        qos=node.qos if node.count else UNSET,
        retain=bool(node.count and node.retain),
        last=UNSET if text is None else clean(text, HEAD),
        retained=node.retained,
        hex=node.head[:32].hex(" ") if node.count and text is None else UNSET,
    )


def text_of(head: bytes) -> str | None:
    """Return ``head`` as text, without the character that its end has cut; None: it is none."""
    try:
        return head.decode()
    except UnicodeDecodeError as why:
        cut = len(head) == HEAD and why.start >= HEAD - 3 and why.end == HEAD
        return head[: why.start].decode() if cut else None
