"""Who drives which robot, for how long, and when it must be stopped: the rules, without I/O.

    state    what it means                                left by
    ------   ------------------------------------------   -----------------------------------------
    free     nobody holds it                              take -> parked
    parked   held; its sticks were not seen released      a frame of zeroes -> still; end -> free
    still    held; its sticks are released                a frame with motion -> moving; end -> free
    moving   held; a frame with motion was let through    zeroes, halt -> still; any stop the driver
                                                          did not ask for -> parked; end -> free

Every way out of ``moving`` and every end of a lease makes a `LeaseStop`. A lease has a number, the
fence, greater than that of any lease before it: a command carries it, and one with an old fence is
refused. Time (``now``, monotonic s) is passed in. After each call `happened` tells what came of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

SILENCE = 0.4
"""A moving robot is stopped when no driving frame came for so long (s)."""
KEEP = 3.0
"""A lease without driving frames ends after so long (s); so does one whose connection is gone."""
IDLE = 3600.0
"""A lease ends when nothing was driven for so long (s): somebody left the page open."""
LATE = 0.5
"""A frame so much later than the quickest one (s) tells what the driver wanted then, not now."""
_DRIFT = 0.001  # s per s by which the page's clock and ours may part

State = Literal["parked", "still", "moving"]
Verdict = Literal["go", "still", "parked", "late"]


class NotYours(Exception):
    """The asker does not hold this lease, or no longer."""


class AlreadyHeld(Exception):
    """Somebody else holds it."""

    def __init__(self, lease: Lease) -> None:
        super().__init__(lease.name)
        self.lease = lease


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to drive ``thing``.

    ``who`` is one connection, ``name`` the person behind it. ``until`` is when it ends unless a
    frame comes; ``framed`` when the last one came, ``moved`` when it last moved. ``why`` says what
    parked it. ``loose``: the connection is gone, and the same person may come back to it on
    another.
    """

    thing: str
    who: object
    name: str
    fence: int
    since: float
    until: float
    framed: float
    moved: float
    state: State = "parked"
    why: str = "the sticks must be released first"
    loose: bool = False
    n: int = -1
    offset: float | None = None


@dataclass(frozen=True, slots=True)
class LeaseStop:
    """The robot must be stopped now. ``asked``: its driver wanted it so; ``by``: who did else."""

    thing: str
    why: str
    lease: Lease | None
    asked: bool = False
    by: str = ""


@dataclass(frozen=True, slots=True)
class LeaseEnded:
    """A lease is over. The stop came before."""

    lease: Lease
    why: str


Happened = LeaseStop | LeaseEnded


class LeaseTable:
    """The leases as they are now, by thing."""

    def __init__(self) -> None:
        self._leases: dict[str, Lease] = {}

    def __iter__(self) -> Iterator[Lease]:
        return iter(list(self._leases.values()))

    def __len__(self) -> int:
        return len(self._leases)

    def get(self, thing: str) -> Lease | None:
        """Return the lease of ``thing``, if somebody holds it."""
        return self._leases.get(thing)

    def fence(self, thing: str) -> int:
        """Return the number a command for ``thing`` must carry; 0 when nobody may drive it.

        Safe to ask from any thread.
        """
        lease = self._leases.get(thing)
        return 0 if lease is None else lease.fence

    def _own(self, thing: str, who: object, fence: int) -> Lease:
        lease = self._leases.get(thing)
        if lease is None or lease.who != who or lease.fence != fence or lease.loose:
            raise NotYours
        return lease

    def _put(self, lease: Lease) -> None:
        self._leases[lease.thing] = lease


class Leases(LeaseTable):
    """The rules for all leases. The caller passes in the fence of a new one."""

    def __init__(self) -> None:
        super().__init__()
        self._hindered: dict[str, str] = {}
        self._happened: list[Happened] = []

    def hindered(self, thing: str) -> str:
        """Return why ``thing`` must not move at present; empty when it may."""
        return self._hindered.get(thing, "")

    def happened(self) -> list[Happened]:
        """Return what came of the calls since this was last asked, in order."""
        happened, self._happened = self._happened, []
        return happened

    # -- to hold and to let go

    def check(self, thing: str, who: object, name: str, now: float) -> None:
        """Check that `take` would succeed. Raise `AlreadyHeld`."""
        self._look(thing, now)
        old = self._leases.get(thing)
        if old is not None and old.who != who and not (old.loose and old.name == name):
            raise AlreadyHeld(old)

    def take(self, thing: str, who: object, name: str, fence: int, now: float) -> Lease:
        """Begin a lease. Raise `AlreadyHeld`.

        A driver who holds it already, or lost the connection, begins a new one.
        """
        self.check(thing, who, name, now)
        return self.take_over(thing, who, name, "taken anew", fence, now)

    def take_over(
        self, thing: str, who: object, name: str, why: str, fence: int, now: float
    ) -> Lease:
        """Begin a lease, also when somebody holds it. The caller decides whether ``who`` may."""
        old = self._leases.get(thing)
        if old is not None:
            self._end(old, why)
        lease = Lease(thing, who, name, fence, now, now + KEEP, now, now)
        self._put(lease)
        return lease

    def release(self, thing: str, who: object, fence: int) -> None:
        """End the lease as its driver asks. Raise `NotYours`."""
        self._end(self._own(thing, who, fence), "released", asked=True)

    def end(self, thing: str, why: str) -> None:
        """End the lease of ``thing``, if there is one."""
        lease = self._leases.get(thing)
        if lease is not None:
            self._end(lease, why)

    def dismiss(self, who: object, why: str) -> None:
        """End every lease of a connection whose person may not drive any more."""
        for lease in self:
            if lease.who == who:
                self._end(lease, why)

    def left(self, who: object, now: float) -> None:
        """Stop what a lost connection drove, and keep its leases for the driver a little."""
        for lease in self:
            if lease.who == who and not lease.loose:
                self._park(lease, "the connection to the driver's page was lost")
                lease = self._leases[lease.thing]
                self._put(replace(lease, loose=True, until=min(lease.until, now + KEEP)))

    # -- to move and to stop

    def drive(
        self,
        thing: str,
        who: object,
        fence: int,
        n: int,
        moving: bool,
        now: float,
        sent: float | None = None,
    ) -> Verdict:
        """Judge a driving frame: may its motion go on to the robot? Raise `NotYours`.

        ``n`` counts the frames of this lease up; ``sent`` is the time on the page's own monotonic
        clock (s), by which a frame that lay about on the way is known. Only ``go`` lets it through.
        """
        self._look(thing, now)
        lease = self._own(thing, who, fence)
        if n <= lease.n:
            return "late"
        late, offset = _lateness(lease, now, sent)
        if not moving:
            # However late, zeroes are welcome.
            if lease.state == "moving":
                self._stop(lease, "the sticks were released", asked=True)
            hindered = self._hindered.get(thing, "")
            lease = replace(
                lease, state="parked" if hindered or late else "still", why=hindered, n=n
            )
        elif late:
            return "late"
        elif lease.state == "parked":
            lease = replace(lease, n=n)
        else:
            lease = replace(lease, state="moving", why="", n=n, moved=now)
        self._put(
            replace(lease, framed=now, until=max(lease.until, now + KEEP), offset=offset)
            if not late
            else lease
        )
        match lease.state:
            case "moving":
                return "go"
            case "still":
                return "still"
            case _:
                return "parked"

    def halt(self, thing: str, who: object, fence: int, why: str, *, asked: bool) -> None:
        """Stop as the driver's page asks, and keep the lease. Raise `NotYours`."""
        lease = self._own(thing, who, fence)
        self._stop(lease, why, asked=asked)
        self._put(replace(lease, state="parked", why=why))

    def stop(self, thing: str, why: str, by: str = "") -> None:
        """Stop a robot, whether or not somebody drives it. Its driver keeps the lease."""
        lease = self._leases.get(thing)
        self._happened.append(LeaseStop(thing, why, lease, by=by))
        if lease is not None:
            self._put(replace(lease, state="parked", why=why))

    def hinder(self, thing: str, why: str) -> None:
        """Keep ``thing`` from moving for this reason; an empty one: it may move again."""
        if why:
            self._hindered[thing] = why
            lease = self._leases.get(thing)
            if lease is not None and lease.state != "parked":
                self._park(lease, why)
        else:
            self._hindered.pop(thing, None)

    def tick(self, now: float) -> None:
        """Stop the robots whose driver is silent, and end the leases that are over."""
        for thing in list(self._leases):
            self._look(thing, now)

    # -- in here

    def _look(self, thing: str, now: float) -> None:
        lease = self._leases.get(thing)
        if lease is None:
            return
        if now >= lease.until:
            self._end(lease, "no word from the driver's page")
        elif now - lease.moved >= IDLE:
            self._end(lease, f"nothing was driven for {IDLE / 60:.0f} minutes")
        elif lease.state == "moving" and now - lease.framed > SILENCE:
            self._park(lease, f"no driving frame for {SILENCE * 1000:.0f} ms")

    def _park(self, lease: Lease, why: str) -> None:
        """Still or not: a robot that moved a moment ago may not have heard of its stop yet."""
        self._stop(lease, why)
        self._put(replace(lease, state="parked", why=why))

    def _end(self, lease: Lease, why: str, *, asked: bool = False) -> None:
        del self._leases[lease.thing]
        self._stop(lease, why, asked=asked)
        self._happened.append(LeaseEnded(lease, why))

    def _stop(self, lease: Lease, why: str, *, asked: bool = False) -> None:
        self._happened.append(LeaseStop(lease.thing, why, lease, asked))


def _lateness(lease: Lease, now: float, sent: float | None) -> tuple[bool, float | None]:
    """Tell whether a frame lay about, and the least (our clock - the page's) seen so far."""
    if sent is None:
        return False, lease.offset
    apart = now - sent
    if lease.offset is None:
        return False, apart
    least = min(apart, lease.offset + (now - lease.framed) * _DRIFT)
    return apart - least > LATE, least
