"""Signing in at a provider, over real HTTP: all the way, and what deceives us nowhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from oidc_provider import OidcProvider
from oidc_scene import Person, audited, oidc
from postgres import needs_postgres, prepared
from sightline.accounts.oidc.requests import packed
from sightline.auth.permissions import Grants
from web_scene import DAY, GOOD, HOUR


@pytest.fixture(scope="module")
def one() -> Iterator[OidcProvider]:
    with OidcProvider() as provider:
        yield provider


@pytest.fixture
def provider(one: OidcProvider) -> OidcProvider:
    one.truth()
    one.signs_with("RS256", one.published[0])
    return one


async def opened(open_web: Any, provider: OidcProvider, **more: Any) -> Any:
    home = await open_web(oidc=oidc(provider, **more))
    provider.wall = home.wall
    return home


async def linked(home: Any, name: str = "jane", **account: Any) -> Person:
    """Somebody whose account is linked already, signed in by it."""
    person = Person(home, await home.knows(name, **account))
    answer = await person.signs_in("link")
    assert answer.status == 200, answer.said
    return person


@pytest_twisted.ensureDeferred
async def test_a_linked_account_is_signed_in_to_without_a_password(open_web, provider):
    home = await opened(open_web, provider)
    await linked(home, role="operator")
    before = set(home.account_service.cache.sessions)
    person = Person(home)
    answer = await person.signs_in(place="#map?id=friend/anna")
    assert answer.status == 200, answer.said
    said = answer.said
    assert (said["purpose"], said["place"]) == ("sign_in", "#map?id=friend/anna")
    assert (said["user"]["name"], said["user"]["role"]) == ("jane", "operator")
    assert (await person.asks("GET", "/me")).said["user"]["name"] == "jane"
    (key,) = set(home.account_service.cache.sessions) - before
    assert home.account_service.visitors.times[key].began == home.clock.seconds()
    assert [each["more"] for each in await audited(home, "sign in elsewhere")] == [
        "by home, subject u-1"
    ]
    assert list(person.jar) == [f"sightline-{home.port}"], "nothing of the sign-in is left"


@pytest_twisted.ensureDeferred
async def test_every_cookie_of_it_is_strict_and_for_no_script(open_web, provider):
    home = await opened(open_web, provider)
    begun = await Person(home).begins()
    (cookie,) = begun.cookies
    assert cookie.startswith(f"sightline-{home.port}-oidc=")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/", "max-age=600"} <= attributes
    secret = begun.said["url"].partition("state=")[2].partition("&")[0]
    assert secret
    assert secret not in cookie, "what is kept is sealed"


@pytest_twisted.ensureDeferred
async def test_a_session_that_came_so_lasts_as_long_as_any_other(open_web, provider):
    home = await opened(open_web, provider)
    await linked(home)
    person = Person(home)
    await person.signs_in()
    await home.passes(12 * HOUR + 1)
    assert (await person.asks("GET", "/me")).status == 401


@pytest_twisted.ensureDeferred
async def test_who_is_not_linked_is_not_let_in_whatever_they_are_called(open_web, provider):
    home = await opened(open_web, provider)
    await home.knows("jane", "admin", password=GOOD)
    provider.user |= {"email": "jane@example.org", "email_verified": True}
    answer = await Person(home).signs_in()
    assert (answer.status, answer.code) == (403, "no_account")
    assert list(home.account_service.cache.accounts) == ["jane"]
    (record,) = await audited(home, "sign in elsewhere")
    assert (record["who"], record["result"]) == ("(unknown)", "no_account")
    assert "subject u-1" in record["more"], "an admin can link whom the log names"


@pytest_twisted.ensureDeferred
async def test_where_accounts_are_made_one_is_made_once_and_sees_nobody(open_web, provider):
    home = await opened(open_web, provider, create="viewer")
    home.shows("friend/anna/phone")
    first = await Person(home).signs_in()
    assert first.said["user"]["display"] == "Jane Doe"
    account = home.account_service.cache.accounts["jane"]
    assert (account.role, account.grants, account.password) == ("viewer", Grants(), None)
    provider.user["preferred_username"] = "jane2"  # the subject counts
    assert (await Person(home).signs_in()).said["user"]["name"] == "jane"
    assert list(home.account_service.cache.accounts) == ["jane"]


@pytest_twisted.ensureDeferred
async def test_a_new_account_never_takes_over_the_name_of_another(open_web, provider):
    home = await opened(open_web, provider, create="viewer")
    await home.knows("jane", "admin", password=GOOD)
    answer = await Person(home).signs_in()
    assert (answer.status, answer.code) == (409, "taken")
    assert list(home.account_service.cache.accounts) == ["jane"]


@pytest_twisted.ensureDeferred
async def test_a_removed_account_stays_out_until_it_is_invited_again(open_web, provider):
    home = await opened(open_web, provider, create="viewer")
    root = await home.knows("root", "admin", password=GOOD)
    person = Person(home)
    await person.signs_in()
    assert (await home.asks("DELETE", "/users/jane", cookie=root)).status == 200
    again = await person.signs_in()
    assert (again.status, again.code) == (403, "barred")
    assert "jane" not in home.account_service.cache.accounts
    made = await home.asks("POST", "/invitations", {"name": "Jane"}, cookie=root)
    token = made.said["url"].partition("#invite=")[2]
    assert (await person.signs_in("join", token=token)).status == 200
    assert (await Person(home).signs_in()).status == 200


@pytest_twisted.ensureDeferred
async def test_a_closed_account_stays_out(open_web, provider):
    home = await opened(open_web, provider)
    root = await home.knows("root", "admin", password=GOOD)
    await linked(home)
    await home.asks("PATCH", "/users/jane", {"disabled": True}, cookie=root)
    assert (await Person(home).signs_in()).code == "barred"


GROUPS = {"roles_claim": "groups", "admin": ("admins",), "operator": ("ops",)}


@pytest_twisted.ensureDeferred
async def test_roles_go_by_the_groups_of_each_sign_in(open_web, provider):
    home = await opened(open_web, provider, create="viewer", **GROUPS)
    await home.knows("root", "admin", password=GOOD)
    roles = []
    for groups in (["ops", "admins"], ["ops"], [], ["others"], ["admins"]):
        provider.user["groups"] = groups
        roles.append((await Person(home).signs_in()).said["user"]["role"])
    assert roles == ["admin", "operator", "viewer", "viewer", "admin"]
    changed = await audited(home, "change account")
    assert [each["more"] for each in changed] == ["role admin", "role viewer", "role operator"]
    assert changed[0]["who"] == "home (sign-in)"


@pytest_twisted.ensureDeferred
async def test_who_is_an_admin_no_more_is_none_in_other_browsers_too(open_web, provider):
    home = await opened(open_web, provider, create="viewer", **GROUPS)
    await home.knows("root", "admin", password=GOOD)
    provider.user["groups"] = ["admins"]
    first = Person(home)
    await first.signs_in()
    assert (await first.asks("GET", "/users")).status == 200
    provider.user["groups"] = []
    await Person(home).signs_in()
    assert (await first.asks("GET", "/users")).status == 403


@pytest_twisted.ensureDeferred
async def test_groups_that_stand_in_the_userinfo_only_count_too(open_web, provider):
    home = await opened(open_web, provider, create="viewer", **GROUPS)
    provider.user["groups"] = ["ops"]
    provider.only_in_userinfo = ("groups", "preferred_username")
    answer = await Person(home).signs_in()
    assert (answer.said["user"]["name"], answer.said["user"]["role"]) == ("jane", "operator")
    provider.lies.userinfo = {"sub": "u-2", "groups": ["admins"]}
    assert (await Person(home).signs_in()).code == "untrusted"


@pytest_twisted.ensureDeferred
async def test_with_groups_for_viewers_nobody_else_comes_in(open_web, provider):
    home = await opened(open_web, provider, create="viewer", **GROUPS, viewer=("family",))
    provider.user["groups"] = ["neighbours"]
    assert (await Person(home).signs_in()).code == "no_role"
    provider.user["groups"] = ["family"]
    assert (await Person(home).signs_in()).status == 200
    provider.user["groups"] = ["neighbours"]
    assert (await Person(home).signs_in()).code == "no_role"


@pytest_twisted.ensureDeferred
async def test_the_last_admin_stays_one_whatever_the_groups_say(open_web, provider):
    home = await opened(open_web, provider, **GROUPS)
    await linked(home, "root", role="admin", password=GOOD)
    assert (await Person(home).signs_in()).said["user"]["role"] == "admin"
    (record,) = await audited(home, "change account")
    assert (record["result"], record["more"]) == ("last_admin", "stays the last admin")


# -- joining, linking, leaving


@pytest_twisted.ensureDeferred
async def test_an_invitation_is_used_up_by_joining_through_the_provider(open_web, provider):
    home = await opened(open_web, provider)
    root = await home.knows("root", "admin", password=GOOD)
    asked = {"name": "Ben", "role": "operator", "see": ["friend/anna"]}
    made = await home.asks("POST", "/invitations", asked, cookie=root)
    token = made.said["url"].partition("#invite=")[2]
    person = Person(home)
    answer = await person.signs_in("join", token=token, name="Ben Müller")
    assert answer.said["user"]["name"] == "ben müller"
    account = home.account_service.cache.accounts["ben müller"]
    assert (account.role, account.password) == ("operator", None)
    assert account.grants == Grants(see=frozenset(("friend/anna",)))
    assert (await Person(home).begins("join", token=token)).code == "used"
    assert (await Person(home).signs_in()).said["user"]["name"] == "ben müller"
    (record,) = await audited(home, "make account")
    assert "of root, role operator" in record["more"]


@pytest_twisted.ensureDeferred
async def test_an_invitation_that_was_withdrawn_meanwhile_lets_nobody_in(open_web, provider):
    home = await opened(open_web, provider)
    root = await home.knows("root", "admin", password=GOOD)
    made = await home.asks("POST", "/invitations", {"name": "Ben"}, cookie=root)
    token = made.said["url"].partition("#invite=")[2]
    person = Person(home)
    begun = await person.begins("join", token=token)
    await home.asks("DELETE", f"/invitations/{made.said['id']}", cookie=root)
    back = await person.comes_back(await person.at_provider(begun.said["url"]))
    assert (await person.ends(back)).code == "revoked"
    assert list(home.account_service.cache.accounts) == ["root"]


@pytest_twisted.ensureDeferred
async def test_a_link_for_a_new_password_joins_nobody(open_web, provider):
    home = await opened(open_web, provider)
    root = await home.knows("root", "admin", password=GOOD)
    made = await home.asks("POST", "/users/root/reset", {}, cookie=root)
    token = made.said["url"].partition("#reset=")[2]
    assert (await Person(home).begins("join", token=token)).code == "wrong"


@pytest_twisted.ensureDeferred
async def test_only_the_session_that_began_a_link_ends_it(open_web, provider):
    home = await opened(open_web, provider)
    jane, kim = await home.knows("jane"), await home.knows("kim")
    assert (await Person(home).begins("link")).code == "signed_out"
    person = Person(home, jane)
    begun = await person.begins("link")
    back = await person.comes_back(await person.at_provider(begun.said["url"]))
    person._keep((kim,))  # somebody else signed in meanwhile
    assert (await person.ends(back)).code == "not_begun"
    assert (await Person(home).signs_in()).code == "no_account"


@pytest_twisted.ensureDeferred
async def test_one_subject_has_one_account(open_web, provider):
    home = await opened(open_web, provider)
    await linked(home)
    kim = Person(home, await home.knows("kim"))
    answer = await kim.signs_in("link")
    assert (answer.status, answer.code) == (409, "linked")
    assert (await Person(home).signs_in()).said["user"]["name"] == "jane"


@pytest_twisted.ensureDeferred
async def test_who_signs_out_is_told_the_way_out_there(open_web, provider):
    home = await opened(open_web, provider)
    await linked(home)
    person = Person(home)
    await person.signs_in()
    said = (await person.asks("DELETE", "/session")).said
    assert said["provider"] == "Our home"
    assert said["url"].startswith(f"{provider.url}/logout?client_id=sightline&")
    assert (await person.at_provider(said["url"])) == f"http://127.0.0.1:{home.port}/"
    assert (await person.asks("GET", "/me")).status == 401
    other = Person(home, await home.knows("kim"))
    assert (await other.asks("DELETE", "/session")).said == {"ok": True}


# -- whatever else comes back


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "somebody-else"},
    "several audiences and no party": {"aud": ["sightline", "other"]},
    "another party": {"azp": "other"},
    "another issuer": {"iss": "https://evil.example.org"},
    "another token's hash": {"at_hash": "x"},
    "nobody": {"sub": ""},
    "a number for somebody": {"sub": 1},
    "no end": {"exp": None},
    "no beginning": {"iat": None},
    "words for an end": {"exp": "tomorrow"},
}


@pytest.mark.parametrize("lie", LIES)
@pytest_twisted.ensureDeferred
async def test_a_token_that_is_not_for_this_sign_in_is_refused(open_web, provider, lie):
    home = await opened(open_web, provider, create="viewer")
    provider.lies.claims = LIES[lie]
    answer = await Person(home).signs_in()
    assert (answer.status, answer.code) == (403, "untrusted"), answer.said
    assert not home.account_service.cache.accounts
    (record,) = await audited(home, "sign in elsewhere")
    assert record["result"] == "untrusted"


@pytest.mark.parametrize(
    ("claim", "seconds", "code"),
    [
        ("exp", -50, "ok"),
        ("exp", -61, "untrusted"),
        ("iat", 50, "ok"),
        ("iat", 62, "untrusted"),
        ("iat", -1200, "untrusted"),
        ("nbf", 62, "untrusted"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_clocks_may_differ_by_a_minute(open_web, provider, claim, seconds, code):
    home = await opened(open_web, provider, create="viewer")
    provider.lies.claims = {claim: int(home.wall()) + seconds}
    assert (await Person(home).signs_in()).code == code


@pytest.mark.parametrize("forged", ["unsigned", "signed_with_public_key"])
@pytest_twisted.ensureDeferred
async def test_a_token_without_a_signature_of_the_providers_is_refused(open_web, provider, forged):
    home = await opened(open_web, provider, create="viewer")
    provider.lies.token = getattr(provider, forged)
    assert (await Person(home).signs_in()).code == "untrusted"


@pytest.mark.parametrize(
    ("alg", "kind", "crv"),
    [
        ("RS512", "RSA", 2048),
        ("PS256", "RSA", 2048),
        ("ES256", "EC", "P-256"),
        ("ES384", "EC", "P-384"),
        ("EdDSA", "OKP", "Ed25519"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_the_usual_signatures_are_understood(open_web, one, alg, kind, crv):
    one.truth()
    before = one.alg, one.published[0]
    one.signs_with(alg, one.new_key("other", kind, crv))
    try:
        home = await opened(open_web, one, create="viewer")
        answer = await Person(home).signs_in()
        assert answer.status == 200, answer.said
    finally:
        one.signs_with(*before)


@pytest_twisted.ensureDeferred
async def test_a_new_key_is_fetched_once_and_a_strangers_key_is_not_asked_for_again(
    open_web, provider
):
    home = await opened(open_web, provider, create="viewer")
    await Person(home).signs_in()
    before = provider.published[0]
    provider.signs_with("RS256", provider.new_key("k2"))
    provider.asked.clear()
    assert (await Person(home).signs_in()).status == 200
    assert (await Person(home).signs_in()).status == 200
    assert provider.asked.count("/jwks") == 1
    provider.signs_with("RS256", provider.new_key("k3"), published=False)
    provider.asked.clear()
    home.clock.advance(60)
    for _ in range(3):
        assert (await Person(home).signs_in()).code == "untrusted"
    assert provider.asked.count("/jwks") == 1
    provider.signs_with("RS256", before)


@pytest.mark.parametrize(
    ("redirect", "code"),
    [
        ({"state": "x" * 43}, "not_begun"),
        ({"state": ""}, "not_begun"),
        ({"iss": "https://evil.example.org"}, "untrusted"),
        ({"iss": ""}, "untrusted"),
        ({"code": "a-code-of-somebody-else"}, "not_begun"),
        ({"code": "", "error": "access_denied"}, "cancelled"),
        ({"code": "", "error": "temporarily_unavailable"}, "away"),
        ({"code": "", "error": "<script>"}, "untrusted"),
        ({"code": ""}, "untrusted"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_an_answer_that_is_not_for_this_sign_in_is_refused(
    open_web, provider, redirect, code
):
    home = await opened(open_web, provider, create="viewer")
    provider.lies.redirect = redirect
    answer = await Person(home).signs_in()
    assert answer.code == code, answer.said
    assert "<" not in answer.said["why"]
    assert not home.account_service.cache.accounts


@pytest_twisted.ensureDeferred
async def test_an_answer_counts_in_the_browser_that_began_and_nowhere_else(open_web, provider):
    home = await opened(open_web, provider, create="viewer")
    attacker, victim = Person(home), Person(home)
    begun = await attacker.begins()
    back = await attacker.comes_back(await attacker.at_provider(begun.said["url"]))
    assert (await victim.ends(back)).code == "not_begun"
    await victim.begins()  # a sign-in of their own is under way
    assert (await victim.ends(back)).code == "not_begun"
    name = f"sightline-{home.port}-oidc"
    victim.jar[name] = victim.jar[name][:-2] + "xx"
    assert (await victim.ends(back)).code == "not_begun"
    assert (await attacker.ends(back)).status == 200


@pytest_twisted.ensureDeferred
async def test_no_other_site_begins_or_ends_a_sign_in(open_web, provider):
    home = await opened(open_web, provider, create="viewer")
    for path, body in (("/oidc/home", {}), ("/oidc", {"answer": "x"})):
        headers = {"origin": "https://evil.example.org", "sec_fetch_site": "cross-site"}
        assert (await home.asks("POST", path, body, **headers)).code == "foreign"


@pytest_twisted.ensureDeferred
async def test_a_sign_in_must_come_back_within_ten_minutes_and_once(open_web, provider):
    home = await opened(open_web, provider, create="viewer")
    person = Person(home)
    begun = await person.begins()
    back = await person.comes_back(await person.at_provider(begun.said["url"]))
    jar = dict(person.jar)
    home.clock.advance(601)
    assert (await person.ends(back)).code == "not_begun"
    begun = await person.begins()
    back = await person.comes_back(await person.at_provider(begun.said["url"]))
    jar = dict(person.jar)
    assert (await person.ends(back)).status == 200
    person.jar = jar  # the cookie of before, kept by somebody
    assert (await person.ends(back)).code == "not_begun"


@pytest_twisted.ensureDeferred
async def test_answers_of_two_providers_are_not_mixed_up(open_web, provider):
    with OidcProvider() as other:
        second = oidc(other, create="viewer")["home"]
        home = await open_web(oidc={**oidc(provider, create="viewer"), "second": second})
        provider.wall = other.wall = home.wall
        person = Person(home)
        begun = await person.begins()
        back = await person.at_provider(begun.said["url"])
        mixed = back.replace("/oidc/home?", "/oidc/second?")
        answer = await person.ends(await person.comes_back(mixed))
        assert (answer.code, other.asked) == ("untrusted", [])


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example.org",
        "//evil.example.org",
        "#welcome=secret",
        "#oidc=x",
        "#map\n",
        "javascript:alert(1)",
    ],
)
@pytest_twisted.ensureDeferred
async def test_one_goes_on_nowhere_but_on_our_own_page(open_web, provider, place):
    home = await opened(open_web, provider, create="viewer")
    assert (await Person(home).signs_in(place=place)).said["place"] == ""


@pytest_twisted.ensureDeferred
async def test_sign_ins_elsewhere_are_within_the_budget_of_the_address(open_web, provider):
    home = await opened(open_web, provider)
    answers = [await Person(home).ends(packed("home", {"state": "x"})) for _ in range(31)]
    assert {each.code for each in answers[:30]} == {"not_begun"}
    assert answers[30].code == "wait"
    assert (await Person(home).begins()).code == "wait"
    wrong = {"name": "jane", "password": "a-guess-of-many"}
    assert (await home.asks("POST", "/session", wrong)).code == "wait"


@pytest.fixture
def store() -> Iterator[str]:
    with prepared() as url:
        yield url


@needs_postgres
@pytest_twisted.ensureDeferred
async def test_what_one_of_several_servers_began_another_ends_and_none_twice(
    store, open_web, provider
):
    settings = oidc(provider, create="viewer")
    one, two = [await open_web(store=store, oidc=settings) for _ in range(2)]
    provider.wall = one.wall
    person, other = Person(one), Person(two)
    begun = await person.begins()
    back = await person.comes_back(await person.at_provider(begun.said["url"]))
    kept = person.jar[f"sightline-{one.port}-oidc"]
    other.jar[f"sightline-{two.port}-oidc"] = kept
    assert (await other.ends(back)).said["user"]["name"] == "jane"
    assert (await person.ends(back)).code == "not_begun"
    await one.account_service.refresh()
    assert "jane" in one.account_service.cache.accounts


# -- a provider that is away, slow, huge or elsewhere


@pytest_twisted.ensureDeferred
async def test_while_the_provider_is_away_others_come_in_and_it_is_not_asked_at_each_try(
    open_web, provider
):
    home = await opened(open_web, provider)
    await home.knows("kim", password=GOOD)
    path = "/realms/home/.well-known/openid-configuration"
    provider.lies.status = {path: 503}
    for _ in range(3):
        answer = await Person(home).begins()
        assert (answer.status, answer.code) == (503, "away")
    assert provider.asked.count(path) == 1
    right = {"name": "kim", "password": GOOD}
    assert (await home.asks("POST", "/session", right)).status == 200
    provider.lies.status = {}
    home.clock.advance(16)
    assert (await Person(home).begins()).status == 200


@pytest_twisted.ensureDeferred
async def test_what_was_known_of_it_is_used_on_while_it_is_away(open_web, provider):
    home = await opened(open_web, provider)
    path = "/realms/home/.well-known/openid-configuration"
    await Person(home).begins()
    provider.lies.status = {path: 503}
    home.clock.advance(2 * HOUR)
    assert (await Person(home).begins()).status == 200
    home.clock.advance(2 * DAY)
    assert (await Person(home).begins()).code == "away"


@pytest_twisted.ensureDeferred
async def test_a_slow_provider_holds_up_nobody_else(open_web, provider):
    home = await opened(open_web, provider)
    cookie = await home.knows("kim")
    provider.lies.slow = threading.Event()
    waiting = Deferred.fromCoroutine(Person(home).begins())
    await home.until(lambda: provider.asked)
    assert (await home.asks("GET", "/me", cookie=cookie)).status == 200
    assert not waiting.called
    provider.lies.slow.set()
    assert (await waiting).status == 200


@pytest.mark.parametrize(
    ("lies", "code"),
    [
        ({"body": {"/token": b"{" + b" " * 300_000}}, "untrusted"),
        ({"body": {"/token": b"[" * 100_000}}, "untrusted"),
        ({"body": {"/token": b"\xff"}}, "untrusted"),
        ({"body": {"/token": b'{"id_token": 7}'}}, "untrusted"),
        ({"status": {"/token": 500}}, "away"),
        ({"status": {"/token": 400}, "body": {"/token": b"no"}}, "untrusted"),
        ({"move": {"/token": "/userinfo"}}, "untrusted"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_an_answer_with_tokens_that_is_none_is_refused(open_web, provider, lies, code):
    home = await opened(open_web, provider, create="viewer")
    for name, value in lies.items():
        setattr(provider.lies, name, value)
    assert (await Person(home).signs_in()).code == code
    assert "/userinfo" not in provider.asked, "redirects are not followed"


@pytest_twisted.ensureDeferred
async def test_a_wrong_secret_is_said_for_what_it_is(open_web, provider):
    from sightline.settings import Secret

    home = await opened(open_web, provider, secret=Secret("another"))
    answer = await Person(home).signs_in()
    assert answer.code == "untrusted"
    assert "client_id and secret" in answer.said["why"]


@pytest_twisted.ensureDeferred
async def test_an_issuer_on_a_private_address_needs_the_word_for_it(open_web, provider):
    home = await opened(open_web, provider, private=False)
    answer = await Person(home).begins()
    assert answer.code == "away"
    assert "private = true" in answer.said["why"]
    assert provider.asked == []


# -- passwords off


@pytest_twisted.ensureDeferred
async def test_where_people_sign_in_elsewhere_only_passwords_are_for_emergencies(
    open_web, provider
):
    home = await opened(open_web, provider, only=True)
    root = await home.knows("root", "admin", password=GOOD)
    shown = (await home.asks("GET", "/session")).said
    assert shown["passwords"] is False
    assert shown["providers"] == [{"name": "home", "label": "Our home"}]
    right = {"name": "root", "password": GOOD}
    assert (await home.asks("POST", "/session", right)).code == "elsewhere"
    for path, body in (("/invitations", {"name": "Ben"}), ("/users/root/reset", {})):
        made = await home.asks("POST", path, body, cookie=root)
        token = made.said["url"].partition("=")[2]
        asked = {"token": token, "name": "Ben", "password": GOOD}
        assert (await home.asks("POST", "/invitation", asked)).code == "elsewhere"
    assert await comes_by_command_line(home) == 200


async def comes_by_command_line(home: Any) -> int:
    """`sightline user reset root`, and the link that it prints."""
    from sightline.accounts.api_invitations import keep, new_reset

    made, secret = new_reset(home.account_service.cache.accounts["root"], home.wall(), None, 1)
    await home.account_service.change(lambda db: keep(db, made, "root (command line)", "local"))
    answer = await home.asks("POST", "/invitation", {"token": secret, "password": GOOD + "x"})
    return int(answer.status)


@pytest_twisted.ensureDeferred
async def test_no_secret_of_a_sign_in_is_in_the_audit_log(open_web, provider):
    home = await opened(open_web, provider, create="viewer")
    person = Person(home)
    begun = await person.begins()
    back = await person.at_provider(begun.said["url"])
    await person.ends(await person.comes_back(back))
    code = back.partition("code=")[2].partition("&")[0]
    from sightline.accounts.database_audit import Search

    records = await home.account_service.look(lambda db: db.records(Search(limit=100)))
    text = json.dumps([[r.event.who, r.event.more, r.event.thing] for r in records])
    assert records
    assert code not in text
