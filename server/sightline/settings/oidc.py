"""The settings of a sign-in elsewhere, as a struct: ``[oidc.<name>]``."""

from __future__ import annotations

from typing import Literal

from sightline.settings.section import Section
from sightline.settings.values import Secret


class OidcSettings(Section, frozen=True, kw_only=True):
    """A provider of OpenID Connect at which people sign in.

    ``issuer`` is its address, exactly as it calls itself. ``create``: who signs in there and is not
    known gets an account with this role. With a ``roles_claim`` roles go by the groups in it, at
    each sign-in: ``admin``, ``operator``, ``viewer``; with groups for viewers nobody else comes in.
    ``private`` lets it be at an address of our own network. ``only``: nobody signs in by password.
    """

    issuer: str
    client_id: str
    client_secret_file: str = ""
    client_secret_env: str = ""
    label: str = ""
    scopes: tuple[str, ...] = ("openid", "profile")
    create: Literal["no", "viewer", "operator"] = "no"
    roles_claim: str = ""
    viewer: tuple[str, ...] = ()
    operator: tuple[str, ...] = ()
    admin: tuple[str, ...] = ()
    private: bool = False
    only: bool = False
    secret: Secret | None = None
