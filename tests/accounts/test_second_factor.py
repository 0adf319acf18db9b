"""The second factor: a half session that opens nothing, codes that count once, recovery, resets."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred, gatherResults

from sightline.auth.passkeys import LASTS
from soft_app import Phone, code, half, jane, password, sets_up
from soft_passkey import Page, SoftPasskey
from web_scene import GOOD, NOW

OTHER = "another-good-one-8"


def everything(database: Any) -> list[Any]:
    """All rows about second factors."""
    tables = ("authenticator_app", "recovery_code", "spent", "audit")
    return [row for name in tables for row in database.sql.execute(f"SELECT * FROM {name}")]


@pytest_twisted.ensureDeferred
async def test_after_the_password_a_code_is_wanted_and_nothing_is_open_before(open_web):
    home = await open_web()
    page, phone, _, _ = await jane(home)
    answer = await password(page)
    assert set(answer.said) == {"ok", "wants", "half"}
    assert not any(f"sightline-{home.port}=" in line for line in answer.cookies)
    text = answer.said["half"]
    cookie = f"sightline-{home.port}={text}"
    assert (await page.asks("GET", "/me", cookie=cookie)).status == 401
    assert (await home.asks("GET", "/me", token=text)).status == 401
    came = await code(page, text, phone.shows())
    assert came.said["user"]["name"] == "jane"
    assert (await home.asks("GET", "/me", cookie=came.cookie)).status == 200
    root = await home.knows("root", "admin")
    records = (await home.asks("GET", "/audit?who=jane", cookie=root)).said["records"]
    assert [(each["what"], each["result"]) for each in records] == [
        ("sign in by code", "ok"),
        ("sign in", "code wanted"),
        ("set up app", "ok"),
    ]


@pytest_twisted.ensureDeferred
async def test_a_wrong_password_is_answered_as_without_a_second_factor(open_web):
    home = await open_web()
    page, _, _, _ = await jane(home)
    answer = await password(page, "wrong-wrong-1")
    assert (answer.status, answer.code) == (401, "wrong")


@pytest.mark.parametrize(("drift", "status"), [(-2, 401), (-1, 200), (1, 200), (2, 401)])
@pytest_twisted.ensureDeferred
async def test_a_phones_clock_may_be_half_a_minute_wrong(open_web, drift, status):
    home = await open_web()
    page, phone, _, _ = await jane(home)
    assert (await code(page, await half(page), phone.shows(drift))).status == status


@pytest_twisted.ensureDeferred
async def test_a_code_counts_once_also_for_two_at_the_same_time(open_web):
    home = await open_web()
    page, phone, _, _ = await jane(home)
    first, second = await half(page), await half(page)
    both = await gatherResults(
        [Deferred.fromCoroutine(code(page, each, phone.shows())) for each in (first, second)]
    )
    assert sorted(each.status for each in both) == [200, 401]
    # Nor does one of before, which the drift would allow.
    assert (await code(page, await half(page), phone.shows(-1))).status == 401


@pytest_twisted.ensureDeferred
async def test_a_half_session_is_good_once_for_its_browser_and_for_ten_minutes(open_web):
    home = await open_web()
    page, phone, codes, _ = await jane(home)
    text = await half(page)
    assert (await code(Page(home), text, phone.shows())).code == "too_late"
    thief = Page(home)
    await half(thief)  # has a secret of its own
    assert (await code(thief, text, codes[0])).code == "too_late"
    assert (await code(page, text, phone.shows())).status == 200
    assert (await code(page, text, codes[0])).code == "too_late"
    text = await half(page)
    home.clock.advance(LASTS)
    assert (await code(page, text, phone.shows())).code == "too_late"


@pytest_twisted.ensureDeferred
async def test_a_half_session_ends_with_the_password_and_with_the_app(open_web):
    home = await open_web()
    page, phone, _, cookie = await jane(home)
    text = await half(page)
    changed = await page.asks("POST", "/me/password", {"old": GOOD, "new": OTHER}, cookie)
    assert changed.status == 200
    assert (await code(page, text, phone.shows())).code == "too_late"
    text = (await password(page, OTHER)).said["half"]
    phone, _ = await sets_up(page, cookie)
    home.clock.advance(30)
    assert (await code(page, text, phone.shows())).code == "too_late"


@pytest.mark.parametrize("text", ["", "....", "amFuZQ==.code.1.x.y", "x" * 900, "é.code.1.a.b"])
@pytest_twisted.ensureDeferred
async def test_what_is_no_half_session_is_refused_in_words(open_web, text):
    home = await open_web()
    page, phone, _, _ = await jane(home)
    answer = await code(page, text, phone.shows())
    assert (answer.status, answer.code) == (410, "too_late")
    assert "sign in again" in answer.said["why"]


@pytest_twisted.ensureDeferred
async def test_nobody_takes_the_name_of_somebody_else_in_a_half_session(open_web):
    home = await open_web()
    page, _, _, _ = await jane(home)
    bob = await home.knows("bob", password=GOOD)
    other = Page(home)
    phone, _ = await sets_up(other, bob)
    text = await half(page)
    forged = text.replace(text.partition(".")[0], "Ym9i")
    assert (await code(page, forged, phone.shows(1))).code == "too_late"


@pytest_twisted.ensureDeferred
async def test_guessing_codes_takes_longer_and_longer_from_wherever(open_web):
    home = await open_web(proxies=("127.0.0.1",))
    page, phone, _, _ = await jane(home)
    text = await half(page)

    async def guess(n: int, typed: str) -> Any:
        kept = "; ".join(f"{name}={value}" for name, value in page.kept.items())
        asked = {"half": text, "code": typed}
        return await home.asks(
            "POST", "/session/code", asked, cookie=kept, x_forwarded_for=f"6.6.6.{n}"
        )

    for n in range(4):
        assert (await guess(n, "000000")).status == 401
    for n, wait in enumerate((1, 2, 4, 8, 16)):
        late = await guess(10 + n, phone.shows())
        assert (late.status, late.code, late.said["wait"]) == (429, "wait", wait)
        home.clock.advance(wait)
        assert (await guess(20 + n, "000000")).status == 401
    root = await home.knows("root", "admin")
    records = (await home.asks("GET", "/audit?who=jane", cookie=root)).said["records"]
    assert sum(each["result"] == "wrong code" for each in records) == 9


@pytest_twisted.ensureDeferred
async def test_who_guesses_does_not_hold_up_a_device_that_was_in_before(open_web):
    home = await open_web()
    page, phone, _, _ = await jane(home)
    assert (await code(page, await half(page), phone.shows())).status == 200
    thief = Page(home)
    text = await half(thief)
    for _ in range(4):
        await code(thief, text, "000000")
    assert (await code(thief, text, "000000")).code == "wait"
    home.clock.advance(30)
    text = await half(thief)
    for _ in range(2):
        await code(thief, text, "000000")
    assert (await code(thief, text, "000000")).code == "wait"
    assert (await code(page, await half(page), phone.shows())).status == 200


@pytest_twisted.ensureDeferred
async def test_tries_count_in_the_budget_of_their_address(open_web):
    home = await open_web()
    page, phone, _, _ = await jane(home)
    text = await half(page)
    for _ in range(29):
        assert (await code(page, "no half session", "000000")).code == "too_late"
    assert (await code(page, text, phone.shows())).code == "wait"


@pytest_twisted.ensureDeferred
async def test_recovery_codes_count_once_each_and_are_kept_as_hashes(open_web):
    home = await open_web()
    page, _, codes, cookie = await jane(home)
    assert len(set(codes)) == 10
    typed = codes[3].upper().replace("-", " ")
    came = await code(page, await half(page), typed)
    assert came.said["user"]["name"] == "jane"
    assert (await code(page, await half(page), codes[3])).status == 401
    assert (await page.asks("GET", "/me/factors", cookie=cookie)).said["recovery"] == 9
    made = await page.asks("POST", "/me/recovery", {}, cookie)
    assert made.status == 201
    assert not set(made.said["codes"]) & set(codes)
    assert (await code(page, await half(page), codes[4])).status == 401
    assert (await code(page, await half(page), made.said["codes"][0])).status == 200
    stored = str(await home.account_service.look(everything))
    for secret in (*codes, *made.said["codes"]):
        assert secret not in stored
        assert secret.replace("-", "") not in stored


@pytest_twisted.ensureDeferred
async def test_the_secret_of_an_app_is_sealed_and_told_once(open_web, tmp_path):
    home = await open_web()
    page = Page(home)
    cookie = await home.knows("jane", password=GOOD)
    begun = (await page.asks("POST", "/me/app/begin", {}, cookie)).said
    assert begun["address"].startswith("otpauth://totp/Sightline:jane%40localhost?")
    phone = Phone(home, begun["secret"])
    asked = {"sealed": begun["sealed"], "code": phone.shows()}
    assert (await page.asks("POST", "/me/app", asked, cookie)).status == 201
    stored = str(await home.account_service.look(everything))
    assert begun["secret"] not in stored
    assert begun["secret"].encode() not in (tmp_path / "state0" / "sealing.key").read_bytes()
    told = await page.asks("GET", "/me/factors", cookie=cookie)
    assert begun["secret"].encode() not in told.data
    assert told.said["app"] == NOW


@pytest_twisted.ensureDeferred
async def test_nothing_is_turned_on_before_a_right_code(open_web):
    home = await open_web()
    page = Page(home)
    cookie = await home.knows("jane", password=GOOD)
    begun = (await page.asks("POST", "/me/app/begin", {}, cookie)).said
    phone = Phone(home, begun["secret"])
    wrong = {"sealed": begun["sealed"], "code": "000000"}
    assert (await page.asks("POST", "/me/app", wrong, cookie)).code == "wrong_code"
    assert (await password(page)).said["user"]["name"] == "jane"
    # Nor with the app of another account, browser or time.
    right = {"sealed": begun["sealed"], "code": phone.shows()}
    bob = await home.knows("bob", password=GOOD)
    assert (await page.asks("POST", "/me/app", right, bob)).code == "too_late"
    assert (await Page(home).asks("POST", "/me/app", right, cookie)).code == "too_late"
    broken = {**right, "sealed": right["sealed"][:-4] + "AAAA"}
    assert (await page.asks("POST", "/me/app", broken, cookie)).code == "too_late"
    home.clock.advance(LASTS)
    late = {"sealed": begun["sealed"], "code": phone.shows()}
    assert (await page.asks("POST", "/me/app", late, cookie)).code == "too_late"


@pytest_twisted.ensureDeferred
async def test_a_key_that_is_gone_leaves_the_recovery_codes(open_web, tmp_path):
    home = await open_web()
    page, phone, codes, _ = await jane(home)
    await home.account_service.change(
        lambda db: db.sql.execute("UPDATE authenticator_app SET sealed = 's1.00000000.AAAA'")
    )
    text = await half(page)
    answer = await code(page, text, phone.shows())
    assert (answer.status, answer.code) == (500, "failed")
    assert "recovery code" in answer.said["why"]
    assert (await code(page, text, codes[0])).status == 200


@pytest_twisted.ensureDeferred
async def test_a_role_may_need_more_than_a_password(open_web):
    home = await open_web(second_factor="operators")
    await home.knows("vera", "viewer", password=GOOD)
    page = Page(home)
    vera = await page.asks("POST", "/session", {"name": "vera", "password": GOOD})
    assert vera.said["user"]["name"] == "vera"
    await home.knows("jane", "operator", password=GOOD)
    answer = (await password(page)).said
    assert (answer["wants"], "user" in answer) == ("enrol", False)
    text = answer["half"]
    assert (await code(page, text, "000000")).code == "too_late"  # it is for an app only
    assert (await Page(home).asks("POST", "/session/app", {"half": text})).code == "too_late"
    begun = (await page.asks("POST", "/session/app", {"half": text})).said
    phone = Phone(home, begun["secret"])
    asked = {"half": text, "sealed": begun["sealed"], "code": "000000"}
    assert (await page.asks("POST", "/session/app/code", asked)).code == "wrong_code"
    asked["code"] = phone.shows()
    came = await page.asks("POST", "/session/app/code", asked)
    assert came.said["user"]["name"] == "jane"
    assert len(came.said["codes"]) == 10
    assert (await page.asks("POST", "/session/app/code", asked)).code == "too_late"
    off = await page.asks("POST", "/me/app/off", {}, came.cookie)
    assert (off.status, off.code) == (403, "forbidden")
    home.clock.advance(30)
    assert (await code(page, await half(page), phone.shows())).status == 200
    # With a passkey the app may go; then the password alone does not do.
    assert (await page.adds(came.cookie, passkey := SoftPasskey(page.origin))).status == 201
    assert (await page.asks("POST", "/me/app/off", {}, came.cookie)).status == 200
    answer = await password(page)
    assert (answer.status, answer.code) == (403, "need_passkey")
    assert (await page.signs_in(passkey)).status == 200


@pytest_twisted.ensureDeferred
async def test_while_the_disk_is_full_a_code_lets_in_and_counts_once(open_web, monkeypatch):
    home = await open_web()
    page, phone, codes, _ = await jane(home)

    def full(*args: Any, **more: Any) -> None:
        raise OSError(28, "No space left on device")

    texts = [await half(page) for _ in range(3)]
    monkeypatch.setattr(home.account_service._database, "transact", full)
    assert (await code(page, texts[0], phone.shows())).status == 200
    assert (await code(page, texts[1], phone.shows())).status == 401
    recovery = await code(page, texts[2], codes[0])
    assert (recovery.status, recovery.code) == (503, "degraded")
