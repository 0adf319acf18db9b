"""What is checked and written down when an account is changed, by HTTP or command line."""

from __future__ import annotations

from collections.abc import Mapping, Set

from sightline.accounts.database import Database
from sightline.accounts.pseudonyms import Pseudonyms
from sightline.auth.account import Account, AuditEvent, check_display
from sightline.auth.permissions import GRANT_VERBS, Grants
from sightline.contract.errors import Refused

_LAST_ADMIN = "This is the last admin who can sign in. Make another one first."


def check_taken(accounts: Mapping[str, Account], name: str, display: str) -> None:
    """Raise `Refused` unless ``name`` can be called ``display``."""
    if (why := check_display(accounts, name, display)) is not None:
        raise Refused("taken", why)


def keep_an_admin(database: Database, after: Account, *, without_passkeys: bool = False) -> None:
    """Make sure that some admin can still sign in once this account is as given.

    ``without_passkeys``: its passkeys go. Raises `Refused` (``last_admin``).
    """
    cache = database.read_cache()
    accounts = {**cache.accounts}
    before = accounts.get(after.name)
    by_passkey = {each.account for each in cache.passkeys.values()}
    if before is None or not _rules(before, by_passkey):
        return
    accounts[after.name] = after
    if without_passkeys:
        by_passkey.discard(after.name)
    if not any(_rules(account, by_passkey) for account in accounts.values()):
        raise Refused("last_admin", _LAST_ADMIN)


def _rules(account: Account, by_passkey: Set[str]) -> bool:
    """Tell whether this is an admin who can sign in, by a password or by a passkey."""
    way_in = account.password is not None or account.name in by_passkey
    return account.role == "admin" and not account.disabled and way_in


def account_event(
    who: str, address: str, before: Account | None, after: Account, pseudonyms: Pseudonyms
) -> AuditEvent:
    """Tell how a new or changed account is written down: what became of what, never a secret."""
    changes = []
    if before is not None and before.display != after.display:
        changes.append(f"called {after.display or after.name}")
    if before is None or before.role != after.role:
        changes.append(f"role {after.role}")
    if before is not None and before.disabled != after.disabled:
        changes.append("closed" if after.disabled else "opened")
    if before is not None and before.password != after.password:
        changes.append("password")
    for verb in GRANT_VERBS:
        old: frozenset[str] = getattr(before.grants, verb) if before else frozenset()
        new: frozenset[str] = getattr(after.grants, verb)
        changes += [f"+{verb} {pseudonyms.hide(what)}" for what in sorted(new - old)]
        changes += [f"-{verb} {pseudonyms.hide(what)}" for what in sorted(old - new)]
    what = "make account" if before is None else "change account"
    return AuditEvent(who, address, what, f"account/{after.name}", more=", ".join(changes))


def granted_words(grants: Grants, pseudonyms: Pseudonyms) -> list[str]:
    """Tell how what an invitation carries is written down; friends by their pseudonyms."""
    return [
        f"+{verb} {pseudonyms.hide(what)}"
        for verb in GRANT_VERBS
        for what in sorted(getattr(grants, verb))
    ]
