"""Find what looks at a change, by its address: one look into a dictionary for most.

An address is the key of a thing; of what tells of a thing and something else the two, on two lines:
``friend/jane/phone`` and a region's id, ``alarm`` and a robot, a broker and a topic.
"""

from __future__ import annotations

from sightline.kinds import THING_TYPES
from sightline.kinds.rules.model import Condition, ConditionType, Rule
from sightline.model.kind import kind_of

ABOUT: dict[ConditionType, frozenset[str]] = {
    "arrives": frozenset(("friend", "probot")),
    "leaves": frozenset(("friend", "probot")),
    "absent": frozenset(("friend", "probot")),
    "stays": frozenset(("friend", "probot")),
    "near": frozenset(("friend", "probot")),
    "battery": frozenset(("friend", "probot")),
    "silent": frozenset(("friend", "probot")),
    "speed": frozenset(("friend",)),
    "fallen": frozenset(("probot",)),
    "latency": frozenset(("probot", "broker")),
    "alarm": frozenset(("probot",)),
    "disconnected": frozenset(("broker",)),
    "flapping": frozenset(("broker", "client")),
    "number": frozenset(("broker",)),
}
"""What each type of condition can be about, by the first level of keys."""
_DEAF: frozenset[ConditionType] = frozenset(("silent", "absent"))
"""Conditions that ask since when we hear the brokers."""
KINDS = frozenset().union(*ABOUT.values())
"""The kinds of things that rules are about."""


def covers(word: str, key: str) -> bool:
    """Tell whether a word of a rule (``friend``, ``friend/jane``, ``friend/jane/phone``) means a
    thing.
    """
    return key == word or key.startswith(f"{word}/")


def looks_about(rule: Rule, thing: str) -> bool:
    """Tell whether a rule looks at a thing."""
    kind = kind_of(thing)
    condition = rule.condition
    if kind not in ABOUT[condition.type] or thing == condition.other:
        return False
    if condition.type == "flapping":
        if kind != "client":
            return False
        # A client is one of its broker: client/main/x of broker/main.
        broker = "broker/" + thing.split("/", 2)[1]
        return any(covers(word, thing) or covers(word, broker) for word in rule.about)
    return any(covers(word, thing) for word in rule.about)


def history_of(rule: Rule, thing: str) -> bool:
    """Tell whether a back-test of a rule needs the history of a thing.

    Of brokers' clients the log of the broker tells; of silence, when we were deaf ourselves.
    """
    type = rule.condition.type
    if type == "flapping":
        kind, _, rest = thing.partition("/")
        clients = f"client/{rest}"
        return kind == "broker" and any(
            covers(word, thing) or covers(word, clients) or covers(clients, word)
            for word in rule.about
        )
    if thing == rule.condition.other or (type in _DEAF and kind_of(thing) == "broker"):
        return True
    return looks_about(rule, thing)


def exact(rule: Rule) -> list[str]:
    """Return the things that a rule names one by one: these are looked at before they are heard."""
    found = []
    for word in rule.about:
        kind = THING_TYPES.get(kind_of(word))
        if kind is not None and word.count("/") + 1 == kind.levels and looks_about(rule, word):
            found.append(word)
    return found


def same_watch(one: Rule, other: Rule) -> bool:
    """Tell whether two versions of a rule look at the same things for the same."""
    return one.condition == other.condition and one.about == other.about


def is_about_number(condition: Condition) -> bool:
    """Tell whether a condition looks at messages of topics instead of things."""
    return condition.type == "number"
