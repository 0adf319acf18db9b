"""Run `sightline guard`: the dead-man outside the server.

A small process of its own, best on the broker's host. It listens to ``keys/+`` and says the stop
when the last command with motion is older than 0.5 s, no matter who sent it. So a server that
hangs, or any other program that drives robots and vanishes, leaves none of them running. Each half
second it says that it is here; the server shows it, and refuses to drive without it if so
configured.

Where robots have base topics (``probots.topics``) it listens below each, and says which it watches.

It also sees to it that nothing dangerous stays retained on a command topic, as the server does (see
`sightline.driving.sweep`), and stops the robot for which it lay there.

Every two seconds it tries itself: it says a motion on a topic of its own that no robot hears, lets
its own rule find it old, and takes the time until its stop comes back from the broker. The worst of
the last minute goes with its word that it is here.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from twisted.python.failure import Failure

from sightline.driving.deadman import DeadMan
from sightline.driving.sweep import Sweep, Way
from sightline.kinds.probots import commands
from sightline.kinds.probots.bases import DEFAULT, RobotTopics, base_fault
from sightline.model.kind import Arrival
from sightline.model.link import Link
from sightline.model.text import clean
from sightline.mqtt.bridge import Bridge, NotConnected, TooManyWaiting
from sightline.mqtt.options import BrokerOptions, Will
from sightline.mqtt.route import BridgePort
from sightline.settings import BadSettings, load_brokers, load_robot_topics
from sightline.wiring.options import PRIVATE, broker_options, private_options

LOOK_EVERY = 0.02
"""How often we look while something is to be cleared, s. A robot's stop is sent when it is due."""
REST = 0.5
"""How often we look when nothing is due, s; `driving.sweep.STALL` is longer."""
SAY_EVERY = 0.5  # s
TRY_EVERY = 2.0  # s
LOOK_UP_AFTER = 1.0
"""So long after the last command it is looked up what is retained (s): we cannot tell the server's
commands from others', and while a robot is driven they come without a pause."""
_TRIES = 30
"""The worst of so many tries is told."""
_LOST = 10.0
"""A try that has not come back after so long (s) never will."""
_MOTION = b"0.01 0.00 0.00 0.00"
LINGER = 3.0
"""Our parent gone, we stay so long after the last stop (s): it may have died driving."""


def add_to(subcommands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Give the `sightline` command its `guard`."""
    parser = subcommands.add_parser(
        "guard",
        help="stop robots whose driving program hangs",
        description="Watches the commands on a broker and stops every robot that was told to move"
        " and then nothing more for 0.5 s. Run it as a unit of its own, on the broker's host.",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--config", metavar="FILE", help="the settings file of the server")
    where.add_argument("--at", metavar="HOST:PORT", help="a broker that asks for no password")
    parser.add_argument("--broker", metavar="NAME", default="", help="which one of the settings")
    parser.add_argument(
        "--robot-base",
        action="append",
        metavar="TOPIC",
        help="a base topic of robots, with --at; repeatable (default: the robots' own topics)",
    )
    parser.add_argument(
        "--with-parent", type=int, default=0, metavar="PID", help="end after this parent of ours"
    )
    parser.set_defaults(run=run)


class GuardProcess:
    """Join the rules (`driving.deadman`, `driving.sweep`) with a bridge.

    ``say`` writes for people. ``reactor.seconds`` is a clock that is never stepped.
    """

    def __init__(
        self,
        reactor: Any,
        options: BrokerOptions,
        say: Any,
        parent: int = 0,
        *,
        topics: RobotTopics | None = None,
        bridge: Callable[..., Bridge] = Bridge,
        route: Callable[..., Way] = BridgePort,
    ) -> None:
        topics = topics or RobotTopics()
        self._tag = f" #{topics.tag}" if topics.tag else ""
        self._reactor = reactor
        self._now: Callable[[], float] = reactor.seconds
        self._say = say
        self._parent = parent
        self._ending = False
        self._deadman = DeadMan(commands.is_stop)
        self._topic = f"sightline/guard/{secrets.token_hex(4)}"
        self._state = ""
        self._busy = self._now()
        self._published_at = 0.0
        self._try_topic = f"{self._topic}/try"
        self._trying: float | None = None  # since when
        self._tried_at = self._now()
        self._took: deque[float] = deque(maxlen=_TRIES)
        self._look_due: Any = None  # the timer of the next look
        self._failed: Callable[[Failure], None] | None = None
        self.stops = 0
        self.found = 0
        self.bridge = bridge(
            reactor,
            _own(options, self._topic),
            [*topics.command_filters, (self._try_topic, 0)],
            self._arrived,
            self._linked,
            time.time,
        )
        way = route(reactor, self.bridge, "", time.time)
        self._sweep = Sweep(self._now, way, wait=LOOK_UP_AFTER, topics=topics)

    def start(self, failed: Callable[[Failure], None]) -> None:
        """Connect, and look whenever something is due. A look that fails is the last one."""
        self._failed = failed
        self.bridge.startService()
        self._look_on_time()

    def _look_on_time(self) -> None:
        self._look_due = None
        try:
            self.look()
        except Exception:
            failed, self._failed = self._failed, None
            if failed is not None:
                failed(Failure())
            return
        self._plan()

    def _plan(self) -> None:
        """Have the next look when it is due, which may be sooner than it was."""
        if self._failed is None:
            return
        wait = max(0.0, self.next_look() - self._now())
        if self._look_due is None:
            self._look_due = self._reactor.callLater(wait, self._look_on_time)
        elif self._look_due.getTime() > self._now() + wait:
            self._look_due.reset(wait)

    def next_look(self) -> float:
        """Return when to look next (monotonic s): when something is due, and each `REST`."""
        now = self._now()
        try_after = TRY_EVERY if self._trying is None else _LOST
        due: float = min(
            self._deadman.next,
            max(self._sweep.due, now + LOOK_EVERY),
            self._published_at + SAY_EVERY,
            self._tried_at + try_after,
            now + REST,
        )
        return due

    def look(self) -> None:
        """Stop the robots that must be stopped now, and do what else is due."""
        now = self._now()
        for topic in self._deadman.due(now):
            if topic == self._try_topic:
                self._publish(topic, commands.STOP)
                continue
            self._busy = now
            self.stops += 1
            if self.stops & (self.stops - 1) == 0:
                self._say(f"Stopping {commands.robot_of(topic)} (stop number {self.stops})")
            self._publish(topic, commands.STOP)
        self._sweep.look()
        if now - self._published_at >= SAY_EVERY:
            self._published_at = now
            longest = f" {max(self._took) * 1000:.0f}" if self._took else ""
            self._publish(self._topic, b"here" + (longest + self._tag).encode())
        if now - self._tried_at >= (TRY_EVERY if self._trying is None else _LOST):
            self._trying = self._tried_at = now
            self._publish(self._try_topic, _MOTION)
        if self._parent and os.getppid() != self._parent and now - self._busy > LINGER:
            self.end()

    def end(self) -> None:
        """Stop the reactor, once: what ends us may say so again while we end."""
        if not self._ending:
            self._ending = True
            self._reactor.stop()

    def leave(self) -> Any:
        """Publish that we go, and disconnect."""
        self._publish(self._topic, b"gone")
        return self.bridge.stopService()

    def _publish(self, topic: str, payload: bytes) -> None:
        try:
            self.bridge.publish(topic, payload, urgent=True)
        except (NotConnected, TooManyWaiting):
            pass  # it is due again at once

    def _arrived(self, arrivals: Sequence[Arrival]) -> None:
        now = self._now()
        for arrival in arrivals:
            topic = arrival.topic
            if topic == self._try_topic:
                self._tried(arrival.payload, now)
            elif isinstance(topic, str) and arrival.retain:
                self._lies(topic, arrival.payload, now)
            elif isinstance(topic, str):
                self._commanded(topic, arrival.payload, now)
        self._plan()

    def _commanded(self, topic: str, payload: bytes, now: float) -> None:
        if not commands.is_harmless(topic, payload):
            self._busy = now
            self._sweep.suspect(topic)
        if commands.is_keys(topic) and commands.robot_of(topic):
            self._deadman.note(topic, payload, now)

    def _lies(self, topic: str, payload: bytes, now: float) -> None:
        """Take in a message that the broker keeps on ``topic``."""
        if not self._sweep.found(topic, payload):
            return
        self._busy = now
        self.found += 1
        if self.found & (self.found - 1) == 0:
            self._say(f"Clearing what is retained on {clean(topic, 64)} (number {self.found})")
        if (robot := commands.robot_of(topic)) is not None:  # who came just now was told it
            self._publish(commands.keys_topic(robot, commands.base_of(topic)), commands.STOP)

    def _tried(self, payload: bytes, now: float) -> None:
        self._deadman.note(self._try_topic, payload, now)
        if commands.is_stop(payload) and self._trying is not None:
            self._took.append(now - self._trying)
            self._trying = None

    def _linked(self, link: Link) -> None:
        if link.state != "connected":  # what was on its way is lost, and says nothing of us
            self._trying = None
            self._deadman.note(self._try_topic, commands.STOP, self._now())
            if self._look_due is not None:  # the sweep is to see each loss, however short
                self._look_due.reset(0)
        if link.state != self._state and link.state != "connecting":
            self._state = link.state
            self._say(f"{link.state} {link.address}" + (f": {link.why}" if link.why else ""))


def _own(options: BrokerOptions, topic: str) -> BrokerOptions:
    return replace(
        options,
        client_id=f"sl-guard-{secrets.token_hex(7)}",
        keepalive=2,
        reconnect_min=0.1,
        reconnect_max=1.0,
        # What was sent while it was away is no news, and nothing waits for a store here.
        clean=True,
        late_ack=False,
        will=Will(topic, b"gone"),
        unshared=True,
    )


def run(options: argparse.Namespace) -> int:
    """Guard until told to stop; return the exit status."""
    try:
        reach, topics = _reach(options), _topics(options)
    except (BadSettings, ValueError) as why:
        print(f"sightline guard: {why}", file=sys.stderr)
        return 2
    from twisted.internet import reactor as _reactor

    reactor: Any = _reactor
    reactor.seconds = time.monotonic  # before any timer is set: see tap.makeService
    if options.with_parent:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    guard = GuardProcess(reactor, reach, _say, options.with_parent, topics=topics)

    def failed(failure: Failure) -> None:  # better no guard, which shows, than a blind one
        _say(failure.getTraceback())
        guard.end()

    reactor.callWhenRunning(guard.start, failed)
    reactor.addSystemEventTrigger("before", "shutdown", guard.leave)
    signals = (signal.SIGTERM, *(() if options.with_parent else (signal.SIGINT,)))
    for number in signals:
        signal.signal(number, lambda *_: reactor.callFromThread(guard.end))
    reactor.run(installSignalHandlers=False)
    for number in signals:  # all is done: a further one would only spoil the exit status
        signal.signal(number, signal.SIG_IGN)
    return 0


def _reach(options: argparse.Namespace) -> BrokerOptions:
    if options.at:
        host, _, port = options.at.rpartition(":")
        if not host or not port.isdecimal():
            raise ValueError(f"--at must be HOST:PORT (is {options.at!r})")
        return replace(private_options(int(port), "sightline-guard"), host=host.strip("[]"))
    brokers = load_brokers(options.config, os.environ, options.broker)
    if not brokers:
        raise ValueError("the settings name no broker; the private one has a guard of its own")
    name = options.broker or (PRIVATE if PRIVATE in brokers else next(iter(brokers)))
    if name not in brokers:
        raise ValueError(f"no broker {name!r}; there are {', '.join(brokers)}")
    return broker_options(name, brokers[name])


def _topics(options: argparse.Namespace) -> RobotTopics:
    if options.config:
        if options.robot_base:
            raise ValueError("--robot-base is for --at; with --config it is probots.topics")
        return RobotTopics(load_robot_topics(options.config, os.environ))
    bases = options.robot_base or DEFAULT
    for base in bases:
        if fault := base_fault(base):
            raise ValueError(f"--robot-base: {fault} (is {base!r})")
    return RobotTopics(bases)


def _say(sentence: str) -> None:
    try:
        print(sentence, file=sys.stderr, flush=True)
    except OSError:
        pass  # who read it is dead: just when we are needed
