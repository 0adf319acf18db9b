"""Run `sightline audit`: show the audit log on the command line."""

from __future__ import annotations

import argparse
import json
from typing import Any

import msgspec

from sightline.accounts.audit_records import shown_records
from sightline.accounts.database_audit import Search
from sightline.cli.accounts_db import AccountsDatabase, add_folder, run_with, when


def add_to(subcommands: Any) -> None:
    """Add the subcommand and its options."""
    parser = subcommands.add_parser("audit", help="who did what, newest first")
    add_folder(parser)
    parser.add_argument("text", nargs="?", default="", help="only records with this text")
    parser.add_argument("--who", default="", help="only what this account did")
    parser.add_argument("--what", default="", help='only such deeds ("sign in", "make link", …)')
    parser.add_argument("--thing", default="", help="only about this thing (friend/jane/phone)")
    parser.add_argument("--limit", type=int, default=100, help="how many (default: 100)")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.set_defaults(run=run_with(_audit))


def _audit(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    database = accounts_db.database
    search = Search(
        who=options.who,
        what=options.what,
        thing=options.thing,
        text=options.text,
        limit=max(1, options.limit),
    )
    # Friends go by pseudonyms here; the one asked for by name is known by that.
    known = [options.thing] if options.thing else []
    for record in shown_records(database.records(search), database.pseudonyms, known):
        if options.json:
            print(json.dumps(msgspec.to_builtins(record)))
            continue
        about = " ".join(filter(None, (record.thing, record.more)))
        at = when(record.at)
        print(
            f"{at}  {record.who} at {record.address}: {record.what} {about}".rstrip()
            + ("" if record.result == "ok" else f" -> {record.result}")
        )
