"""Where providers send people back to: on to our page, whatever they bring."""

from __future__ import annotations

import pytest
import pytest_twisted

from sightline.accounts.oidc.requests import ProviderReturn, unpacked


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/oidc/home?code=c&state=s&iss=i", ProviderReturn("home", state="s", code="c", iss="i")),
        (
            "/oidc/home?error=access_denied&state=s",
            ProviderReturn("home", "s", error="access_denied"),
        ),
        ("/oidc/home?code=a&code=b&state=s", ProviderReturn("home", state="s")),
        ("/oidc/a/b?code=c", ProviderReturn("a", code="c")),
        ("/oidc/%2F%2Fevil.example.org?code=c", ProviderReturn("//evil.example.org", code="c")),
        ("/oidc", ProviderReturn("")),
    ],
)
@pytest_twisted.ensureDeferred
async def test_the_browser_goes_on_to_our_own_page(open_web, path, told):
    home = await open_web()
    answer = await home.asks("GET", f"/{path}", ours=False)
    assert answer.status == 303
    where, _, packed = answer.headers["location"].partition("#oidc=")
    assert where == "../"
    assert unpacked(packed) == told
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.cookies == ()
