"""Run `sightline judge`: how many fixes of friends are used, and how many are doubtful, and why."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sightline.cli.accounts_db import CommandFailed, add_folder
from sightline.cli.exporting import LATEST, moment
from sightline.cli.history_db import note, run_with
from sightline.history import judged_fixes
from sightline.history.api_verdicts import BELIEVED, count_verdicts
from sightline.history.named_store import NamedStore
from sightline.history.store import Span, Store
from sightline.model.kind import id_of, kind_of
from sightline.settings import Settings
from sightline.web.reads import at_once


def add_to(subcommands: Any) -> None:
    """Add the subcommand and its options."""
    about = (
        "Count the fixes that are used and those that are doubtful, with the reasons. The verdicts"
        " are made now, by the rules of this version: nothing is stored or changed."
    )
    parser = subcommands.add_parser("judge", help="count doubtful fixes", description=about)
    parser.add_argument(
        "friends", nargs="*", metavar="USER/DEVICE", help="whose; nobody named: everybody's"
    )
    parser.add_argument(
        "--since", type=moment, default=0.0, metavar="TIME", help="such as 2026-11-21T08:00:00Z"
    )
    parser.add_argument("--until", type=moment, default=LATEST, metavar="TIME", help="likewise")
    add_folder(parser)
    parser.set_defaults(run=run_with(_run))


async def _run(
    store: NamedStore, settings: Settings, state: Path, options: argparse.Namespace
) -> int:
    known = [thing for thing in await store.things() if kind_of(thing) == "friend"]
    asked = {name: store.names.thing(f"friend/{name}") for name in options.friends}
    for name, thing in asked.items():
        if thing not in known:
            raise CommandFailed(f"nothing is known of {name}")
    wanted = list(dict.fromkeys(asked.values())) or known
    note(settings, state, "judge", wanted, "verdicts counted")
    for thing in wanted:
        for line in await report(store, thing, options.since, options.until):
            print(line)
    return 0


async def report(store: Store, thing: str, since: float, until: float) -> list[str]:
    """Return the lines about one thing."""
    counts = await count_verdicts(store, Span(thing, judged_fixes.SORT, since, until), at_once)
    believed = counts.pop(BELIEVED, 0)
    right = counts.pop(None, 0) + believed
    of_these = f" ({believed} of them by an owner's word)" if believed else ""
    lines = [f"{id_of(thing)}: {right} used{of_these}, {counts.total()} doubtful"]
    return lines + [f"  {count}: {why}" for why, count in counts.most_common()]
