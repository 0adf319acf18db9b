"""The states of rules and alerts for browsers.

Keys name the account whose rule it is, as those of regions do: ``rule/jane/ab12cd34``; an alert
has the rule's key without its first level and a number, ``alert/jane/ab12cd34.17``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from sightline.model.kind import State

ConditionType = Literal[
    "arrives",
    "leaves",
    "absent",
    "stays",
    "near",
    "battery",
    "silent",
    "speed",
    "fallen",
    "latency",
    "alarm",
    "disconnected",
    "flapping",
    "number",
]
AlertStatus = Literal["open", "acknowledged", "resolved"]


class Condition(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What must happen. Which fields a ``type`` takes is in `sightline.rules.check`.

    - ``arrives`` ``leaves``: ``region``
    - ``absent``: not in ``region`` at ``by``
    - ``stays``: in ``region`` for more than ``seconds``
    - ``near``: less than ``metres`` from the thing ``other``
    - ``battery``: below ``below`` %, or falling so that it is empty before ``by``
    - ``silent``: not heard for ``seconds``; without, for longer than is usual for this device
    - ``speed``: above ``above`` km/h, for ``seconds`` at least
    - ``fallen``, ``alarm``: of a robot
    - ``latency``: above ``above`` ms, for ``seconds`` at least
    - ``disconnected``: of a broker's connection, for ``seconds`` at least
    - ``flapping``: a broker's client came and went ``times`` within ``seconds``
    - ``number``: at ``topic`` (in ``field`` of its JSON) ``above``, ``below``, or ``changed``
    """

    type: ConditionType
    region: str | None = None
    """The id of a region, as in `Transition.region`."""
    other: str | None = None
    """The key of the other thing."""
    by: str | None = None
    """A time of day, ``08:30``, in the rule's zone."""
    seconds: float | None = None
    metres: float | None = None
    above: float | None = None
    below: float | None = None
    changed: bool = False
    times: int | None = None
    topic: str | None = None
    field: str | None = None
    """A path into the JSON, ``battery.percent``; absent: the payload itself is the number."""
    margin: float | None = None
    """Hysteresis, in the unit of the limit: how far back it must go before it may fire again."""


class Hours(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """When a rule is looked at. Everything absent: always."""

    days: tuple[Literal[0, 1, 2, 3, 4, 5, 6], ...] | None = None
    """Days of the week, 0 is Monday; absent: each day."""
    begin: str | None = None
    """From this time of day on, ``08:00``; later than ``end``: over midnight."""
    end: str | None = None
    holidays: Literal["also", "not", "only"] = "also"
    country: str | None = None
    """Whose public holidays, ISO 3166 (``DE``, ``DE-BY``)."""
    zone: str | None = None
    """IANA name; absent: the zone of where the person is, else the server's."""


class Recipient(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An account that is told, ``after`` s without an acknowledgement (0: at once)."""

    account: str
    after: float = 0.0


class Rule(State, frozen=True, omit_defaults=True, kw_only=True):
    """``rule/<account>/<id>``: who wants to be told of what."""

    name: str = ""
    """What its owner calls it; empty: the page says it as a sentence."""
    about: tuple[str, ...]
    """What it looks at, in the words of grants: ``friend/jane/phone``, ``friend/jane``,
    ``friend``."""
    condition: Condition
    hours: Hours = Hours()
    tell: tuple[Recipient, ...]
    urgent: bool = False
    """It comes in quiet hours, too."""
    every: float = 0.0
    """Told at most once in so many s about one thing."""
    again: float | None = None
    """Told again after so many s until somebody acknowledges; absent: once."""
    enabled: bool = True
    version: int
    """Counts the changes from 1 on."""
    by: str
    """Who made this version."""
    at: float
    """When it was last changed, epoch s."""
    trouble: str | None = None
    """Why it cannot fire just now, as a code of `sightline.rules.check`."""


class Watch(State, frozen=True, omit_defaults=True, kw_only=True):
    """``watch/<account>/<rule's id>.<number>``: a rule as one of those sees it that it watches.

    It names nobody else that the rule watches, and no region: they may not be allowed to know them.
    """

    rule: str
    """The key of the rule."""
    about: str
    """Which of the rule's words names them: ``friend/jane/phone``, ``friend/jane``, ``friend``."""
    condition: Condition
    """Without ``region``, ``other``, ``topic`` and ``field``."""
    hours: Hours = Hours()
    tell: tuple[Recipient, ...]
    enabled: bool = True
    at: float
    """When the rule was last changed, epoch s."""


class AlertTold(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How one recipient was told."""

    account: str
    state: Literal["waiting", "quiet", "sent", "failed", "no_channel"]
    at: float | None = None
    """When it was taken by the first channel, epoch s."""
    why: str | None = None


class Alert(State, frozen=True, omit_defaults=True, kw_only=True):
    """``alert/<account>/<rule's id>.<n>``: a rule has fired."""

    rule: str
    """The key of the rule."""
    title: str
    """The sentence in English; the page says it in its own language by the fields below."""
    thing: str
    """What it is about."""
    condition: Condition
    """As it was when it fired."""
    at: float
    """When it happened, epoch s."""
    late: float | None = None
    """When it was found out, where that was much later: the server was down."""
    value: float | None = None
    """What was measured, in the unit of the limit."""
    place: str | None = None
    """The name of the region, or of the other thing."""
    lat: float | None = None
    lon: float | None = None
    urgent: bool = False
    lasting: bool = False
    """It stays open until what it tells of is over."""
    status: AlertStatus
    by: str | None = None
    """The account that acknowledged it."""
    by_at: float | None = None
    note: str | None = None
    resolved: float | None = None
    """When it was over, epoch s."""
    told: tuple[AlertTold, ...] = ()


class AlertEvent(State, frozen=True, omit_defaults=True, kw_only=True):
    """What history keeps of an alert, about its thing: that it fired, and what became of it."""

    rule: str
    """The id of the rule, ``jane/ab12cd34``: those who see its alerts are told."""
    n: int
    """The number of the alert."""
    event: Literal["fired", "acknowledged", "resolved", "reopened"]
    type: ConditionType
    title: str = ""
    """The sentence in English; absent where it names a second person."""
    value: float | None = None
    place: str | None = None
    lat: float | None = None
    lon: float | None = None
    late: float | None = None
    by: str | None = None
    note: str | None = None
