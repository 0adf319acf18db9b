"""Providers as the settings describe them, and what is said when one cannot be asked."""

from __future__ import annotations

import pytest
import pytest_twisted
from twisted.internet import reactor

from broker import free_port
from sightline.accounts.oidc.errors import ProviderAway
from sightline.accounts.oidc.options import ProviderRules, SignInWays
from sightline.settings import OidcSettings, Secret
from sightline.web.outgoing import AddressDenied
from sightline.wiring.oidc import asker, plain, provider_options, ways_of

HOME = OidcSettings(
    issuer="https://auth.example.org",
    client_id="sightline",
    secret=Secret("hush"),
    create="viewer",
    roles_claim="groups",
    admin=("admins",),
)


def test_a_provider_is_as_its_settings_say():
    made = provider_options("home", HOME)
    assert (made.label, made.client_secret, made.private) == ("home", "hush", False)
    none = frozenset[str]()
    groups = {"viewer": none, "operator": none, "admin": frozenset(("admins",))}
    assert made.rules == ProviderRules("viewer", "groups", groups)
    assert "hush" not in repr(made)
    closed = OidcSettings(issuer="https://auth.example.org", client_id="x")
    assert provider_options("home", closed).rules.create is None


def test_one_provider_that_is_the_only_way_switches_passwords_off():
    assert ways_of({}) == SignInWays()
    only = OidcSettings(issuer="https://a.example.org", client_id="x", label="A", only=True)
    ways = ways_of({"home": HOME, "a": only})
    assert ways == SignInWays(False, (("home", "home"), ("a", "A")))


@pytest_twisted.ensureDeferred
async def test_where_nobody_listens_that_is_said():
    url = f"http://127.0.0.1:{free_port()}/"
    with pytest.raises(ProviderAway, match="nobody listens there"):
        await asker(reactor, private=True)("GET", url, {}, 10, None)
    with pytest.raises(ProviderAway, match="private = true"):
        await asker(reactor, private=False)("GET", url, {}, 10, None)


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (TimeoutError(), "does not answer in time"),
        (AddressDenied(), "private network"),
        (OSError("there is no host of that name"), "there is no host"),
        (OSError("certificate verify failed"), "its certificate"),
        (RuntimeError("<b>"), "the connection broke"),
    ],
)
def test_what_went_wrong_is_said_in_our_own_words(why, said):
    assert said in plain(why)
