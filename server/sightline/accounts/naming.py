"""Apply the names of devices to what accounts and tokens are given.

A grant for one name of a device is a grant for the device, whatever it is called by now. What is
stored stays as it was given.
"""

from __future__ import annotations

from dataclasses import replace

from sightline.auth.account import Account, plain_name
from sightline.auth.permissions import NOTHING, Grants, Role, User, bounded, user_of
from sightline.kinds.friends.names import DeviceNames


def widened(account: Account, names: DeviceNames) -> Account:
    """Return an account with grants for all names of the devices that its own ones name."""
    given = account.grants
    grants = Grants(names.grant(given.see), names.grant(given.drive), names.grant(given.own))
    return account if grants == given else replace(account, grants=grants)


def is_called(user: User, login: str, *further: str) -> bool:
    """Tell whether ``login`` is a name of this user, or a ``further`` one, in any letters."""
    plain = plain_name(login)
    return bool(plain) and plain in map(plain_name, (user.name, user.display, *further))


def full_user(account: Account, owners: frozenset[str], rules: frozenset[str]) -> User:
    """Return somebody who signed in with an account, with all of its rights.

    ``rules`` are the words of the rules that it sees.
    """
    return user_of(
        account.name,
        account.role,
        account.grants,
        owners=owners,
        rule_words=rules,
        display=account.display,
    )


def bearer(
    account: Account, scopes: frozenset[str], owners: frozenset[str], rules: frozenset[str]
) -> User:
    """Return the visitor of a token: its account, with no more than the token's scopes allow."""
    if "drive" in scopes and account.role != "viewer":
        role: Role = "operator"
    else:
        role = "viewer"
    looks_only = "drive" not in scopes
    grants = bounded(account.grants, account.role)
    user = user_of(
        account.name,
        role,
        grants,
        looks_only=looks_only,
        by_token=True,
        owners=owners,
        rule_words=rules,
        display=account.display,
    )
    return user if scopes & {"see", "drive"} else replace(user, scope=NOTHING)
