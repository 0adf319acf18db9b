"""Run the actors: step those that are due, and publish what they say over their own lines.

One thread owns all models. It wakes at least ten times a second to look at the faults, and at
once when something comes in.
"""

from __future__ import annotations

import heapq
import itertools
import queue
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

from sightline.cli.simulate.actor import Actor, Message
from sightline.cli.simulate.faults import Fault, Mangler, active
from sightline.cli.simulate.line import (
    ActorConnection,
    BrokerAddress,
    Event,
    LineConnected,
    LineLost,
    LineMessage,
)

_LOOK_EVERY = 0.1  # s
_NEVER = float("inf")
_STOP = object()


class SimulationStage:
    """All actors and their lines.

    ``monotonic`` and ``wall`` give the time in seconds; ``say`` tells the person at the terminal.
    """

    def __init__(
        self,
        actors: Sequence[Actor],
        faults: Sequence[Fault],
        address: BrokerAddress,
        *,
        monotonic: Callable[[], float],
        wall: Callable[[], float],
        say: Callable[[str], None],
    ) -> None:
        self._actors = actors
        self._faults = faults
        self._address = address
        self._monotonic = monotonic
        self._wall = wall
        self._say = say
        self._inbox: SimpleQueue[Any] = SimpleQueue()
        self._lines = {actor.name: ActorConnection(actor, address, self._inbox) for actor in actors}
        self._mangler = Mangler()
        self._began = 0.0
        self._trouble = ""

    def stop(self) -> None:
        """End the play; may be called from a signal handler or another thread."""
        self._inbox.put(_STOP)

    def run(self, seconds: float | None = None) -> None:
        """Play until stopped, or for so many seconds; then disconnect every actor."""
        self._began = self._monotonic()
        order = itertools.count()  # so that the heap never compares actors
        due = [
            (self._began + actor.interval, next(order), actor, self._began)
            for actor in self._actors
            if actor.interval != _NEVER
        ]
        heapq.heapify(due)
        for actor in self._actors:
            if "cut" not in self._faults_of(actor):
                self._lines[actor.name].open()
        try:
            while seconds is None or self._monotonic() - self._began < seconds:
                self._cut_and_mend()
                while due and due[0][0] <= self._monotonic():
                    _, _, actor, last = heapq.heappop(due)
                    now = self._monotonic()
                    self._publish(
                        actor, actor.step(now - last, self._wall(), self._faults_of(actor))
                    )
                    if actor.interval != _NEVER:
                        heapq.heappush(due, (now + actor.interval, next(order), actor, now))
                ahead = due[0][0] - self._monotonic() if due else _LOOK_EVERY
                if not self._attend(min(max(ahead, 0.0), _LOOK_EVERY)):
                    return
        finally:
            for line in self._lines.values():
                line.close()
            for line in self._lines.values():
                line.end()

    def _attend(self, wait: float) -> bool:
        """Handle what comes in until ``wait`` seconds have passed once; False: stop."""
        until = self._monotonic() + wait
        while True:
            try:
                event = self._inbox.get(timeout=max(0.0, until - self._monotonic()))
            except queue.Empty:
                return True
            if event is _STOP:
                return False
            self._on(event)
            if self._monotonic() >= until:
                return True

    def _on(self, event: Event) -> None:
        match event:
            case LineConnected(actor):
                if self._trouble:
                    self._say("The broker is there.")
                    self._trouble = ""
                self._publish(actor, actor.connected(self._wall()))
            case LineLost(actor, why):
                actor.disconnected()
                if why != self._trouble:  # once, not once for everybody
                    self._trouble = why
                    where = f"{self._address.host}:{self._address.port}"
                    self._say(f"No connection to the broker at {where} ({why}); trying on.")
            case LineMessage(actor, topic, payload):
                self._publish(actor, actor.received(topic, payload, self._wall()))

    def _cut_and_mend(self) -> None:
        for actor in self._actors:
            line = self._lines[actor.name]
            apart = actor.off or "cut" in self._faults_of(actor)
            if apart and line.is_open:
                line.cut()
                actor.disconnected()
            elif not apart and not line.is_open:
                line.open()

    def _publish(self, actor: Actor, messages: list[Message]) -> None:
        line = self._lines[actor.name]
        for message in self._mangler.out(messages, self._faults_of(actor)):
            line.publish(message)

    def _faults_of(self, actor: Actor) -> frozenset[str]:
        return active(self._faults, actor.name, self._monotonic() - self._began)
