"""Other apps over real HTTP: the way of POST /pub, with tokens where each app can send them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred
from twisted.logger import capturedLogs, formatEvent

from owntracks.apps.requests import (
    GPSLOGGER,
    HOMEASSISTANT,
    PHONETRACK,
    PHONETRACK_QUEUE,
    TRACCAR_8,
    TRACCAR_9,
    TST,
    overland,
    overland_post,
)
from owntracks.scene import PhoneScene, fix
from sightline.live.quotas import Quota, Senders
from sightline.owntracks.apps.model import MOST_FIXES
from sightline.owntracks.apps.registry import APPS
from sightline.owntracks.apps.resource import AppInputs
from sightline.owntracks.post_gate import STORED_WITHIN
from web_scene import NOW, Answer

JANE = "friend/jane/phone"
FORM = "application/x-www-form-urlencoded"


async def opened(open_web: Any, *things: str) -> tuple[PhoneScene, str]:
    here = await PhoneScene().opens(open_web)
    await here.home.knows("jane", own=("friend/jane",))
    return here, await here.home.token("jane", "publish", things=things or (JANE,))


async def sends(
    here: PhoneScene, address: str, body: Any = None, method: str = "", **headers: str
) -> Answer:
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    how = method or ("GET" if body is None else "POST")
    return await here.home.asks(how, f"//in/{address}", data, ours=False, **headers)


# -- each app, with a token where it can send one, and the answer it waits for


@pytest_twisted.ensureDeferred
async def test_overland_empties_its_queue(open_web):
    here, token = await opened(open_web)
    queue = [
        overland(timestamp=f"2026-11-21T04:2{n}:00Z", coordinates=[5 + n / 100, 52])
        for n in range(3)
    ]
    said = await sends(here, "overland", overland_post(*queue), authorization=f"Bearer {token}")
    assert (said.status, said.said) == (200, {"result": "ok"})
    friend = here.friend("jane/phone")
    assert (friend.lon, friend.vel, friend.batt, friend.bs) == (5.02, 14.4, 89, 2)
    assert len(here.fixes) == 3
    assert (here.phone("jane/phone").transport, here.phone("jane/phone").app) == (
        "http",
        "Overland",
    )


@pytest.mark.parametrize(
    ("address", "body", "headers", "answer"),
    [
        (f"gpslogger/TOKEN?{GPSLOGGER}", None, {}, b"ok\n"),
        ("gpslogger/TOKEN", GPSLOGGER.encode(), {"content_type": FORM}, b"ok\n"),
        (f"gpslogger?token=TOKEN&{GPSLOGGER}", None, {}, b"ok\n"),
        (f"traccar/TOKEN?{TRACCAR_8}", None, {}, b""),
        (f"traccar/TOKEN?{TRACCAR_8}", b"", {}, b""),
        ("traccar/TOKEN/", TRACCAR_9, {}, b""),
        (f"phonetrack/TOKEN/jane?{PHONETRACK}", None, {}, b'{"done":1,"friends":[]}'),
        (
            "phonetrack/index.php/apps/phonetrack/logPost/TOKEN/my%20phone",
            PHONETRACK.encode(),
            {"content_type": FORM},
            b'{"done":1,"friends":[]}',
        ),
        (
            "phonetrack/index.php/apps/phonetrack/logPostMultiple/TOKEN/jane",
            PHONETRACK_QUEUE,
            {},
            b'{"done":1,"friends":[]}',
        ),
        ("homeassistant/TOKEN", HOMEASSISTANT, {}, b"{}"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_each_app_is_taken_and_answered_as_it_waits_for(
    open_web, address, body, headers, answer
):
    here, token = await opened(open_web)
    said = await sends(here, address.replace("TOKEN", token), body, **headers)
    assert (said.status, said.data) == (200, answer)
    friend = here.friend("jane/phone")
    assert (friend.lat, friend.lon) == (52.0907, 5.1214)
    assert friend.tst == (NOW if "homeassistant" in address else TST)
    assert here.home.hub.ingest.rejected == {}


# -- whose it is


@pytest_twisted.ensureDeferred
async def test_nobody_posts_without_the_token_of_that_phone(open_web):
    here, token = await opened(open_web)
    sees = await here.home.token("jane", "see")
    for address, headers in (
        ("traccar", {}),
        ("traccar/wrong", {}),
        (f"traccar/{sees}", {}),
        ("traccar", {"authorization": "Bearer wrong"}),
        (f"traccar/{token}", {"authorization": "Bearer wrong"}),  # a header goes before a path
        ("traccar?token=wrong", {}),
    ):
        for method in ("GET", "POST"):
            body = TRACCAR_9 if method == "POST" else None
            said = await sends(here, address, body, **headers)
            assert said.status == 401, address
    assert JANE not in here.home.world
    assert (await sends(here, f"nosuch/{token}", TRACCAR_9)).status == 404
    assert (await sends(here, f"traccar/{token}", TRACCAR_9, "PUT")).status == 405
    account = await sends(here, f"traccar/{token}", TRACCAR_9)
    assert account.status == 200


@pytest_twisted.ensureDeferred
async def test_a_token_for_one_phone_is_that_phone_whatever_the_app_calls_itself(open_web):
    here, token = await opened(open_web)
    await sends(here, f"traccar/{token}", TRACCAR_9 | {"device_id": "friend/eve/phone"})
    await sends(here, f"phonetrack/{token}/eve?{PHONETRACK}")
    assert [key for key, _ in here.home.world if key.startswith("friend/")] == [JANE]


@pytest_twisted.ensureDeferred
async def test_a_token_for_all_phones_of_somebody_takes_the_name_that_the_app_says(open_web):
    here, token = await opened(open_web, "friend/jane")
    bearer = f"Bearer {token}"
    await sends(here, "overland", overland_post(overland()), authorization=bearer)
    await sends(here, f"phonetrack/{token}/watch?{PHONETRACK}")
    await sends(here, f"traccar/{token}", TRACCAR_9 | {"device_id": "jane/car"})
    await sends(here, f"gpslogger/{token}?{GPSLOGGER}")
    said = await sends(here, f"traccar/{token}", TRACCAR_9 | {"device_id": "eve/car"})
    assert said.status == 401
    names = {key for key, _ in here.home.world if key.startswith("friend/")}
    assert names == {JANE, "friend/jane/watch", "friend/jane/car"}


# -- bad input


@pytest_twisted.ensureDeferred
async def test_junk_is_answered_with_yes_and_shown_without_the_token(open_web):
    here, token = await opened(open_web)
    for address, body, counter in (
        (f"overland/{token}", b"not json", "not_json"),
        (f"gpslogger?token={token}&lat=north&lon=5", None, "bad_number"),
        (f"traccar/{token}?lat=91&lon=5", None, "lat_range"),
        (f"phonetrack/{token}/x", {"points": 7}, "missing_field"),
        (f"homeassistant/{token}", {"encrypted": True, "type": "encrypted"}, "encrypted"),
    ):
        before = here.home.hub.ingest.rejected[counter]
        said = await sends(here, address, body)
        assert said.status == 200
        assert here.home.hub.ingest.rejected[counter] == before + 1
    shown = [state for key, state in here.home.world if key.startswith("quarantine/")]
    assert len(shown) == 5
    assert token not in repr(shown)
    assert shown[1].topic == "owntracks/jane/phone"


@pytest_twisted.ensureDeferred
async def test_a_bad_fix_in_a_batch_costs_no_other(open_web):
    here, token = await opened(open_web)
    said = await sends(
        here,
        f"overland/{token}",
        overland_post(
            overland(timestamp="2026-11-21T04:20:00Z"),
            overland(timestamp="junk"),
            overland(timestamp="2099-01-01T00:00:00Z"),  # known to be wrong only by our clock
            overland(),
        ),
    )
    assert said.said == {"result": "ok"}
    assert len(here.fixes) == 2
    ingest = here.home.hub.ingest
    assert ingest.rejected == {"bad_time": 1, "tst_future": 1}
    assert (ingest.received, ingest.accepted) == (4, 2)


@pytest_twisted.ensureDeferred
async def test_what_has_no_place_now_is_to_come_again(open_web):
    here, token = await opened(open_web)
    world = here.home.world
    world.senders = Senders(Quota(devices=0))
    said = await sends(here, f"overland/{token}", overland_post(overland()))
    assert said.status == 503
    assert int(said.headers["retry-after"]) > 0
    assert here.home.hub.ingest.rejected == {"over_quota": 1}
    world.senders = Senders()
    said = await sends(here, f"overland/{token}", overland_post(overland()))
    assert said.said == {"result": "ok"}
    assert len(here.fixes) == 1


@pytest_twisted.ensureDeferred
async def test_a_thousand_fixes_at_once_are_taken_and_more_than_a_mebibyte_is_not_read(open_web):
    here, token = await opened(open_web)
    queue = [overland(timestamp=TST - n) for n in range(MOST_FIXES)]
    said = await sends(here, f"overland/{token}", overland_post(*queue))
    assert said.said == {"result": "ok"}
    assert len(here.fixes) == MOST_FIXES
    assert (await sends(here, f"overland/{token}", b" " * 1_100_000)).status == 413


@pytest_twisted.ensureDeferred
async def test_a_link_that_is_opened_in_a_browser_is_no_fix_and_no_junk(open_web):
    here, token = await opened(open_web)
    for address in (f"traccar/{token}?id=jane-phone&interval=60", f"overland/{token}"):
        said = await sends(here, address)
        assert (said.status, said.data[:22]) == (200, b"This is an address for")
    assert (await sends(here, f"traccar/{token}?{TRACCAR_8}", method="HEAD")).status == 200
    assert JANE not in here.home.world
    assert here.home.hub.ingest.received == 0


@pytest_twisted.ensureDeferred
async def test_no_log_shows_a_token(open_web, monkeypatch):
    here, token = await opened(open_web)

    def fails(resource: Any, request: Any) -> bytes:
        raise RuntimeError("a slip")

    monkeypatch.setattr(AppInputs, "render_POST", fails)
    with capturedLogs() as events:
        assert (await sends(here, f"traccar/{token}", TRACCAR_9)).status == 500
    said = [formatEvent(event) for event in events]
    assert any("/in/traccar/..." in line for line in said)
    assert token not in repr(events)
    monkeypatch.undo()

    def slips(*given: Any) -> bool:
        raise RuntimeError("a slip")

    monkeypatch.setattr(here.phones, "take", slips)
    with capturedLogs() as events:  # no answer would keep the phone waiting
        assert (await sends(here, f"traccar/{token}", TRACCAR_9)).status == 503
    assert token not in repr(events)


# -- nothing is lost


@pytest_twisted.ensureDeferred
async def test_an_app_is_told_yes_only_when_its_fix_is_kept(open_web):
    here, token = await opened(open_web)
    stores: list[Deferred[object]] = []

    def kept() -> Deferred[object]:
        stores.append(Deferred())
        return stores[-1]

    here.kept = kept
    for fate, status in (("kept", 200), ("lost", 503), ("slow", 503)):
        asked = Deferred.fromCoroutine(sends(here, f"traccar/{token}", TRACCAR_9))
        await here.home.until(lambda: len(stores) > 0)
        assert not asked.called
        store = stores.pop()
        if fate == "kept":
            store.callback(None)
        elif fate == "lost":
            store.errback(RuntimeError("the disk is full"))
        else:
            here.home.clock.advance(STORED_WITHIN)
        answer = await asked
        assert answer.status == status, fate


@pytest.mark.parametrize("app", APPS)
@pytest_twisted.ensureDeferred
async def test_no_app_is_told_yes_while_nothing_can_be_kept(open_web, app):
    here, token = await opened(open_web)
    here.keeps_up = False
    methods = APPS[app].methods
    for method in methods:
        body = TRACCAR_9 if method == "POST" else None
        said = await sends(here, f"{app}/{token}?lat=1&lon=2", body)
        assert said.status == 503
        assert int(said.headers["retry-after"]) > 0


@pytest_twisted.ensureDeferred
async def test_too_many_posts_wait_and_wrong_tokens_are_answered_a_while_only(open_web):
    here, token = await opened(open_web)
    here.post.gate.posts._burst = 3
    here.post.gate.wrong._burst = 2
    address = f"gpslogger/{token}?{GPSLOGGER}"
    assert [(await sends(here, address)).status for _ in range(5)] == [200, 200, 200, 503, 503]
    wrong = [(await sends(here, f"gpslogger/x?{GPSLOGGER}")).status for _ in range(3)]
    assert wrong == [401, 401, 503]


# -- beside OwnTracks


@pytest_twisted.ensureDeferred
async def test_a_phone_with_another_app_is_asked_nothing_and_owntracks_takes_over(open_web):
    here, token = await opened(open_web)
    browser = await here.home.browser(await here.home.knows("admin", "admin"))
    await sends(here, f"traccar/{token}", TRACCAR_9)
    answer = await browser.asks("locate", thing=JANE)
    assert (answer["code"], "Traccar Client" in answer["why"]) == ("no_commands", True)
    here.hears("jane/phone", fix(tst=int(NOW)))
    assert here.phone("jane/phone").app == ""
    assert (await browser.asks("locate", thing=JANE))["ok"]


@pytest_twisted.ensureDeferred
async def test_what_waited_for_owntracks_is_not_lost_to_another_app(open_web):
    here, token = await opened(open_web)
    browser = await here.home.browser(await here.home.knows("admin", "admin"))
    login = await here.login("jane", JANE)
    await here.posts(fix(tst=int(NOW) - 90), login, user="jane", device="phone")
    await browser.asks("locate", thing=JANE)
    await sends(here, f"gpslogger/{token}?{GPSLOGGER}")
    assert [each.state for each in here.phone("jane/phone").commands] == ["asked"]
    said = await here.posts(fix(tst=int(NOW)), login, user="jane", device="phone")
    assert [each["action"] for each in said.said if each["_type"] == "cmd"] == ["reportLocation"]


# -- set-up


@pytest.mark.parametrize("app", APPS)
@pytest_twisted.ensureDeferred
async def test_what_sets_an_app_up_leads_to_where_its_posts_are_taken(open_web, app):
    """The token is that of the scene, which is no real one: so only the places are compared."""
    here, _ = await opened(open_web)
    browser = await here.home.browser(await here.home.knows("jane", own=("friend/jane",)))
    base = "https://example.org/map/"
    said = await browser.asks("setup", thing=JANE, mode="http", base=base, app=app)
    assert said["ok"], said
    assert (said["plain"], said["reach"]) == (False, "anywhere")
    whole = f"{said['link']} {said['address']} {said['text']}"
    assert f"https://example.org/map/in/{app}" in whole.replace("%3A", ":").replace("%2F", "/")
    assert "sl_token" in whole
    near = await browser.asks("setup", thing=JANE, mode="http", base="http://10.0.0.7", app=app)
    assert (near["plain"], near["reach"]) == (True, "network")
    refused = await browser.asks("setup", thing=JANE, mode="http", base="", app=app)
    assert refused["code"] == "cannot_set_up"


@pytest_twisted.ensureDeferred
async def test_the_links_are_what_each_app_reads(open_web):
    here, token = await opened(open_web)
    browser = await here.home.browser(await here.home.knows("jane", own=("friend/jane",)))

    async def link(app: str) -> str:
        base = f"http://127.0.0.1:{here.home.port}/"
        said = await browser.asks("setup", thing=JANE, mode="http", base=base, app=app)
        return str(said["link"]).replace("sl_token", token)

    where = urlsplit(await link("overland"))
    assert (where.scheme, where.netloc) == ("overland", "setup")
    said = dict(parse_qsl(where.query))
    assert said == {
        "url": f"http://127.0.0.1:{here.home.port}/in/overland",
        "token": token,
        "device_id": "phone",
    }
    # GPSLogger downloads what stands behind its scheme, and takes the settings in it over.
    where = urlsplit((await link("gpslogger")).removeprefix("gpslogger://properties/"))
    profile = await here.home.asks("GET", f"/{where.path}", ours=False)
    assert profile.headers["cache-control"] == "no-store"
    lines = dict(line.split("=", 1) for line in profile.data.decode().splitlines())
    own = f"http\\://127.0.0.1\\:{here.home.port}/in/gpslogger/{token}"
    assert lines["log_customurl_url"] == own
    assert lines["log_customurl_method"] == "POST"
    asked = lines["log_customurl_body"]
    for name, value in (("%LAT", "52.1"), ("%LON", "5.1"), ("%TIMESTAMP", str(TST))):
        asked = asked.replace(name, value)
    assert "%BATT" in asked
    for name in ("%ACC", "%ALT", "%SPD", "%DIR", "%BATT"):
        asked = asked.replace(name, "7.0")
    assert (await sends(here, f"gpslogger/{token}", asked.encode())).status == 200
    assert here.friend("jane/phone").lat == 52.1
    # Traccar Client takes the address without its query, and adds a slash only to a bare host.
    where = urlsplit(await link("traccar"))
    assert dict(parse_qsl(where.query))["id"] == "jane-phone"
    said = await sends(here, where.path.removeprefix("/in/"), TRACCAR_9)
    assert said.status == 200
    assert here.friend("jane/phone").lat == 52.0907
