"""What browsers may ask about driving, as it is declared."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from sightline.contract.fields import Answer, RequestFields, refuses
from sightline.contract.requests import RequestSpec

_ROBOT = "a robot such as probot/ProBot1"
_Robot = Annotated[str, refuses("unknown", _ROBOT)]
_Held = Annotated[str, refuses("not_yours", _ROBOT)]
_Lease = Annotated[int, refuses("not_yours", "the number of the lease")]
_Key = Annotated[float, refuses("bad_frame", "a number")]


class OfRobot(RequestFields, frozen=True):
    """A request about one robot."""

    thing: _Robot


class Routine(RequestFields, frozen=True):
    """Which robot, and what becomes of its main routine."""

    thing: _Robot
    to: Annotated[Literal["start", "stop"], refuses("bad_routine", "start or stop")]


class Stop(RequestFields, frozen=True):
    """Which robot; without one, all that one may stop."""

    thing: _Robot | None = None


class OfferReply(RequestFields, frozen=True):
    """The driver's answer to the one who asked."""

    thing: _Held
    lease: _Lease
    to: Annotated[str, refuses("not_asking", "the name of the one who asks")]
    yes: Annotated[Any, Meta(extra_json_schema={"type": "boolean"})] = False


class Release(RequestFields, frozen=True):
    """The lease that ends."""

    thing: _Held
    lease: _Lease


class Halt(RequestFields, frozen=True):
    """The lease whose robot stops. ``why`` is hidden, blur or released; others will do."""

    thing: _Held
    lease: _Lease
    why: Annotated[Any, Meta(extra_json_schema={"type": "string"})] = None


class Drive(RequestFields, frozen=True):
    """A driving frame: ``n`` counts up, ``ms`` is the page's own clock, the keys are 0 to 0.75."""

    thing: _Held
    lease: _Lease
    n: Annotated[int, refuses("bad_frame", "a number that counts up", ge=0, lt=2**53)]
    up: _Key
    down: _Key
    left: _Key
    right: _Key
    ms: (
        Annotated[float, refuses("bad_frame", "a time in milliseconds", gt=-1e15, lt=1e15)] | None
    ) = None


class LeaseGiven(Answer, frozen=True):
    """The lease, and what the server promises with it.

    ``silence`` and ``keep`` in ms, ``rate`` in frames a second, ``stops_within`` in s; ``most`` is
    the most a key may say.
    """

    lease: int
    silence: int
    keep: int
    most: float
    rate: float
    stops_within: float


class Progress(Answer, frozen=True):
    """What became of frame ``n``: go, still or parked, and ``why``.

    ``sent`` is what the robot was told last; ``trip`` is the way of a command to the broker and
    back, ms.
    """

    n: int
    state: str
    sent: str
    why: str | UnsetType = UNSET
    trip: float | UnsetType = UNSET


class Stopped(Answer, frozen=True):
    """The robots that are told to stop."""

    stopped: list[str]


class EffectSeen(Answer, frozen=True):
    """What telemetry shows of a command, after so many ``seconds``."""

    seen: str
    seconds: float


class Driver(msgspec.Struct, frozen=True):
    """The driver of a robot, by which lease; ``server``: through another one."""

    holder: str
    address: str
    since: float | UnsetType = UNSET
    server: str | UnsetType = UNSET
    lease: int | UnsetType = UNSET


class Drivers(Answer, frozen=True):
    """Drivers by their robots."""

    drivers: dict[str, Driver]


_HINDERED = ("offline", "no_driving", "two_servers", "no_broker", "not_running")
_TAKING = ("forbidden", *_HINDERED, "no_lifeline", "ended", "no_store")
_EXAMPLE = {"thing": "probot/ProBot1"}
_HOLDING = {"thing": "probot/ProBot1", "lease": 7}
TAKE = RequestSpec(
    name="take",
    summary="Take a robot, to drive it",
    fields=OfRobot,
    right="drive",
    answer=LeaseGiven,
    errors=(*_TAKING, "held"),
    example=_EXAMPLE,
)
TAKE_OVER = RequestSpec(
    name="takeover",
    summary="Take a robot from its driver",
    fields=OfRobot,
    right="takeover",
    answer=LeaseGiven,
    errors=_TAKING,
    example=_EXAMPLE,
)
ASK = RequestSpec(
    name="ask",
    summary="Ask the driver of a robot for it; the answer comes with the robot",
    fields=OfRobot,
    right="drive",
    answer=LeaseGiven,
    errors=(*_TAKING, "held", "free", "yours", "asked", "declined", "no_answer", "gone"),
    example=_EXAMPLE,
)
REPLY = RequestSpec(
    name="reply",
    summary="Answer somebody who asks for the robot that one drives",
    fields=OfferReply,
    needs="the lease of the robot",
    errors=("forbidden",),
    example={**_HOLDING, "to": "bob", "yes": True},
)
DRIVE = RequestSpec(
    name="drive",
    summary="Let the robot go as the keys say; answered a few times a second",
    fields=Drive,
    right="drive",
    needs="the lease of the robot",
    answer=Progress,
    errors=("forbidden",),
    example={**_HOLDING, "n": 12, "ms": 48211, "up": 0.57, "down": 0, "left": 0, "right": 0.26},
)
HALT = RequestSpec(
    name="halt",
    summary="Stop the robot and keep the lease",
    fields=Halt,
    needs="the lease of the robot",
    example={**_HOLDING, "why": "hidden"},
)
RELEASE = RequestSpec(
    name="release",
    summary="End one's lease",
    fields=Release,
    needs="the lease of the robot",
    example=_HOLDING,
)
STOP = RequestSpec(
    name="stop",
    summary="Stop a robot, or all: without a lease, a queue or a rate",
    fields=Stop,
    right="stop",
    answer=Stopped,
    errors=("no_broker",),
    example=_EXAMPLE,
)
SHUTDOWN = RequestSpec(
    name="shutdown",
    summary="Shut a robot down, and wait until it is offline",
    fields=OfRobot,
    right="shutdown",
    answer=EffectSeen,
    errors=("forbidden", *_HINDERED, "no_store", "unseen"),
    example=_EXAMPLE,
)
ROUTINE = RequestSpec(
    name="routine",
    summary="Start or stop a robot's main routine, and wait until telemetry says so",
    fields=Routine,
    right="routine",
    answer=EffectSeen,
    errors=("forbidden", *_HINDERED, "held", "no_store", "unseen"),
    example={**_EXAMPLE, "to": "start"},
)
DRIVERS = RequestSpec(
    name="drivers",
    summary="List who drives what, and from where",
    fields=RequestFields,
    right="drivers",
    answer=Drivers,
    errors=("forbidden",),
    example={},
)
