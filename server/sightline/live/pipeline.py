"""The path of an arriving message, written once.

A broker's connection hands over what arrived in one batch (`sightline.mqtt.inbox`), with each
message's receipt time. `Pipeline.stages` is what happens to it, in this order, on the reactor
thread; `ChangeListeners` is what hears of it afterwards. Both are made in `sightline.wiring.parts`;
its text names what else hears of a change. A message is acknowledged to the broker only after
history has it (`sightline.wiring.ack_gate`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from sightline.live.hub import Hub, Listener, Remember
from sightline.live.ingest import Keep
from sightline.model.kind import Arrival

Take = Callable[[str, list[Arrival]], list[Arrival]]
"""Handles a broker's batch and returns what is left of it for the stages that follow."""


class Stage(NamedTuple):
    """One step on the path. ``name`` is for people."""

    name: str
    take: Take


class Sifter(Protocol):
    """What the path needs of the other servers (`sightline.cluster.messages.Peers`)."""

    def sift(self, arrivals: list[Arrival]) -> list[Arrival]:
        """Take out the messages of other servers; return the rest."""


class Driving(Protocol):
    """What the path needs of driving (`sightline.driving.service.DrivingService`)."""

    def sift(self, broker: str, arrivals: list[Arrival]) -> list[Arrival]:
        """Take out echoes, guards and others' commands; return the rest."""


class Pipeline:
    """Take each batch of a broker's messages through all stages.

    ``peers`` is None for a server alone. ``archive`` keeps raw messages, ``console`` shows them to
    people who subscribed by hand; ``rules`` looks at topics that rules name, and takes out what
    comes for that alone; ``hub`` changes the world and then tells the `ChangeListeners`.
    """

    def __init__(
        self,
        *,
        peers: Sifter | None,
        archive: Callable[[Sequence[Arrival]], None],
        console: Callable[[str, list[Arrival]], None],
        driving: Driving,
        rules: Take,
        hub: Hub,
    ) -> None:
        def sift_peers(broker: str, arrivals: list[Arrival]) -> list[Arrival]:
            return arrivals if peers is None else peers.sift(arrivals)

        def keep_raw(broker: str, arrivals: list[Arrival]) -> list[Arrival]:
            archive(arrivals)
            return arrivals

        def show_raw(broker: str, arrivals: list[Arrival]) -> list[Arrival]:
            console(broker, arrivals)
            return arrivals

        def change_world(broker: str, arrivals: list[Arrival]) -> list[Arrival]:
            hub.arrived(arrivals)
            return []

        self.stages = (
            Stage("take out what our other servers tell us", sift_peers),
            Stage("keep raw messages in the archive", keep_raw),
            Stage("show raw messages in the consoles", show_raw),
            Stage("take out echoes and guards, answer others' commands", driving.sift),
            Stage("let rules look at the topics that they name", rules),
            Stage("decode, change the world, tell the change listeners", change_world),
        )
        self._takes = tuple(stage.take for stage in self.stages)

    def arrived(self, broker: str, arrivals: list[Arrival]) -> None:
        """Handle one batch of ``broker``."""
        for take in self._takes:
            arrivals = take(broker, arrivals)

    def arrived_late(self, arrivals: list[Arrival]) -> None:
        """Handle what a broker had kept for a former client id of ours: no command of a robot.

        It is old: nobody's console is waiting for it, and no robot obeys it.
        """
        for stage in (self.stages[0], self.stages[1], self.stages[-1]):
            arrivals = stage.take("", arrivals)


@dataclass(frozen=True, slots=True)
class ChangeListeners:
    """The listeners of a change, in the order in which they are called.

    1. ``keep``: history gets each update that changed something or has a record.
    2. ``remember``: history gets what happened without a message: a transition, a command.
    3. ``stir``: the fan-out sends news to the browsers, now or with the next tick.

    Three ways more begin where the parts that hear are made:

    - `Hub.listen`: the polls of pages whose WebSocket is blocked, right after the fan-out
      (`sightline.wiring.web_parts`).
    - `World.watch`, by kinds, at once: geofences, rules and their announcements, the deliveries
      of webhooks (`sightline.wiring.regions`), what another server erased
      (`sightline.wiring.cluster`), the clients of topics (`sightline.wiring.rewind`).
    - `Ingest.tell`, by sorts of updates: geofences, phones' regions, phones in HTTP mode, their
      pictures, counts of deliveries.
    """

    keep: Keep
    remember: Remember
    stir: Listener
