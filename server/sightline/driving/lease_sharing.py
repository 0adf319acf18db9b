"""The robots as several servers share them: what the others do, and what we may do beside them.

Nobody speaks on a robot's command topics without holding its lock, except to stop it. So another
server's commands can be told from a stranger's: by its lock, as we saw it last or, when in doubt,
as it is in the store.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.cluster.locks import Declined, HeldElsewhere, Lock
from sightline.contract.errors import Refused
from sightline.driving.echo_monitor import ForeignCommand
from sightline.driving.lock_ports import LockPort
from sightline.driving.states import Driven
from sightline.kinds.probots.model import is_robot
from sightline.live.hub import Hub
from sightline.live.requests import Asker
from sightline.model.faults import Unavailable
from sightline.model.kind import id_of

WIN_SECONDS = 6.0
"""How long a take-over from another server may take: until it has let go, or is gone."""
_SPOKEN = 2.0  # s that the lock is kept after a single command: the others may still wonder
_DOUBT = 1.0  # s until who cannot be asked about is taken for a stranger
_MOST_DOUBTED = 100


class LeaseSharing:
    """``held`` says whether we drive a robot ourselves."""

    _log = Logger()

    def __init__(
        self, clock: IReactorTime, hub: Hub, locks: LockPort, held: Callable[[str], bool]
    ) -> None:
        self._clock: Any = clock
        self._hub = hub
        self._locks = locks
        self._held = held
        self._shown: dict[str, tuple[str, int, str]] = {}
        self._speaking: dict[str, float] = {}
        self._asking: dict[Asker, Deferred[int]] = {}
        self._doubted: dict[str, list[ForeignCommand]] = {}

    # -- our part

    async def lock(self, thing: str, who: str) -> int:
        """Lock a robot that nobody holds; return the fence of a new lease. Raise `Refused`."""
        return await _granted(thing, self._locks.take(thing, who))

    async def take_over(self, thing: str, who: str) -> int:
        """Lock a robot, also when somebody holds it; return the fence. Raise `Refused`."""
        wins = self._locks.win(thing, who, over=True, seconds=WIN_SECONDS)
        return await _granted(thing, wins)

    async def ask(self, thing: str, asker: Asker, seconds: float) -> int:
        """Lock a robot if its driver elsewhere agrees; return the fence. Raise `Refused`."""
        if asker in self._asking:
            raise Refused("asked", "you have asked already")
        wins = self._locks.win(thing, asker.user.name, over=False, seconds=seconds)
        self._asking[asker] = asking = Deferred.fromCoroutine(wins)
        try:
            return await asking
        except HeldElsewhere:
            raise Refused("no_answer", "the driver did not answer") from None
        except Declined:
            raise Refused("declined", f"{id_of(thing)} is kept by its driver") from None
        except CancelledError:
            raise Refused("gone", "you are gone") from None
        except Unavailable as why:
            raise _no_store(why) from None
        finally:
            del self._asking[asker]

    def left(self, asker: Asker) -> None:
        """Take back the question of an asker that is gone."""
        if asker in self._asking:
            self._asking[asker].cancel()

    def speaks(self, thing: str) -> None:
        """Keep our lock for a moment: a single command is about to be sent under it."""
        self._speaking[thing] = self._clock.seconds() + _SPOKEN
        self.ended(thing, _SPOKEN)

    def ended(self, thing: str, after: float) -> None:
        """Give the lock of a robot back once its stops are sent, ``after`` s."""
        if not self._locks.alone:
            self._clock.callLater(after, self._give_back, thing)

    def _give_back(self, thing: str) -> None:
        if self._clock.seconds() >= self._speaking.get(thing, 0.0) and not self._held(thing):
            self._speaking.pop(thing, None)
            self._locks.release(thing)

    # -- theirs

    async def holds(self, thing: str) -> bool:
        """Tell whether another server holds this robot now. Raise `Refused`."""
        try:
            return await self._look_at(thing)
        except Unavailable as why:
            raise _no_store(why) from None

    async def _look_at(self, thing: str) -> bool:
        await self._locks.look_at(thing)
        return self._locks.elsewhere(thing) is not None

    # -- what they say to the robots

    def excuses(self, robot: str) -> bool:
        """Tell whether another server is known to hold this robot: then it may command it."""
        return self._locks.elsewhere(f"probot/{robot}") is not None

    def doubts(self, found: ForeignCommand, certain: Callable[[ForeignCommand], None]) -> bool:
        """Tell whether this might be a command of another server after all.

        If so the store is asked, and ``certain`` called with it if nobody there holds the robot, or
        if that cannot be found out.
        """
        robot = found.robot
        if self._locks.alone or robot is None or found.harmless or found.arrival.retain:
            return False
        waiting = self._doubted.get(robot)
        if waiting is not None:
            if len(waiting) >= _MOST_DOUBTED:
                return False
            waiting.append(found)
            return True
        self._doubted[robot] = [found]
        asking = Deferred.fromCoroutine(self._look_at(f"probot/{robot}"))
        asking.addTimeout(_DOUBT, self._clock)

        def known(of_own: bool) -> None:
            for each in self._doubted.pop(robot):
                if not of_own:
                    certain(each)

        def unknown(failure: Any) -> None:
            known(False)

        asking.addCallbacks(known, unknown)
        asking.addErrback(lambda failure: self._log.failure("Nobody was alarmed", failure))
        return True

    # -- what is shown of them

    def look(self) -> None:
        """Show the leases of the others as they are now."""
        seen: dict[str, tuple[str, int, str]] = {}
        for lock in self._locks.all_elsewhere():
            robot = id_of(lock.name)
            if lock.name != f"probot/{robot}" or not is_robot(robot) or not lock.told:
                continue  # nobody drives: it is held for a single command
            seen[robot] = lock.holder, lock.fence, lock.told
            if self._shown.get(robot) != seen[robot]:
                self._hub.show(f"lease/{robot}", _driven(lock))
        for robot in self._shown.keys() - seen.keys():
            if not self._held(f"probot/{robot}"):
                self._hub.show(f"lease/{robot}", None)
        self._shown = seen


async def _granted(thing: str, work: Awaitable[int]) -> int:
    robot = id_of(thing)
    try:
        return await work
    except HeldElsewhere as held:
        who = held.lock.who or "somebody"
        raise Refused("held", f"{robot} is driven by {who}, through another server") from None
    except Declined:
        raise Refused("declined", f"{robot} is kept by its driver") from None
    except Unavailable as why:
        raise _no_store(why) from None


def _no_store(why: Unavailable) -> Refused:
    return Refused(
        "no_store", f"nobody drives while the servers' common store cannot be asked: {why}"
    )


def _driven(lock: Lock) -> Driven:
    """Read a lease as its server tells of it; where that is nonsense, what its lock says."""
    try:
        driven = msgspec.json.decode(lock.told, type=Driven)
    except msgspec.DecodeError:
        driven = Driven(holder=lock.who, fence=lock.fence, since=0.0, state="parked")
    return msgspec.structs.replace(driven, server=lock.server)
