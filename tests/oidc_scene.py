"""A web scene whose people may sign in at a provider, and a browser that goes there and back."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.threads import deferToThread

from oidc_provider import CLIENT, SECRET, OidcProvider
from sightline.accounts.oidc.requests import unpacked
from sightline.settings import OidcSettings, Secret
from web_scene import Answer, WebScene


def oidc(provider: OidcProvider, **more: Any) -> dict[str, OidcSettings]:
    """The settings that name this provider ``home``."""
    fields = {"issuer": provider.issuer, "client_id": CLIENT, "secret": Secret(SECRET)}
    return {"home": OidcSettings(**{**fields, "label": "Our home", "private": True, **more})}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def goes(url: str) -> str:
    """Where a browser is sent from this address; "" when it stays there."""
    try:
        answer: HTTPResponse = urllib.request.build_opener(_NoRedirect).open(url, timeout=60)
    except urllib.error.HTTPError as sent:
        with sent:
            return sent.headers.get("Location", "")
    with answer:
        return ""


class Person:
    """Somebody's browser, with its cookies. ``at`` is the name of the provider in the settings."""

    def __init__(self, home: WebScene, cookie: str = "", at: str = "home") -> None:
        self.home = home
        self.at = at
        self.jar: dict[str, str] = {}
        if cookie:
            self._keep((cookie,))

    @property
    def cookies(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.jar.items())

    @property
    def session(self) -> str:
        """The session's cookie alone."""
        name = f"sightline-{self.home.port}"
        return f"{name}={self.jar[name]}" if name in self.jar else ""

    def _keep(self, cookies: tuple[str, ...]) -> None:
        for each in cookies:
            pair, *attributes = each.split(";")
            name, _, value = pair.partition("=")
            self.jar[name] = value
            if any(a.strip().lower() == "max-age=0" for a in attributes):
                del self.jar[name]

    async def asks(self, method: str, path: str, body: Any = None) -> Answer:
        answer = await self.home.asks(method, path, body, cookie=self.cookies or None)
        self._keep(answer.cookies)
        return answer

    async def begins(self, purpose: str = "sign_in", **fields: Any) -> Answer:
        return await self.asks("POST", f"/oidc/{self.at}", {"purpose": purpose, **fields})

    async def at_provider(self, url: str) -> str:
        """Sign in there; the address to which the provider sends the browser back."""
        return await deferToThread(goes, url)

    async def comes_back(self, address: str) -> str:
        """Follow that, here; what the page is handed."""
        there = urlsplit(address)
        own = f"http://127.0.0.1:{self.home.port}{there.path}?{there.query}"
        place = await deferToThread(goes, own)
        assert place.startswith("../#oidc="), place
        return place.partition("#oidc=")[2]

    async def ends(self, answer: str) -> Answer:
        return await self.asks("POST", "/oidc", {"answer": answer})

    async def signs_in(self, purpose: str = "sign_in", **fields: Any) -> Answer:
        """All the way. Where it cannot begin, how that was refused."""
        begun = await self.begins(purpose, **fields)
        if begun.status != 200:
            return begun
        back = await self.at_provider(begun.said["url"])
        answer = await self.comes_back(back)
        assert unpacked(answer) is not None
        return await self.ends(answer)


async def audited(home: WebScene, what: str) -> list[dict[str, Any]]:
    """What the audit log says of such deeds, newest first."""
    from sightline.accounts.database_audit import Search

    records = await home.account_service.look(lambda db: db.records(Search(what=what)))
    return [
        {"who": r.event.who, "result": r.event.result, "more": r.event.more, "thing": r.event.thing}
        for r in records
    ]
