"""The calls of a sign-in elsewhere: what they ask, answer and refuse."""

from __future__ import annotations

import pytest
import pytest_twisted

from oidc_provider import OidcProvider
from oidc_scene import Person, oidc
from sightline.accounts.oidc.requests import LONGEST
from web_scene import GOOD


@pytest_twisted.ensureDeferred
async def test_an_invitation_with_a_phone_says_so_at_its_end(open_web):
    with OidcProvider() as provider:
        home = await open_web(oidc=oidc(provider))
        provider.wall = home.wall
        root = await home.knows("root", "admin", password=GOOD)
        asked = {"name": "Jane", "adds_phone": True}
        made = await home.asks("POST", "/invitations", asked, cookie=root)
        person = Person(home)
        token = made.said["url"].partition("#invite=")[2]
        begun = await person.begins("join", token=token)
        assert begun.said["back"] == f"http://127.0.0.1:{home.port}/"
        assert begun.said["url"].startswith(f"{provider.url}/authorize?response_type=code&")
        back = await person.comes_back(await person.at_provider(begun.said["url"]))
        said = (await person.ends(back)).said
        assert (said["purpose"], said["provider"], said["adds_phone"]) == ("join", "Our home", True)
        again = await person.signs_in()
        assert again.said["adds_phone"] is False


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/oidc/home", {"purpose": "other"}, "malformed"),
        ("/oidc/home", {"place": "x" * 401}, "malformed"),
        ("/oidc/home", {"purpose": "join", "token": "nothing"}, "unknown"),
        ("/oidc/nowhere", {}, "unknown"),
        ("/oidc", {}, "malformed"),
        ("/oidc", {"answer": "x" * (LONGEST + 1)}, "malformed"),
        ("/oidc", {"answer": "nonsense"}, "not_begun"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_call_that_makes_no_sense_is_refused(open_web, path, body, code):
    home = await open_web()
    assert (await home.asks("POST", path, body)).code == code
