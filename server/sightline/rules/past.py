"""Make of entries of history what the world said of them then: the same decoders, the same folds.

An entry of a friend is the message as it came, so it is decoded and folded once more; others are
states. They are taken in the order of their receipt, as they were when they were news.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import msgspec

from sightline.kinds.broker.clients import Roster
from sightline.kinds.broker.log import LEVELS, read
from sightline.kinds.broker.model import Broker
from sightline.kinds.probots.model import ProBot
from sightline.kinds.regions.model import Transition
from sightline.kinds.rules.model import ConditionType
from sightline.model.kind import Arrival, CannotDecode, State, Update, id_of, kind_of
from sightline.model.link import Link
from sightline.rules.conditions.silence import heard_at, moves
from sightline.rules.rhythm import Rhythm

Decode = Callable[[Arrival], Iterable[Update]]

SORTS: dict[ConditionType, tuple[str, ...]] = {
    "arrives": ("crossing",),
    "leaves": ("crossing",),
    "absent": ("crossing", "figures"),
    "stays": ("crossing",),
    "near": ("fix", "transition"),
    "battery": ("fix", "transition", "state"),
    "silent": ("fix", "transition", "state", "figures"),
    "speed": ("fix", "transition"),
    "fallen": ("state",),
    "latency": ("state", "figures"),
    "alarm": ("alarm",),
    "disconnected": ("figures",),
    "flapping": ("log",),
    "number": (),
}
"""The sorts of history by which a condition is judged. Of broker things there is no ``state``."""
ALARM_SHOWN = 60.0
"""An alarm is shown so long (s) after the last message; when that was, history does not tell."""

_MOMENT = 0.001
"""s after the figures before, by which a connection that was lost is taken as lost."""
_RANK = {"fix": 0, "transition": 0, "state": 0, "figures": 0, "alarm": 1, "log": 1, "crossing": 2}


class RecordedEntry(Protocol):
    """What is asked of an entry of history (`sightline.history.record.HistoryEntry`)."""

    @property
    def thing(self) -> str: ...
    @property
    def sort(self) -> str: ...
    @property
    def tst(self) -> float: ...
    @property
    def at(self) -> float: ...
    @property
    def body(self) -> bytes: ...
    @property
    def hidden(self) -> bool: ...


class PastChange(NamedTuple):
    """A change of a thing, as a watcher of the world is told of it."""

    at: float
    key: str
    before: State | None
    after: State | None


class PastAlarm(State, frozen=True, omit_defaults=True, kw_only=True):
    """An alarm, as far as its line of the command log tells."""

    robot: str
    since: float


class _AlarmLine(msgspec.Struct):
    robot: str = ""
    why: str | None = None


class _LogLine(msgspec.Struct):
    level: str = ""
    text: str = ""


class _BrokerLine(msgspec.Struct):
    """What of a broker's figures is asked; there are dozens."""

    link: Link | None = None
    trip: float | None = None


_SUFFIXES = {level: suffix for suffix, level in LEVELS.items()}
_transition = msgspec.json.Decoder(Transition).decode
_alarm = msgspec.json.Decoder(_AlarmLine).decode
_line = msgspec.json.Decoder(_LogLine).decode
_probot = msgspec.json.Decoder(ProBot).decode
_broker = msgspec.json.Decoder(_BrokerLine).decode


def order(entry: RecordedEntry) -> tuple[float, int, float]:
    """Tell in which order entries were news."""
    return entry.at, _RANK.get(entry.sort, 3), entry.tst


class RecordedPast:
    """The world as it was. ``decode`` reads messages of friends (`sightline.kinds.friends`)."""

    def __init__(self, decode: Decode) -> None:
        self._decode = decode
        self.states: dict[str, State] = {}
        self._rosters: dict[str, Roster] = {}
        self._n = 0
        self.unread = 0
        """Entries that say nothing that can be read today."""

    def changes(self, entry: RecordedEntry) -> Sequence[PastChange]:
        """Return what changed by an entry; what changes later has a later time."""
        sort = entry.sort
        try:
            if sort == "fix":
                return self._message(entry, "")
            if sort == "transition":
                return self._message(entry, "/event")
            if sort == "crossing":
                return (self._transition_change(entry),)
            if sort in ("state", "figures"):
                return [*self._state(entry)]
            if sort == "alarm":
                return [*self._alarm(entry)]
            if sort == "log":
                return [*self._log(entry)]
        except (CannotDecode, msgspec.DecodeError, KeyError):
            self.unread += 1
        return ()

    def _message(self, entry: RecordedEntry, part: str) -> Sequence[PastChange]:
        topic = f"owntracks/{id_of(entry.thing)}{part}"
        at, states, found = entry.at, self.states, []
        for update in self._decode(Arrival(topic, entry.body, False, 0, at)):
            key = update.thing
            before = states.get(key)
            after = update.onto(before)
            if after is not None and after is not before:
                states[key] = after
                found.append(PastChange(at, key, before, after))
        return found

    def _state(self, entry: RecordedEntry) -> Iterator[PastChange]:
        key, after = entry.thing, self._read(entry)
        before = self.states.get(key)
        if after is None or after == before:
            return
        if isinstance(after, Broker) and (lost := _lost(before, after)) is not None:
            yield PastChange(entry.at, key, before, lost)
            before = lost
        self.states[key] = after
        yield PastChange(entry.at, key, before, after)

    def _read(self, entry: RecordedEntry) -> State | None:
        kind = kind_of(entry.thing)
        if kind == "probot":
            return _probot(entry.body)
        if kind != "broker":
            return None
        line = _broker(entry.body)
        return Broker(link=line.link, trip=line.trip, sys_at=entry.at)

    def _transition_change(self, entry: RecordedEntry) -> PastChange:
        crossed = _transition(entry.body)
        beside = "" if crossed.region is None else f"/{crossed.region}"
        key = f"crossing/{crossed.n}/{crossed.thing}{beside}"
        return PastChange(entry.at, key, None, crossed)

    def _alarm(self, entry: RecordedEntry) -> Iterator[PastChange]:
        line = _alarm(entry.body)
        key = f"alarm/{(line.why or '').rpartition(' on ')[2]}"
        alarm = PastAlarm(robot=line.robot or id_of(entry.thing), since=entry.tst)
        yield PastChange(entry.at, key, None, alarm)
        yield PastChange(entry.at + ALARM_SHOWN, key, alarm, None)

    def _log(self, entry: RecordedEntry) -> Iterator[PastChange]:
        broker, line = id_of(entry.thing), _line(entry.body)
        roster = self._rosters.setdefault(broker, Roster(broker))
        found = read(_SUFFIXES[line.level], line.text, roster.__contains__)
        if found is None:
            return
        for client in dict.fromkeys(roster.take(found.event, entry.at)):
            key = f"client/{broker}/{client}"
            before, after = self.states.get(key), roster.state(client)
            if after is None:
                self.states.pop(key, None)
            else:
                self.states[key] = after
            yield PastChange(entry.at, key, before, after)


class RecordedLinks:
    """Finds out of the figures of brokers when a connection was lost: live that is known at once,
    in history when it stands again.
    """

    def __init__(self) -> None:
        self._known: dict[str, Broker] = {}

    def lost(self, entry: RecordedEntry) -> PastChange | None:
        """Return that the connection was lost since the figures before these; None: it was not."""
        if entry.sort != "figures" or kind_of(entry.thing) != "broker":
            return None
        try:
            link = _broker(entry.body).link
        except msgspec.DecodeError:
            return None
        before, after = self._known.get(entry.thing), Broker(link=link, sys_at=entry.at)
        self._known[entry.thing] = after
        lost = _lost(before, after)
        if lost is None or lost.link is None:
            return None
        return PastChange(lost.link.since + _MOMENT, entry.thing, before, lost)


def rhythm_of(entries: Iterable[RecordedEntry], decode: Decode) -> Rhythm:
    """Return what the entries of one device (fixes, states), in any order, tell of its rhythm."""
    past, rhythm = RecordedPast(decode), Rhythm()
    for entry in sorted(entries, key=order):
        if entry.hidden:
            continue
        for change in past.changes(entry):
            if (heard := heard_at(change.after)) is not None:
                rhythm.heard(min(heard, change.at), moves(change.after))
    return rhythm


def _lost(before: State | None, after: Broker) -> Broker | None:
    """Return the broker as it was while its connection was lost, between two of its figures.

    Of a lost connection there are no figures; the next one has another beginning.
    """
    if not isinstance(before, Broker) or before.link is None or after.link is None:
        return None
    if not before.link.state == after.link.state == "connected":
        return None
    since = before.sys_at
    if since is None or not since < after.link.since or after.link.since == before.link.since:
        return None
    return Broker(link=Link(state="lost", since=since))
