"""The settings of a provider, as the rest of this folder needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sightline.auth.permissions import Role


@dataclass(frozen=True, slots=True)
class ProviderRules:
    """What a sign-in at a provider means here.

    ``create`` is the role of new accounts; None: nobody gets an account by signing in. With a
    ``roles_claim`` the role goes by the ``groups`` in it, at each sign-in.
    """

    create: Role | None = None
    roles_claim: str = ""
    groups: Mapping[Role, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProviderOptions:
    """A provider: its address, how it knows us, what it is called and what it may decide.

    ``private``: it may be at an address of our own network, and without TLS.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    label: str = ""
    scopes: tuple[str, ...] = ("openid", "profile")
    rules: ProviderRules = field(default_factory=ProviderRules)
    private: bool = False


@dataclass(frozen=True, slots=True)
class SignInWays:
    """The ways that the sign-in page offers: the password form, and providers by name and label."""

    passwords: bool = True
    providers: tuple[tuple[str, str], ...] = ()
