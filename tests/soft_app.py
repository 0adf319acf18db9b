"""An authenticator app made of software, and signing in with its codes."""

from __future__ import annotations

from typing import Any

from sightline.auth.second_factor import code_at, step_at
from soft_passkey import Page
from web_scene import GOOD


class Phone:
    """The app on a phone, whose clock is right."""

    def __init__(self, home: Any, secret: str) -> None:
        self._home = home
        self._secret = secret

    def shows(self, drift: int = 0) -> str:
        return code_at(self._secret, step_at(self._home.wall()) + drift)


async def sets_up(page: Page, cookie: str) -> tuple[Phone, list[str]]:
    """Turn the second factor on; the phone, and the recovery codes."""
    begun = (await page.asks("POST", "/me/app/begin", {}, cookie)).said
    phone = Phone(page.home, begun["secret"])
    asked = {"sealed": begun["sealed"], "code": phone.shows()}
    done = await page.asks("POST", "/me/app", asked, cookie)
    assert done.status == 201, done.said
    return phone, done.said["codes"]


async def jane(home: Any) -> tuple[Page, Phone, list[str], str]:
    """Jane with an app, half a minute later; her cookie is of before."""
    cookie = await home.knows("jane", "operator", password=GOOD)
    page = Page(home)
    phone, codes = await sets_up(page, cookie)
    home.clock.advance(60)
    return page, phone, codes, cookie


async def password(page: Page, given: str = GOOD) -> Any:
    return await page.asks("POST", "/session", {"name": "jane", "password": given})


async def half(page: Page) -> str:
    answer = await password(page)
    assert answer.said["wants"] == "code", answer.said
    return str(answer.said["half"])


async def code(page: Page, text: str, typed: str) -> Any:
    return await page.asks("POST", "/session/code", {"half": text, "code": typed})
