"""What browsers may ask about driving: each verb checked, carried out, answered.

The rules are in `driving.leases`, who may do what in `auth.permissions`; the desk does it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred

from sightline.auth.permissions import may
from sightline.contract.errors import Refused
from sightline.driving.leases import Held, Lease, NotYours
from sightline.driving.service import ANSWER_EVERY, ASK_SECONDS, DrivingService
from sightline.driving.session import DrivingSession, TakeOverRequest
from sightline.kinds.probots import commands
from sightline.kinds.probots.model import ProBot, is_robot
from sightline.live import protocol
from sightline.live.requests import Asker, Fields, Requests
from sightline.model.kind import id_of

SHUTDOWN_SECONDS = 20.0
"""How long a shutdown may take to show: the robot's will takes 11 s when its link is cut."""
ROUTINE_SECONDS = 6.0
"""How long a change of the main routine may take to show in telemetry."""
_HALTS = {
    "hidden": "the page was hidden",
    "blur": "the page lost the keyboard",
    "released": "the sticks were released",
}


class DrivingRequests:
    """Adds the verbs of driving to the helm."""

    def __init__(self, requests: Requests, desk: DrivingService) -> None:
        self._desk = desk
        for name, verb in (
            ("take", self._take),
            ("takeover", self._takeover),
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
            requests.add(name, verb)
        requests.when_left(desk.left)
        requests.when_dismissed(desk.dismissed)

    async def _take(self, asker: Asker, request: protocol.Request) -> Fields:
        robot, thing = self._robot(asker, request, "drive")
        seat = self._desk.seat_for(robot, thing)
        name, now = asker.user.name, self._desk.clock.seconds
        try:
            self._desk.leases.check(thing, asker, name, now())
            fence = await self._desk.fleet.claim(thing, name)
            lease = self._desk.leases.take(thing, asker, name, fence, now())
        except Held as held:
            self._desk.settle()
            raise Refused("held", f"{robot} is driven by {held.lease.name}") from None
        return await self._desk.begin(seat, asker, lease, "take")

    async def _takeover(self, asker: Asker, request: protocol.Request) -> Fields:
        robot, thing = self._robot(asker, request, "takeover")
        seat = self._desk.seat_for(robot, thing)
        name = asker.user.name
        fence = await self._desk.fleet.take_over(thing, name)
        lease = self._desk.leases.take_over(
            thing, asker, name, f"{name} took over", fence, self._desk.clock.seconds()
        )
        return await self._desk.begin(seat, asker, lease, "takeover")

    def _release(self, asker: Asker, request: protocol.Request) -> Fields:
        seat, fence = self._mine(request)
        self._as_holder(seat, lambda: self._desk.leases.release(seat.thing, asker, fence))
        return {}

    def _halt(self, asker: Asker, request: protocol.Request) -> Fields:
        seat, fence = self._mine(request)
        why = request.more.get("why")
        words = _HALTS.get(why, "the page asked for it") if isinstance(why, str) else "the page"
        asked = why == "released"
        self._as_holder(
            seat, lambda: self._desk.leases.halt(seat.thing, asker, fence, words, asked=asked)
        )
        return {}

    def _as_holder(self, seat: DrivingSession, act: Callable[[], None]) -> None:
        try:
            act()
        except NotYours:
            raise self._not_yours(seat.robot) from None
        finally:
            self._desk.settle()

    def _ask(self, asker: Asker, request: protocol.Request) -> Any:
        robot, thing = self._robot(asker, request, "drive")
        lease = self._desk.leases.get(thing)
        seat = self._desk.seats.get(thing)
        if lease is None and not self._desk.claims.alone:
            return self._ask_elsewhere(asker, robot, thing)
        if lease is None or seat is None:
            raise Refused("free", f"nobody drives {robot}: take it")
        if lease.who == asker:
            raise Refused("yours", f"you drive {robot}")
        if any(ask.asker == asker for ask in seat.asks):
            raise Refused("asked", "you have asked already")
        until = self._desk.clock.seconds() + ASK_SECONDS
        ask = TakeOverRequest(asker.user.name, asker, until, Deferred())
        seat.asks.append(ask)
        self._desk.show(seat)
        return ask.answer

    async def _ask_elsewhere(self, asker: Asker, robot: str, thing: str) -> Fields:
        """Its driver is at another server, if there is one."""
        seat = self._desk.seat_for(robot, thing)
        if not await self._desk.fleet.holds(thing):
            raise Refused("free", f"nobody drives {robot}: take it")
        fence = await self._desk.fleet.ask(thing, asker, ASK_SECONDS)
        now = self._desk.clock.seconds()
        try:
            lease = self._desk.leases.take(thing, asker, asker.user.name, fence, now)
        except Held as held:  # somebody here was quicker
            raise Refused("held", f"{robot} is driven by {held.lease.name}") from None
        return await self._desk.begin(seat, asker, lease, "take")

    def _reply(self, asker: Asker, request: protocol.Request) -> Fields:
        seat, fence = self._mine(request)
        lease = self._desk.leases.get(seat.thing)
        if lease is None or lease.who != asker or lease.fence != fence:
            raise self._not_yours(seat.robot)
        name, yes = request.more.get("to"), request.more.get("yes")
        ask = next((a for a in seat.asks if a.name == name), None)
        if ask is None:
            raise Refused("not_asking", "that person does not ask any more")
        seat.asks.remove(ask)
        if yes is not True:
            self._desk.show(seat)
            ask.answer.errback(Refused("declined", f"{asker.user.name} keeps {seat.robot}"))
        elif ask.asker is None:  # the other server takes it as soon as it is free
            self._desk.leases.end(seat.thing, f"handed over to {name}")
            self._desk.settle()
        elif not may(ask.asker.user, "drive", seat.thing):
            raise Refused("forbidden", "that person may not drive it")
        else:
            handed = Deferred.fromCoroutine(self._hand_over(seat, lease, ask.asker))
            handed.addCallbacks(ask.answer.callback, ask.answer.errback)
        return {}

    async def _hand_over(self, seat: DrivingSession, lease: Lease, to: Asker) -> Fields:
        """The driver agrees that another one here goes on."""
        name = to.user.name
        fence = await self._desk.fleet.claim(seat.thing, name)
        if self._desk.leases.fence(seat.thing) != lease.fence:
            raise Refused("held", f"{seat.robot} went to somebody else")
        new = self._desk.leases.take_over(
            seat.thing, to, name, f"handed over to {name}", fence, self._desk.clock.seconds()
        )
        return await self._desk.begin(seat, to, new, "take")

    def _drive(self, asker: Asker, request: protocol.Request) -> Fields | None:
        more = request.more
        seat, fence = self._mine(request)
        n, sent = more.get("n"), more.get("ms")
        if not may(asker.user, "drive", seat.thing):
            if (lease := self._desk.leases.get(seat.thing)) is not None and lease.who == asker:
                self._desk.leases.end(seat.thing, f"{lease.name} may not drive any more")
                self._desk.settle()
            raise Refused("forbidden", f"you may not drive {seat.robot}")
        try:
            keys = commands.keys(
                more.get("up"), more.get("down"), more.get("left"), more.get("right")
            )
            if type(n) is not int or not 0 <= n < 2**53:
                raise commands.BadCommand("a driving frame has a number n that counts up")
            if sent is not None and (type(sent) not in (int, float) or not abs(sent) < 1e15):
                raise commands.BadCommand("ms is a time in milliseconds")
        except commands.BadCommand as why:
            lease = self._desk.leases.get(seat.thing)
            if lease is not None and lease.who == asker and lease.fence == fence:
                self._desk.leases.stop(seat.thing, "a driving frame made no sense")
                self._desk.settle()
            raise Refused("bad_frame", str(why)) from None
        now = self._desk.clock.seconds()
        try:
            verdict = self._desk.leases.drive(
                seat.thing,
                asker,
                fence,
                n,
                keys.moving,
                now,
                None if sent is None else sent / 1000,
            )
        except NotYours:
            raise self._not_yours(seat.robot) from None
        finally:
            self._desk.settle()
        if verdict == "go":
            self._desk.go(seat, keys, fence, now)
        elif verdict == "still":
            seat.sent = commands.STOP.decode()
        return self._progress(seat, verdict, n, now)

    def _progress(self, seat: DrivingSession, verdict: str, n: int, now: float) -> Fields | None:
        """The answer to a driving frame, a few times a second or when something is new."""
        lease = self._desk.leases.get(seat.thing)
        said = (verdict, lease.why if lease else "")
        if said == seat.said and now - seat.answered < ANSWER_EVERY:
            return None
        seat.said, seat.answered = said, now
        fields: dict[str, Any] = {"n": n, "state": verdict, "sent": seat.sent}
        if verdict == "parked" and lease is not None and lease.why:
            fields["why"] = lease.why
        if (trip := seat.trip) is not None:
            fields["trip"] = round(trip * 1000, 1)
        return fields

    def _stop(self, asker: Asker, request: protocol.Request) -> Fields:
        """Anybody who may watch: no lease, no queue, no rate."""
        wanted = request.more.get("thing")
        things = [wanted] if wanted is not None else [k for k, _ in self._desk.probots()]
        stopped = []
        for thing in things:
            if not isinstance(thing, str) or not thing.startswith("probot/"):
                raise Refused("unknown", "only robots can be stopped")
            robot = id_of(thing)
            if not self._is_there(robot) or not may(asker.user, "stop", thing):
                if wanted is not None:
                    raise Refused("unknown", "there is no such robot")
                continue
            self._desk.leases.stop(thing, f"{asker.user.name} stopped it", by=asker.user.name)
            stopped.append(robot)
        self._desk.settle()
        unheard = [r for r in stopped if not self._desk.can_hear(r)]
        if unheard:
            raise Refused("no_broker", f"no connection to the broker of {', '.join(unheard)}")
        return {"stopped": stopped}

    def _is_there(self, robot: str) -> bool:
        """Whether this robot was heard, or is in the settings, or is driven."""
        if not is_robot(robot):
            return False
        thing = f"probot/{robot}"
        known = isinstance(self._desk.hub.world.state(thing), ProBot)
        return known or self._desk.leases.get(thing) is not None or thing in self._desk.seats

    async def _shutdown(self, asker: Asker, request: protocol.Request) -> Fields:
        robot, thing = self._robot(asker, request, "shutdown")
        seat = self._desk.seat_for(robot, thing, to_drive=False)
        await self._desk.fleet.take_over(thing, asker.user.name)
        self._desk.fleet.speaks(thing)
        self._desk.leases.end(thing, f"{asker.user.name} shut {robot} down")
        self._desk.leases.stop(thing, "it is shut down")
        self._desk.settle()
        self._desk.publish(seat, commands.shutdown_topic(robot), commands.SHUTDOWN)

        def gone() -> str:
            state = self._desk.hub.world.state(thing)
            if isinstance(state, ProBot) and state.presence == "offline":
                return state.evidence or "offline"
            return ""

        return await self._effect(
            asker, "shutdown", robot, gone, SHUTDOWN_SECONDS, commands.SHUTDOWN.decode()
        )

    async def _routine(self, asker: Asker, request: protocol.Request) -> Fields:
        robot, thing = self._robot(asker, request, "routine")
        to = request.more.get("to")
        if to not in ("start", "stop"):
            raise Refused("bad_routine", 'a main routine is told "start" or "stop"')
        seat = self._desk.seat_for(robot, thing, to_drive=False)
        if self._desk.leases.get(thing) is None:
            await self._desk.fleet.claim(thing, asker.user.name)
        self._desk.fleet.speaks(thing)
        if to == "stop":
            self._desk.leases.stop(thing, f"{asker.user.name} stopped its main routine")
            self._desk.settle()
        payload = commands.START_ROUTINE if to == "start" else commands.STOP_ROUTINE
        self._desk.publish(seat, commands.routine_topic(robot), payload)
        wanted = "started" if to == "start" else "stopped"

        def done() -> str:
            state = self._desk.hub.world.state(thing)
            return wanted if isinstance(state, ProBot) and state.routine == wanted else ""

        return await self._effect(asker, "routine", robot, done, ROUTINE_SECONDS, payload.decode())

    def _drivers(self, asker: Asker, request: protocol.Request) -> Fields:
        """Who drives what, and from where."""
        if not may(asker.user, "drivers", "probot/"):
            raise Refused("forbidden", "only an admin is told that")
        found: dict[str, Fields] = {}
        for lease in self._desk.leases:
            seat = self._desk.seats[lease.thing]
            found[seat.robot] = {
                "holder": lease.name,
                "address": seat.asker.address if seat.asker else "",
                "since": round(seat.since, 3),
                "lease": lease.fence,
            }
        for claim in self._desk.claims.all_elsewhere():
            if claim.who:
                found[id_of(claim.name)] = {
                    "holder": claim.who,
                    "address": "",
                    "server": claim.server,
                    "lease": claim.fence,
                }
        return {"drivers": found}

    async def _effect(
        self,
        asker: Asker,
        what: str,
        robot: str,
        fact: Callable[[], str],
        seconds: float,
        sent: str,
    ) -> Fields:
        """Wait until telemetry shows what we asked for, or does not."""
        effect = await self._desk.effects.wait(fact, seconds)
        seen, after = effect.seen, effect.after
        words = f"{seen} after {after:.1f} s" if seen else f"nothing seen within {seconds:.0f} s"
        self._desk.log.write(asker.user.name, what, robot, sent=sent, effect=words)
        if not seen:
            raise Refused("unseen", f"sent, but {robot} shows no effect of it")
        return {"seen": seen, "seconds": round(after, 1)}

    def _robot(self, asker: Asker, request: protocol.Request, verb: str) -> tuple[str, str]:
        """The robot a request is about, if ``asker`` may do that to it."""
        thing = request.more.get("thing")
        robot = id_of(thing) if isinstance(thing, str) and thing.startswith("probot/") else ""
        if not is_robot(robot) or not may(asker.user, "see", f"probot/{robot}"):
            raise Refused("unknown", "there is no such robot")
        if not may(asker.user, verb, f"probot/{robot}"):
            raise Refused("forbidden", f"as {asker.user.role} you may not do that")
        return robot, f"probot/{robot}"

    def _mine(self, request: protocol.Request) -> tuple[DrivingSession, int]:
        thing, fence = request.more.get("thing"), request.more.get("lease")
        seat = self._desk.seats.get(thing) if isinstance(thing, str) else None
        if seat is None or type(fence) is not int:
            raise self._not_yours(id_of(thing) if isinstance(thing, str) else "it")
        return seat, fence

    def _not_yours(self, robot: str) -> Refused:
        lease = self._desk.leases.get("probot/" + robot)
        if lease is None:
            return Refused("not_yours", "you do not drive it: take it first")
        return Refused("not_yours", f"{robot} is driven by {lease.name}")
