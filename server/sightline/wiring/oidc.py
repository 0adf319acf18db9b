"""Make what signs people in at OpenID Connect providers, of the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from twisted.internet.interfaces import IReactorTime

from sightline.accounts.api_identities import IdentitiesApi
from sightline.accounts.api_oidc import OidcApi
from sightline.accounts.entrance import Entrance
from sightline.accounts.oidc.errors import ProviderAway
from sightline.accounts.oidc.options import ProviderOptions, ProviderRules, SignInWays
from sightline.accounts.oidc.provider import TIMEOUT, Ask, Provider, ProviderReply
from sightline.accounts.oidc.service import ElsewhereService
from sightline.accounts.service import AccountService
from sightline.settings import OidcSettings
from sightline.web.outgoing import AddressDenied, CheckedEndpoints
from sightline.web.outgoing_fetch import OutgoingFetch


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What signs people in: by which ways, and the parts of the HTTP API about it."""

    entrance: Entrance
    service: ElsewhereService
    apis: tuple[OidcApi, IdentitiesApi]


def build_elsewhere(
    accounts: AccountService,
    providers: Mapping[str, OidcSettings],
    reactor: Any,
    clock: IReactorTime,
    wall: Callable[[], float],
) -> Elsewhere:
    """Make it. ``clock`` is never stepped; ``wall`` gives epoch s."""
    entrance = Entrance(accounts, ways_of(providers))
    made = {
        name: Provider(
            name,
            provider_options(name, each),
            asker(reactor, private=each.private),
            clock,
            wall,
        )
        for name, each in providers.items()
    }
    service = ElsewhereService(accounts, entrance, made)
    identities = IdentitiesApi(accounts, entrance, service)
    return Elsewhere(entrance, service, (OidcApi(service), identities))


def ways_of(providers: Mapping[str, OidcSettings]) -> SignInWays:
    """Return the ways in that these settings leave."""
    return SignInWays(
        passwords=not any(each.only for each in providers.values()),
        providers=tuple((name, each.label or name) for name, each in providers.items()),
    )


def provider_options(name: str, found: OidcSettings) -> ProviderOptions:
    """Return a provider as these settings describe it."""
    return ProviderOptions(
        issuer=found.issuer,
        client_id=found.client_id,
        client_secret=found.secret.reveal() if found.secret else "",
        label=found.label or name,
        scopes=found.scopes,
        rules=ProviderRules(
            create=None if found.create == "no" else found.create,
            roles_claim=found.roles_claim,
            groups={
                "viewer": frozenset(found.viewer),
                "operator": frozenset(found.operator),
                "admin": frozenset(found.admin),
            },
        ),
        private=found.private,
    )


def asker(reactor: Any, *, private: bool) -> Ask:
    """Make what asks a provider; what goes wrong is told in words for people."""
    endpoints = CheckedEndpoints(reactor, private=private, timeout=TIMEOUT)
    fetch = OutgoingFetch(reactor, endpoints, TIMEOUT)

    async def ask(
        method: str, url: str, headers: Mapping[str, str], most: int, body: bytes | None
    ) -> ProviderReply:
        try:
            return await fetch(method, url, headers, most, body)
        except Exception as why:
            raise ProviderAway(plain(why)) from why

    return ask


def plain(why: BaseException) -> str:
    """Return what went wrong in a few words."""
    inner = getattr(why, "reasons", None)  # twisted.web wraps what went wrong on the connection
    if inner:
        return plain(inner[0].value)
    name = type(why).__name__
    if isinstance(why, AddressDenied):
        return "its address is one of a private network (private = true allows that)"
    if name in ("TimeoutError", "TCPTimedOutError", "CancelledError"):
        return "it does not answer in time"
    if name in ("ConnectionRefusedError", "ConnectError"):
        return "nobody listens there"
    if name in ("DNSLookupError",) or str(why) == "there is no host of that name":
        return "there is no host of that name"
    if "certificate" in str(why).lower() or name in ("VerificationError", "Error", "SSLError"):
        return "its certificate is not one that this machine trusts"
    return "the connection broke"
