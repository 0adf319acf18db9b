"""Run `sightline user`: manage accounts from the command line."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from sightline.accounts.account_changes import account_event, check_taken, keep_an_admin
from sightline.accounts.api_account import tokens_ended
from sightline.accounts.api_second_factor import reset_factors
from sightline.accounts.invitations import end_resets
from sightline.auth.account import Account, check_grants, check_name, display_name, plain_name
from sightline.auth.permissions import GRANT_VERBS, ROLES, Grants
from sightline.cli import identities, invite
from sightline.cli.accounts_db import (
    AccountsDatabase,
    CommandFailed,
    add_folder,
    ask_password,
    run_with,
    when,
)


def add_to(subcommands: Any) -> None:
    """Add the subcommand and its own subcommands."""
    user = subcommands.add_parser("user", help="accounts: add, invite, passwd, role, grant, list")
    actions = user.add_subparsers(title="actions", required=True, metavar="action")

    def action(name: str, work: Any, about: str, *, named: bool = True) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(name, help=about, description=about)
        add_folder(parser)
        if named:
            parser.add_argument("name", help="the account's name")
        parser.set_defaults(run=run_with(work, makes=work is _add))
        return parser

    add = action("add", _add, "Make an account. The password is asked for, or read from stdin.")
    add.add_argument("--role", choices=ROLES, default="viewer")
    add.add_argument("--display", default="", help="what people call it (default: as typed)")
    add.add_argument("--no-password", action="store_true", help="for an account of tokens only")
    _add_grants(add)
    passwd = action("passwd", _passwd, "Set a new password; ends the account's sessions.")
    passwd.add_argument("--end-tokens", action="store_true", help="end its API tokens, too")
    action("display", _display, "Say what people call an account.").add_argument(
        "display", help="any person's name; the account's own name: that"
    )
    action("role", _role, "Give an account another role.").add_argument("role", choices=ROLES)
    for name, work, about in (
        ("grant", _grant, "Let an account see, drive or own something."),
        ("revoke", _revoke, "Take that back."),
    ):
        parser = action(name, work, about)
        parser.add_argument("verb", choices=GRANT_VERBS)
        parser.add_argument("what", nargs="+", help="*, friend, friend/jane/phone, probot/ProBot1")
    action("disable", _disable, "Close an account; ends its sessions.")
    action("enable", _enable, "Open it again.")
    action("remove", _remove, "Remove an account with its tokens and links.")
    factors = action("factors", _factors, "Show an account's passkeys and app, or remove them.")
    factors.add_argument(
        "--reset", action="store_true", help="remove its passkeys, app and recovery codes"
    )
    action("list", _list, "Show all accounts.", named=False)
    invite.add_to(action, _add_grants)
    identities.add_to(action)


def _add_grants(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is given."""
    for verb, about in (
        ("see", "what it sees: *, a kind (friend, probot) or a thing (friend/jane/phone)"),
        ("drive", "the robots it drives: * or probot/ProBot1"),
        ("own", "the friend it is: friend/jane"),
    ):
        parser.add_argument(f"--{verb}", action="append", default=[], metavar="WHAT", help=about)


def _put(
    accounts_db: AccountsDatabase,
    before: Account | None,
    after: Account,
    *,
    leave: bool = False,
    end_tokens: bool = False,
) -> None:
    if (why := check_grants(after.grants)) is not None:
        raise CommandFailed(why)
    database = accounts_db.database
    with database.change():
        check_taken(database.read_cache().accounts, after.name, after.display)
        keep_an_admin(database, after)
        database.put_account(after)
        if leave:
            end_resets(database, after.name)
            database.end_sessions(after.name)
        event = account_event(accounts_db.who, "local", before, after, database.pseudonyms)
        if end_tokens:
            ended = tokens_ended(database.end_tokens(after.name))
            event = replace(event, more=", ".join(filter(None, (event.more, ended))))
        database.write(event)
    print(f"{after.name}: {_line(after)}")


def _add(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    name = plain_name(options.name)
    for why in (check_name(options.name.strip()), check_name(name)):
        if why is not None:
            raise CommandFailed(why)
    if accounts_db.database.account(name) is not None:
        raise CommandFailed(f"there is an account {name} already")
    grants = Grants(frozenset(options.see), frozenset(options.drive), frozenset(options.own))
    if (why := check_grants(grants)) is not None:
        raise CommandFailed(why)
    hashed = None
    if not options.no_password:
        hashed = accounts_db.passwords().hash(ask_password(name))
    created = accounts_db.database.now()
    display = display_name(name, options.display or options.name)
    account = Account(name, options.role, grants, hashed, created=created, display=display)
    _put(accounts_db, None, account)


def _passwd(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    account = accounts_db.account(options.name)
    hashed = accounts_db.passwords().hash(ask_password(account.name))
    changed = replace(account, password=hashed)
    _put(accounts_db, account, changed, leave=True, end_tokens=options.end_tokens)
    tokens = accounts_db.database.read_cache().tokens.values()
    if left := sum(token.account == account.name for token in tokens):
        print(
            f"{account.name}: {left} API tokens still work; --end-tokens ends them all, sightline"
            " token revoke one of them"
        )


def _display(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    account = accounts_db.account(options.name)
    display = display_name(account.name, options.display)
    _put(accounts_db, account, replace(account, display=display))


def _role(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    account = accounts_db.account(options.name)
    _put(accounts_db, account, replace(account, role=options.role))


def _grant(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    account = accounts_db.account(options.name)
    words = getattr(account.grants, options.verb) | set(options.what)
    grants = replace(account.grants, **{options.verb: words})
    _put(accounts_db, account, replace(account, grants=grants))


def _revoke(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    account = accounts_db.account(options.name)
    words = getattr(account.grants, options.verb) - set(options.what)
    grants = replace(account.grants, **{options.verb: words})
    _put(accounts_db, account, replace(account, grants=grants))


def _disable(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    account = accounts_db.account(options.name)
    _put(accounts_db, account, replace(account, disabled=True))


def _enable(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    account = accounts_db.account(options.name)
    _put(accounts_db, account, replace(account, disabled=False))


def _remove(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    account, database = accounts_db.account(options.name), accounts_db.database
    with database.change():
        keep_an_admin(database, replace(account, disabled=True))
        database.remove_account(account.name)
        database.write(accounts_db.event("remove account", f"account/{account.name}"))
    print(f"{account.name}: removed")


def _factors(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    account, database = accounts_db.account(options.name), accounts_db.database
    if options.reset:
        with database.change():
            passkeys, had_app = reset_factors(database, accounts_db.who, "local", account.name)
        print(f"{account.name}: removed {passkeys} passkeys and {'an' if had_app else 'no'} app")
        if account.password is None:
            print(
                f"{account.name}: nothing is left to sign in with; sightline user reset"
                f" {account.name} makes a link"
            )
        return
    cache = database.read_cache()
    print(f"{account.name}: {'a' if account.password else 'no'} password")
    for passkey in cache.passkeys_of(account.name):
        print(
            f"  passkey {passkey.number} at {passkey.rp}: {passkey.label}, made"
            f" {when(passkey.created)}, last used {when(passkey.used)}"
        )
    app = cache.apps.get(account.name)
    if app is not None:
        print(
            f"  app for codes, set up {when(app.created)}, last used {when(app.used)};"
            f" {len(app.recovery)} recovery codes left"
        )


def _list(accounts_db: AccountsDatabase, options: argparse.Namespace) -> None:
    accounts = accounts_db.database.read_cache().accounts
    for name in sorted(accounts):
        account = accounts[name]
        print(f"{name:20} {_line(account)}; last seen: {when(account.seen)}")
    if not accounts:
        print("There are no accounts. Make one: sightline user add NAME --role admin")


def _line(account: Account) -> str:
    words: list[str] = [account.role]
    if account.display:
        words.insert(0, f"called {account.display}")
    if account.disabled:
        words.append("closed")
    if account.password is None:
        words.append("no password")
    if account.role == "admin":
        words.append("sees and drives everything")
    for verb in GRANT_VERBS:
        if given := sorted(getattr(account.grants, verb)):
            words.append(f"{verb} {' '.join(given)}")
    return ", ".join(words)
