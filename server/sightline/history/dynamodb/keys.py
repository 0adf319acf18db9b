"""Make the table's keys: pure functions from entries to text that sorts as they do.

See the package.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from zlib import crc32

from sightline.history.record import EVENTS, HistoryEntry, LastState

SHARDS = 16
FIRST_DAY, LAST_DAY = "0001-01-01", "9999-12-31"
_ZERO = 10**17  # µs: so no time of the years 1 to 9999 is negative
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62_135_596_800.0, 253_402_300_800.0  # epoch s of the years 1 and 10000
_LONGEST = 900  # bytes of a thing in a sort key; 1024 are allowed for all of it

Item = dict[str, dict[str, str]]


def day_of(tst: float) -> str:
    """Return the day (UTC) a time belongs to; the first or last one for what is beyond the
    calendar.
    """
    if not _FIRST <= tst < _LAST:
        return FIRST_DAY if tst < _FIRST else LAST_DAY
    return _day(int(tst // 86400))


@lru_cache(maxsize=1024)
def _day(number: int) -> str:
    return (_EPOCH + timedelta(days=number)).strftime("%Y-%m-%d").rjust(10, "0")


def time_of(tst: float) -> int:
    """Return a time as the µs in a key."""
    if tst in (float("inf"), float("-inf")):
        return 0 if tst < 0 else 10**18 - 1
    return min(max(round(tst * 1e6) + _ZERO, 0), 10**18 - 1)


def place(tst: float, digest: int) -> str:
    """Tell where an entry stands within its day."""
    return f"{time_of(tst):018d}#{digest:016x}"


def just_before(tst: float, digest: int) -> str:
    """Return a place before that one and behind all others before it."""
    if digest:
        return f"{time_of(tst):018d}#{digest - 1:016x}~"
    return f"{max(time_of(tst) - 1, 0):018d}#~"


def just_behind(tst: float, digest: int) -> str:
    """Return a place behind that one and before all others behind it."""
    return f"{place(tst, digest)}!"


def partition(thing: str, sort: str, day: str) -> str:
    """Tell where the entries of one day are."""
    return f"E#{thing}#{sort}#{day}"


def days(thing: str, sort: str) -> str:
    """Tell where the days are listed on which a thing has entries."""
    return f"D#{thing}#{sort}"


def event_days(sort: str) -> str:
    """Tell where the days are listed on which anything has events."""
    return f"D#*#{sort}"


def event_partition(sort: str, day: str) -> str:
    """Tell where the events of one day are, in the index."""
    return f"V#{sort}#{day}"


def things(sort: str, shard: int) -> str:
    """Tell where the things are listed that have entries of this sort."""
    return f"T#{sort}#{shard:02d}"


def states(shard: int) -> str:
    """Tell where present states are."""
    return f"S#{shard:02d}"


def hidings(thing: str) -> str:
    """Return the partition of who hid what."""
    return f"U#{thing}"


SORTS = "SORTS"


def time_in(place: str) -> float:
    """Return the time (epoch s) that a place within a day begins with."""
    return (int(place[:18]) - _ZERO) / 1e6


def hiding(undo: str) -> str:
    """Tell how the places of one act of hiding begin, in `hidings`."""
    return blake2b(undo.encode(), digest_size=12).hexdigest()


def shard_of(thing: str) -> int:
    """Return the shard a thing is listed in."""
    return crc32(thing.encode()) % SHARDS


def listed(thing: str) -> str:
    """Return a thing as a sort key, in order, however long its name is."""
    data = thing.encode()
    if len(data) <= _LONGEST:
        return thing
    return data[:_LONGEST].decode("utf-8", "ignore") + blake2b(data, digest_size=8).hexdigest()


def event_place(entry: HistoryEntry) -> str:
    """Tell where an event stands within its day, in the index."""
    return f"{place(entry.tst, entry.digest)}#{listed(entry.thing)}"


def key(pk: str, sk: str) -> Item:
    """Return a key of the table."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def key_of(entry: HistoryEntry) -> Item:
    """Return an entry's key."""
    pk = partition(entry.thing, entry.sort, day_of(entry.tst))
    return key(pk, place(entry.tst, entry.digest))


def item_of(entry: HistoryEntry, keep: float | None = None) -> Item:
    """Return an entry as an item. ``keep`` (s): DynamoDB may remove it so long after its time."""
    item = key_of(entry) | {
        "t": {"N": repr(entry.tst)},
        "a": {"N": repr(entry.at)},
        "b": {"S": entry.body.decode()},
    }
    if entry.sort in EVENTS:
        item["ep"] = {"S": event_partition(entry.sort, day_of(entry.tst))}
        item["es"] = {"S": event_place(entry)}
    if keep is not None:
        item["x"] = {"N": str(max(0, int(entry.tst + keep)))}
    return item


def entry_of(item: Item) -> HistoryEntry:
    """Return the entry in an item."""
    thing, sort, _ = item["pk"]["S"][2:].rsplit("#", 2)
    return HistoryEntry(
        thing=thing,
        sort=sort,
        tst=float(item["t"]["N"]),
        at=float(item["a"]["N"]),
        body=item["b"]["S"].encode(),
        digest=int(item["sk"]["S"][19:], 16),
        hidden="h" in item,
        believed="v" in item and "h" not in item,
    )


def ended(item: Item, now: float) -> bool:
    """Return whether DynamoDB is going to remove it: it counts as gone."""
    return "x" in item and float(item["x"]["N"]) <= now


def item_of_last_state(last: LastState) -> Item:
    """Return a present state as an item."""
    assert last.body is not None
    item = key(states(shard_of(last.thing)), listed(last.thing))
    item["k"] = {"S": last.thing}
    item["a"] = {"N": repr(last.at)}
    item["b"] = {"S": last.body.decode()}
    return item


def last_state_of(item: Item) -> LastState:
    """Return the present state in an item."""
    return LastState(item["k"]["S"], float(item["a"]["N"]), item["b"]["S"].encode())
