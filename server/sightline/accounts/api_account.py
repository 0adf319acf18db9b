"""Answer the calls about one's own account: password, sessions, API tokens."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from sightline.accounts import answers
from sightline.accounts.api_session import Text
from sightline.accounts.database import Database
from sightline.accounts.passwords import weakness
from sightline.accounts.service import AccountService
from sightline.auth.account import SCOPES, Account, AuditEvent, Session, Token, check_label
from sightline.auth.permissions import may_post
from sightline.auth.session import Throttle, digest, new_token
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Nothing, RequestBody
from sightline.contract.http import Call, Reply, Route

_DAY = 86400.0
_MOST_TOKENS = 100
_NOT_YOURS = "The present password is not right."


class NewPassword(RequestBody, frozen=True):
    """The present password and the next. ``end_tokens``: end the API tokens, too."""

    old: Text
    new: Text
    end_tokens: bool = False


class NewToken(RequestBody, frozen=True):
    """A token to make. ``things`` are friends (scope publish); ``days`` None: until revoked."""

    name: Annotated[str, Meta(max_length=64)]
    scopes: Annotated[list[str], Meta(min_length=1, max_length=8)]
    things: Annotated[tuple[str, ...], Meta(max_length=100)] = ()
    days: Annotated[int, Meta(ge=1, le=3660)] | None = None


class AccountApi:
    """What somebody may do to their own account."""

    def __init__(self, account_service: AccountService) -> None:
        self._account_service = account_service
        self._guesses = Throttle()

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [*self._own_routes(), *self._token_routes()]

    def _own_routes(self) -> list[Route[Any]]:
        """List what is answered about the password and the sessions."""
        return [
            Route(
                "POST",
                "/me/password",
                "account",
                self.password,
                summary="Change one's own password",
                body=NewPassword,
                errors=("weak",),
                example={"old": "correct horse 1", "new": "battery staple 2"},
            ),
            Route(
                "GET",
                "/sessions",
                "account",
                self.sessions,
                summary="List where one is signed in",
                reply=answers.Sessions,
            ),
            Route(
                "DELETE",
                "/sessions",
                "account",
                self.leave_everywhere,
                summary="Sign out everywhere, here too",
            ),
            Route(
                "DELETE",
                "/sessions/others",
                "account",
                self.leave_elsewhere,
                summary="Sign out everywhere but here",
            ),
            Route(
                "DELETE",
                "/sessions/{id}",
                "account",
                self.end_session,
                summary="Sign out in one session",
            ),
        ]

    def _token_routes(self) -> list[Route[Any]]:
        """List what is answered about API tokens."""
        return [
            Route(
                "GET",
                "/tokens",
                "account",
                self.tokens,
                summary="List one's API tokens, without their secrets",
                reply=answers.Tokens,
            ),
            Route(
                "POST",
                "/tokens",
                "account",
                self.make_token,
                summary="Make an API token; its text is told this once",
                body=NewToken,
                reply=answers.NewTokenMade,
                status=201,
                errors=("unknown", "taken"),
                example={"name": "a script", "scopes": ["see"], "days": 30},
            ),
            Route(
                "DELETE",
                "/tokens/{id}",
                "account",
                self.revoke_token,
                summary="Revoke a token",
            ),
        ]

    def _account(self, call: Call[Any]) -> Account:
        return self._account_service.cache.accounts[call.who.user.name]

    # -- the password

    async def password(self, call: Call[NewPassword]) -> Reply:
        """Change the password; that ends the other sessions, and the tokens if that is asked."""
        account_service, asked, account = (
            self._account_service,
            call.asked,
            self._account(call),
        )
        now = account_service.clock.seconds()
        if wait := self._guesses.wait(account.name, now):
            raise Refused("wait", "Too many attempts. Try again later.", wait=wait)
        if (why := weakness(asked.new, account.name)) is not None:
            raise Refused("weak", why)
        self._guesses.guess(account.name, now)
        kept = account.password
        if not await account_service.hashing.run(account_service.passwords.verify, kept, asked.old):
            account_service.note(
                AuditEvent(account.name, call.address, "change password", result="forbidden")
            )
            raise Refused("forbidden", _NOT_YOURS)
        self._guesses.right(account.name)
        hashed = await account_service.hashing.run(account_service.passwords.hash, asked.new)

        def change(database: Database) -> None:
            found = database.account(account.name)
            if found is None or found.password != kept or kept is None:
                raise Refused("forbidden", _NOT_YOURS)
            database.set_password(account.name, hashed)
            database.end_sessions(account.name, but=call.who.key)
            more = ""
            if asked.end_tokens:
                more = tokens_ended(database.end_tokens(account.name))
            database.write(AuditEvent(account.name, call.address, "change password", more=more))

        await account_service.change(change)
        return Reply()

    # -- sessions

    async def sessions(self, call: Call[Nothing]) -> Reply:
        """Tell where one is signed in."""
        found = sessions_of(self._account_service, call.who.user.name, call.who.key)
        return Reply(answers.Sessions(sessions=found))

    async def leave_everywhere(self, call: Call[Nothing]) -> Reply:
        """Sign out everywhere, here too."""
        await end_sessions(self._account_service, call, call.who.user.name)
        return Reply(cookie="")

    async def leave_elsewhere(self, call: Call[Nothing]) -> Reply:
        """Sign out everywhere but here."""
        await end_sessions(self._account_service, call, call.who.user.name, but=call.who.key)
        return Reply()

    async def end_session(self, call: Call[Nothing]) -> Reply:
        """Sign one of the account's browsers out."""
        name = call.who.user.name
        session = find_session(self._account_service, name, call.parts["id"])

        def end(database: Database) -> None:
            database.sign_out([session.key])
            database.write(AuditEvent(name, call.address, "end session"))

        await self._account_service.change(end)
        return Reply(cookie="" if session.key == call.who.key else None)

    # -- tokens

    async def tokens(self, call: Call[Nothing]) -> Reply:
        """Return the asker's tokens, without their secrets."""
        return Reply(answers.Tokens(tokens=tokens_of(self._account_service, call.who.user.name)))

    async def make_token(self, call: Call[NewToken]) -> Reply:
        """Make a new token. Its secret is told once."""
        account_service, asked, account = (
            self._account_service,
            call.asked,
            self._account(call),
        )
        token, text = minted(
            account,
            account_service.wall(),
            asked.name,
            frozenset(asked.scopes),
            frozenset(asked.things),
            asked.days,
        )
        if any(not may_post(call.who.user, thing) for thing in token.things):
            raise Refused("unknown", UNKNOWN)
        if (
            sum(each.account == account.name for each in account_service.cache.tokens.values())
            >= _MOST_TOKENS
        ):
            raise Refused("taken", f"An account has at most {_MOST_TOKENS} tokens.")

        def make(database: Database) -> None:
            database.put_token(token)
            database.write(token_event(account.name, call.address, token))

        await account_service.change(make)
        return Reply(answers.NewTokenMade(token=text, id=token.id), status=201)

    async def revoke_token(self, call: Call[Nothing]) -> Reply:
        """Revoke a token, so that it opens nothing any more. An admin may revoke anybody's."""
        account_service, user = self._account_service, call.who.user
        token = account_service.cache.tokens.get(call.parts["id"])
        if token is None or (token.account != user.name and user.role != "admin"):
            raise Refused("unknown", UNKNOWN)

        def revoke(database: Database) -> None:
            database.drop_token(token.id)
            database.write(
                AuditEvent(
                    user.name,
                    call.address,
                    "revoke token",
                    f"account/{token.account}",
                    more=f"token {token.id}",
                )
            )

        await account_service.change(revoke)
        return Reply()


def minted(
    account: Account,
    wall: float,
    label: str,
    scopes: frozenset[str],
    things: frozenset[str],
    days: int | None,
) -> tuple[Token, str]:
    """Make a new token and its text.

    Raises `Refused` (``malformed``) for what no token can be.
    """
    if (why := check_label(label)) is not None:
        raise Refused("malformed", why)
    if unknown := sorted(scopes - set(SCOPES)):
        raise Refused(
            "malformed", f"{unknown[0][:40]!r} is no scope; there are {', '.join(SCOPES)}"
        )
    if "metrics" in scopes and account.role != "admin":
        raise Refused("forbidden", "Only an admin can give out the server's figures.")
    if bool(things) != ("publish" in scopes):
        raise Refused("malformed", "things go with the scope publish, and publish needs them")
    if wrong := [t for t in sorted(things) if not t.startswith("friend/") or t.count("/") > 2]:
        raise Refused("malformed", f"{wrong[0][:80]!r} is no friend such as friend/jane/phone")
    number, secret, text = new_token()
    expires = None if days is None else wall + days * _DAY
    return (
        Token(number, account.name, label, digest(secret), scopes, things, wall, expires),
        text,
    )


def tokens_ended(count: int) -> str:
    """Tell how it is written down that an account's tokens were ended together."""
    return f"{count} tokens ended"


def token_event(who: str, address: str, token: Token) -> AuditEvent:
    """Tell how a new token is written down."""
    scopes = " ".join(sorted(token.scopes))
    return AuditEvent(
        who, address, "make token", f"account/{token.account}", more=f"token {token.id}: {scopes}"
    )


def tokens_of(account_service: AccountService, name: str) -> list[answers.TokenShown]:
    """Return an account's tokens as they are shown, the newest first. Times in epoch s."""
    return [
        answers.TokenShown(
            id=token.id,
            name=token.label,
            scopes=sorted(token.scopes),
            things=sorted(token.things),
            created=round(token.created, 3),
            expires=token.expires,
            used=account_service.visitors.times.token_used(token),
        )
        for token in sorted(account_service.cache.tokens.values(), key=lambda t: -t.created)
        if token.account == name
    ]


def sessions_of(
    account_service: AccountService, name: str, here: str = ""
) -> list[answers.SessionShown]:
    """Return an account's sessions as they are shown, the latest used first. Times in epoch s."""
    found = [
        session for session in account_service.cache.sessions.values() if session.account == name
    ]
    return [
        answers.SessionShown(
            id=session.id,
            created=round(session.created, 3),
            seen=round(account_service.visitors.times.last_used(session.key), 3),
            address=session.address,
            agent=session.agent,
            here=session.key == here,
        )
        for session in sorted(found, key=lambda s: -account_service.visitors.times.last_used(s.key))
    ]


def find_session(account_service: AccountService, name: str, number: str) -> Session:
    """Return one of an account's sessions by its id.

    Raises `Refused` (``unknown``).
    """
    for session in account_service.cache.sessions.values():
        if session.account == name and session.id == number:
            return session
    raise Refused("unknown", UNKNOWN)


async def end_sessions(
    account_service: AccountService, call: Call[Any], name: str, *, but: str | None = None
) -> None:
    """Sign an account out everywhere, but in one session if that is named."""
    who = call.who.user.name
    what = "sign out elsewhere" if but else "sign out everywhere"

    def end(database: Database) -> None:
        database.end_sessions(name, but=but)
        database.write(AuditEvent(who, call.address, what, f"account/{name}"))

    await account_service.change(end)
