"""What everybody sees of driving: leases, guards, alarms and the log of commands, as things."""

from __future__ import annotations

from typing import Literal

from sightline.driving.leases import State as LeaseState
from sightline.driving.stop_bounds import StopTimePart
from sightline.model.kind import State


class Driven(State, frozen=True, omit_defaults=True, kw_only=True):
    """``lease/ProBot1``: somebody drives this robot. No such thing: it is free.

    Where from, only an admin is told (the verb ``drivers``).
    """

    holder: str
    fence: int
    """The number of this lease."""
    since: float
    """When it began, epoch s."""
    state: LeaseState
    why: str | None = None
    """What stopped the robot, in words."""
    sent: str | None = None
    """The last keys sent, up down left right; told a few times a second."""
    trip: float | None = None
    """How long the last command took to the broker and back to us, ms."""
    asks: tuple[str, ...] = ()
    """The people who ask for the robot."""
    loose: bool = False
    """The holder's connection is lost; it is kept for them a little."""
    server: str | None = None
    """Through which other of several servers; absent: through this one."""


class GuardState(State, frozen=True, omit_defaults=True, kw_only=True):
    """``guard/main``: the guard process at the broker ``main``, and how driving is there."""

    presence: Literal["live", "offline"]
    since: float
    """When this state of the guard began, epoch s."""
    stops_within: float
    """If the server dies or hangs, a robot stops within this, s; with the broker and its own link
    alive."""
    parts: tuple[StopTimePart, ...] = ()
    """What this is made of, measured and bounded (see `sightline.driving.stop_bounds`)."""
    driving: str | None = None
    """Why there is no driving at this broker; absent: there is."""


class Alarm(State, frozen=True, omit_defaults=True, kw_only=True):
    """``alarm/keys/ProBot1``: somebody else speaks on a command topic; id is the topic.

    ``alarm/client/main``: somebody signed in at that broker with our client id (``taken``).
    ``alarm/knock/main/192.168.7.20``: that broker refused somebody there (``refused``).
    """

    what: Literal["foreign", "retained", "taken", "refused"]
    source: str
    """The name of the broker it was heard at."""
    robot: str | None = None
    since: float
    at: float
    """When the last message came, epoch s."""
    count: int
    size: int
    """Of the last one, bytes."""
    head: str
    """The beginning of the last one; of a take-over or a refusal, from where it came."""


class CommandLogEntry(State, frozen=True, omit_defaults=True, kw_only=True):
    """``command/17``: one line of the command log. It never changes."""

    n: int
    at: float
    who: str
    """A person, or ``Sightline`` itself."""
    robot: str
    what: str
    """take, drive, stop, end, shutdown, routine, alarm."""
    lease: int | None = None
    why: str | None = None
    sent: str | None = None
    """What was sent; of a drive, the keys pressed the furthest."""
    seconds: float | None = None
    """How long it lasted."""
    effect: str | None = None
    """What the robot's telemetry, or the broker, showed of it."""
