"""The HTTP API over real HTTP: who is let in, what is refused, and in which words.

Covers accounts/api_admin.py, accounts/api_links.py, accounts/api_privacy.py,
accounts/audit_records.py.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
from dataclasses import replace
from typing import Any

import pytest
import pytest_twisted
import trustme
from twisted.internet import reactor as _reactor
from twisted.internet.ssl import PrivateCertificate
from twisted.internet.threads import deferToThread

from browser import Closed
from sightline.accounts import visitors
from sightline.contract.errors import STATUS
from sightline_process import ROOT
from web_scene import DAY, GOOD, NOW

reactor: Any = _reactor
RIGHT = {"name": "jane", "password": GOOD}


@pytest_twisted.ensureDeferred
async def test_signing_in_gives_a_cookie_that_no_script_reads_and_no_other_site_sends(open_web):
    home = await open_web()
    await home.knows("jane", "operator", see=("friend",), password=GOOD)
    answer = await home.asks("POST", "/session", {"name": " Jane ", "password": GOOD})
    assert answer.status == 200
    assert answer.said["user"]["name"] == "jane"
    assert answer.said["user"]["rights"]["see"] == ["friend"]
    assert answer.said["user"]["expires"] == NOW + 30 * DAY
    name, _, rest = answer.headers["set-cookie"].partition("=")
    secret, _, flags = rest.partition("; ")
    assert name == f"sightline-{home.port}"
    assert len(secret) >= 43  # 256 bits
    assert flags == "Path=/; Max-Age=2592000; HttpOnly; SameSite=strict"
    assert secret not in json.dumps(answer.said)
    assert (await home.asks("GET", "/me", cookie=answer.cookie)).said["user"]["role"] == "operator"


@pytest_twisted.ensureDeferred
async def test_behind_a_proxy_with_https_the_cookie_is_secure_and_bound_to_the_host(open_web):
    home = await open_web(proxies=("127.0.0.1",))
    await home.knows("jane", password=GOOD)
    answer = await home.asks("POST", "/session", RIGHT, x_forwarded_proto="https", origin=None)
    assert answer.headers["set-cookie"].startswith("__Host-sightline=")
    assert "; Secure; HttpOnly; SameSite=strict" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest_twisted.ensureDeferred
async def test_who_is_no_proxy_of_ours_is_not_believed(open_web):
    home = await open_web()
    await home.knows("jane", password=GOOD)
    answer = await home.asks(
        "POST", "/session", RIGHT, x_forwarded_proto="https", x_forwarded_for="9.9.9.9"
    )
    assert "Secure" not in answer.headers["set-cookie"]
    assert "strict-transport-security" not in answer.headers
    found = await home.asks("GET", "/sessions", cookie=answer.cookie)
    assert {each["address"] for each in found.said["sessions"]} == {"127.0.0.1", ""}


@pytest_twisted.ensureDeferred
async def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(open_web):
    home = await open_web()
    await home.knows("jane", password=GOOD)
    await home.knows("tokens.only")
    closed = await home.knows("closed", password=GOOD)
    await home.asks("GET", "/me", cookie=closed)
    await home.account_service.change(
        lambda db: db.put_account(replace(db.account("closed"), disabled=True))
    )
    said = [
        await home.asks("POST", "/session", {"name": name, "password": password})
        for name, password in (
            ("jane", "wrong-wrong-1"),
            ("nobody", GOOD),
            ("tokens.only", GOOD),
            ("closed", GOOD),
        )
    ]
    assert {answer.status for answer in said} == {401}
    assert len({answer.data for answer in said}) == 1
    assert len({tuple(sorted(set(answer.headers) - {"date"})) for answer in said}) == 1


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"origin": "http://evil.example", "sec_fetch_site": "cross-site"}, 403, "foreign"),
        ({"sec_fetch_site": "same-site"}, 403, "foreign"),
        ({"origin": "http://evil.example", "sec_fetch_site": None}, 403, "foreign"),
        ({"origin": "null", "sec_fetch_site": None}, 403, "foreign"),
        ({"origin": None, "sec_fetch_site": None}, 403, "foreign"),
        ({"origin": "http://evil.example", "host": "evil.example"}, 403, "foreign"),
        ({"content_type": "text/plain"}, 415, "not_json"),
        ({"content_type": "application/x-www-form-urlencoded"}, 415, "not_json"),
        ({"content_type": "application/json; charset=utf-8"}, 200, "ok"),
        ({"origin": None}, 200, "ok"),
        ({"sec_fetch_site": None}, 200, "ok"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_only_our_own_page_may_change_anything(open_web, headers, status, code):
    home = await open_web()
    await home.knows("jane", password=GOOD)
    answer = await home.asks("POST", "/session", RIGHT, **headers)
    assert (answer.status, answer.code) == (status, code)


@pytest_twisted.ensureDeferred
async def test_another_site_cannot_use_the_cookie_for_any_change(open_web):
    home = await open_web()
    cookie = await home.knows("root", "admin", password=GOOD)
    foreign: dict[str, Any] = {"origin": "http://evil.example", "sec_fetch_site": "cross-site"}
    for route in home.routes:
        if route.method == "GET":
            continue
        path = route.path.replace("{", "").replace("}", "")
        body = None if route.method == "DELETE" else {}
        answer = await home.asks(route.method, path, body, cookie=cookie, **foreign)
        assert (answer.status, answer.code) == (403, "foreign"), route.path
    assert (await home.asks("GET", "/me", cookie=cookie)).status == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed"),
        (b"[]", "malformed"),
        (b"{" * 5000, "malformed"),
        (b"\xff\xfe", "malformed"),
        ({"name": 1, "password": "x"}, "malformed"),
        ({"name": "jane"}, "malformed"),
        ({"name": "jane", "password": "x" * 300}, "malformed"),
        ({"name": "jane", "password": "x", "role": "admin"}, "malformed"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_what_makes_no_sense_is_refused_in_the_one_shape(open_web, body, code):
    home = await open_web()
    answer = await home.asks("POST", "/session", body)
    assert (answer.status, answer.code) == (400, code)
    assert set(answer.said) == {"ok", "code", "why"}
    assert "Traceback" not in answer.said["why"]


@pytest_twisted.ensureDeferred
async def test_without_a_session_nothing_is_told_but_that(open_web):
    home = await open_web()
    home.shows("friend/jane/phone")
    for method, path in (
        ("GET", "/me"),
        ("GET", "/users"),
        ("GET", "/nothing/such"),
        ("GET", "/friends/jane/phone/export"),
        ("GET", "//api/2/x"),
        ("GET", "//api"),
        ("DELETE", "/session"),
        ("PUT", "/session"),
    ):
        answer = await home.asks(method, path, {} if method == "PUT" else None)
        assert (answer.status, answer.code) == (401, "signed_out"), path
        assert answer.headers["content-type"] == "application/json"
    assert (await home.asks("GET", "//metrics")).status == 401
    assert json.loads((await home.asks("GET", "//readyz")).data) == {"ok": False}
    assert (await home.asks("GET", "//healthz")).status == 200
    assert (await home.asks("GET", "//")).data == b"page"
    with pytest.raises(Closed):
        await home.browser()
    assert home.fanout.viewers == 0


@pytest_twisted.ensureDeferred
async def test_signing_in_anew_ends_the_session_of_before(open_web):
    home = await open_web()
    before = await home.knows("jane", password=GOOD)
    answer = await home.asks("POST", "/session", RIGHT, cookie=before)
    assert (await home.asks("GET", "/me", cookie=before)).status == 401
    fixed = f"sightline-{home.port}=chosen-by-somebody-else"
    again = await home.asks("POST", "/session", RIGHT, cookie=fixed)
    assert again.cookie not in (fixed, answer.cookie)
    assert (await home.asks("GET", "/me", cookie=fixed)).status == 401


@pytest_twisted.ensureDeferred
async def test_signing_out_here_and_everywhere(open_web):
    home = await open_web()
    await home.knows("jane", password=GOOD)
    one, two, three = [(await home.asks("POST", "/session", RIGHT)).cookie for _ in range(3)]
    answer = await home.asks("DELETE", "/session", cookie=one)
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await home.asks("GET", "/me", cookie=one)).status == 401
    assert (await home.asks("DELETE", "/sessions/others", cookie=two)).status == 200
    assert (await home.asks("GET", "/me", cookie=three)).status == 401
    found = (await home.asks("GET", "/sessions", cookie=two)).said["sessions"]
    assert [each["here"] for each in found] == [True]
    assert (await home.asks("DELETE", "/sessions", cookie=two)).status == 200
    assert (await home.asks("GET", "/me", cookie=two)).status == 401


@pytest_twisted.ensureDeferred
async def test_one_ends_ones_own_sessions_and_nobody_elses(open_web):
    home = await open_web()
    jane, bob = await home.knows("jane"), await home.knows("bob")
    (theirs,) = (await home.asks("GET", "/sessions", cookie=bob)).said["sessions"]
    answer = await home.asks("DELETE", f"/sessions/{theirs['id']}", cookie=jane)
    assert (answer.status, answer.code) == (404, "unknown")
    assert (await home.asks("DELETE", f"/sessions/{theirs['id']}", cookie=bob)).status == 200
    assert (await home.asks("GET", "/me", cookie=bob)).status == 401


@pytest_twisted.ensureDeferred
async def test_a_new_password_ends_the_other_sessions(open_web):
    home = await open_web()
    other = await home.knows("jane", password=GOOD)
    here = (await home.asks("POST", "/session", RIGHT)).cookie
    for asked, status, code in (
        ({"old": "wrong-wrong-1", "new": "another-good-one"}, 403, "forbidden"),
        ({"old": GOOD, "new": "password"}, 400, "weak"),
        ({"old": GOOD, "new": "another-good-one"}, 200, "ok"),
    ):
        answer = await home.asks("POST", "/me/password", asked, cookie=here)
        assert (answer.status, answer.code) == (status, code)
    assert (await home.asks("GET", "/me", cookie=here)).status == 200
    assert (await home.asks("GET", "/me", cookie=other)).status == 401
    assert (await home.asks("POST", "/session", RIGHT)).status == 401
    again = {"name": "jane", "password": "another-good-one"}
    assert (await home.asks("POST", "/session", again)).status == 200


@pytest_twisted.ensureDeferred
async def test_a_token_is_told_once_used_with_its_scopes_only_and_revoked(open_web):
    home = await open_web()
    cookie = await home.knows(
        "jane", "operator", see=("probot",), drive=("*",), own=("friend/jane",)
    )
    made = await home.asks("POST", "/tokens", {"name": "script", "scopes": ["see"]}, cookie=cookie)
    assert made.status == 201
    text = made.said["token"]
    (shown,) = (await home.asks("GET", "/tokens", cookie=cookie)).said["tokens"]
    assert text.split("_", 2)[2] not in json.dumps(shown)
    assert shown["used"] is None
    me = (await home.asks("GET", "/me", token=text, ours=False)).said["user"]
    assert (me["way"], me["rights"]["drive"], me["rights"]["looks_only"]) == ("token", [], True)
    for path in ("/sessions", "/tokens", "/users", "/links"):
        answer = await home.asks("GET", path, token=text)
        assert (answer.status, answer.code) == (403, "forbidden")
    assert (await home.asks("GET", "//metrics", token=text)).status == 403
    (shown,) = (await home.asks("GET", "/tokens", cookie=cookie)).said["tokens"]
    assert shown["used"] == pytest.approx(NOW, abs=1)
    browser = await home.browser(token=text, origin=None)
    assert (await home.asks("DELETE", f"/tokens/{shown['id']}", cookie=cookie)).status == 200
    closed = await browser.is_closed()
    assert (closed.code, closed.reason) == (4001, "this token or link was withdrawn")
    assert (await home.asks("GET", "/me", token=text)).status == 401


@pytest_twisted.ensureDeferred
async def test_a_token_publishes_for_its_own_friends_only(open_web):
    home = await open_web()
    cookie = await home.knows("jane", own=("friend/jane",))
    for things, status in ((["friend/bob/phone"], 404), ([], 400), (["friend/jane/phone"], 201)):
        asked = {"name": "phone", "scopes": ["publish"], "things": things}
        made = await home.asks("POST", "/tokens", asked, cookie=cookie)
        assert made.status == status
    text = made.said["token"]
    assert home.account_service.visitors.phone("jane", text, "friend/jane/phone")
    assert not home.account_service.visitors.phone("jane", text, "friend/jane/tablet")
    assert not home.account_service.visitors.phone("bob", text, "friend/jane/phone")
    assert not home.account_service.visitors.phone("jane", text + "x", "friend/jane/phone")
    with pytest.raises(Closed):
        await home.browser(token=text, origin=None)


@pytest_twisted.ensureDeferred
async def test_the_figures_are_for_admins_and_tokens_made_for_them(open_web):
    home = await open_web()
    root, jane = await home.knows("root", "admin"), await home.knows("jane", "operator")
    assert (await home.asks("GET", "//metrics", cookie=jane)).status == 403
    answer = await home.asks("GET", "//metrics", cookie=root)
    assert b"sightline_viewers" in answer.data
    text = await home.token("root", "metrics")
    assert (await home.asks("GET", "//metrics", token=text, ours=False)).status == 200
    asked = {"name": "m", "scopes": ["metrics"]}
    assert (await home.asks("POST", "/tokens", asked, cookie=jane)).status == 403


@pytest_twisted.ensureDeferred
async def test_the_first_start_invites_one_admin_once(open_web):
    home = await open_web()
    assert home.account_service.invitation.invite()
    secret = home.account_service.invitation.invite()
    assert (await home.asks("GET", "/session")).said == {"ok": True, "user": None, "first": True}
    wrong = await home.asks("POST", "/welcome", {"token": "x" * 43})
    assert (wrong.status, wrong.code) == (401, "wrong")
    assert (await home.asks("POST", "/welcome", {"token": secret})).said["needs"]
    asked = {"token": secret, "name": "Root", "password": "short"}
    assert (await home.asks("POST", "/welcome", asked)).code == "weak"
    made = await home.asks("POST", "/welcome", asked | {"password": GOOD})
    assert (made.status, made.said["user"]["role"]) == (200, "admin")
    assert (await home.asks("GET", "/users", cookie=made.cookie)).status == 200
    assert (await home.asks("POST", "/welcome", asked | {"name": "b"})).code == "wrong"
    assert (await home.asks("GET", "/session")).said["first"] is False
    assert home.account_service.invitation.invite() is None


@pytest_twisted.ensureDeferred
async def test_a_demonstration_invites_its_own_admin(open_web):
    home = await open_web(demo=True)
    secret = home.account_service.invitation.invite()
    answer = await home.asks("POST", "/welcome", {"token": secret})
    assert answer.said["user"]["name"] == "demo"
    assert (await home.asks("GET", "/audit", cookie=answer.cookie)).status == 200
    assert (await home.asks("POST", "/welcome", {"token": secret})).code == "wrong"
    for password in ("", GOOD):
        asked = {"name": "demo", "password": password}
        assert (await home.asks("POST", "/session", asked)).status == 401


@pytest_twisted.ensureDeferred
async def test_calls_of_one_address_are_limited(open_web):
    home = await open_web(rate=2)
    said = [await home.asks("GET", "/session") for _ in range(8)]
    assert [answer.status for answer in said] == [200] * 6 + [429] * 2
    assert said[-1].headers["retry-after"] == "1"
    home.clock.advance(1)
    assert (await home.asks("GET", "/session")).status == 200


@pytest_twisted.ensureDeferred
async def test_a_mistake_of_ours_tells_nothing_of_the_inside(open_web, monkeypatch):
    home = await open_web()
    cookie = await home.knows("root", "admin")

    async def fails(work: Any) -> Any:
        raise ZeroDivisionError("/secret/path")

    monkeypatch.setattr(home.account_service, "look", fails)
    answer = await home.asks("GET", "/audit", cookie=cookie)
    monkeypatch.undo()
    assert (answer.status, answer.code) == (500, "failed")
    assert "secret" not in answer.said["why"]


@pytest_twisted.ensureDeferred
async def test_every_answer_carries_the_headers_that_protect_it(open_web):
    home = await open_web()
    for method, path in (("GET", "/me"), ("POST", "/session"), ("GET", "//nothing")):
        answer = await home.asks(method, path)
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe-inline" not in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "permissions-policy" in answer.headers
        assert "server" not in answer.headers
    answer = await home.asks("GET", "/me")
    assert answer.headers["cache-control"] == "no-store"


# Twisted's own way to hand a certificate to pyOpenSSL.
@pytest.mark.filterwarnings("ignore:Passing pyOpenSSL:DeprecationWarning")
@pytest_twisted.ensureDeferred
async def test_over_tls_the_cookie_is_secure_and_https_is_remembered(open_web, tmp_path):
    home = await open_web()
    await home.knows("jane", password=GOOD)
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        tmp_path / "both.pem"
    )
    pem = (tmp_path / "both.pem").read_bytes()
    context = ssl.create_default_context()
    authority.configure_trust(context)
    listening = reactor.listenSSL(
        0, home.site, PrivateCertificate.loadPEM(pem).options(), interface="127.0.0.1"
    )
    port = listening.getHost().port

    def ask() -> tuple[int, str | None, str | None]:
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context)
        headers = {"Content-Type": "application/json", "Origin": f"https://127.0.0.1:{port}"}
        connection.request("POST", "/api/1/session", json.dumps(RIGHT).encode(), headers)
        answer = connection.getresponse()
        found = (
            answer.status,
            (answer.headers.get_all("set-cookie") or [""])[0],
            answer.getheader("strict-transport-security"),
        )
        connection.close()
        return found

    status, cookie, remembered = await deferToThread(ask)
    await listening.stopListening()
    assert status == 200
    assert cookie is not None
    assert cookie.startswith("__Host-sightline=")
    assert cookie.endswith("; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=strict")
    assert remembered == "max-age=31536000"


REFERENCE = (ROOT / "server" / "docs" / "reference" / "http.md").read_text()


@pytest_twisted.ensureDeferred
async def test_every_call_is_documented_and_no_other(open_web):
    home = await open_web()
    told = {
        (method, path)
        for methods, path in re.findall(
            r"^\| ([A-Z, ]+) `(/[^`?]*)[^`]*` \|", REFERENCE, re.MULTILINE
        )
        for method in methods.split(", ")
    }
    assert told == {(route.method, route.path) for route in home.routes}


def test_every_code_is_documented_with_its_status():
    told = {}
    for codes, statuses in re.findall(
        r"^\| ((?:`\w+`(?:, )?)+) \| ([\d, ]+) \|", REFERENCE, re.MULTILINE
    ):
        for number, code in enumerate(re.findall(r"\w+", codes)):
            found = statuses.split(", ")
            told[code] = int(found[min(number, len(found) - 1)])
    assert told == STATUS


def test_every_reason_a_socket_is_closed_for_is_documented():
    for why in (
        visitors.SIGNED_OUT,
        visitors.EXPIRED,
        visitors.CHANGED,
        visitors.REVOKED,
        visitors.LINK_ENDED,
    ):
        assert why in " ".join(REFERENCE.split())
