"""Driving as the rest of the server sees it: who drives which robot at present, and what ends it.

It joins the rules (`driving.leases`) with the way out (`driving.publisher`), the watch over the
brokers (`driving.echo_monitor`) and the command log. All on the reactor thread, all on its
monotonic clock. Each part has one idea:

- `granting`, `takeover_requests`: who gets a lease;
- `steering`: what its holder does with the robot;
- `single_commands`: what needs no lease;
- `hindrances`: why a robot must not move; `watch` asks that every 20 ms;
- `settling`: doing what the rules ask for, which is to stop robots;
- `foreign`, `peers`: others that send commands to our robots;
- `display`: what everybody sees of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Literal

from twisted.application.service import MultiService
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from sightline.auth.permissions import may
from sightline.contract.errors import Refused
from sightline.driving import contract
from sightline.driving.alarms import Alarms
from sightline.driving.broker_ports import BrokerPort
from sightline.driving.brokers import DrivingBroker
from sightline.driving.foreign import ForeignCommands
from sightline.driving.foundations import lay_foundations
from sightline.driving.granting import LeaseGranting
from sightline.driving.lock_ports import LockPort
from sightline.driving.single_commands import SingleCommands
from sightline.driving.steering import DrivingFrame, Steering
from sightline.driving.takeover_requests import TakeOverRequests
from sightline.driving.watch import DrivenWatch, SurroundingsWatch
from sightline.kinds.probots.bases import RobotTopics
from sightline.live.hub import Hub
from sightline.live.requests import Asker, Fields
from sightline.model.kind import Arrival, id_of


class DrivingService(MultiService):
    """Who drives what, and every way in which that ends. What cannot be done raises `Refused`.

    ``wall`` gives epoch s for people. ``locks`` are ours among those of all servers. With
    ``need_guard`` nobody drives at a broker without a guard. ``store`` gives a fingerprint of what
    several servers share; empty: nothing. ``topics`` are the bases of the robots' topics.
    """

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        hub: Hub,
        locks: LockPort,
        *,
        need_guard: bool = False,
        store: Callable[[], str] = str,
        topics: RobotTopics | None = None,
    ) -> None:
        super().__init__()
        self.setName("driving")
        base = lay_foundations(
            clock,
            wall,
            hub,
            locks,
            need_guard=need_guard,
            store=store,
            topics=topics or RobotTopics(),
        )
        self.log = base.log
        self.sessions = base.sessions
        self._clock: Any = clock
        self._locks = locks
        self._leases = base.leases
        self._brokers = base.brokers
        self._display = base.display
        self._settling = base.settling
        self._steering = Steering(base)
        self._watch = DrivenWatch(base)
        self._granting = LeaseGranting(base, self._watch)
        self._takeovers = takeovers = TakeOverRequests(base, self._granting)
        self._single = single = SingleCommands(base)
        alarms = Alarms(hub, self.log, self._clock.seconds, wall)
        self._foreign = ForeignCommands(base, alarms)
        self._surroundings = SurroundingsWatch(
            base,
            looks=(
                takeovers.look,
                base.sharing.look,
                alarms.look,
                base.brokers.sweep_all,
                single.look,
            ),
        )
        self._watch.setServiceParent(self)
        self._surroundings.setServiceParent(self)
        locks.listen(lost=base.settling.end, wanted=takeovers.ask_from_elsewhere)

    # -- the brokers

    def add(self, port: BrokerPort) -> DrivingBroker:
        """Let robots of this broker be driven, unless it says why not.

        Its arrivals must go through `sift`. The caller listens for other servers there, and says so
        with `other_servers_changed`.
        """
        broker = self._brokers.add(port)
        self._display.guard(broker)
        return broker

    def sift(self, broker: str, arrivals: Iterable[Arrival]) -> list[Arrival]:
        """Take out echoes, guards and others' commands; return the other arrivals."""
        return self._brokers[broker].monitor.sift(
            arrivals,
            self._foreign.answer,
            self.sessions.note_telemetry if len(self._leases) else None,
        )

    def linked(self, broker: str) -> None:
        """Stop or go on as the connection to this broker is lost or back."""
        found = self._brokers.get(broker)
        if found is None:
            return
        if found.port.broken:
            found.monitor.cut()
            self._surroundings.cut(found)
            self._watch.look()
        else:
            self._surroundings.pay(found)

    def other_servers_changed(self, broker: str) -> None:
        """Look at the drivers now: another server came, or we cannot hear of them."""
        self._display.guard(self._brokers[broker])
        if len(self._leases):
            self._watch.look()

    def park(self) -> Deferred[Any]:
        """End every lease and send every stop; fire when that is done. Before all else ends."""
        driven = len(self._leases) > 0
        for lease in self._leases:
            self._leases.end(lease.thing, "Sightline is stopping")
        self._foreign.close()
        self._settling.settle()
        for watch in (self._watch, self._surroundings):
            watch.stop()
        return self._settling.finish(driven)

    # -- the askers

    def left(self, asker: Asker) -> None:
        """Stop what a browser drives that is gone, and take back its questions."""
        self._takeovers.left(asker)
        self._leases.left(asker, self._clock.seconds())
        self._settling.settle()

    def dismissed(self, asker: Asker, why: str) -> None:
        """End the leases of a browser whose person may not drive any more."""
        self._leases.dismiss(asker, why)
        self._settling.settle()

    # -- what browsers ask for

    def take(self, asker: Asker, robot: str, thing: str) -> Awaitable[Fields]:
        """Give the asker a robot that nobody else holds."""
        return self._granting.take(asker, robot, thing)

    def take_over(self, asker: Asker, robot: str, thing: str) -> Awaitable[Fields]:
        """Give the asker a robot, also when somebody else holds it."""
        return self._granting.take_over(asker, robot, thing)

    def ask(self, asker: Asker, robot: str, thing: str) -> Awaitable[Fields]:
        """Ask the robot's driver for it."""
        return self._takeovers.ask(asker, robot, thing)

    def reply(self, asker: Asker, thing: str, fence: int | None, name: object, yes: bool) -> None:
        """Give the driver's answer to the person called ``name``."""
        self._takeovers.reply(asker, thing, fence, name, yes)

    def drive(
        self, asker: Asker, thing: str, fence: int | None, frame: DrivingFrame
    ) -> Fields | None:
        """Let the robot move as its driver's frame says; return the answer, if one is due."""
        return self._steering.drive(asker, thing, fence, frame)

    def refuse_frame(self, asker: Asker, thing: str, fence: int | None, why: str) -> Refused:
        """Stop the robot of a driver whose frame makes no sense; return the refusal."""
        return self._steering.refuse_frame(asker, thing, fence, why)

    def halt(self, asker: Asker, thing: str, fence: int | None, why: str, *, asked: bool) -> None:
        """Stop the driver's robot and keep the lease."""
        self._steering.halt(asker, thing, fence, why, asked=asked)

    def release(self, asker: Asker, thing: str, fence: int | None) -> None:
        """End the driver's lease."""
        self._steering.release(asker, thing, fence)

    def stop(self, asker: Asker, thing: str | None) -> list[str]:
        """Stop a robot, or all of them, for anybody who may watch: no lease, no queue, no rate.

        Return the robots that were stopped.
        """
        stopped = []
        for each in self.sessions.robots() if thing is None else [thing]:
            robot = id_of(each)
            if not self.sessions.knows(robot) or not may(asker.user, "stop", each):
                if thing is not None:
                    raise Refused("unknown", "there is no such robot")
                continue
            self._leases.stop(each, f"{asker.user.name} stopped it", by=asker.user.name)
            stopped.append(robot)
        self._settling.settle()
        unheard = [robot for robot in stopped if not self.sessions.reaches(robot)]
        if unheard:
            raise Refused("no_broker", f"no connection to the broker of {', '.join(unheard)}")
        return stopped

    def shutdown(self, asker: Asker, robot: str, thing: str) -> Awaitable[Fields]:
        """Shut the robot down; the answer comes when it is offline."""
        return self._single.shutdown(asker, robot, thing)

    def routine(
        self, asker: Asker, robot: str, thing: str, to: Literal["start", "stop"]
    ) -> Awaitable[Fields]:
        """Start or stop the main routine; the answer comes when telemetry shows it."""
        return self._single.routine(asker, robot, thing, to)

    def drivers(self) -> dict[str, contract.Driver]:
        """Tell who drives what, and from where, by robot."""
        found: dict[str, contract.Driver] = {}
        for lease in self._leases:
            session = self.sessions[lease.thing]
            found[session.robot] = contract.Driver(
                holder=lease.name,
                address=session.asker.address if session.asker else "",
                since=round(session.since, 3),
                lease=lease.fence,
            )
        for lock in self._locks.all_elsewhere():
            if lock.who:
                found[id_of(lock.name)] = contract.Driver(
                    holder=lock.who, address="", server=lock.server, lease=lock.fence
                )
        return found
