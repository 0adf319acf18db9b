"""Search a topic tree, or list it, some levels at a time: a large one must hold up nobody."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sightline.console.contract import TopicNode
from sightline.console.topic_tree import Node, TopicTree, node_shown

MOST = 200
"""Topics in one answer."""
PIECE = 500
"""Levels looked at in a piece of work: about 1 ms."""

_Found = tuple[str, Node]


def _place(topic: str) -> tuple[bool, str]:
    """Return what topics are ordered by: the broker's own (``$SYS/…``) come last."""
    return topic.startswith("$"), topic


def _place_of(found: _Found) -> tuple[bool, str]:
    return _place(found[0])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; see `contract.FindTopics`."""

    path: tuple[str, ...] = ()
    text: str = ""
    values: bool = False
    retained: bool = False
    after: str | None = None


class TopicSearch:
    """One search of a tree that may grow meanwhile: what comes later may be left out.

    It finds the ``most`` first topics, and counts all of them (``total``).
    """

    def __init__(self, tree: TopicTree, wanted: Wanted, most: int = MOST) -> None:
        self._wanted = wanted
        self._text = wanted.text.casefold()
        self._most = most
        self._found: list[_Found] = []
        self._levels = _levels(tree, wanted.path, retained_only=wanted.retained)
        self.total = 0

    def some(self, levels: int = PIECE) -> bool:
        """Look at so many levels more; return whether there may be any left."""
        looked, last = 0, self._wanted.after
        after = None if last is None else _place(last)
        for topic, node in islice(self._levels, levels):
            looked += 1
            if node.count and self._matches(topic, node):
                self.total += 1
                if after is None or _place(topic) > after:
                    self._found.append((topic, node))
        if len(self._found) > 2 * self._most + PIECE:
            self._found = self._first()
        return looked == levels

    def page(self, now: float) -> tuple[list[TopicNode], str | None]:
        """Return the first topics with what they hold, and after which there are more."""
        first = self._first()
        shown = first[: self._most]
        after = shown[-1][0] if len(first) > self._most else None
        return [node_shown(topic, node, now) for topic, node in shown], after

    def _first(self) -> list[_Found]:
        """Return the first topics by name, and one more if there is one."""
        return heapq.nsmallest(self._most + 1, self._found, key=_place_of)

    def _matches(self, topic: str, node: Node) -> bool:
        if self._wanted.retained and not node.keeps:
            return False
        if self._text in topic.casefold():
            return True
        return self._wanted.values and self._text in node.head.decode("utf-8", "replace").casefold()


def _levels(tree: TopicTree, path: tuple[str, ...], *, retained_only: bool) -> Iterator[_Found]:
    """Yield each level at and below a path, by its whole name.

    Children are listed when their level is come to: the tree may grow between two of them.
    """
    start = tree.find(path)
    if start is None:
        return
    above = "/".join(path)
    if path:
        yield above, start
    ways = [(f"{above}/" if path else "", _children(start, retained_only))]
    while ways:
        prefix, rest = ways[-1]
        for name, child in rest:
            topic = prefix + name
            yield topic, child
            if child.children:
                ways.append((f"{topic}/", _children(child, retained_only)))
                break
        else:
            ways.pop()


def _children(node: Node, retained_only: bool) -> Iterator[_Found]:
    children = list((node.children or {}).items())
    return iter([each for each in children if each[1].retained] if retained_only else children)
