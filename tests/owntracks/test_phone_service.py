"""What is asked of phones, from the browser to the phone and back.

Covers owntracks/friend_replies.py, owntracks/phone_regions.py, owntracks/region_ports.py,
owntracks/region_push.py, owntracks/requests.py, owntracks/setup_link.py.
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import unquote

import pytest
import pytest_twisted

from owntracks.scene import ANDROID, IPHONE, SECRET, PhoneScene, fix
from sightline.kinds.friends.model import Waypoint
from sightline.kinds.friends.phone import ANSWER_WITHIN, REMEMBERED
from sightline.owntracks.setup_link import CannotSetUp, SetUpTarget, configuration, link
from sightline.web.reach import reach
from web_scene import NOW

JANE = "friend/jane/phone"
ASKS = ("locate", "phonestatus", "sendregions", "readregions", "clearregions")
HOME = Waypoint("Home", 52.1, 5.1, 80.0, 1700000000, "aaaaaaaa")
WORK = Waypoint("Work", 48.85, 2.29, 100.0, 1700000001, "bbbbbbbb")


async def opened(open_web: Any, secrets: dict[str, str] | None = None) -> PhoneScene:
    here = await PhoneScene(secrets).opens(open_web)
    here.hears("jane/phone", fix())
    here.hears("jane/phone", has(), "/waypoints")  # its user has made none
    return here


def actions(here: PhoneScene) -> list[str]:
    return [said["action"] for _, said in here.sent]


def has(*waypoints: Waypoint) -> dict[str, Any]:
    """What a phone answers to ``waypoints``."""
    items = [
        {
            "_type": "waypoint",
            "desc": one.desc,
            "lat": one.lat,
            "lon": one.lon,
            "rad": int(one.rad),
            "tst": one.tst,
        }
        for one in waypoints
    ]
    return {"_type": "waypoints", "waypoints": items}


def order_state(here: PhoneScene, device: str = "jane/phone") -> tuple[str, int]:
    regions = here.phone(device).regions
    assert regions is not None
    return regions.state, regions.version


# -- who may


@pytest_twisted.ensureDeferred
async def test_admins_and_whose_phone_it_is_may_ask_it_and_nobody_else(open_web):
    here = await opened(open_web)
    home = here.home
    known = {
        "admin": (await home.knows("root", "admin"), "ok"),
        "owner": (await home.knows("jane", own=("friend/jane",)), "ok"),
        "watcher": (await home.knows("viewer", see=("friend/jane",)), "forbidden"),
        "operator": (await home.knows("op", "operator", see=("*",), drive=("*",)), "forbidden"),
        "stranger": (await home.knows("eve", see=("friend/eve",)), "unknown"),
    }
    here.broken = "nobody is to be asked too much"
    for who, (cookie, code) in known.items():
        browser = await home.browser(cookie)
        for verb in (*ASKS, "setup"):
            answer = await browser.asks(verb, thing=JANE, mode="http", base="http://here")
            assert answer.get("code", "ok") == code, (who, verb)
        await browser.leaves()
    looking = await home.browser(token=await home.token("jane", "see"), origin=None)
    assert (await looking.asks("locate", thing=JANE))["code"] == "forbidden"


@pytest.mark.parametrize("thing", [None, 7, "friend/jane", "probot/ProBot1", "friend/+/phone", ""])
@pytest_twisted.ensureDeferred
async def test_only_friends_can_be_asked(open_web, thing):
    here = await opened(open_web)
    browser = await here.home.browser(await here.home.knows("root", "admin"))
    for verb in (*ASKS, "setup"):
        assert (await browser.asks(verb, thing=thing, mode="http"))["code"] == "unknown"
    assert (await browser.asks("locate", thing="friend/not/there"))["code"] == "unknown"
    assert here.sent == []


# -- commands and their answers


@pytest_twisted.ensureDeferred
async def test_a_phone_is_asked_where_it_is_and_everybody_sees_how_that_goes(open_web):
    here = await opened(open_web)
    browser = await here.home.browser(await here.home.knows("jane", own=("friend/jane",)))
    assert (await browser.asks("locate", thing=JANE))["n"] == 1
    assert here.sent == [("jane/phone", {"_type": "cmd", "action": "reportLocation"})]

    def sent(things: dict[str, Any]) -> bool:
        commands = things.get("phone/jane/phone", {}).get("commands", [])
        return [(c["do"], c["state"], c["by"]) for c in commands] == [("locate", "sent", "jane")]

    await browser.sees(sent)
    here.hears("jane/phone", fix(tst=int(NOW) - 1, t="u"))  # not the answer
    assert here.phone("jane/phone").commands[0].state == "sent"
    here.hears("jane/phone", fix(tst=int(NOW), t="r"))
    assert here.phone("jane/phone").commands[0].state == "done"


@pytest_twisted.ensureDeferred
async def test_a_copy_that_the_broker_kept_is_no_answer(open_web):
    here = await opened(open_web)
    here.phones.ask("jane/phone", "locate", "jane")
    here.hears("jane/phone", fix(t="r"), retain=True)
    assert here.phone("jane/phone").commands[0].state == "sent"


@pytest_twisted.ensureDeferred
async def test_the_status_a_phone_tells_is_shown(open_web):
    here = await opened(open_web)
    here.phones.ask("jane/phone", "status", "jane")
    said = {"_type": "status", "android": {"hib": 0, "wifi": True, "loc": -3}, "_id": "x"}
    here.hears("jane/phone", said, "/status")
    phone = here.phone("jane/phone")
    assert phone.status == {"hib": "0", "wifi": "yes", "loc": "-3"}
    assert (phone.platform, phone.commands[0].state) == ("android", "done")
    here.hears("jane/phone", {"_type": "steps", "steps": 4321, "tst": 1}, "/step")
    assert (here.phone("jane/phone").status or {})["steps"] == "4321"


@pytest_twisted.ensureDeferred
async def test_what_cannot_be_sent_has_failed_and_says_why(open_web):
    here = await opened(open_web)
    here.broken = "no connection to broker main"
    here.phones.ask("jane/phone", "locate", "jane")
    (command,) = here.phone("jane/phone").commands
    assert (command.state, command.why) == ("failed", "no connection to broker main")


@pytest_twisted.ensureDeferred
async def test_a_phone_that_never_answers_is_not_waited_for_for_ever(open_web):
    here = await opened(open_web)
    here.regions.puts(HOME)
    here.phones.ask("jane/phone", "locate", "jane")
    here.phones.ask("jane/phone", "regions", "jane")
    here.home.clock.pump([10.0] * int(ANSWER_WITHIN / 10 + 2))
    assert {each.state for each in here.phone("jane/phone").commands} == {"expired"}
    assert order_state(here)[0] == "none"


@pytest_twisted.ensureDeferred
async def test_more_than_ten_open_questions_are_refused(open_web):
    here = await opened(open_web)
    browser = await here.home.browser(await here.home.knows("jane", own=("friend/jane",)))
    for _ in range(REMEMBERED):
        assert (await browser.asks("locate", thing=JANE))["ok"]
    assert (await browser.asks("locate", thing=JANE))["code"] == "too_many"


@pytest_twisted.ensureDeferred
async def test_what_waited_for_a_post_goes_by_mqtt_when_the_phone_turns_to_that(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    await here.posts(fix(), jane, user="jane", device="phone")
    here.phones.ask("jane/phone", "locate", "jane")
    assert here.sent == []
    here.hears("jane/phone", fix(tst=int(NOW)))
    assert actions(here) == ["reportLocation"]


@pytest_twisted.ensureDeferred
async def test_who_encrypts_is_asked_encrypted(open_web):
    here = await opened(open_web, {"jane/phone": SECRET})
    here.hears("jane/phone", here.keys.seal("jane/phone", json.dumps(fix()).encode()))
    here.phones.ask("jane/phone", "locate", "jane")
    (_, said) = here.sent[0]
    assert said["_type"] == "encrypted"
    assert json.loads(here.keys.open("jane/phone", said["data"]))["action"] == "reportLocation"


@pytest_twisted.ensureDeferred
async def test_a_phones_settings_are_read_by_nobody(open_web):
    here = await opened(open_web)
    settings = {"_type": "configuration", "password": "geheim", "encryptionKey": "s3cret"}
    for payload in (settings, {"_type": "dump", "configuration": settings}):
        here.hears("jane/phone", payload, "/dump")
    broken = json.dumps(settings).encode()[:-1]
    here.hears("jane/phone", broken, "/dump")
    here.hears("jane/phone", broken)
    shown = repr(list(here.home.world))
    assert "geheim" not in shown
    assert "s3cret" not in shown
    assert here.home.world.state("quarantine/1").head == "(not shown: it may hold a password)"


# -- regions


@pytest_twisted.ensureDeferred
async def test_regions_are_sent_read_back_and_confirmed_with_their_version(open_web):
    here = await opened(open_web)
    here.regions.puts(HOME, WORK)
    here.regions.left_out = 1
    here.phones.ask("jane/phone", "regions", "jane")
    assert actions(here) == ["clearWaypoints", "setWaypoints", "waypoints"]
    assert order_state(here) == ("sent", 2)
    here.hears("jane/phone", has(HOME, WORK, Waypoint("mine", 1, 2, 30, 5)), "/waypoints")
    assert order_state(here) == ("confirmed", 2)
    assert "circles only" in here.phone("jane/phone").regions.why
    assert here.phone("jane/phone").commands[0].state == "done"


@pytest_twisted.ensureDeferred
async def test_a_users_own_regions_are_asked_for_before_an_android_phone_is_cleared(open_web):
    here = await opened(open_web)
    mine = Waypoint("Allotment", 1.0, 2.0, 30.0, 5)
    here.hears("bob/phone", fix())
    here.regions.puts(HOME)
    here.phones.ask("bob/phone", "regions", "bob")
    assert actions(here) == ["waypoints"]
    assert order_state(here, "bob/phone") == ("asked", 2)
    here.sent.clear()
    here.hears("bob/phone", has(mine), "/waypoints")
    assert actions(here) == ["clearWaypoints", "setWaypoints", "waypoints"]
    told = here.sent[1][1]["waypoints"]["waypoints"]
    assert [one["desc"] for one in told] == ["Home", "Allotment"]
    here.hears("bob/phone", has(HOME, mine), "/waypoints")
    assert order_state(here, "bob/phone") == ("confirmed", 2)
    here.sent.clear()
    here.regions.puts(WORK)  # and Home is nobody's any more
    here.home.clock.advance(3)
    told = here.sent[1][1]["waypoints"]["waypoints"]
    assert [one["desc"] for one in told] == ["Work", "Allotment"]


@pytest_twisted.ensureDeferred
async def test_the_same_by_http(open_web):
    here = await opened(open_web)
    bob = await here.login("bob", "friend/bob")
    here.regions.puts(HOME)

    async def posted(message: Any) -> list[str]:
        said = (await here.posts(message, bob, user="bob", device="phone")).said
        return [one["action"] for one in said if one["_type"] == "cmd"]

    await posted(fix())
    here.phones.ask("bob/phone", "regions", "bob")
    assert await posted(fix()) == ["waypoints"]
    assert await posted(fix()) == []
    assert await posted(has()) == ["clearWaypoints", "setWaypoints", "waypoints"]
    assert order_state(here, "bob/phone") == ("sent", 2)


@pytest_twisted.ensureDeferred
async def test_a_phone_that_takes_none_has_refused(open_web):
    here = await opened(open_web)
    here.regions.puts(HOME)
    here.phones.ask("jane/phone", "regions", "jane")
    here.hears("jane/phone", has(), "/waypoints")
    assert order_state(here) == ("refused", 2)
    phone = here.phone("jane/phone")
    assert "remote configuration" in phone.regions.why
    assert phone.commands[0].state == "failed"


@pytest_twisted.ensureDeferred
async def test_a_confirmed_phone_whose_user_changes_a_region_has_drifted(open_web):
    here = await opened(open_web)
    here.regions.puts(HOME)
    here.phones.ask("jane/phone", "regions", "jane")
    here.hears("jane/phone", has(HOME), "/waypoints")
    here.hears("jane/phone", has(WORK), "/waypoints")
    assert order_state(here) == ("drifted", 2)
    assert "Home" in here.phone("jane/phone").regions.why
    here.hears("jane/phone", has(HOME), "/waypoints")
    assert order_state(here) == ("confirmed", 2)


@pytest_twisted.ensureDeferred
async def test_edits_are_pushed_together_to_the_phones_that_were_sent_regions_once(open_web):
    here = await opened(open_web)
    here.hears("bob/phone", fix())
    here.regions.puts(HOME)
    here.phones.ask("jane/phone", "regions", "jane")
    here.sent.clear()
    here.regions.puts(HOME, WORK)
    here.home.clock.advance(1)
    here.regions.puts(WORK)
    here.home.clock.advance(1.5)
    assert here.sent == []
    here.home.clock.advance(1)
    assert {device for device, _ in here.sent} == {"jane/phone"}
    assert actions(here) == ["clearWaypoints", "setWaypoints", "waypoints"]
    assert order_state(here) == ("sent", 4)
    here.regions.changed("bob/phone")
    here.home.clock.advance(3)
    assert len(here.sent) == 3  # nothing new for her


@pytest_twisted.ensureDeferred
async def test_regions_go_to_a_posting_iphone_in_its_next_reply(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    here.regions.puts(HOME, WORK)
    await here.posts(fix(), jane, user="jane", device="phone", agent=IPHONE)
    here.phones.ask("jane/phone", "regions", "jane")
    assert order_state(here) == ("asked", 2)
    said = (await here.posts(fix(), jane, user="jane", device="phone", agent=IPHONE)).said
    assert [one.get("action") for one in said[1:]] == ["setWaypoints", "waypoints"]
    assert order_state(here) == ("sent", 2)
    await here.posts(has(HOME, WORK), jane, user="jane", device="phone", agent=IPHONE)
    assert order_state(here) == ("confirmed", 2)
    assert here.phone("jane/phone").platform == "ios"


@pytest_twisted.ensureDeferred
async def test_a_cleared_phone_has_none(open_web):
    here = await opened(open_web)
    here.regions.puts(HOME)
    here.phones.ask("jane/phone", "regions", "jane")
    here.hears("jane/phone", has(HOME), "/waypoints")
    here.phones.ask("jane/phone", "clear", "jane")
    assert actions(here)[-2:] == ["clearWaypoints", "waypoints"]
    here.hears("jane/phone", has(), "/waypoints")
    assert order_state(here)[0] == "none"
    assert here.phone("jane/phone").commands[-1].state == "done"
    here.sent.clear()
    here.regions.puts(WORK)
    here.home.clock.advance(5)
    assert here.sent == []  # it is not sent any more unless somebody asks


@pytest_twisted.ensureDeferred
async def test_a_phone_that_keeps_its_regions_has_not_cleared_them(open_web):
    here = await opened(open_web)
    here.phones.ask("jane/phone", "clear", "jane")
    here.hears("jane/phone", has(HOME), "/waypoints")
    (command,) = here.phone("jane/phone").commands
    assert (command.state, command.why) == ("failed", "the phone still has 1")


@pytest_twisted.ensureDeferred
async def test_nothing_is_left_of_who_is_erased(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", "friend/jane", see=("friend",))
    here.hears("bob/phone", fix())
    here.regions.puts(HOME)
    here.hears("bob/phone", has(), "/waypoints")
    here.phones.ask("bob/phone", "regions", "jane")
    here.hears("bob/phone", has(HOME), "/waypoints")
    await here.posts(fix(), jane, user="jane", device="phone")
    here.home.hub.erase(("friend/bob/phone",))
    here.phones.forget("friend/bob/phone")
    assert "bob" not in repr(list(here.home.world))
    kept = (here.fixes._stored, here.fixes._order, vars(here.phones._replies))
    kept += (vars(here.phones._circles), here.phones._busy, here.phones._people._order)
    assert "bob" not in repr(kept)
    assert len((await here.posts(fix(), jane, user="jane", device="phone")).said) == 1


# -- set-up


def inline(text: str) -> dict[str, Any]:
    assert text.startswith("owntracks:///config?inline=")
    said: dict[str, Any] = json.loads(base64.b64decode(unquote(text.partition("inline=")[2])))
    return said


@pytest_twisted.ensureDeferred
async def test_a_phone_is_set_up_by_a_link_with_a_token_of_its_own(open_web):
    here = await opened(open_web)
    browser = await here.home.browser(await here.home.knows("jane", own=("friend/jane",)))
    answer = await browser.asks("setup", thing=JANE, mode="http", base="https://map.example/x")
    said = inline(answer["link"])
    assert (said["mode"], said["url"]) == (3, "https://map.example/x/pub")  # arrivals 16
    assert (said["username"], said["deviceId"], said["password"]) == ("jane", "phone", "sl_token")
    assert answer["plain"] is False
    assert answer["reach"] == "anywhere"
    new = await browser.asks("setup", thing="friend/jane/new", mode="http", base="http://x")
    assert inline(new["link"])["tid"] == "ew"
    assert new["plain"] is True
    for more, code in (
        ({"mode": "sms"}, "bad_mode"),
        ({"mode": "http"}, "cannot_set_up"),
        ({"mode": "http", "base": "javascript:1"}, "cannot_set_up"),
        ({"mode": "mqtt"}, "cannot_set_up"),
    ):
        assert (await browser.asks("setup", thing=JANE, **more))["code"] == code
    for nobody in ("friend/../evil", "friend/jane/.", "friend//phone"):
        answer = await browser.asks("setup", thing=nobody, mode="http", base="http://x")
        assert answer["code"] == "unknown", nobody


def test_a_phone_on_mqtt_is_told_its_broker_and_its_topic_and_no_password():
    place = SetUpTarget("", "mqtts://mqtt.example.org")
    said = inline(link("jane/phone", "mqtt", place, "", "JA", "s3cret"))
    assert (said["mode"], said["host"], said["port"], said["tls"]) == (
        0,
        "mqtt.example.org",
        8883,
        True,
    )
    assert said["pubTopicBase"] == "owntracks/jane/phone"
    assert said["encryptionKey"] == "s3cret"
    assert "password" not in said
    plain = configuration("jane/phone", "mqtt", SetUpTarget("", "mqtt://h:1885"), "", "JA")
    assert (plain["port"], plain["tls"]) == (1885, False)
    with pytest.raises(CannotSetUp):
        link("jane/phone", "http", SetUpTarget("ftp://x", ""), "", "JA")


def test_the_agents_of_the_tests_are_those_of_the_apps():
    assert ANDROID.startswith("Owntracks-Android/")
    assert "CFNetwork" in IPHONE


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("https://map.example.org/sl/", "anywhere"),
        ("https://8.8.8.8:8443", "anywhere"),
        ("http://127.0.0.1:8080/", "machine"),
        ("http://[::1]:8080/", "machine"),
        ("http://0.0.0.0/", "machine"),
        ("http://localhost:8080", "machine"),
        ("mqtt://192.168.1.7:1883", "network"),
        ("http://[fd00::7]/", "network"),
        ("http://100.64.0.9/", "network"),
        ("http://169.254.7.7/", "network"),
        ("http://raspberrypi:8080", "network"),
        ("http://raspberrypi.local", "network"),
    ],
)
def test_an_address_that_no_phone_on_the_move_can_reach_is_told(url, where):
    assert reach(url) == where


def test_the_address_in_a_link_keeps_its_path():
    for url in ("https://map.example.org/sl/", "https://map.example.org/sl"):
        said = configuration("jane/phone", "http", SetUpTarget(url, ""), "t", "JA")
        assert said["url"] == "https://map.example.org/sl/pub"


@pytest_twisted.ensureDeferred
async def test_an_iphone_gets_names_without_colons_and_twenty_regions_at_most(open_web):
    """Arrivals 17."""
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    many = [Waypoint(f"Home: {n}", 48.5 + n, 11.0, 100.0, 1000 + n, f"rid{n}") for n in range(26)]
    here.regions.puts(*many)
    await here.posts(fix(), jane, user="jane", device="phone", agent=IPHONE)
    here.phones.ask("jane/phone", "regions", "jane")
    said = (await here.posts(fix(), jane, user="jane", device="phone", agent=IPHONE)).said
    (told,) = [one["waypoints"]["waypoints"] for one in said if one.get("action") == "setWaypoints"]
    assert len(told) == 20
    assert not any(":" in one["desc"] for one in told)
    regions = here.phone("jane/phone").regions
    assert regions.state == "sent"
    assert regions.why == "6 left out: an iPhone watches 20 regions at most"
    # Read back as it has them: they are ours.
    back = {"_type": "waypoints", "waypoints": [one | {"_type": "waypoint"} for one in told]}
    await here.posts(back, jane, user="jane", device="phone", agent=IPHONE)
    assert here.phone("jane/phone").regions.state == "confirmed"
    # An Android phone has no such bounds.
    bob = await here.login("bob", "friend/bob")
    await here.posts(has(), bob, user="bob", device="phone", agent=ANDROID)
    here.phones.ask("bob/phone", "regions", "bob")
    said = (await here.posts(fix(), bob, user="bob", device="phone", agent=ANDROID)).said
    (told,) = [one["waypoints"]["waypoints"] for one in said if one.get("action") == "setWaypoints"]
    assert [one["desc"] for one in told] == [one.desc for one in many]
