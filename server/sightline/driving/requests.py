"""What browsers may ask about driving: each request is read, checked, handed on and answered.

`auth.permissions` says who may do what, `driving.service` does it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from sightline.auth.permissions import may
from sightline.contract.errors import Refused
from sightline.driving.service import DrivingService
from sightline.driving.steering import DrivingFrame
from sightline.kinds.probots import commands
from sightline.kinds.probots.model import is_robot
from sightline.live import protocol
from sightline.live.requests import Asker, Fields, Requests
from sightline.model.kind import id_of

_HALTS = {
    "hidden": "the page was hidden",
    "blur": "the page lost the keyboard",
    "released": "the sticks were released",
}


class DrivingRequests:
    """Adds the requests of driving to the request dispatcher."""

    def __init__(self, requests: Requests, service: DrivingService) -> None:
        self._service = service
        for name, request in (
            ("take", self._take),
            ("takeover", self._take_over),
            ("drive", self._drive),
            ("halt", self._halt),
            ("release", self._release),
            ("ask", self._ask),
            ("reply", self._reply),
            ("stop", self._stop),
            ("shutdown", self._shutdown),
            ("routine", self._routine),
            ("drivers", self._drivers),
        ):
            requests.add(name, request)
        requests.when_left(service.left)
        requests.when_dismissed(service.dismissed)

    # -- to get a robot

    def _take(self, asker: Asker, request: protocol.Request) -> Awaitable[Fields]:
        return self._service.take(asker, *_robot(asker, request, "drive"))

    def _take_over(self, asker: Asker, request: protocol.Request) -> Awaitable[Fields]:
        return self._service.take_over(asker, *_robot(asker, request, "takeover"))

    def _ask(self, asker: Asker, request: protocol.Request) -> Awaitable[Fields]:
        return self._service.ask(asker, *_robot(asker, request, "drive"))

    def _reply(self, asker: Asker, request: protocol.Request) -> Fields:
        more = request.more
        self._service.reply(asker, *_lease(request), more.get("to"), more.get("yes") is True)
        return {}

    # -- to drive it

    def _drive(self, asker: Asker, request: protocol.Request) -> Fields | None:
        thing, fence = _lease(request)
        try:
            frame = _frame(request.more)
        except commands.BadCommand as why:
            raise self._service.refuse_frame(asker, thing, fence, str(why)) from None
        return self._service.drive(asker, thing, fence, frame)

    def _halt(self, asker: Asker, request: protocol.Request) -> Fields:
        why = request.more.get("why")
        words = _HALTS.get(why, "the page asked for it") if isinstance(why, str) else "the page"
        self._service.halt(asker, *_lease(request), words, asked=why == "released")
        return {}

    def _release(self, asker: Asker, request: protocol.Request) -> Fields:
        self._service.release(asker, *_lease(request))
        return {}

    # -- without driving

    def _stop(self, asker: Asker, request: protocol.Request) -> Fields:
        thing = request.more.get("thing")
        if thing is not None and (not isinstance(thing, str) or not thing.startswith("probot/")):
            raise Refused("unknown", "only robots can be stopped")
        return {"stopped": self._service.stop(asker, thing)}

    def _shutdown(self, asker: Asker, request: protocol.Request) -> Awaitable[Fields]:
        return self._service.shutdown(asker, *_robot(asker, request, "shutdown"))

    def _routine(self, asker: Asker, request: protocol.Request) -> Awaitable[Fields]:
        robot, thing = _robot(asker, request, "routine")
        to = request.more.get("to")
        if to not in ("start", "stop"):
            raise Refused("bad_routine", 'a main routine is told "start" or "stop"')
        return self._service.routine(asker, robot, thing, to)

    def _drivers(self, asker: Asker, request: protocol.Request) -> Fields:
        if not may(asker.user, "drivers", "probot/"):
            raise Refused("forbidden", "only an admin is told that")
        return {"drivers": self._service.drivers()}


def _robot(asker: Asker, request: protocol.Request, right: str) -> tuple[str, str]:
    """Read the robot and the thing of a request, if ``asker`` has this right to it."""
    thing = request.more.get("thing")
    robot = id_of(thing) if isinstance(thing, str) and thing.startswith("probot/") else ""
    if not is_robot(robot) or not may(asker.user, "see", f"probot/{robot}"):
        raise Refused("unknown", "there is no such robot")
    if not may(asker.user, right, f"probot/{robot}"):
        raise Refused("forbidden", f"as {asker.user.role} you may not do that")
    return robot, f"probot/{robot}"


def _lease(request: protocol.Request) -> tuple[str, int | None]:
    """Read the thing and the lease number of a request; an empty thing and None: not readable."""
    thing, fence = request.more.get("thing"), request.more.get("lease")
    return thing if isinstance(thing, str) else "", fence if type(fence) is int else None


def _frame(more: Mapping[str, Any]) -> DrivingFrame:
    """Read a driving frame. Raise `BadCommand`."""
    keys = commands.keys(more.get("up"), more.get("down"), more.get("left"), more.get("right"))
    n, sent = more.get("n"), more.get("ms")
    if type(n) is not int or not 0 <= n < 2**53:
        raise commands.BadCommand("a driving frame has a number n that counts up")
    if sent is None:
        return DrivingFrame(keys, n, None)
    if type(sent) not in (int, float) or not abs(sent) < 1e15:
        raise commands.BadCommand("ms is a time in milliseconds")
    return DrivingFrame(keys, n, sent / 1000)
