"""What is answered about accounts, sessions, tokens, links and the audit log. Times in epoch s."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from sightline.auth.permissions import Role
from sightline.auth.session import Person
from sightline.contract.fields import Answer
from sightline.web.reach import Reach


class ProviderShown(msgspec.Struct, frozen=True):
    """A provider that people can sign in at: its name in addresses, and what people call it."""

    name: str
    label: str


class Who(Answer, frozen=True):
    """Who is here, if anybody; ``first``: the link of the first start is still good.

    ``passwords`` false: nobody signs in by password. ``providers`` are where else.
    """

    user: Person | None
    first: bool
    passwords: bool | UnsetType = UNSET
    providers: list[ProviderShown] | UnsetType = UNSET


class SignedOut(Answer, frozen=True):
    """One is out here. ``provider`` is where one came in by, ``url`` the way out there."""

    provider: str | UnsetType = UNSET
    url: str | UnsetType = UNSET


class Me(Answer, frozen=True):
    """Who is here. ``degraded`` says why nothing can be written just now."""

    user: Person
    degraded: str | UnsetType = UNSET


Wanted = Literal["code", "enrol"]
"""What is wanted after the right password: a code of the app, or to set one up."""


class SignedIn(Answer, frozen=True):
    """Who is here now; or what is wanted yet.

    Then ``half`` is the half session: it opens nothing but the step for that.
    """

    user: Person | UnsetType = UNSET
    degraded: str | UnsetType = UNSET
    wants: Wanted | UnsetType = UNSET
    half: str | UnsetType = UNSET


class Welcomed(Answer, frozen=True):
    """Who is here now; or what the first admin ``needs`` to give yet."""

    user: Person | UnsetType = UNSET
    degraded: str | UnsetType = UNSET
    needs: list[str] | UnsetType = UNSET


class PasskeyShown(msgspec.Struct, frozen=True):
    """A passkey. ``at`` is the name of the page that it works at; ``used``: null for never.

    ``synced``: it is on other devices of the person, too.
    """

    id: str
    name: str
    at: str
    synced: bool
    created: float
    used: float | None


class OnePasskey(Answer, frozen=True):
    """One passkey of one's own."""

    passkey: PasskeyShown


class Factors(Answer, frozen=True):
    """How somebody signs in. ``why_no_passkeys`` says why none can be made here; empty: they can.

    ``app`` is since when an authenticator app is set up (null: none is) and ``app_used`` its last
    use. ``recovery`` codes are left. ``demanded``: the role needs more than a password.
    """

    password: bool
    passkeys: list[PasskeyShown]
    why_no_passkeys: str
    app: float | None
    app_used: float | None
    recovery: int
    demanded: bool


class NewApp(Answer, frozen=True):
    """A new app, told this once: the ``secret`` to type, the same as an ``address`` for a QR code.

    ``sealed`` is brought back with the first code.
    """

    secret: str
    address: str
    sealed: str


class RecoveryCodes(Answer, frozen=True):
    """Recovery codes, told this once."""

    codes: list[str]


class CameWithApp(Answer, frozen=True):
    """Who is here now, and the recovery codes of the new app, told this once."""

    user: Person
    codes: list[str]
    degraded: str | UnsetType = UNSET


class FactorsReset(Answer, frozen=True):
    """What was removed. ``password``: the account has one, so that its owner can still sign in."""

    passkeys: int
    app: bool
    password: bool


class SessionShown(msgspec.Struct, frozen=True):
    """Where somebody is signed in. ``here``: it is the session that asks."""

    id: str
    created: float
    seen: float
    address: str
    agent: str
    here: bool


class Sessions(Answer, frozen=True):
    """Sessions, the latest used first."""

    sessions: list[SessionShown]


class TokenShown(msgspec.Struct, frozen=True):
    """An API token without its secret. ``used`` and ``expires``: null for never."""

    id: str
    name: str
    scopes: list[str]
    things: list[str]
    created: float
    expires: float | None
    used: float | None


class Tokens(Answer, frozen=True):
    """Tokens, the newest first."""

    tokens: list[TokenShown]


class NewTokenMade(Answer, frozen=True):
    """The text of a new token, told this once, and its id."""

    token: str
    id: str


class LinkShown(msgspec.Struct, frozen=True):
    """A shared link. ``standing`` is open, early, ended or revoked."""

    id: str
    name: str
    owner: str
    things: list[str]
    created: float
    starts: float
    ends: float
    standing: Literal["open", "early", "ended", "revoked"]
    visitors: int


class Links(Answer, frozen=True):
    """Links, the newest first."""

    links: list[LinkShown]


class NewLinkMade(Answer, frozen=True):
    """The id of a new link, and its address, told this once.

    ``reach`` says from where that address can be reached.
    """

    id: str
    url: str
    reach: Reach = "anywhere"


class RetentionShown(Answer, frozen=True):
    """For how many days positions are kept; null: as long as the server's settings say."""

    days: int | None


class UserShown(msgspec.Struct, frozen=True):
    """An account. ``password``: it has one; ``app``: an authenticator app is set up."""

    name: str
    role: Role
    disabled: bool
    password: bool
    created: float
    seen: float | None
    see: list[str]
    drive: list[str]
    own: list[str]
    sessions: int
    tokens: int
    display: str
    """What people call them; empty: by the name."""
    passkeys: int = 0
    app: bool = False
    telephone: str = ""


class Users(Answer, frozen=True):
    """All accounts, for admins."""

    users: list[UserShown]


class OneUser(Answer, frozen=True):
    """One account, for admins."""

    user: UserShown


class AuditShown(msgspec.Struct, frozen=True):
    """A record of the audit log."""

    n: int
    at: float
    who: str
    address: str
    what: str
    thing: str
    result: str
    more: str


class Audit(Answer, frozen=True):
    """Records, newest first. ``next`` is the ``before`` of the next page."""

    records: list[AuditShown]
    next: int | None
