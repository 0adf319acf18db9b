"""Answer the calls of admins: accounts and what is given to them, and the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from sightline.accounts import answers
from sightline.accounts.account_changes import account_event, check_taken, keep_an_admin
from sightline.accounts.api_account import (
    end_sessions,
    find_session,
    sessions_of,
    tokens_ended,
    tokens_of,
)
from sightline.accounts.api_session import Text
from sightline.accounts.audit_records import shown_records
from sightline.accounts.database import Database
from sightline.accounts.database_audit import Search
from sightline.accounts.passwords import weakness
from sightline.accounts.service import AccountService
from sightline.auth.account import (
    Account,
    AuditEvent,
    check_grants,
    check_name,
    display_name,
    plain_name,
)
from sightline.auth.permissions import GRANT_VERBS, Grants, Role
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Nothing, Number, RequestBody, RequestFields
from sightline.contract.http import Call, Reply, Route

_MOST = 10_000  # accounts
_PAGE = 500  # records of the audit log in one answer

Words = Annotated[tuple[str, ...], Meta(max_length=500)]
Display = Annotated[str, Meta(max_length=64)]


class NewUser(RequestBody, frozen=True):
    """An account to make. Without a password nobody can sign in with it, but its tokens work.

    ``display`` is what people call them, where that is not the name as it is typed here.
    """

    name: Annotated[str, Meta(max_length=64)]
    display: Display | None = None
    role: Role = "viewer"
    password: Text | None = None
    see: Words = ()
    drive: Words = ()
    own: Words = ()


class AccountChange(RequestBody, frozen=True):
    """What to change of an account; what is absent stays. ``end_tokens``: end its API tokens."""

    role: Role | UnsetType = UNSET
    display: Display | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    password: Text | UnsetType = UNSET
    see: Words | UnsetType = UNSET
    drive: Words | UnsetType = UNSET
    own: Words | UnsetType = UNSET
    end_tokens: bool = False


class AuditQuery(RequestFields, frozen=True, kw_only=True):
    """What to look for. ``since`` and ``until`` in epoch s; ``before`` is a record's number."""

    who: str = ""
    what: str = ""
    thing: str = ""
    text: str = ""
    since: Number | None = None
    until: Number | None = None
    before: Number | None = None
    limit: Number | None = None


class AdminApi:
    """Accounts and the audit log. ``known`` are the friends whose names may be shown in it."""

    def __init__(self, account_service: AccountService, known: Callable[[], Iterable[str]]) -> None:
        self._account_service = account_service
        self._known = known

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            *self._user_routes(),
            *self._routes_within(),
            Route(
                "GET",
                "/audit",
                "admin",
                self.audit,
                summary="Search the audit log, newest first",
                query=AuditQuery,
                reply=answers.Audit,
                example={"what": "sign in", "limit": 10},
            ),
        ]

    def _user_routes(self) -> list[Route[Any]]:
        """List what is answered about accounts as a whole."""
        return [
            Route(
                "GET",
                "/users",
                "admin",
                self.users,
                summary="List all accounts",
                reply=answers.Users,
            ),
            Route(
                "POST",
                "/users",
                "admin",
                self.make,
                summary="Make an account",
                body=NewUser,
                reply=answers.OneUser,
                status=201,
                errors=("weak", "taken"),
                example={"name": "bob", "role": "viewer", "see": ["friend/bob"]},
            ),
            Route(
                "GET",
                "/users/{name}",
                "admin",
                self.user,
                summary="Show an account",
                reply=answers.OneUser,
            ),
            Route(
                "PATCH",
                "/users/{name}",
                "admin",
                self.change,
                summary="Change an account; a new password ends its sessions",
                body=AccountChange,
                reply=answers.OneUser,
                errors=("weak", "last_admin"),
                example={"role": "operator", "drive": ["probot/ProBot1"]},
            ),
            Route(
                "DELETE",
                "/users/{name}",
                "admin",
                self.remove,
                summary="Remove an account with its sessions, tokens and links",
                errors=("last_admin",),
            ),
        ]

    def _routes_within(self) -> list[Route[Any]]:
        """List what is answered about an account's sessions and tokens."""
        return [
            Route(
                "GET",
                "/users/{name}/sessions",
                "admin",
                self.sessions,
                summary="List where somebody is signed in",
                reply=answers.Sessions,
            ),
            Route(
                "DELETE",
                "/users/{name}/sessions",
                "admin",
                self.sign_out,
                summary="Sign somebody out everywhere",
            ),
            Route(
                "DELETE",
                "/users/{name}/sessions/{id}",
                "admin",
                self.end_session,
                summary="Sign somebody out in one session",
            ),
            Route(
                "GET",
                "/users/{name}/tokens",
                "admin",
                self.tokens,
                summary="List somebody's tokens",
                reply=answers.Tokens,
            ),
        ]

    # -- accounts

    async def users(self, call: Call[Nothing]) -> Reply:
        """Return all accounts, by name."""
        accounts = sorted(
            self._account_service.cache.accounts.values(), key=lambda account: account.name
        )
        return Reply(answers.Users(users=[self._shown(account) for account in accounts]))

    async def user(self, call: Call[Nothing]) -> Reply:
        """Return one account and its grants."""
        return Reply(answers.OneUser(user=self._shown(self._find(call))))

    async def make(self, call: Call[NewUser]) -> Reply:
        """Make a new account."""
        account_service, asked = self._account_service, call.asked
        name = plain_name(asked.name)
        grants = Grants(frozenset(asked.see), frozenset(asked.drive), frozenset(asked.own))
        for why in (check_name(asked.name.strip()), check_name(name), check_grants(grants)):
            if why is not None:
                raise Refused("malformed", why)
        display = display_name(name, asked.name if asked.display is None else asked.display)
        hashed = None
        if asked.password is not None:
            hashed = await self._hashed(asked.password, name)
        account = Account(
            name, asked.role, grants, hashed, created=account_service.wall(), display=display
        )

        def make(database: Database) -> None:
            accounts = database.read_cache().accounts
            if name in accounts:
                raise Refused("taken", f"There is an account {name} already.")
            if len(accounts) >= _MOST:
                raise Refused("taken", f"There is room for {_MOST} accounts.")
            check_taken(accounts, name, display)
            database.put_account(account)
            database.write(
                account_event(call.who.user.name, call.address, None, account, database.pseudonyms)
            )

        await account_service.change(make)
        made = self._shown(account_service.cache.accounts[name])
        return Reply(answers.OneUser(user=made), status=201)

    async def change(self, call: Call[AccountChange]) -> Reply:
        """Change role, grants, password or closure. A new password ends the account's sessions."""
        account_service, asked = self._account_service, call.asked
        account = self._find(call)
        name, grants = account.name, account.grants
        for verb in GRANT_VERBS:
            words = getattr(asked, verb)
            if words is not UNSET:
                grants = replace(grants, **{verb: frozenset(words)})
        if (why := check_grants(grants)) is not None:
            raise Refused("malformed", why)
        hashed: str | None = None
        if asked.password is not UNSET:
            hashed = await self._hashed(asked.password, name)

        def change(database: Database) -> None:
            before = database.account(name)
            if before is None:
                raise Refused("unknown", UNKNOWN)
            after = replace(
                before,
                role=before.role if asked.role is UNSET else asked.role,
                display=before.display
                if asked.display is UNSET
                else display_name(name, asked.display),
                disabled=before.disabled if asked.disabled is UNSET else asked.disabled,
                password=before.password if hashed is None else hashed,
                grants=Grants(
                    **{
                        verb: getattr(
                            before.grants if getattr(asked, verb) is UNSET else grants, verb
                        )
                        for verb in GRANT_VERBS
                    }
                ),
            )
            check_taken(database.read_cache().accounts, name, after.display)
            keep_an_admin(database, after)
            database.put_account(after)
            if hashed is not None:
                database.set_password(name, hashed)
                mine = name == call.who.user.name
                database.end_sessions(name, but=call.who.key if mine else None)
            who, names = call.who.user.name, database.pseudonyms
            event = account_event(who, call.address, before, after, names)
            if asked.end_tokens:
                ended = tokens_ended(database.end_tokens(name))
                event = replace(event, more=", ".join(filter(None, (event.more, ended))))
            database.write(event)

        await account_service.change(change)
        return Reply(answers.OneUser(user=self._shown(account_service.cache.accounts[name])))

    async def remove(self, call: Call[Nothing]) -> Reply:
        """Remove an account with its sessions, tokens and links."""
        account_service, account = self._account_service, self._find(call)

        def remove(database: Database) -> None:
            keep_an_admin(database, replace(account, disabled=True))
            database.remove_account(account.name)
            database.write(
                AuditEvent(
                    call.who.user.name, call.address, "remove account", f"account/{account.name}"
                )
            )

        await account_service.change(remove)
        return Reply(cookie="" if account.name == call.who.user.name else None)

    async def sessions(self, call: Call[Nothing]) -> Reply:
        """Tell where somebody is signed in."""
        found = sessions_of(self._account_service, self._find(call).name, call.who.key)
        return Reply(answers.Sessions(sessions=found))

    async def sign_out(self, call: Call[Nothing]) -> Reply:
        """Sign somebody out everywhere."""
        await end_sessions(self._account_service, call, self._find(call).name)
        return Reply()

    async def end_session(self, call: Call[Nothing]) -> Reply:
        """End one session of an account."""
        name = self._find(call).name
        session = find_session(self._account_service, name, call.parts["id"])

        def end(database: Database) -> None:
            database.sign_out([session.key])
            database.write(
                AuditEvent(call.who.user.name, call.address, "end session", f"account/{name}")
            )

        await self._account_service.change(end)
        return Reply()

    async def tokens(self, call: Call[Nothing]) -> Reply:
        """Return the tokens of an account."""
        return Reply(answers.Tokens(tokens=tokens_of(self._account_service, self._find(call).name)))

    def _find(self, call: Call[Any]) -> Account:
        account = self._account_service.cache.accounts.get(plain_name(call.parts["name"]))
        if account is None:
            raise Refused("unknown", UNKNOWN)
        return account

    async def _hashed(self, password: str, name: str) -> str:
        if (why := weakness(password, name)) is not None:
            raise Refused("weak", why)
        return await self._account_service.hashing.run(
            self._account_service.passwords.hash, password
        )

    def _shown(self, account: Account) -> answers.UserShown:
        cache = self._account_service.cache
        return answers.UserShown(
            name=account.name,
            role=account.role,
            disabled=account.disabled,
            password=account.password is not None,
            created=round(account.created, 3),
            seen=account.seen,
            display=account.display,
            see=sorted(account.grants.see),
            drive=sorted(account.grants.drive),
            own=sorted(account.grants.own),
            sessions=sum(each.account == account.name for each in cache.sessions.values()),
            tokens=sum(each.account == account.name for each in cache.tokens.values()),
            passkeys=len(cache.passkeys_of(account.name)),
            app=account.name in cache.apps,
            telephone=cache.telephones.get(account.name, ""),
        )

    # -- the audit log

    async def audit(self, call: Call[AuditQuery]) -> Reply:
        """Search the audit log, newest first. ``next`` is the ``before`` of the next page."""
        asked, known = call.asked, list(self._known())
        limit = min(_PAGE, max(1, int(asked.limit or 100)))
        search = Search(
            who=asked.who,
            what=asked.what,
            thing=asked.thing,
            text=asked.text[:200],
            since=None if asked.since is None else float(asked.since),
            until=None if asked.until is None else float(asked.until),
            before=None if asked.before is None else int(asked.before),
            limit=limit,
        )

        def find(database: Database) -> list[answers.AuditShown]:
            return shown_records(database.records(search), database.pseudonyms, known)

        records = await self._account_service.look(find)
        last = records[-1].n if len(records) == limit else None
        return Reply(answers.Audit(records=records, next=last))
