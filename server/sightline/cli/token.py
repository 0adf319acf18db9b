"""Run `sightline token`: manage API tokens from the command line."""

from __future__ import annotations

import argparse
from typing import Any

from sightline.accounts.api_account import minted, token_event
from sightline.auth.account import SCOPES
from sightline.auth.permissions import may_post, user_of
from sightline.cli.accounts_db import AccountsDatabase, CommandFailed, add_folder, run_with, when


def add_to(subcommands: Any) -> None:
    """Add the subcommand and its own subcommands."""
    token = subcommands.add_parser("token", help="API tokens: add, list, revoke")
    actions = token.add_subparsers(title="actions", required=True, metavar="action")

    def action(name: str, work: Any, about: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(name, help=about, description=about)
        add_folder(parser)
        parser.set_defaults(run=run_with(work))
        return parser

    add = action("add", _add, "Make a token for an account; its secret is shown once.")
    add.add_argument("account")
    add.add_argument("label", help="what it is for")
    add.add_argument("--scope", action="append", choices=SCOPES, required=True)
    add.add_argument("--thing", action="append", default=[], help="friend/jane/phone (publish)")
    add.add_argument("--days", type=int, help="how long it lasts (default: until revoked)")
    action("list", _list, "Show all tokens, without their secrets.")
    action("revoke", _revoke, "Let a token open nothing any more.").add_argument("id")


def _add(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    account, database = accounts_db.account(options.account), accounts_db.database
    if options.days is not None and options.days < 1:
        raise CommandFailed("a token lasts a day at least")
    token, text = minted(
        account,
        database.now(),
        options.label,
        frozenset(options.scope),
        frozenset(options.thing),
        options.days,
    )
    user = user_of(account.name, account.role, account.grants)
    if wrong := [thing for thing in sorted(token.things) if not may_post(user, thing)]:
        raise CommandFailed(
            f"{account.name} does not own {wrong[0]}, and so no token of it posts for that:"
            f" sightline user grant {account.name} own {wrong[0]}"
        )
    with database.change():
        database.put_token(token)
        database.write(token_event(accounts_db.who, "local", token))
    accounts_db.wait_until_seen()
    print(text)


def _list(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    tokens = accounts_db.database.read_cache().tokens.values()
    for token in sorted(tokens, key=lambda each: (each.account, each.created)):
        scopes = " ".join([*sorted(token.scopes), *sorted(token.things)])
        print(f"{token.id}  {token.account:20} {token.label} ({scopes}); used: {when(token.used)}")
    if not tokens:
        print("There are no tokens.")


def _revoke(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    database = accounts_db.database
    token = database.read_cache().tokens.get(options.id)
    if token is None:
        raise CommandFailed(f"there is no token {options.id}; sightline token list shows them")
    with database.change():
        database.drop_token(token.id)
        database.write(
            accounts_db.event("revoke token", f"account/{token.account}", f"token {token.id}")
        )
    print(f"{token.id}: revoked")
