"""Find whose a post in HTTP mode is, where the phone does not say it, or not in our letters.

Android sends ``X-Limit-U`` and ``-D``, an iPhone may send one, both or none; the URL may say it
(``?u=&d=``), and every app writes its own topic into what it posts. Whatever is said counts only as
far as the token allows it: the token decides, and what is said chooses among what it allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from sightline.auth.permissions import VisibleScope
from sightline.kinds.friends import strict
from sightline.kinds.friends.address import address
from sightline.kinds.friends.names import DeviceNames, folded
from sightline.model.kind import CannotDecode, id_of

DEFAULTS = ("owntracks", "phone")
"""User and device of a phone that names neither, as the Recorder has them."""


def device_of(
    things: frozenset[str], user: str, device: str, topic: str = "", login: str = ""
) -> str:
    """Return the ``user/device`` that a post is of; empty: that is not known yet.

    ``things`` are what the token may post for: friends, or users' groups (``friend/jane``).
    ``user`` and ``device`` are what the request says, ``topic`` is the ``user/device`` in the
    message, ``login`` the name in the credentials; each may be empty.
    """
    if user and device:
        return _spelled(things, user, device)
    exact = [id_of(thing) for thing in things if thing.count("/") == 2]
    fitting = [one for one in exact if _fits(one, user, device)]
    if len(fitting) == 1 and len(exact) == len(things):
        return fitting[0]
    if topic and _fits(topic, user, device):
        named, _, last = topic.partition("/")
        found = _spelled(things, named, last)
        if f"friend/{found}" in things or f"friend/{found.partition('/')[0]}" in things:
            return found
    if device and not user and login:
        found = _spelled(things, login, device)
        if f"friend/{found.partition('/')[0]}" in things or f"friend/{found}" in things:
            return found
    return ""


def _fits(device: str, user: str, name: str) -> bool:
    """Tell whether this is the ``user/device`` of which a part is given."""
    own, _, last = device.partition("/")
    return _same(user or own, own) and _same(name or last, last)


def _spelled(things: Iterable[str], user: str, device: str) -> str:
    """Return the same in the letters of the token, which are those of the friend."""
    for thing in things:
        own, _, name = id_of(thing).partition("/")
        if own == user and name == device:
            return f"{user}/{device}"
    for thing in things:
        own, _, name = id_of(thing).partition("/")
        if _same(own, user) and (not name or _same(name, device)):
            return f"{own}/{name or device}"
    return f"{user}/{device}"


def _same(one: str, other: str) -> bool:
    return one == other or folded(one) == folded(other)


class PostboxPort(Protocol):
    """The receiver of what a phone posts."""

    def posted(self, device: str, payload: bytes, agent: str, scope: VisibleScope) -> bytes:
        """Take a message of ``user/device``; what to answer."""


class NamedPostbox:
    """Hand what a phone posts on under the canonical name of its device."""

    def __init__(self, box: PostboxPort, names: DeviceNames) -> None:
        self._box = box
        self._names = names

    def posted(self, device: str, payload: bytes, agent: str, scope: VisibleScope) -> bytes:
        """Take a message of ``user/device``; what to answer."""
        return self._box.posted(self._names.of(device), payload, agent, scope)


def topic_in(payload: bytes) -> str:
    """Return the ``user/device`` of the topic that a message holds; empty without one."""
    if b'"topic"' not in payload:
        return ""
    try:
        said = strict.parse(strict.without_face(payload)[0])
        if isinstance(said, list):
            said = said[0] if said else None
        topic = said.get("topic") if isinstance(said, Mapping) else None
        return id_of(address(topic).friend) if isinstance(topic, str) else ""
    except CannotDecode:
        return ""
