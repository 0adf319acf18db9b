"""Decide what a sign-in elsewhere means here: come in, a new account, a link, or no and why. Pure.

Who somebody is goes by the issuer and its ``sub`` alone. A name or an e-mail address that looks
like one of ours makes nobody one of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sightline.accounts.oidc.options import ProviderRules
from sightline.auth.account import (
    Account,
    check_display,
    check_name,
    display_name,
    plain_name,
)
from sightline.auth.permissions import Role
from sightline.contract.errors import Refused

MOST_ACCOUNTS = 10_000
_MOST_GROUPS = 1000
_ROLES: tuple[Role, ...] = ("admin", "operator", "viewer")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a provider says of somebody: who, how they are called there, in which groups."""

    issuer: str
    subject: str
    username: str = ""
    called: str = ""
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody at a provider who is known here. ``account`` None: theirs was removed."""

    id: str
    issuer: str
    subject: str
    account: str | None
    label: str = ""
    created: float = 0.0
    used: float | None = None


@dataclass(frozen=True, slots=True)
class Enter:
    """They come in with this account. ``role`` is the one they have from now on."""

    account: str
    role: Role


@dataclass(frozen=True, slots=True)
class Create:
    """They get a new account, and come in."""

    name: str
    display: str
    role: Role


@dataclass(frozen=True, slots=True)
class LinkIdentity:
    """The account can be signed in to this way from now on."""

    account: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """No, with the code and the words of a refusal."""

    code: str
    why: str

    def refused(self) -> Refused:
        """Return the refusal to raise."""
        return Refused(self.code, self.why)


def read_claims(issuer: str, fields: Mapping[str, Any], roles_claim: str) -> Claims:
    """Return what matters of verified claims; what is of a wrong type counts as not said."""
    name = _text(fields.get("preferred_username")) or _text(fields.get("nickname"))
    return Claims(
        issuer=issuer,
        subject=_text(fields.get("sub"), 255),
        username=name,
        called=_text(fields.get("name")),
        groups=groups_in(fields, roles_claim),
    )


def groups_in(fields: Mapping[str, Any], path: str) -> frozenset[str]:
    """Return the groups of a claim; ``realm_access.roles`` is a claim within a claim."""
    found: Any = fields.get(path) if path in fields else fields
    if found is fields:
        for part in path.split(".") if path else ():
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return frozenset((found,))
    if not path or not isinstance(found, list):
        return frozenset()
    return frozenset(each for each in found[:_MOST_GROUPS] if isinstance(each, str))


def role_by_groups(rules: ProviderRules, groups: frozenset[str]) -> Role | Literal["none", "same"]:
    """Return the role that the provider gives; ``same``: it gives none; ``none``: not even in.

    Of several the highest counts. Without a group for viewers everybody else is one.
    """
    if not rules.roles_claim:
        return "same"
    for role in _ROLES:
        if groups & rules.groups.get(role, frozenset()):
            return role
    return "none" if rules.groups.get("viewer") else rules.create or "viewer"


def decide_sign_in(
    claims: Claims,
    rules: ProviderRules,
    known: Identity | None,
    accounts: Mapping[str, Account],
) -> Enter | Create | Refuse:
    """Decide about somebody who signs in."""
    role = role_by_groups(rules, claims.groups)
    if known is not None:
        account = accounts.get(known.account or "")
        if account is None:
            return Refuse("barred", "Your account here was removed.")
        if account.disabled:
            return Refuse("barred", "Your account here is closed.")
        if role == "none":
            return _NO_ROLE
        return Enter(account.name, account.role if role == "same" else role)
    if rules.create is None:
        return Refuse(
            "no_account",
            "No account here is linked with this sign-in. Sign in as usual and link it on your"
            " account page, or ask whoever looks after this server.",
        )
    if role == "none":
        return _NO_ROLE
    return _new(claims, "", rules.create if role == "same" else role, accounts)


_NO_ROLE = Refuse("no_role", "You are in none of the groups that may come in here.")


def decide_join(
    claims: Claims,
    rules: ProviderRules,
    known: Identity | None,
    accounts: Mapping[str, Account],
    *,
    role: Role,
    typed: str = "",
) -> Create | Refuse:
    """Decide about somebody with an invitation to this ``role``; ``typed``: how they are called.

    An invitation lets in also those whose account was removed: an admin wants them again.
    """
    if known is not None and known.account in accounts:
        return Refuse(
            "linked", "You have an account here already. Sign in with it; the invitation is unused."
        )
    given = role_by_groups(rules, claims.groups)
    if given == "none":
        return _NO_ROLE
    return _new(claims, typed, role if given == "same" else given, accounts)


def decide_link(
    known: Identity | None, account: str, accounts: Mapping[str, Account]
) -> LinkIdentity | Refuse:
    """Decide about the wish of a signed-in person, or of an admin, to link ``account``."""
    found = accounts.get(account)
    if found is None or found.disabled:
        return Refuse("barred", "This account is closed.")
    if known is not None and known.account in accounts and known.account != account:
        return Refuse("linked", "This sign-in is linked with another account here.")
    return LinkIdentity(account)


def _new(
    claims: Claims, typed: str, role: Role, accounts: Mapping[str, Account]
) -> Create | Refuse:
    """Choose the name of a new account: as typed, else as the provider calls them."""
    text = typed.strip()
    if text and (why := check_name(text)) is not None:
        return Refuse("malformed", why)
    if not text:
        wanted = (claims.username, claims.called, claims.subject)
        text = next((each for each in wanted if check_name(each) is None), "")
    name = plain_name(text)
    if not text or check_name(name) is not None:
        return Refuse("malformed", "The provider says no name that an account here could have.")
    if name in accounts or check_display(accounts, name, "") is not None:
        return Refuse(
            "taken",
            f"Somebody here is called {text} already. If that is you, sign in as usual and link"
            " this on your account page.",
        )
    if len(accounts) >= MOST_ACCOUNTS:
        return Refuse("taken", f"There is room for {MOST_ACCOUNTS} accounts.")
    display = display_name(name, text if typed or not _can_be(claims.called) else claims.called)
    if check_display(accounts, name, display) is not None:
        display = ""
    return Create(name, display, role)


def _can_be(called: str) -> bool:
    return check_name(called) is None


def _text(found: object, most: int = 64) -> str:
    """Return a text of a claim without blanks around it; "" for what is none, or too long."""
    if not isinstance(found, str):
        return ""
    text = " ".join(found.split())
    return text if len(text) <= most else ""
