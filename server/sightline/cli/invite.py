"""Run `sightline user invite`, `reset`, `invitations`, `withdraw`: links by which people come."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from sightline.accounts import invitations
from sightline.accounts.admin_choices import PUBLIC_URL, chosen_in
from sightline.accounts.api_invitations import keep, new_invitation, new_reset, withdrawn
from sightline.auth.account import check_grants, check_label
from sightline.auth.invitation import LONGEST_DAYS, RESET_DAYS
from sightline.auth.permissions import ROLES, Grants
from sightline.cli.accounts_db import AccountsDatabase, CommandFailed, when

Action = Callable[..., argparse.ArgumentParser]


def add_to(action: Action, grants: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add the actions to those of `sightline user`; ``grants`` adds the options of rights."""
    about = "Make a link by which one person chooses name and password."
    invite = action("invite", _invite, about, named=False)
    invite.add_argument("name", help="for whom it is: for the list of invitations only")
    invite.add_argument("--role", choices=ROLES, default="viewer")
    grants(invite)
    invite.add_argument("--adds-phone", action="store_true", help="offer to add their own phone")
    _add_days(invite, LONGEST_DAYS, 7)
    reset = action("reset", _reset, "Make a link by which somebody chooses a new password.")
    _add_days(reset, RESET_DAYS, 1)
    action("invitations", _list, "Show invitations, without their secrets.", named=False)
    withdraw = action("withdraw", _withdraw, "Withdraw an invitation.", named=False)
    withdraw.add_argument("id", help="as `sightline user invitations` shows it")


def _add_days(parser: argparse.ArgumentParser, most: int, usual: int) -> None:
    def days(text: str) -> int:
        if not text.isdigit() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {most}")
        return int(text)

    parser.add_argument(
        "--days", type=days, default=usual, help=f"how long it is good, at most {most}"
    )


def _invite(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    label = " ".join(options.name.split())
    grants = Grants(frozenset(options.see), frozenset(options.drive), frozenset(options.own))
    for why in (check_label(label), check_grants(grants)):
        if why is not None:
            raise CommandFailed(why)
    made, secret = new_invitation(
        accounts_db.database.now(),
        owner=None,
        label=label,
        role=options.role,
        grants=grants,
        adds_phone=options.adds_phone,
        days=options.days,
    )
    keep(accounts_db.database, made, accounts_db.who, "local")
    _tell(accounts_db, f"#invite={secret}", made.ends)


def _reset(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    account = accounts_db.account(options.name)
    made, secret = new_reset(account, accounts_db.database.now(), None, options.days)
    keep(accounts_db.database, made, accounts_db.who, "local")
    _tell(accounts_db, f"#reset={secret}", made.ends)


def _tell(accounts_db: AccountsDatabase, fragment: str, ends: float) -> None:
    """Print the link, below the address of the pages where that is known."""
    chosen = chosen_in(accounts_db.database.sql).get(PUBLIC_URL, "")
    base = accounts_db.settings.server.public_url or chosen
    if base:
        print(f"{base.rstrip('/')}/{fragment}")
    else:
        print(f"Put this behind the address of your pages (https://map.example.org/): {fragment}")
    print(f"It is good once, until {when(ends)}, and is shown this once.")


def _list(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    found = invitations.invitations_in(accounts_db.database.sql)
    now = accounts_db.database.now()
    for each in sorted(found.values(), key=lambda one: -one.created):
        what = f"as {each.role}" if each.account is None else f"new password of {each.account}"
        by = each.owner or "the command line"
        state = each.why_closed(now) or "open"
        print(f"{each.id}  {state:8} {each.label}: {what}, by {by}, until {when(each.ends)}")
    if not found:
        print("There are no invitations. Make one: sightline user invite NAME")


def _withdraw(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    database = accounts_db.database
    found: Any = invitations.invitations_in(database.sql).get(options.id)
    if found is None:
        raise CommandFailed(f"there is no invitation {options.id}")
    with database.change():
        invitations.withdraw(database, found.id)
        database.write(withdrawn(accounts_db.who, "local", found))
    print(f"{found.id}: withdrawn")
