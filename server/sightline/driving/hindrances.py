"""Why a robot must not move, or cannot be taken."""

from __future__ import annotations

from sightline.contract.errors import Refused
from sightline.driving.session import DrivingSession
from sightline.driving.sessions import DrivingSessions
from sightline.kinds.probots.model import ProBot
from sightline.live.world import World

MOST_TRIP = 1.0
"""With a longer way to the broker and back nobody drives, s."""
MOST_SILENCE = 3.0
"""Without telemetry for so long nobody drives, s."""
MOST_WAITING = 10
"""With so many commands waiting for the broker nobody drives."""


class Hindrances:
    """With ``need_guard`` nobody drives at a broker without a guard."""

    def __init__(self, world: World, sessions: DrivingSessions, *, need_guard: bool) -> None:
        self._world = world
        self._sessions = sessions
        self._need_guard = need_guard

    def of(self, session: DrivingSession, now: float) -> str:
        """Return why this robot must not move at ``now`` (monotonic s); empty when it may."""
        broker, connection = session.broker, session.publisher.will_connection
        port, monitor = broker.port, broker.monitor
        if port.broken:
            return f"no connection to the broker: {port.broken}"
        if port.no_driving:
            return port.no_driving
        if connection is None or not connection.is_open:
            return "its own connection to the broker does not stand yet"
        if self._need_guard and not monitor.guarded():
            return "there is no guard"
        if conflict := broker.other_servers.conflict or broker.other_servers.unknown:
            return conflict
        if robot := self._of_robot(session, now):
            return robot
        overdue = monitor.echoes.overdue(session.publisher.topic, now)
        if max(monitor.slow, overdue) > MOST_TRIP:
            return f"the broker takes more than {MOST_TRIP:.0f} s"
        if connection.waiting > MOST_WAITING or port.waiting > 10 * MOST_WAITING:
            return "the broker does not keep up"
        return ""

    def _of_robot(self, session: DrivingSession, now: float) -> str:
        state = self._world.state(session.thing)
        if not isinstance(state, ProBot) or state.presence == "offline":
            return f"{session.robot} is offline"
        if state.idle:
            return f"{session.robot} {state.idle}"
        if now - session.telemetry_at > MOST_SILENCE:
            return f"nothing heard of {session.robot} for {MOST_SILENCE:.0f} s"
        return ""

    def admit(self, robot: str, thing: str, *, to_drive: bool = True) -> DrivingSession:
        """Return the robot's session. Raise `Refused` when nobody could drive or reach it now."""
        state = self._world.state(thing)
        session = self._sessions.find(thing)
        if session is None or not isinstance(state, ProBot):
            raise Refused("offline", f"{robot} has not been heard yet")
        broker = session.broker
        port = broker.port
        if to_drive and port.no_driving:
            raise Refused("no_driving", port.no_driving)
        if to_drive and (conflict := broker.other_servers.conflict):
            raise Refused("two_servers", conflict)
        if port.broken:
            raise Refused("no_broker", f"no connection to the broker: {port.broken}")
        if to_drive and self._need_guard and not broker.monitor.guarded():
            raise Refused(
                "no_guard", "there is no guard at the broker, and the settings ask for one"
            )
        if state.presence == "offline":
            raise Refused("offline", f"{robot} is offline")
        if to_drive and state.idle:
            raise Refused("not_running", f"{robot} {state.idle}")
        if to_drive and len(session.publisher.homes) > 1:
            raise Refused("offline", f"{robot} has not been heard yet: its base topic is not known")
        return session
