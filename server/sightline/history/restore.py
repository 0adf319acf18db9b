"""Restore the world as it was when the server last ran, as far as the store kept it.

What was kept is old: a thing that has not been heard for longer than its kind's timeouts comes back
stale or offline, with silence as the evidence, and one that was offline stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec.structs import replace
from twisted.logger import Logger

from sightline.history.record import LastState
from sightline.history.store import Store
from sightline.model.kind import Present, State, Timeouts, Update, kind_of

_PAGE = 500  # states at a time: 2 ms of the reactor


class Restored(msgspec.Struct, frozen=True):
    """A thing as it was stored. ``heard`` (epoch s) only if it may still be alive."""

    thing: str
    state: State
    heard: float | None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Keep what is known already: it is newer."""
        return self.state if before is None else before


Rebase = Callable[[State, float], State]


class Restorer:
    """Make updates of last states.

    ``states``, ``timeouts`` and ``rebased`` (see `Kind`) are by kind of thing.
    """

    _log = Logger()

    def __init__(
        self,
        states: Mapping[str, type[State]],
        timeouts: Mapping[str, Timeouts],
        wall: Callable[[], float],
        rebased: Mapping[str, Rebase] | None = None,
    ) -> None:
        """Take the parts. ``wall`` gives epoch s."""
        self._rebased = dict(rebased or {})
        self._decoders = {kind: msgspec.json.Decoder(state) for kind, state in states.items()}
        self._timeouts = timeouts
        self._wall = wall
        self.unreadable = 0
        self.newest: float | None = None
        """The newest time in what was restored, by the senders' clocks where they told one."""

    async def restore(self, store: Store, put: Callable[[Sequence[Update]], None]) -> int:
        """Hand everything kept to ``put``, page by page; says how many things."""
        count, after = 0, None
        while True:
            some, after = await store.last_states(_PAGE, after)
            now = self._wall()
            found = [read for one in some if (read := self.reading(one, now)) is not None]
            put(found)
            for read in found:
                self._seen(read.state)
            count += len(found)
            if after is None:
                break
        if self.unreadable:
            self._log.warn("{count} kept states cannot be read", count=self.unreadable)
        return count

    def _seen(self, state: State) -> None:
        told = [getattr(state, name, None) for name in ("tst", "at")]
        times = [time for time in told if isinstance(time, int | float)]
        if times:
            self.newest = max(min(times), self.newest or 0.0)

    def reading(self, last: LastState, now: float) -> Restored | None:
        """Tell what was kept, as it looks at ``now`` (epoch s); None when it makes no sense any
        more.
        """
        decoder = self._decoders.get(kind_of(last.thing))
        if decoder is None or last.body is None:
            return None
        try:
            state = decoder.decode(last.body)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self.unreadable += 1
            return None
        if not isinstance(state, Present):
            return Restored(last.thing, state)
        if (rebase := self._rebased.get(kind_of(last.thing))) is not None:
            rebased = rebase(state, now)
            assert isinstance(rebased, Present)
            state = rebased
        timeouts = self._timeouts.get(kind_of(last.thing))
        if state.presence == "offline" or timeouts is None:
            return Restored(last.thing, state)
        silent = now - last.at
        if silent >= timeouts.offline_after:
            state = replace(state, presence="offline", evidence="silence")
            return Restored(last.thing, state)
        if silent >= timeouts.stale_after:
            state = replace(state, presence="stale", evidence="silence")
        return Restored(last.thing, state, last.at)
