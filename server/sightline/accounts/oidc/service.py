"""Carry a sign-in elsewhere from its beginning to its end, with the rules of `decision`.

Each refusal is written down with its reason. A provider that is slow or away costs those who sign
in by it some seconds, and nobody else anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from twisted.logger import Logger

from sightline.accounts import factors, identities, invitations
from sightline.accounts.account_changes import account_event, granted_words, keep_an_admin
from sightline.accounts.api_joining import invitation_named, open_invitation
from sightline.accounts.database import Database
from sightline.accounts.entrance import Entrance
from sightline.accounts.oidc.decision import (
    Claims,
    Create,
    Enter,
    Identity,
    Refuse,
    decide_join,
    decide_sign_in,
    read_claims,
)
from sightline.accounts.oidc.errors import CodeRefused, ProviderAway, Untrusted
from sightline.accounts.oidc.flow import LASTS, Flow, FlowSealer, Purpose, new_secrets
from sightline.accounts.oidc.provider import Provider
from sightline.accounts.oidc.requests import (
    ProviderReturn,
    authorization_url,
    end_session_url,
    place_within,
    redirect_uri,
)
from sightline.accounts.service import AccountService
from sightline.auth.account import Account, AuditEvent
from sightline.auth.session import digest
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.http import Call, Reply

NOBODY = "(unknown)"
_NOT_BEGUN = (
    "This sign-in was not begun in this browser, or it took more than ten minutes. Please begin"
    " again."
)
_MOST_AT_ONCE = 32
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")
_AGAIN = 5.0  # s


class ElsewhereService:
    """Signs people in by ``providers``, by their names in the settings."""

    _log = Logger()

    def __init__(
        self,
        account_service: AccountService,
        entrance: Entrance,
        providers: Mapping[str, Provider],
    ) -> None:
        self.providers = providers
        self._account_service = account_service
        self._entrance = entrance
        self._sealer: FlowSealer | None = None
        self._at_once = 0

    def provider(self, name: str) -> Provider:
        """Return a provider by its name. Raises `Refused` (``unknown``)."""
        found = self.providers.get(name)
        if found is None:
            raise Refused("unknown", UNKNOWN)
        return found

    def of_issuer(self, issuer: str) -> Provider | None:
        """Return the provider with this issuer; None: the settings name none any more."""
        return next((p for p in self.providers.values() if p.options.issuer == issuer), None)

    def adds_phone(self, invitation: str) -> bool:
        """Tell whether the person of this invitation, by its key, is to add a phone."""
        every = self._account_service.cache.invitations.values()
        return any(each.adds_phone for each in every if each.key == invitation)

    # -- the way there

    async def begin(
        self,
        call: Call[Any],
        name: str,
        purpose: Purpose,
        *,
        place: str = "",
        token: str = "",
        called: str = "",
    ) -> tuple[str, str]:
        """Begin a sign-in: return where to go, and what the browser keeps meanwhile.

        Raises `Refused`.
        """
        self._entrance.check_address(call)
        provider, service = self.provider(name), self._account_service
        session = account = invitation = ""
        if purpose == "link":
            if call.visitor is None or call.visitor.way != "account":
                raise Refused("signed_out", "Please sign in.")
            session, account = call.visitor.key, call.visitor.user.name
        elif purpose == "join":
            await service.refresh()
            found = open_invitation(service.cache, digest(token), service.wall())
            if found.account is not None:
                raise Refused("wrong", "This link is for a new password only.")
            invitation = found.key
        flow = Flow(
            provider=name,
            issuer=provider.options.issuer,
            purpose=purpose,
            redirect=redirect_uri(call.base, name),
            began=service.wall(),
            place=place_within(place),
            session=session,
            account=account,
            invitation=invitation,
            name=called,
            **new_secrets(),
        )
        try:
            url = authorization_url(await provider.metadata(), provider.options, flow)
        except (ProviderAway, Untrusted) as why:
            raise self._refused(provider, why) from why
        return url, (await self._seals()).seal(flow)

    async def _seals(self) -> FlowSealer:
        if self._sealer is None:
            self._sealer = FlowSealer(await self._account_service.post(identities.flow_key))
        return self._sealer

    # -- the way back

    async def finish(self, call: Call[Any], answer: ProviderReturn | None) -> tuple[Reply, Flow]:
        """End a sign-in with what the provider sent back. Raises `Refused`."""
        self._entrance.check_address(call)
        flow = (await self._seals()).opened(call.flow, self._account_service.wall())
        who, more = (flow.account if flow else "") or NOBODY, ""
        try:
            flow, claims = await self._claims(call, flow, answer)
            more = _described(flow.provider, claims)
            return await self._done(call, flow, claims), flow
        except Refused as why:
            result = why.code if why.code not in ("degraded", "busy") else ""
            if result:
                about = more or (flow.provider if flow else "")
                words = ": ".join(filter(None, (about, why.why)))[:300]
                event = AuditEvent(who, call.address, "sign in elsewhere", "", result, words)
                await self._account_service.record(event)
            raise

    async def _claims(
        self, call: Call[Any], flow: Flow | None, answer: ProviderReturn | None
    ) -> tuple[Flow, Claims]:
        """Return the sign-in that was begun, and who it is, once all of it was found right."""
        state = answer.state if answer is not None else ""
        if answer is None or flow is None or not state or not flow.is_answered_by(state):
            raise Refused("not_begun", _NOT_BEGUN)
        provider = self.providers.get(flow.provider)
        if provider is None or provider.options.issuer != flow.issuer:
            raise Refused("not_begun", _NOT_BEGUN)  # the settings are others by now
        if self._at_once >= _MOST_AT_ONCE:
            raise Refused("busy", "Too many people sign in just now. Try again.", wait=_AGAIN)
        self._at_once += 1
        try:
            metadata = await provider.metadata()
            issuer = answer.iss or metadata.issuer
            if answer.provider != flow.provider or issuer != metadata.issuer:
                raise Untrusted("the answer is by another provider (iss)")
            if metadata.says_issuer and not answer.iss:
                raise Untrusted("the answer does not say by whom it is (iss)")
            if answer.error or not answer.code:
                raise _cancelled(provider, answer.error)
            found = await provider.claims(flow, answer.code)
        except (ProviderAway, Untrusted, CodeRefused) as why:
            raise self._refused(provider, why) from why
        finally:
            self._at_once -= 1
        return flow, read_claims(flow.issuer, found, provider.options.rules.roles_claim)

    def _refused(self, provider: Provider, why: Exception) -> Refused:
        """Return what people are told of a provider that failed them."""
        label = provider.options.label
        if isinstance(why, ProviderAway):
            return Refused("away", f"{label} cannot be reached just now: {why}.", wait=_AGAIN)
        if isinstance(why, CodeRefused):
            return Refused("not_begun", f"{label}: {why}. Please begin again.")
        self._log.warn("A sign-in by {name} was refused: {why}", name=provider.name, why=str(why))
        return Refused("untrusted", f"The answer of {label} cannot be believed: {why}.")

    async def _done(self, call: Call[Any], flow: Flow, claims: Claims) -> Reply:
        match flow.purpose:
            case "link":
                return await self._link(call, flow, claims)
            case "join":
                return await self._join(call, flow, claims)
            case "sign_in":
                return await self._sign_in(call, flow, claims)

    async def _sign_in(self, call: Call[Any], flow: Flow, claims: Claims) -> Reply:
        provider, service = self.provider(flow.provider), self._account_service

        def decide(database: Database) -> tuple[Enter | Create, Identity | None]:
            known = identities.identity_of(database.sql, claims.issuer, claims.subject)
            accounts = database.read_cache().accounts
            rules = provider.options.rules
            decided = decide_sign_in(claims, rules, known, accounts)
            if isinstance(decided, Refuse):
                raise decided.refused()
            return decided, known

        first, known = await service.look(decide)
        name = first.account if isinstance(first, Enter) else first.name
        number = known.id if known else ""

        def enter(database: Database) -> None:
            nonlocal number
            _spend(database, flow)
            now, found = decide(database)
            if now != first:
                raise Refused("busy", "The accounts were changed meanwhile. Try again.", wait=1)
            if isinstance(now, Create):
                number = self._make(database, call, now, claims)
            elif found is not None:
                number = found.id
                _take_role(database, call, now, provider)

        def unchanged() -> bool:
            account = service.cache.accounts.get(name)
            return (
                isinstance(first, Enter)
                and account is not None
                and not account.disabled
                and account.role == first.role
            )

        return await self._entrance.enter(
            call,
            name,
            "sign in elsewhere",
            enter,
            unchanged,
            after=lambda database, session: identities.used(database, number, session.key),
            more=_described(flow.provider, claims),
        )

    def _make(self, database: Database, call: Call[Any], made: Create, claims: Claims) -> str:
        """Make the account of somebody who may have one; return the identity's id."""
        account = Account(
            made.name, made.role, created=self._account_service.wall(), display=made.display
        )
        database.put_account(account)
        database.write(account_event(made.name, call.address, None, account, database.pseudonyms))
        return identities.link(database, claims.issuer, claims.subject, made.name, _label(claims))

    async def _join(self, call: Call[Any], flow: Flow, claims: Claims) -> Reply:
        """Use an invitation up: the account has what it carries, and no password."""
        provider, service = self.provider(flow.provider), self._account_service

        def decide(database: Database) -> Create:
            cache = database.read_cache()
            invitation = open_invitation(cache, flow.invitation, service.wall())
            known = identities.identity_of(database.sql, claims.issuer, claims.subject)
            decided = decide_join(
                claims,
                provider.options.rules,
                known,
                cache.accounts,
                role=invitation.role,
                typed=flow.name,
            )
            if isinstance(decided, Refuse):
                raise decided.refused()
            return decided

        first, number = await service.look(decide), ""

        def make(database: Database) -> None:
            nonlocal number
            _spend(database, flow)
            made = decide(database)
            if made != first:
                raise Refused("busy", "The accounts were changed meanwhile. Try again.", wait=1)
            used = open_invitation(database.read_cache(), flow.invitation, service.wall())
            invitations.use(database, used.id)
            account = Account(
                made.name, made.role, used.grants, created=service.wall(), display=made.display
            )
            database.put_account(account)
            subject = claims.subject
            number = identities.link(database, claims.issuer, subject, made.name, _label(claims))
            words = [invitation_named(used), f"role {made.role}"]
            words += granted_words(used.grants, database.pseudonyms)
            thing = f"account/{made.name}"
            event = AuditEvent(
                made.name, call.address, "make account", thing, more=", ".join(words)
            )
            database.write(event)

        return await self._entrance.enter(
            call,
            first.name,
            "accept invitation",
            make,
            after=lambda database, session: identities.used(database, number, session.key),
            more=_described(flow.provider, claims),
        )

    async def _link(self, call: Call[Any], flow: Flow, claims: Claims) -> Reply:
        """Link the account of the session that began this, which must be the one that asks."""
        visitor = call.visitor
        if visitor is None or visitor.way != "account" or visitor.key != flow.session:
            raise Refused("not_begun", _NOT_BEGUN)
        name = visitor.user.name
        whose = claims.issuer, claims.subject, _label(claims)

        def link(database: Database) -> None:
            _spend(database, flow)
            identities.link_here(database, name, call.address, flow.account, *whose)

        await self._account_service.change(link)
        return Reply()

    # -- out again

    async def farewell(self, call: Call[Any]) -> tuple[str, str] | None:
        """Return the label of the provider by which this session came, and its way out.

        None where there is none. For before the session ends.
        """
        visitor = call.visitor
        if not self.providers or visitor is None or visitor.way != "account":
            return None
        try:
            issuer = await self._account_service.look(
                lambda database: identities.issuer_of_session(database.sql, visitor.key)
            )
            provider = self.of_issuer(issuer)
            if provider is None:
                return None
            metadata = await provider.metadata()
        except (Refused, ProviderAway, Untrusted):
            return None  # nobody waits for that in order to sign out
        url = end_session_url(metadata, provider.options, f"{call.base}/")
        return (provider.options.label, url) if url else None


def _spend(database: Database, flow: Flow) -> None:
    """Use a sign-in up, whatever server ends it. Raises `Refused` if it was."""
    if not factors.spend(database.sql, digest(flow.state), flow.began + 2 * LASTS):
        raise Refused("not_begun", _NOT_BEGUN)


def _take_role(database: Database, call: Call[Any], entered: Enter, provider: Provider) -> None:
    """Give an account the role that its groups at the provider say."""
    before = database.account(entered.account)
    if before is None or before.role == entered.role:
        return
    after = replace(before, role=entered.role)
    who = f"{provider.name} (sign-in)"
    try:
        keep_an_admin(database, after)
    except Refused as why:
        thing = f"account/{before.name}"
        database.write(
            AuditEvent(who, call.address, "change account", thing, why.code, "stays the last admin")
        )
        return
    database.put_account(after)
    database.write(account_event(who, call.address, before, after, database.pseudonyms))


def _cancelled(provider: Provider, error: str) -> Exception:
    """Return what an error in a provider's answer means (RFC 6749, 4.1.2.1)."""
    if error in ("server_error", "temporarily_unavailable"):
        return ProviderAway("it has trouble of its own")
    if error in ("access_denied", "login_required", "consent_required", "interaction_required"):
        return Refused("cancelled", f"The sign-in at {provider.options.label} was not completed.")
    code = error if _ERROR_CODE.fullmatch(error) else "no code"
    return Untrusted(f"it answers with an error ({code})")


def _described(provider: str, claims: Claims) -> str:
    """Name somebody of a provider for the audit log, so that an admin can link them."""
    return f"by {provider}, subject {claims.subject}"


def _label(claims: Claims) -> str:
    return claims.username or claims.called or claims.subject[:64]
