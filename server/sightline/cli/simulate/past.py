"""Run `sightline simulate past`: bring the last week of the simulated people into history.

Their messages go through the same decoder and into the same store as with `sightline import`. For
each of them it goes on where history ends, and stops some time before now, where the simulation of
the present begins: so it makes no difference how often, or how late again, this is run.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from sightline.cli.history_db import run_with, write
from sightline.cli.simulate.week import DAY, PLANS, DayPlan, ReportedMessage, reported
from sightline.history.importing import Decode
from sightline.history.named_store import NamedStore
from sightline.history.record import HistoryEntry, entry
from sightline.history.store import Span, Store
from sightline.kinds.friends.decode import decode
from sightline.model.kind import Arrival, Timeouts
from sightline.model.record import Record
from sightline.settings import Settings

DAYS = 7
APART = 7_200.0
"""s between two parts of somebody's past, during which they may have gone elsewhere."""
_BATCH = 1_000  # entries

_decode: Decode = partial(decode, Timeouts(1.0, 1.0))


async def _run(
    store: NamedStore, settings: Settings, state: Path, options: argparse.Namespace
) -> int:
    os.nice(5)  # the server goes first
    days = min(DAYS, settings.history.days or DAYS)
    made = await bring(store, time.time(), days)
    if made is None:
        _say("There are people in this history who are not simulated: it is left as it is.")
    elif made:
        _say(f"The simulated people have a past of {days} days: {made} entries.")
    return 0


run = run_with(_run)


async def bring(store: Store, now: float, days: int) -> int | None:
    """Bring what is missing of the last days into ``store``; return how many entries were new.

    None: somebody else's past is there, and nothing was done.
    """
    if any(_is_real(thing) for thing in await store.things()):
        return None
    new = 0
    for plan in PLANS:
        until = now - APART
        last = await _last(store, thing_of(plan), until)
        since = now - days * DAY if last is None else max(last + APART, now - days * DAY)
        made = entries(reported(plan, since, until))
        while some := list(islice(made, _BATCH)):
            new += await write(store, some)
    return new


def thing_of(plan: DayPlan) -> str:
    """Return the key of this person's phone."""
    return f"friend/{plan.person.user}/{plan.person.device}"


_SIMULATED = frozenset(map(thing_of, PLANS))


def _is_real(thing: str) -> bool:
    return thing.startswith("friend/") and thing not in _SIMULATED


async def _last(store: Store, thing: str, until: float) -> float | None:
    page = await store.page(Span(thing, "fix", until=until, newest_first=True), 1)
    return page.entries[0].tst if page.entries else None


def entries(messages: Iterable[ReportedMessage]) -> Iterator[HistoryEntry]:
    """Yield what history keeps of these messages."""
    for topic, payload, at in messages:
        for update in _decode(Arrival(topic, payload, False, 1, at)):
            record: Record | None = getattr(update, "record", None)
            if record is not None:
                yield entry(record.thing, record.sort, record.tst, at, record.body)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
