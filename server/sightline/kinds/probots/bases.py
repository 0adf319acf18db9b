"""Where robots speak and listen: base topics by setting, in front of each topic of a ProBot.

A base is the beginning of a topic: ``""`` for ``telemetry`` and ``keys/ProBot1`` as the robots
come, ``site/berlin/`` for ``site/berlin/telemetry`` and ``site/berlin/keys/ProBot1``, ``/`` for
``/telemetry``. The same name below two bases is one robot: it is driven where it was heard last,
and stopped below all bases. Topics are never shortened on their way through driving, so that an
echo, a stop of the guard and the clearing of a retained command each meet the very topic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sightline.kinds.probots import commands

DEFAULT = ("",)
MOST = 8
"""So many bases at most: every stop is sent below each of them."""
_LONGEST = 128
_SAYS = ("telemetry", "ClientStatus")
_TAKEN = frozenset((*_SAYS, "keys", "MainRoutine", "shutdownProBot", "sightline"))


def base_of(text: str) -> str:
    """Return a base with the slash that ends it: ``site/berlin`` is ``site/berlin/``."""
    return text if not text or text.endswith("/") else text + "/"


def base_fault(text: str) -> str:
    """Say why this can be no base of robots' topics; empty: it can."""
    levels = text.removeprefix("/").removesuffix("/").split("/")
    if any(sign in text for sign in "+#"):
        return "a base of robots has no wildcards"
    if text.startswith("$"):
        return "what begins with $ is the broker's own"
    if not text.isprintable() or len(text) > _LONGEST:
        return f"a base is no longer than {_LONGEST} characters, all of them printable"
    if text not in ("", "/") and "" in levels:
        return "a level is empty"
    if taken := _TAKEN.intersection(levels):
        return f"{min(taken)} is what stands behind a base"
    return ""


class RobotTopics:
    """The base topics of the settings, and below which of them each robot was heard last."""

    def __init__(self, bases: Iterable[str] = DEFAULT) -> None:
        self.bases = tuple(dict.fromkeys(map(base_of, bases)))
        self._heard: dict[str, str] = {}
        self._by_topic = {base + name: (base, name) for base in self.bases for name in _SAYS}

    @property
    def usual(self) -> bool:
        """Tell whether there is no base but the robots' own topics."""
        return self.bases == DEFAULT

    @property
    def tag(self) -> str:
        """Return a short fingerprint of the bases: servers and guards of other bases have another.

        Empty for the robots' own topics.
        """
        if self.usual:
            return ""
        return hashlib.sha256("\n".join(sorted(self.bases)).encode()).hexdigest()[:8]

    # -- what is subscribed

    @property
    def filters(self) -> tuple[tuple[str, int], ...]:
        """List the topics on which robots speak, with their QoS."""
        return tuple((base + name, 0) for base in self.bases for name in _SAYS)

    @property
    def command_filters(self) -> tuple[tuple[str, int], ...]:
        """List the filters of the topics on which robots listen, with their QoS."""
        return tuple((base + name, 0) for base in self.bases for name in commands.FILTERS)

    @property
    def command_prefixes(self) -> tuple[str, ...]:
        """List how the topics begin on which robots listen."""
        return tuple(name[:-1] for name, _ in self.command_filters)

    @property
    def barred(self) -> tuple[str, ...]:
        """List filters of all that commands robots: nobody publishes there by hand."""
        return tuple(prefix + "#" for prefix in self.command_prefixes)

    @property
    def telemetry(self) -> frozenset[str]:
        """Return the topics of telemetry."""
        return frozenset(base + "telemetry" for base in self.bases)

    @property
    def roots(self) -> frozenset[str]:
        """Return the first levels of all topics, one leading slash overlooked."""
        topics = (*self._by_topic, *self.command_prefixes)
        return frozenset(topic.removeprefix("/").partition("/")[0] for topic in topics)

    # -- what robots say

    def split(self, topic: str) -> tuple[str, str] | None:
        """Return the base of a topic and the topic as a robot names it; None: it is no robot's."""
        if (found := self._by_topic.get(topic)) is not None:
            return found
        for base in self.bases:
            rest = topic[len(base) :]
            if topic.startswith(base) and rest.startswith(commands.PREFIXES):
                return base, rest
        return None

    def note(self, robot: str, base: str) -> None:
        """Note below which base a robot was heard just now."""
        self._heard[robot] = base

    # -- where robots listen

    def homes(self, robot: str) -> tuple[str, ...]:
        """Return the base below which a robot was heard last; all of them, if it never was."""
        heard = self._heard.get(robot)
        return self.bases if heard is None else (heard,)
