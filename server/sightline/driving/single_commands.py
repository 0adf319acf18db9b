"""Commands that are sent once and need no lease: a shutdown, a change of the main routine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sightline.contract.errors import Refused
from sightline.driving import contract
from sightline.driving.effects import Effects
from sightline.driving.foundations import Foundations
from sightline.driving.session import DrivingSession
from sightline.kinds.probots import commands
from sightline.kinds.probots.model import ProBot
from sightline.live.requests import Asker, Fields

SHUTDOWN_SECONDS = 20.0
"""How long a shutdown may take to show: the robot's will takes 11 s when its link is cut."""
ROUTINE_SECONDS = 6.0
"""How long a change of the main routine may take to show in telemetry."""


class SingleCommands:
    """Send them, and wait until telemetry shows their effect."""

    def __init__(self, base: Foundations) -> None:
        self._clock = base.clock
        self._world = base.hub.world
        self._leases = base.leases
        self._hindrances = base.hindrances
        self._sharing = base.sharing
        self._settling = base.settling
        self._log = base.log
        self._effects = Effects(base.clock.seconds)

    async def shutdown(self, asker: Asker, robot: str, thing: str) -> Fields:
        """Stop the robot, shut it down, and wait until it is offline. Raise `Refused`."""
        session = self._hindrances.admit(robot, thing, to_drive=False)
        await self._sharing.take_over(thing, asker.user.name)
        self._sharing.speaks(thing)
        self._leases.end(thing, f"{asker.user.name} shut {robot} down")
        self._leases.stop(thing, "it is shut down")
        self._settling.settle()
        for base in session.publisher.homes:
            self._publish(session, commands.shutdown_topic(robot, base), commands.SHUTDOWN)

        def offline() -> str:
            state = self._world.state(thing)
            if isinstance(state, ProBot) and state.presence == "offline":
                return state.evidence or "offline"
            return ""

        payload = commands.SHUTDOWN.decode()
        return await self._await(asker, "shutdown", robot, offline, SHUTDOWN_SECONDS, payload)

    async def routine(
        self, asker: Asker, robot: str, thing: str, to: Literal["start", "stop"]
    ) -> Fields:
        """Start or stop the main routine, and wait until telemetry says so. Raise `Refused`."""
        session = self._hindrances.admit(robot, thing, to_drive=False)
        if self._leases.get(thing) is None:
            await self._sharing.lock(thing, asker.user.name)
        self._sharing.speaks(thing)
        if to == "stop":
            self._leases.stop(thing, f"{asker.user.name} stopped its main routine")
            self._settling.settle()
        payload = commands.START_ROUTINE if to == "start" else commands.STOP_ROUTINE
        for base in session.publisher.homes:
            self._publish(session, commands.routine_topic(robot, base), payload)
        wanted = "started" if to == "start" else "stopped"

        def done() -> str:
            state = self._world.state(thing)
            return wanted if isinstance(state, ProBot) and state.routine == wanted else ""

        return await self._await(asker, "routine", robot, done, ROUTINE_SECONDS, payload.decode())

    def look(self) -> None:
        """Answer the askers whose command showed an effect, or showed none in time."""
        self._effects.look()

    def _publish(self, session: DrivingSession, topic: str, payload: bytes) -> None:
        broker = session.broker
        broker.monitor.echoes.sent(topic, payload, self._clock.seconds(), "bridge")
        if not broker.port.send(topic, payload, urgent=True):
            raise Refused("no_broker", f"no connection to the broker: {broker.port.broken}")

    async def _await(
        self,
        asker: Asker,
        what: str,
        robot: str,
        fact: Callable[[], str],
        seconds: float,
        sent: str,
    ) -> Fields:
        """Wait until telemetry shows the effect; log it; raise `Refused` if it does not."""
        effect = await self._effects.wait(fact, seconds)
        seen, after = effect.seen, effect.after
        words = f"{seen} after {after:.1f} s" if seen else f"nothing seen within {seconds:.0f} s"
        self._log.write(asker.user.name, what, robot, sent=sent, effect=words)
        if not seen:
            raise Refused("unseen", f"sent, but {robot} shows no effect of it")
        return contract.EffectSeen(seen=seen, seconds=round(after, 1))
