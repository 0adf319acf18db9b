"""Accounts for tests of the page: the first admin at work, and what signing in looks like."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from typing import Any

from playwright.sync_api import Page, expect

from sightline_process import ROOT, SightlineProcess
from waits import wait_until

PASSWORD = "seven-quiet-harbours"


class Admin:
    """The first admin, at work over the API."""

    def __init__(self, sightline: SightlineProcess, name: str = "root") -> None:
        self._home = sightline.url
        self._cookie = ""
        token = first_link(sightline).partition("#welcome=")[2]
        self.asks("POST", "welcome", {"token": token, "name": name, "password": PASSWORD})

    @property
    def session(self) -> dict[str, str]:
        """The cookie of the session, as a browser is given one."""
        name, _, value = self._cookie.partition("=")
        return {"name": name, "value": value, "url": self._home}

    @property
    def cookie(self) -> str:
        """What a browser sends that is signed in as this admin."""
        return self._cookie

    def asks(self, method: str, path: str, fields: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self._home}api/1/{path}",
            None if fields is None else json.dumps(fields).encode(),
            {
                "content-type": "application/json",
                "origin": self._home.rstrip("/"),
                "cookie": self._cookie,
            },
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            self._cookie = (answer.headers["set-cookie"] or self._cookie).partition(";")[0]
            return json.load(answer)

    def knows(self, name: str, role: str = "viewer", **grants: list[str]) -> None:
        self.asks("POST", "users", {"name": name, "role": role, "password": PASSWORD, **grants})

    def recalls(self, thing: str, fixes: int) -> None:
        """Wait until the server has in its history so many fixes of a thing."""

        said: Any = None

        def found() -> bool:
            nonlocal said
            try:
                said = self.asks("GET", f"history/{thing}")["data"]
                return len(said) == fixes
            except urllib.error.HTTPError as refused:  # nothing is known of it yet
                with refused:
                    said = refused.read()
                return False

        wanted = f"{fixes} fixes of {thing}"
        wait_until(found, lambda: f"{wanted}, got {said}", pause=lambda: time.sleep(0.1))

    def shares(self, thing: str) -> str:
        link = {"name": "for a friend", "things": [thing], "ends": time.time() + 3600}
        return str(self.asks("POST", "links", link)["url"])


def first_link(sightline: SightlineProcess) -> str:
    """What the log says to open at the first start."""
    found = wait_until(
        lambda: re.search(r"http://\S+/#welcome=[\w-]+", sightline.logged),
        lambda: f"a link in the log:\n{sightline.logged}",
    )
    assert found is not None
    return found[0]


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("Password", exact=True).press("Enter")


def is_in(page: Page) -> None:
    expect(page.locator("html[data-connection=live]")).to_be_attached()


def axe(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is."""
    if not page.evaluate("'axe' in window"):  # it is half a megabyte
        page.evaluate((ROOT / "web/node_modules/axe-core/axe.min.js").read_text())
    violations = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations)"
    )
    return [
        f"{wrong['id']}: {[(node['target'], node['html'][:160]) for node in wrong['nodes']]}"
        for wrong in violations
    ]


def axe_by_day_and_by_night(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is, in either of its themes; this one first."""
    found, html = [], page.locator("html")
    for theme in sorted(("light", "dark"), key=html.get_attribute("data-theme").__ne__):
        page.emulate_media(color_scheme=theme)
        expect(html).to_have_attribute("data-theme", theme)
        found += [f"{theme}: {wrong}" for wrong in axe(page)]
    return found
