"""What browsers may ask about driving: each request is read, checked, handed on and answered.

`auth.permissions` says who may do what, `driving.service` does it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from sightline.auth.permissions import may
from sightline.contract.errors import Refused
from sightline.contract.fields import Done, RequestFields
from sightline.driving import contract
from sightline.driving.service import DrivingService
from sightline.driving.steering import DrivingFrame
from sightline.kinds.probots import commands
from sightline.kinds.probots.model import is_robot
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
        requests.add(contract.TAKE, self._take)
        requests.add(contract.TAKE_OVER, self._take_over)
        requests.add(contract.ASK, self._ask)
        requests.add(contract.REPLY, self._reply)
        requests.add(contract.DRIVE, self._drive, self._refuse_frame)
        requests.add(contract.HALT, self._halt)
        requests.add(contract.RELEASE, self._release)
        requests.add(contract.STOP, self._stop)
        requests.add(contract.SHUTDOWN, self._shutdown)
        requests.add(contract.ROUTINE, self._routine)
        requests.add(contract.DRIVERS, self._drivers)
        requests.when_left(service.left)
        requests.when_dismissed(service.dismissed)

    # -- to get a robot

    def _take(self, asker: Asker, asked: contract.OfRobot) -> Awaitable[Fields]:
        return self._service.take(asker, *_robot(asker, asked.thing, "drive"))

    def _take_over(self, asker: Asker, asked: contract.OfRobot) -> Awaitable[Fields]:
        return self._service.take_over(asker, *_robot(asker, asked.thing, "takeover"))

    def _ask(self, asker: Asker, asked: contract.OfRobot) -> Awaitable[Fields]:
        return self._service.ask(asker, *_robot(asker, asked.thing, "drive"))

    def _reply(self, asker: Asker, asked: contract.OfferReply) -> Done:
        self._service.reply(asker, asked.thing, asked.lease, asked.to, asked.yes is True)
        return Done()

    # -- to drive it

    def _drive(self, asker: Asker, asked: contract.Drive) -> Fields | None:
        try:
            keys = commands.keys(asked.up, asked.down, asked.left, asked.right)
        except commands.BadCommand as why:
            raise self._service.refuse_frame(asker, asked.thing, asked.lease, str(why)) from None
        sent = None if asked.ms is None else asked.ms / 1000
        frame = DrivingFrame(keys, asked.n, sent)
        return self._service.drive(asker, asked.thing, asked.lease, frame)

    def _refuse_frame(self, asker: Asker, more: Mapping[str, Any], why: Refused) -> Refused:
        """Stop the robot of a driver whose frame makes no sense."""
        thing, fence = more.get("thing"), more.get("lease")
        return self._service.refuse_frame(
            asker,
            thing if isinstance(thing, str) else "",
            fence if type(fence) is int else None,
            why.why,
        )

    def _halt(self, asker: Asker, asked: contract.Halt) -> Done:
        why = asked.why
        words = _HALTS.get(why, "the page asked for it") if isinstance(why, str) else "the page"
        self._service.halt(asker, asked.thing, asked.lease, words, asked=why == "released")
        return Done()

    def _release(self, asker: Asker, asked: contract.Release) -> Done:
        self._service.release(asker, asked.thing, asked.lease)
        return Done()

    # -- without driving

    def _stop(self, asker: Asker, asked: contract.Stop) -> Fields:
        thing = asked.thing
        if thing is not None and not thing.startswith("probot/"):
            raise Refused("unknown", "only robots can be stopped")
        return contract.Stopped(stopped=self._service.stop(asker, thing))

    def _shutdown(self, asker: Asker, asked: contract.OfRobot) -> Awaitable[Fields]:
        return self._service.shutdown(asker, *_robot(asker, asked.thing, "shutdown"))

    def _routine(self, asker: Asker, asked: contract.Routine) -> Awaitable[Fields]:
        robot, thing = _robot(asker, asked.thing, "routine")
        return self._service.routine(asker, robot, thing, asked.to)

    def _drivers(self, asker: Asker, asked: RequestFields) -> Fields:
        if not may(asker.user, "drivers", "probot/"):
            raise Refused("forbidden", "only an admin is told that")
        return contract.Drivers(drivers=self._service.drivers())


def _robot(asker: Asker, thing: str, right: str) -> tuple[str, str]:
    """Return the robot and the thing of a request, if ``asker`` has this right to it."""
    robot = id_of(thing) if thing.startswith("probot/") else ""
    if not is_robot(robot) or not may(asker.user, "see", f"probot/{robot}"):
        raise Refused("unknown", "there is no such robot")
    if not may(asker.user, right, f"probot/{robot}"):
        raise Refused("forbidden", f"as {asker.user.role} you may not do that")
    return robot, f"probot/{robot}"
