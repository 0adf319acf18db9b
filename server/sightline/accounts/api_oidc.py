"""Answer the calls of a sign-in elsewhere: on the way to a provider, and on the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from sightline.accounts import answers
from sightline.accounts.api_session import Text
from sightline.accounts.oidc.flow import Purpose
from sightline.accounts.oidc.requests import LONGEST, unpacked
from sightline.accounts.oidc.service import ElsewhereService
from sightline.auth.session import Person
from sightline.contract.fields import Answer, RequestBody
from sightline.contract.http import Call, Reply, Route

_REFUSES = (
    *("away", "barred", "cancelled", "linked", "malformed", "no_account", "no_role", "not_begun"),
    *("taken", "untrusted", "wrong", "ended", "revoked", "used"),
)


class SignInElsewhere(RequestBody, frozen=True):
    """What a sign-in elsewhere is for; ``place`` is where the page goes on after it (``#map``).

    To join: ``token`` is the secret of an invitation, ``name`` how one wants to be called.
    """

    purpose: Purpose = "sign_in"
    place: Annotated[str, Meta(max_length=400)] = ""
    token: Text = ""
    name: Annotated[str, Meta(max_length=64)] = ""


class ProviderAnswer(RequestBody, frozen=True):
    """What follows ``#oidc=`` in the address by which one came back."""

    answer: Annotated[str, Meta(max_length=LONGEST)]


class Begun(Answer, frozen=True):
    """Where the browser goes now, and the address of ours to which it comes back."""

    url: str
    back: str


class CameElsewhere(Answer, frozen=True):
    """Who is here now; absent after a link, which lets nobody in.

    ``adds_phone``: they joined, and are to add a phone of their own.
    """

    purpose: Purpose
    provider: str
    place: str = ""
    user: Person | UnsetType = UNSET
    degraded: str | UnsetType = UNSET
    adds_phone: bool = False


class OidcApi:
    """Lets people in by a provider, and links their accounts with it."""

    def __init__(self, elsewhere: ElsewhereService) -> None:
        self._elsewhere = elsewhere

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "POST",
                "/oidc/{name}",
                "nobody",
                self.begin,
                summary="Begin to sign in, join or link by an OpenID Connect provider",
                body=SignInElsewhere,
                reply=Begun,
                errors=("away", "ended", "revoked", "signed_out", "untrusted", "used", "wrong"),
                example={"purpose": "sign_in", "place": "#map"},
            ),
            Route(
                "POST",
                "/oidc",
                "nobody",
                self.finish,
                summary="End that with what the provider sent back",
                body=ProviderAnswer,
                reply=CameElsewhere,
                errors=_REFUSES,
                example={"answer": "what follows #oidc= in the address"},
            ),
        ]

    async def begin(self, call: Call[SignInElsewhere]) -> Reply:
        """Begin; the browser keeps what it needs at the end, sealed."""
        asked = call.asked
        url, kept = await self._elsewhere.begin(
            call,
            call.parts["name"],
            asked.purpose,
            place=asked.place,
            token=asked.token,
            called=asked.name,
        )
        return Reply(Begun(url=url, back=f"{call.base}/"), flow=kept)

    async def finish(self, call: Call[ProviderAnswer]) -> Reply:
        """End it: come in, or have the account linked."""
        reply, flow = await self._elsewhere.finish(call, unpacked(call.asked.answer))
        me = reply.answer if isinstance(reply.answer, answers.Me) else None
        came = CameElsewhere(
            purpose=flow.purpose,
            provider=self._elsewhere.provider(flow.provider).options.label,
            place=flow.place,
            user=me.user if me else UNSET,
            degraded=me.degraded if me else UNSET,
            adds_phone=bool(flow.invitation) and self._elsewhere.adds_phone(flow.invitation),
        )
        return replace(reply, answer=came, flow="")
