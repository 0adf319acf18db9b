"""Change the table: add entries, hide them, remove them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twisted.internet.defer import DeferredLock
from twisted.logger import Logger

from sightline.aws.client import AwsDenied
from sightline.aws.table import Table, all_of
from sightline.history.dynamodb import keys
from sightline.history.dynamodb.keys import Item
from sightline.history.dynamodb.reading import DynamoReader
from sightline.history.log.folding import POSITION
from sightline.history.record import EVENTS, HistoryEntry, LastState
from sightline.model.faults import CannotOpen, Unavailable

_LISTED = 100_000  # lists whose items we remember to have written
_LARGEST = 380_000  # bytes of a body; an item may have 400 KB
_SLICE = 200  # entries or states written at once: eight batches
_AT_ONCE = 500  # items removed at once


class DynamoWriter:
    """Write what `DynamoReader` reads.

    ``keep`` (s): how long after its time an entry ends by itself; None: never.
    """

    _log = Logger()

    def __init__(self, table: Table, reading: DynamoReader, keep: float | None) -> None:
        self._table = table
        self._reading = reading
        self._keep = keep
        self._ready = False
        self._listed: set[tuple[str, str]] = set()
        # Nothing is taken off a list while something that belongs on it is being written.
        self._lists = DeferredLock()

    async def prepare(self) -> None:
        """Make the table, unless it is known to be there."""
        if not self._ready:
            await self._table.make(self._keep is not None)
            self._ready = True

    async def ready(self) -> None:
        """Make the table, if AWS was away until now. Raises `Unavailable`."""
        try:
            await self.prepare()
        except CannotOpen as why:
            raise Unavailable(str(why)) from why

    async def write(self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]) -> int:
        """Keep them; says how many entries were new. May be asked again after any failure."""
        new = 0
        # In slices: making items of thousands would hold the reactor.
        for at in range(0, len(entries), _SLICE):
            new += await self._write(entries[at : at + _SLICE])
        latest = {last.thing: last for last in last_states}
        # A position tells that all before it is there, so it comes behind that.
        marks = [latest.pop(thing) for thing in [*latest] if thing.startswith(POSITION)]
        states = list(latest.values())
        for at in range(0, len(states), _SLICE):
            await self._stand(states[at : at + _SLICE])
        await self._stand(marks)
        return new

    async def _write(self, entries: Sequence[HistoryEntry]) -> int:
        unique: dict[tuple[str, str], HistoryEntry] = {}
        for entry in entries:
            if len(entry.body) > _LARGEST:
                # It would never fit, and must not hold up the others for ever.
                self._log.error("An entry of {size} bytes is left out", size=len(entry.body))
                continue
            item = keys.key_of(entry)
            unique.setdefault((item["pk"]["S"], item["sk"]["S"]), entry)
        known = await self._table.known([keys.key(*each) for each in unique])
        new = [entry for each, entry in unique.items() if each not in known]
        # The lists first: an entry that is on none would never be found.
        await self._list(new)
        await self._table.put([keys.item_of(entry, self._keep) for entry in new])
        return len(new)

    async def _stand(self, last_states: Sequence[LastState]) -> None:
        puts, removed = [], []
        for last in last_states:
            if last.body is None:
                shard = keys.shard_of(last.thing)
                removed.append(keys.key(keys.states(shard), keys.listed(last.thing)))
            elif len(last.body) <= _LARGEST:
                puts.append(keys.item_of_last_state(last))
        await self._table.put(puts, removed)

    async def _list(self, entries: Sequence[HistoryEntry]) -> None:
        await self._lists.acquire()
        try:
            await self._put_on_lists(entries)
        finally:
            self._lists.release()

    async def _put_on_lists(self, entries: Sequence[HistoryEntry]) -> None:
        needed: dict[tuple[str, str], Item] = {}
        for entry in entries:
            day = keys.day_of(entry.tst)
            lists = [
                keys.key(keys.days(entry.thing, entry.sort), day),
                keys.key(
                    keys.things(entry.sort, keys.shard_of(entry.thing)), keys.listed(entry.thing)
                )
                | {"k": {"S": entry.thing}},
                keys.key(keys.SORTS, entry.sort),
            ]
            if entry.sort in EVENTS:
                lists.append(keys.key(keys.event_days(entry.sort), day))
            for item in lists:
                key = item["pk"]["S"], item["sk"]["S"]
                if key not in self._listed:
                    needed[key] = item
        if needed:
            await self._table.put(list(needed.values()))
            if len(self._listed) + len(needed) > _LISTED:
                self._listed.clear()
            self._listed.update(needed)

    # -- hidden

    async def hide(
        self,
        thing: str,
        sort: str,
        places: Sequence[tuple[float, int]],
        undo: str,
        believed: bool = False,
    ) -> int:
        """Hide entries, as `sightline.history.store.Store.hide`."""
        act, mark = keys.hiding(undo), "v" if believed else "h"
        items = {}
        for tst, digest in places:
            key = keys.key(keys.partition(thing, sort, keys.day_of(tst)), keys.place(tst, digest))
            items[key["sk"]["S"]] = key
        await self._table.put(
            [
                keys.key(keys.hidings(thing), f"{act}#{sort}#{place}")
                | {"k": item["pk"], "u": {"S": undo}, "m": {"S": mark}}
                for place, item in items.items()
            ]
        )
        hidden = await all_of(
            [
                self._table.change(
                    item,
                    f"SET {mark} = :u",
                    "attribute_exists(pk) AND attribute_not_exists(h)"
                    + (" AND attribute_not_exists(v)" if believed else ""),
                    {":u": {"S": act}},
                )
                for item in items.values()
            ]
        )
        return sum(hidden)

    async def unhide(self, thing: str, undo: str) -> int:
        """Show entries again, as `sightline.history.store.Store.unhide`."""
        act = keys.hiding(undo)
        found = self._table.query(keys.hidings(thing), f"{act}#", f"{act}#\U0010ffff")
        items = [item async for item in found]
        shown = await all_of(
            [
                self._table.change(
                    keys.key(item["k"]["S"], item["sk"]["S"].split("#", 2)[2]),
                    f"REMOVE {mark}",
                    f"{mark} = :u",
                    {":u": {"S": act}},
                )
                for item in items
                for mark in (item.get("m", {"S": "h"})["S"],)
            ]
        )
        await self._remove(items)
        return sum(shown)

    async def bring(self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]) -> int:
        """Write as `write`; rights that are missing just now are waited for, too."""
        try:
            return await self.write(entries, last_states)
        except AwsDenied as why:
            raise Unavailable(str(why)) from why

    # -- gone

    async def erase_stored(self, things: Sequence[str]) -> int:
        """Erase things, as `sightline.history.store.Store.erase`."""
        removed = 0
        sorts = await self._reading.sorts()
        for thing in things:
            # The lists last: one that is cut off here is asked again, and must still find the rest.
            for sort in sorts:
                days = [item async for item in self._table.query(keys.days(thing, sort))]
                for day in days:
                    removed += await self._clear(keys.partition(thing, sort, day["sk"]["S"]))
                await self._forget(days)
            await self._clear(keys.hidings(thing))
            shard, name = keys.shard_of(thing), keys.listed(thing)
            lists = [keys.key(keys.things(sort, shard), name) for sort in sorts]
            await self._forget(lists)
            await self._table.put([], [keys.key(keys.states(shard), name)])
        return removed

    async def purge(self, sort: str, before: float, own: Mapping[str, float], most: int) -> int:
        """Delete old entries, as `sightline.history.store.Store.purge`."""
        removed = 0
        for shard in range(keys.SHARDS):
            things = [item async for item in self._table.query(keys.things(sort, shard))]
            for item in things:
                thing = item["k"]["S"]
                removed += await self._purge(thing, sort, own.get(thing, before), most - removed)
                if removed >= most:
                    return removed
                await self._unlist(item, keys.days(thing, sort))
        if sort in EVENTS:
            latest = keys.day_of(min(before, *own.values(), before))
            found = self._table.query(keys.event_days(sort), high=latest)
            await self._forget([day async for day in found if day["sk"]["S"] < latest])
        return removed

    async def _purge(self, thing: str, sort: str, before: float, most: int) -> int:
        removed, last = 0, keys.day_of(before)
        async for day in self._table.query(keys.days(thing, sort), high=last):
            pk = keys.partition(thing, sort, day["sk"]["S"])
            removed += await self._clear(pk, keys.just_before(before, 0), most - removed)
            if removed >= most:
                break
            if day["sk"]["S"] < last:
                await self._unlist(day, pk)
        return removed

    async def _clear(self, pk: str, high: str = "\U0010ffff", most: int | None = None) -> int:
        """Remove the items of a partition up to ``high``; how many."""
        removed = 0
        while True:
            some: list[Item] = []
            async for item in self._table.query(pk, high=high, page=_AT_ONCE, only="pk,sk"):
                if len(some) >= _AT_ONCE or (most is not None and removed + len(some) >= most):
                    break
                some.append(item)
            if not some:
                return removed
            await self._remove(some)
            removed += len(some)

    async def _unlist(self, item: Item, pk: str) -> None:
        """Take something off its list if there is nothing in its partition."""
        await self._lists.acquire()
        try:
            async for _ in self._table.query(pk, page=1, only="pk"):
                return
            await self._forget([item])
        finally:
            self._lists.release()

    async def _forget(self, items: Sequence[Item]) -> None:
        """Remove items of lists, and do not think they were still there."""
        self._listed.difference_update((item["pk"]["S"], item["sk"]["S"]) for item in items)
        await self._remove(items)

    async def _remove(self, items: Sequence[Item]) -> None:
        removed = [keys.key(item["pk"]["S"], item["sk"]["S"]) for item in items]
        await self._table.put([], removed)
