"""The desk: who drives what at present, and everything that ends it.

It joins the rules (`driving.leases`) with the way out (`wheel`), the watch over the brokers (`watch`)
and the log. All on the reactor thread, all on its monotonic clock.

Every 20 ms, while anybody holds a lease, it asks of each robot whether there is a reason that it
must not move (`_hindrance`), and lets the rules look at the time. Each half of a change is told to
everybody by the things in `things`.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from twisted.application.service import Service
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall, deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure

from sightline.auth.permissions import may
from sightline.cluster.locks import LockRequest
from sightline.contract.errors import Refused
from sightline.driving.alarms import Alarms
from sightline.driving.broker_ports import BrokerPort
from sightline.driving.command_log import CommandLog
from sightline.driving.echo_monitor import EchoMonitor
from sightline.driving.effects import Effects
from sightline.driving.foreign import ForeignCommands
from sightline.driving.lease_sharing import LeaseSharing
from sightline.driving.leases import KEEP, SILENCE, Ended, Lease, Leases, Stop
from sightline.driving.lock_ports import LockPort
from sightline.driving.peers import Peers
from sightline.driving.publisher import CommandPublisher
from sightline.driving.session import DrivingSession, Motion, TakeOverRequest
from sightline.driving.states import Driven, GuardState
from sightline.driving.stop_bounds import MeasuredTimes, parts, stops_within
from sightline.driving.sweep import Sweep
from sightline.driving.will_probe import WillProbe
from sightline.kinds.broker import Trip
from sightline.kinds.probots import commands
from sightline.kinds.probots.model import ProBot
from sightline.live.hub import Hub
from sightline.live.requests import Asker, Fields
from sightline.model.kind import Arrival, id_of

PULSE = 0.02
"""How often driven robots are looked at, s."""
BEAT = 0.25
"""How often everything else is: guards, round trips, alarms, s."""
MOST_TRIP = 1.0
"""With a longer way to the broker and back nobody drives, s."""
MOST_SILENCE = 3.0
"""Without telemetry for so long nobody drives, s."""
MOST_WAITING = 10
"""With so many commands waiting for the broker nobody drives."""
ANSWER_EVERY = 0.2
"""Driving frames are answered no more often than this while nothing changes, s."""
FRAMES_PER_SECOND = 60
ASK_SECONDS = 20.0
"""How long who asks for a robot waits for its driver's answer."""
_IDLE_PROBE = 2.0  # s, while nobody drives
_CLOSE_LINE = 0.15  # s after the end of a lease: when its stops are said
_OWED = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)  # s after the broker is back


class DrivingService(Service):
    """``wall`` gives epoch s for people. ``claims`` are ours among those of all servers.

    With ``need_guard`` nobody drives at a broker without a guard. ``store`` is a fingerprint of
    what several servers share; empty: nothing.
    """

    name = "driving"
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        hub: Hub,
        claims: LockPort,
        *,
        need_guard: bool = False,
        store: str = "",
    ) -> None:
        self.clock: Any = clock
        self._wall = wall
        self.hub = hub
        self._need_guard = need_guard
        self.leases = Leases()
        self.claims = claims
        claims.listen(lost=self._claim_lost, wanted=self._wanted)
        self.fleet = LeaseSharing(
            clock, hub, claims, lambda thing: self.leases.get(thing) is not None
        )
        self.log = CommandLog(hub.show, wall, clock.seconds)
        self._routes: dict[str, BrokerPort] = {}
        self._watches: dict[str, EchoMonitor] = {}
        self._patiences: dict[str, WillProbe] = {}
        self._guarded: dict[str, tuple[bool, float]] = {}  # whether, and since when (epoch s)
        self.seats: dict[str, DrivingSession] = {}
        self._alarms = Alarms(hub, self.log, clock.seconds, wall)
        self.effects = Effects(clock.seconds)
        self._store = store
        self._id = secrets.token_hex(8)
        self._peers: dict[str, Peers] = {}
        self._conflicts: dict[str, str] = {}
        self._sweeps: dict[str, Sweep] = {}
        self._strangers = ForeignCommands(
            clock, hub, self.leases, self.fleet, self._alarms, self._sweeps, self.settle
        )
        self._probed = 0.0
        self._trip_shown = 0.0
        self._closing: set[Deferred[Any]] = set()
        self._pulse = self._loop(self._look)
        self._beat = self._loop(self._look_around)

    # -- the brokers

    def add(self, route: BrokerPort) -> EchoMonitor:
        """Robots of this broker may be driven, unless it says why not. Arrivals go by `sift`."""
        self._routes[route.name] = route
        watch = self._watches[route.name] = EchoMonitor(self.clock.seconds, self.fleet.excuses)
        self._patiences[route.name] = WillProbe(self.clock.seconds, route, watch)
        seconds = self.clock.seconds
        self._peers[route.name] = Peers(seconds, self._id, self._store, socket.gethostname())
        if not route.no_driving:  # elsewhere we hear no commands, and are not to say any
            self._sweeps[route.name] = Sweep(
                seconds,
                route,
                lambda topic, said: watch.ledger.sent(topic, said, seconds(), "sweep"),
            )
        self._show_guard(route)
        return watch

    def peers(self, broker: str) -> Peers:
        """The other servers there. Whoever listens for them calls `peers_changed`."""
        return self._peers[broker]

    def peers_changed(self, broker: str) -> None:
        """Another server came, or we cannot hear of them: whoever drives is looked at, now."""
        self._show_guard(self._routes[broker])
        if len(self.leases):
            self._look()

    def sift(self, broker: str, arrivals: Iterable[Arrival]) -> list[Arrival]:
        """The arrivals that are not for the desk."""
        watch = self._watches[broker]
        return watch.sift(
            arrivals, self._strangers.heard, self._telemetry if len(self.leases) else None
        )

    def linked(self, broker: str) -> None:
        """The connection to this broker is in another state."""
        route = self._routes.get(broker)
        if route is None:
            return
        if route.broken:
            self._watches[broker].cut()
            self._look()
            return
        for seat in self.seats.values():
            if seat.route is route and seat.publisher.owes:
                seat.publisher.owes = False
                for delay in _OWED:
                    self.clock.callLater(delay, self._pay, seat)

    def _pay(self, seat: DrivingSession) -> None:
        """Say a stop that could not be said; the robot needs its time to come back, too."""
        lease = self.leases.get(seat.thing)
        if self._beat.running and (lease is None or lease.state != "moving"):
            seat.publisher.stop()

    def _telemetry(self, payload: bytes) -> None:
        seat = self.seats.get("probot/" + payload[: payload.find(b",")].decode("latin-1"))
        if seat is not None:
            seat.heard = self.clock.seconds()

    # -- the accounts

    def dismissed(self, asker: Asker, why: str) -> None:
        """This browser's person may not drive any more: disabled, another role, session ended."""
        self.leases.dismiss(asker, why)
        self.settle()

    # -- the service

    def startService(self) -> None:
        """Begin to watch."""
        super().startService()
        self._beat.start(BEAT)

    def park(self) -> Deferred[Any]:
        """End every lease and say every stop; fires when that is done. Before all else ends."""
        driven = len(self.leases)
        for lease in self.leases:
            self.leases.end(lease.thing, "Sightline is stopping")
        self._strangers.close()
        self.settle()
        for loop in (self._pulse, self._beat):
            if loop.running:
                loop.stop()
        wait = _CLOSE_LINE + 0.02 if driven or self._closing else 0.0

        for patience in self._patiences.values():
            if (closing := patience.stop()) is not None:
                self._closing.add(closing)

        def close(_: object) -> Deferred[Any]:
            return gatherResults(list(self._closing))

        return deferLater(self.clock, wait).addCallback(close)

    def stopService(self) -> None:
        """Watch no more."""
        super().stopService()
        for loop in (self._pulse, self._beat):
            if loop.running:
                loop.stop()

    def _loop(self, work: Callable[[], None]) -> LoopingCall:
        def guarded() -> None:
            # A mistake of ours must never end the watch; what it concerns stands still.
            try:
                work()
            except Exception:
                self._log.failure("The watch over the robots failed; all are stopped")
                for lease in self.leases:
                    self.leases.end(lease.thing, "a fault in the server")
                self.settle()

        loop = LoopingCall(guarded)
        loop.clock = self.clock
        return loop

    # -- to begin and to move

    async def begin(self, seat: DrivingSession, asker: Asker, lease: Lease, what: str) -> Fields:
        """Open the connection of a new lease; the answer to who asked. Raises `Refused`."""
        self.settle()  # the stop of who held it before
        seat.asker, seat.since = asker, self._wall()
        seat.heard = self.clock.seconds()
        seat.said = ("", "")
        fence = lease.fence
        line = seat.route.will_connection(
            seat.publisher.topic,
            commands.STOP,
            lambda why: self._line_lost(seat, fence, why),
        )
        try:
            await line.open()
        except Exception as why:
            if self.leases.fence(seat.thing) == fence:
                self.leases.end(seat.thing, "the broker gives no connection for it")
            self.settle()
            raise Refused("no_lifeline", f"the broker gives no connection for it: {why}") from None
        if self.leases.fence(seat.thing) != fence:
            self._close(line)
            raise Refused("ended", f"the lease of {seat.robot} ended at once")
        seat.publisher.line = line
        self.log.write(asker.user.name, what, seat.robot, lease=fence)
        self.leases.hinder(seat.thing, self._hindrance(seat, self.clock.seconds()))
        if not self._pulse.running:
            self._pulse.start(PULSE)
        self.settle()
        self.show(seat)
        return {
            "lease": fence,
            "silence": round(SILENCE * 1000),
            "keep": round(KEEP * 1000),
            "most": commands.MOST,
            "rate": FRAMES_PER_SECOND,
            "stops_within": stops_within(self._measured(seat.route)),
        }

    def go(self, seat: DrivingSession, keys: commands.Keys, fence: int, now: float) -> None:
        """Tell the robot to move so."""
        if not seat.publisher.move(keys, fence):
            self.leases.stop(seat.thing, "the broker does not take the commands")
            self.settle()
            return
        seat.sent = commands.payload(keys).decode()
        if seat.motion is None:
            seat.motion = Motion(now)
            lease = self.leases.get(seat.thing)
            name = lease.name if lease else ""
            self.log.write(name, "drive", seat.robot, lease=fence, sent=seat.sent)
            self.show(seat)
        seat.motion.keys(keys)

    # -- what happens

    def settle(self) -> None:
        """Do what the rules ask for, then show how things stand."""
        touched: dict[str, None] = {}
        for event in self.leases.happened():
            match event:
                case Stop():
                    self._say_stop(event)
                    touched[event.thing] = None
                case Ended(lease=lease, why=why):
                    self._ended(lease, why)
                    touched[lease.thing] = None
        for thing in touched:
            if (seat := self.seats.get(thing)) is not None:
                self.show(seat)

    def _say_stop(self, stop: Stop) -> None:
        robot = id_of(stop.thing)
        seat = self.seats.get(stop.thing)
        if seat is None:
            seat = self._make_seat(robot, stop.thing)
        motion = None
        if seat is None:
            # Never heard, so no broker is known to be its own: told at all of them.
            topic = commands.keys_topic(robot)
            for name, route in self._routes.items():
                self._watches[name].ledger.sent(topic, commands.STOP, self.clock.seconds())
                route.send(topic, commands.STOP, urgent=True)
        else:
            seat.publisher.stop()
            seat.sent = commands.STOP.decode()
            motion, seat.motion = seat.motion, None
        # One line for one stop: with the motion it ended, or because a person wanted it.
        fence = stop.lease.fence if stop.lease else None
        if motion is not None and seat is not None:
            self.log.write(
                stop.by or (stop.lease.name if stop.asked and stop.lease else "Sightline"),
                "stop",
                robot,
                lease=fence,
                why=None if stop.by else stop.why,
                sent=commands.payload(motion.furthest).decode(),
                seconds=self.clock.seconds() - motion.began,
                effect=motion.effect(seat.trip),
            )
        elif stop.by:
            self.log.write(stop.by, "stop", robot, lease=fence, sent=commands.STOP.decode())

    def _ended(self, lease: Lease, why: str) -> None:
        seat = self.seats[lease.thing]
        line, seat.publisher.line = seat.publisher.line, None
        if line is not None:
            self.clock.callLater(_CLOSE_LINE, self._close, line)
        self.fleet.ended(lease.thing, _CLOSE_LINE)
        if (sweep := self._sweeps.get(seat.route.name)) is not None:
            # Somebody else may have said the very same, retained, and been taken for us.
            sweep.suspect(seat.publisher.topic)
        self.log.write(lease.name, "end", seat.robot, lease=lease.fence, why=why)
        asks, seat.asks = seat.asks, []
        for ask in asks:
            if self.leases.get(lease.thing) is None:
                ask.answer.errback(Refused("free", f"{seat.robot} is free now: take it"))
            else:
                ask.answer.errback(Refused("held", f"{seat.robot} went to somebody else"))

    def _close(self, line: Any) -> None:
        closing: Deferred[Any] = line.close()
        self._closing.add(closing)

        def closed(result: object) -> None:
            self._closing.discard(closing)

        closing.addBoth(closed)

    def _line_lost(self, seat: DrivingSession, fence: int, why: str) -> None:
        if self.leases.fence(seat.thing) == fence:
            self.leases.end(seat.thing, f"the connection of this lease was lost: {why}")
            self.settle()

    def left(self, asker: Asker) -> None:
        """A browser is gone: its leases and questions, too."""
        for seat in self.seats.values():
            for ask in [ask for ask in seat.asks if ask.asker == asker]:
                seat.asks.remove(ask)
                ask.answer.errback(Refused("gone", "you are gone"))
                self.show(seat)
        self.fleet.left(asker)
        self.leases.left(asker, self.clock.seconds())
        self.settle()

    def _claim_lost(self, thing: str, why: str) -> None:
        if self.leases.get(thing) is not None:
            self.leases.end(thing, why)
            self.settle()

    def _wanted(self, thing: str, want: LockRequest) -> None:
        """Somebody at another server would like to drive what we hold."""
        seat = self.seats.get(thing)
        if seat is None or self.leases.get(thing) is None:
            self.fleet.ended(thing, 0.0)
        elif want.over:
            self.leases.end(thing, f"{want.who} took over")
            self.settle()
        else:
            answer: Deferred[Fields] = Deferred()

            def refused(failure: Failure) -> None:
                why = failure.value
                if isinstance(why, Refused) and why.code == "declined":
                    self.claims.decline(thing, want.n)

            answer.addErrback(refused)
            until = self.clock.seconds() + ASK_SECONDS
            seat.asks.append(TakeOverRequest(want.who, None, until, answer))
            self.show(seat)

    # -- as time goes by

    def _look(self) -> None:
        """Every 20 ms while anybody drives."""
        now = self.clock.seconds()
        for lease in self.leases:
            seat = self.seats[lease.thing]
            if not may(seat.asker.user, "drive", lease.thing) if seat.asker else False:
                self.leases.end(lease.thing, f"{lease.name} may not drive any more")
                continue
            if not self.claims.holds(lease.thing):
                self.leases.end(lease.thing, "the servers' common store did not answer in time")
                continue
            self.leases.hinder(lease.thing, self._hindrance(seat, now))
            if seat.motion is not None and isinstance(
                state := self.hub.world.state(seat.thing), ProBot
            ):
                seat.motion.angle(state.angle)
        self.leases.tick(now)
        self.settle()
        for lease in self.leases:
            seat = self.seats[lease.thing]
            if now - seat.shown >= ANSWER_EVERY:
                self.show(seat)
        if not len(self.leases) and self._pulse.running:
            self._pulse.stop()

    def _hindrance(self, seat: DrivingSession, now: float) -> str:
        """Why this robot must not move; empty when it may."""
        route, watch, line = seat.route, seat.watch, seat.publisher.line
        if route.broken:
            return f"no connection to the broker: {route.broken}"
        if route.no_driving:
            return route.no_driving
        if line is None or not line.is_open:
            return "its own connection to the broker does not stand yet"
        if self._need_guard and not watch.guarded():
            return "there is no guard"
        peers = self._peers[route.name]
        if others := peers.conflict or peers.unknown:
            return others
        state = self.hub.world.state(seat.thing)
        if not isinstance(state, ProBot) or state.presence == "offline":
            return f"{seat.robot} is offline"
        if state.idle:
            return f"{seat.robot} {state.idle}"
        if now - seat.heard > MOST_SILENCE:
            return f"nothing heard of {seat.robot} for {MOST_SILENCE:.0f} s"
        if max(watch.slow, watch.ledger.overdue(seat.publisher.topic, now)) > MOST_TRIP:
            return f"the broker takes more than {MOST_TRIP:.0f} s"
        if line.waiting > MOST_WAITING or route.waiting > 10 * MOST_WAITING:
            return "the broker does not keep up"
        return ""

    def _look_around(self) -> None:
        """Every quarter of a second."""
        now = self.clock.seconds()
        if len(self.leases) or now - self._probed >= _IDLE_PROBE:
            self._probed = now
            for name, route in self._routes.items():
                if not route.no_driving and not route.broken:
                    self._watches[name].probe(route.send)
        if now - self._trip_shown >= 1.0:
            self._trip_shown = now
            for name, watch in self._watches.items():
                trip = None if watch.trip is None else round(watch.slow * 1000, 1)
                self.hub.fold(Trip("broker/" + name, trip))
        for name, route in self._routes.items():
            self._patiences[name].look()
            self._show_guard(route)
        for seat in self.seats.values():
            for ask in [ask for ask in seat.asks if now >= ask.until]:
                seat.asks.remove(ask)
                ask.answer.errback(Refused("no_answer", "the driver did not answer"))
                self.show(seat)
        self.fleet.look()
        self._alarms.look()
        for sweep in self._sweeps.values():
            sweep.look()
        self.effects.look()

    # -- to show

    def show(self, seat: DrivingSession) -> None:
        """Show how the lease of this robot stands."""
        lease = self.leases.get(seat.thing)
        key = "lease/" + seat.robot
        if lease is None:
            self.hub.show(key, None)
            return
        seat.shown = self.clock.seconds()
        trip = seat.trip
        driven = Driven(
            holder=lease.name,
            fence=lease.fence,
            since=round(seat.since, 3),
            state=lease.state,
            why=lease.why or None,
            sent=seat.sent,
            trip=None if trip is None else round(trip * 1000, 1),
            asks=tuple(ask.name for ask in seat.asks),
            loose=lease.loose,
        )
        self.hub.show(key, driven)
        if not self.claims.alone:
            self.claims.tell(seat.thing, msgspec.json.encode(driven).decode())

    def _show_guard(self, route: BrokerPort) -> None:
        measured = self._measured(route)
        conflict = self._peers[route.name].conflict
        if conflict != self._conflicts.get(route.name, ""):
            self._conflicts[route.name] = conflict
            what = conflict or "the other Sightline is gone: robots may be driven again"
            self._log.warn("Broker {broker}: {what}", broker=route.name, what=what)
            if conflict:
                self.log.write("another server", "alarm", "", why=conflict)
        live, since = self._guarded.get(route.name, (None, 0.0))
        if live != measured.guarded:
            since = round(self._wall(), 3)
            self._guarded[route.name] = (measured.guarded, since)
        shown = GuardState(
            presence="live" if measured.guarded else "offline",
            since=since,
            stops_within=stops_within(measured),
            parts=parts(measured),
            driving=route.no_driving or conflict or None,
        )
        if shown != self.hub.world.state("guard/" + route.name):
            self.hub.show("guard/" + route.name, shown)

    def _measured(self, route: BrokerPort) -> MeasuredTimes:
        watch = self._watches[route.name]
        return MeasuredTimes(
            trip=watch.longest_trip,
            guarded=watch.guarded(),
            reaction=watch.reaction,
            patience=self._patiences[route.name].worst,
        )

    # -- to find

    def seat_for(self, robot: str, thing: str, *, to_drive: bool = True) -> DrivingSession:
        """The robot's seat. Raises `Refused` when nobody could drive or reach it now."""
        state = self.hub.world.state(thing)
        seat = self._make_seat(robot, thing)
        if seat is None or not isinstance(state, ProBot):
            raise Refused("offline", f"{robot} has not been heard yet")
        route = seat.route
        if to_drive and route.no_driving:
            raise Refused("no_driving", route.no_driving)
        if to_drive and (conflict := self._peers[route.name].conflict):
            raise Refused("two_servers", conflict)
        if route.broken:
            raise Refused("no_broker", f"no connection to the broker: {route.broken}")
        if to_drive and self._need_guard and not seat.watch.guarded():
            raise Refused(
                "no_guard", "there is no guard at the broker, and the settings ask for one"
            )
        if state.presence == "offline":
            raise Refused("offline", f"{robot} is offline")
        if to_drive and state.idle:
            raise Refused("not_running", f"{robot} {state.idle}")
        return seat

    def _make_seat(self, robot: str, thing: str) -> DrivingSession | None:
        """The robot's seat, made or moved to the broker it was last heard through."""
        state = self.hub.world.state(thing)
        seat = self.seats.get(thing)
        route = self._routes.get(state.source) if isinstance(state, ProBot) else None
        if seat is not None and (route is None or seat.route is route or self.leases.get(thing)):
            return seat
        if route is None:
            return None
        watch = self._watches[route.name]
        publisher = CommandPublisher(self.clock, robot, route, watch, lambda: self._fence(thing))
        self.seats[thing] = seat = DrivingSession(robot, thing, route, watch, publisher)
        return seat

    def _fence(self, thing: str) -> int:
        """What a command must carry just now; 0: none may go out. Asked on paho's thread, too."""
        return self.leases.fence(thing) if self.claims.holds(thing) else 0

    def can_hear(self, robot: str) -> bool:
        """Whether the robot's broker can be reached."""
        seat = self.seats.get("probot/" + robot)
        routes = [seat.route] if seat is not None else list(self._routes.values())
        return any(not route.broken for route in routes)

    def probots(self) -> list[tuple[str, ProBot]]:
        """All robots."""
        return [(key, state) for key, state in self.hub.world if isinstance(state, ProBot)]

    def publish(self, seat: DrivingSession, topic: str, payload: bytes) -> None:
        """Send a command once. Raises `Refused`."""
        self._watch_own(seat, topic, payload)
        if not seat.route.send(topic, payload, urgent=True):
            raise Refused("no_broker", f"no connection to the broker: {seat.route.broken}")

    def _watch_own(self, seat: DrivingSession, topic: str, payload: bytes) -> None:
        seat.watch.ledger.sent(topic, payload, self.clock.seconds(), "bridge")
