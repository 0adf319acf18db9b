"""Run `sightline user link`, `unlink`, `identities`: where else accounts can be signed in to."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from sightline.accounts import identities
from sightline.accounts.api_identities import unlink_here
from sightline.accounts.oidc.decision import Identity
from sightline.cli.accounts_db import AccountsDatabase, CommandFailed, when


def add_to(action: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the actions to those of `sightline user`."""
    link: Any = action("link", _link, "Let somebody known by a provider in with an account.")
    link.add_argument("provider", help="its name in the settings: authelia for [oidc.authelia]")
    link.add_argument(
        "subject", help="by which it knows them (sub); refusals in the audit log say it"
    )
    unlink = action("unlink", _unlink, "Take that back; sessions end.", named=False)
    unlink.add_argument("id", help="as `sightline user identities` shows it")
    action("identities", _list, "Show who is known by which provider.", named=False)


def _link(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    account, database = accounts_db.account(options.name), accounts_db.database
    provider = accounts_db.settings.oidc.get(options.provider)
    if provider is None:
        names = ", ".join(accounts_db.settings.oidc) or "none"
        raise CommandFailed(f"no provider of that name is set (there are: {names})")
    subject = options.subject.strip()
    if not 1 <= len(subject) <= 255:
        raise CommandFailed("a subject is 1 to 255 characters")
    with database.change():
        who = accounts_db.who
        identities.link_here(
            database, who, "local", account.name, provider.issuer, subject, subject[:64]
        )
    print(f"{account.name}: signs in as {subject} of {provider.issuer}")


def _unlink(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    database = accounts_db.database
    with database.change():
        every = identities.identities_in(database.sql)
        found = next((each for each in every if each.id == options.id), None)
        if found is None:
            raise CommandFailed(f"there is no {options.id}; look: sightline user identities")
        unlink_here(database, accounts_db.who, "local", found)
    print(f"{_line(found)}: unlinked")


def _list(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    every = identities.identities_in(accounts_db.database.sql)
    for each in every:
        print(f"{each.id}  {_line(each)}; last used: {when(each.used)}")
    if not every:
        print("No account is linked with a provider.")


def _line(identity: Identity) -> str:
    whose = identity.account or "(removed, stays out)"
    return f"{whose}: {identity.label}, {identity.issuer} subject {identity.subject}"
