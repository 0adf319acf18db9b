"""Match MQTT topic filters with topics, and with other filters.

A filter whose first level is a wildcard matches no topic that begins with ``$`` (MQTT 3.1.1
§4.7.2).
"""

from __future__ import annotations

from sightline.model.topic import UNFIT

LONGEST = 1024
"""Characters in a topic or filter of ours; MQTT allows 65,535 bytes."""


def topic_fault(topic: str) -> str | None:
    """Return what is wrong with ``topic`` as the address of a message, in words; None: nothing."""
    if "+" in topic or "#" in topic:
        return "a message goes to one topic: no + and no #"
    return _fault(topic)


def filter_fault(name: str) -> str | None:
    """Return what is wrong with ``name`` as a filter, in words; None: nothing."""
    levels = name.split("/")
    if "#" in name and (levels[-1] != "#" or name.count("#") > 1):
        return "# stands alone on the last level"
    if any("+" in level and level != "+" for level in levels):
        return "+ stands alone on its level"
    return _fault(name)


def _fault(name: str) -> str | None:
    if not name:
        return "a topic is not empty"
    if len(name) > LONGEST:
        return f"more than {LONGEST} characters"
    if UNFIT.search(name):
        return "a topic holds no control characters"
    return None


def matches(name: str, topic: str) -> bool:
    """Return whether messages to ``topic`` come to a subscription of the filter ``name``."""
    return contains(name, topic)


def contains(outer: str, inner: str) -> bool:
    """Return whether ``outer`` matches every topic that ``inner`` (a filter or a topic) matches."""
    if outer == inner:
        return True
    if inner.startswith("$") and outer[:1] in ("+", "#"):
        return False
    outers, inners = outer.split("/"), inner.split("/")
    for at, level in enumerate(outers):
        if level == "#":
            return True
        if at >= len(inners):
            return False
        if inners[at] == "#" or level not in ("+", inners[at]):
            return False
    return len(outers) == len(inners)
