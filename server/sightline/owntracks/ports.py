"""What phones and clients need of the accounts, and the credentials they bring.

Phones and the Recorder's clients sign in with HTTP Basic: an account's name and one of its API
tokens in the place of the password. Browsers send Basic credentials along by themselves, also with
requests that another site's page makes; so they open only what such a page could not use: posts of
phones, and readings whose answers it is not shown.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from typing import Protocol

from twisted.web.server import Request

from sightline.auth.permissions import VisibleScope
from sightline.auth.session import Visitor

CHALLENGE = b'Basic realm="Sightline", charset="UTF-8"'


class RequestContextPort(Protocol):
    """What is believed of a request (`sightline.web.request_context`)."""

    def address(self, request: Request) -> str:
        """Tell where the client is."""

    def base(self, request: Request) -> str:
        """Return the address under which people reach us."""

    def visitor(self, request: Request) -> Visitor | None:
        """Return the visitor who makes the request, by cookie or by bearer token."""

    def may_open(self, request: Request) -> bool:
        """Tell whether a page of the request's origin may open a WebSocket here."""

    def trusted_origin(self, request: Request) -> str | None:
        """Return the request's origin, where the settings name it."""


class AuthenticatorPort(Protocol):
    """What decides who may come in (`sightline.accounts.service`)."""

    def signed(self, account: str, text: str) -> Visitor | None:
        """Return the visitor who signs in with this account's name and this token."""

    def phone_things(self, text: str) -> frozenset[str] | None:
        """Tell what the phone that holds this token may post for; None: it is no such token."""

    def phone(self, login: str, text: str, thing: str) -> str | None:
        """Return the account for which a phone, signing in so, may post as
        ``friend/user/device``.
        """

    def scope(self, account: str) -> VisibleScope:
        """Tell what this account may see."""

    def watch(self, visitor: Visitor, ended: Callable[[str], None]) -> Callable[[], None]:
        """Call ``ended`` with the reason when the visitor must go; returns how to stop that."""


def basic(request: Request) -> tuple[str, str] | None:
    """Name and password of an ``Authorization: Basic`` header; None: there is none that is one."""
    sort, _, text = (request.getHeader(b"authorization") or b"").partition(b" ")
    if sort.lower() != b"basic":
        return None
    try:
        name, colon, password = b64decode(text.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return (name, password) if colon else None


def reader(
    request: Request, context: RequestContextPort, authenticator: AuthenticatorPort
) -> Visitor | None:
    """Return the visitor who wants to read: by session, bearer token, or Basic."""
    found = context.visitor(request)
    if found is None and (given := basic(request)) is not None:
        found = authenticator.signed(*given)
    return found


def may_read(visitor: Visitor) -> bool:
    """Tell whether this is somebody to whom things are shown at all: not a phone's own token."""
    return visitor.reads
