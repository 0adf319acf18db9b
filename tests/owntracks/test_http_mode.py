"""Phones in HTTP mode, over real HTTP: each rule of contracts.md, section 2, has its test.

Covers owntracks/first_contact.py, owntracks/identity.py, owntracks/ports.py,
owntracks/post_gate.py.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from owntracks.scene import ANDROID, IPHONE, SECRET, PhoneScene, basic, fix
from sightline.owntracks.post_gate import STORED_WITHIN
from web_scene import NOW

FACE = "iVBORw0KGgo="
JANE = "friend/jane/phone"


async def opened(open_web: Any, **options: Any) -> PhoneScene:
    return await PhoneScene(options.pop("secrets", None)).opens(open_web, **options)


def of(said: list[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    return [one for one in said if one["_type"] == sort]


# -- rule 1: who it is


@pytest_twisted.ensureDeferred
async def test_a_phone_is_whom_its_headers_name_else_the_query_else_the_defaults(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", "friend/jane", "friend/owntracks/phone")
    for given, device in (
        ({"user": "jane", "device": "phone", "query": "?u=bob&d=car"}, "jane/phone"),
        ({"query": "?u=jane&d=tablet"}, "jane/tablet"),
        ({"user": "jane", "query": "?d=watch"}, "jane/watch"),
        ({}, "owntracks/phone"),
    ):
        answer = await here.posts(fix(), jane, **given)
        assert answer.status == 200, (given, answer.data)
        assert here.friend(device).lat == 52.1


@pytest_twisted.ensureDeferred
async def test_only_the_login_of_a_phones_own_token_may_post_for_it(open_web):
    here = await opened(open_web)
    await here.login("jane", JANE)
    token = await here.home.token("jane", "publish", things=(JANE,))
    looks = await here.home.token("jane", "see")
    for login, user, device, status in (
        (None, "jane", "phone", 401),
        ("Basic ???", "jane", "phone", 401),
        (basic("jane", "wrong"), "jane", "phone", 401),
        (basic("bob", token), "jane", "phone", 401),
        (basic("jane", looks), "jane", "phone", 401),
        (basic("jane", token), "bob", "phone", 401),
        (basic("jane", token), "jane", "tablet", 401),
        (basic("jane", token), "jane", "+", 401),
        (basic("jane", token), "jane", "a/b", 401),
        (basic("jane", token), "jane", "..", 401),
        (f"Bearer {token}", "jane", "phone", 401),
        (basic("jane", token), "jane", "phone", 200),
    ):
        answer = await here.posts(fix(), login, user=user, device=device)
        assert answer.status == status, (login, user, device)
        if status == 401:
            assert answer.headers["www-authenticate"].startswith("Basic")
            assert answer.data == b"[]"
    assert [key for key, _ in here.home.world if key.startswith("friend/")] == [JANE]


@pytest_twisted.ensureDeferred
async def test_a_topic_in_the_payload_is_not_believed(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    await here.posts(fix(topic="owntracks/bob/car"), jane, user="jane", device="phone")
    assert "friend/bob/car" not in here.home.world


# -- rules 2 and 3: what is answered


@pytest_twisted.ensureDeferred
async def test_an_empty_body_is_answered_with_an_empty_list(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    here.hears("jane/phone", fix())
    answer = await here.posts(b"", jane, user="jane", device="phone")
    assert (answer.status, answer.data) == (200, b"[]")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("junk", "counter"),
    [
        (b"not json", "not_json"),
        (b"{}", "missing_field"),
        (b'{"_type":"surprise"}', "unknown_type"),
        (b'{"_type":"encrypted","data":"AAAA"}', "encrypted"),
        (b" " * 70_000, "too_large"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_junk_is_answered_with_yes_and_put_aside(open_web, junk, counter):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    here.hears("jane/phone", fix())
    answer = await here.posts(junk, jane, user="jane", device="phone")
    assert (answer.status, answer.data) == (200, b"[]")
    assert here.home.hub.ingest.rejected == {counter: 1}
    assert here.home.world.state("quarantine/1").source == "http"


@pytest_twisted.ensureDeferred
async def test_a_body_beyond_all_measure_is_not_read(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    assert (await here.posts(b" " * 300_000, jane, user="jane", device="phone")).status == 413


@pytest_twisted.ensureDeferred
async def test_what_cannot_be_kept_safe_is_not_taken(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    here.keeps_up = False
    answer = await here.posts(fix(), jane, user="jane", device="phone")
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert JANE not in here.home.world


@pytest_twisted.ensureDeferred
async def test_a_phone_is_told_yes_only_when_its_fix_is_kept(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    stores: list[Deferred[object]] = []

    def kept() -> Deferred[object]:
        stores.append(Deferred())
        return stores[-1]

    here.kept = kept
    for fate, status in (("kept", 200), ("lost", 503), ("slow", 503)):
        asked = Deferred.fromCoroutine(here.posts(fix(), jane, user="jane", device="phone"))
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
        assert ("retry-after" in answer.headers) is (status == 503)


@pytest_twisted.ensureDeferred
async def test_who_posts_too_much_is_told_to_come_again_and_loses_nothing(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", "friend/jane")
    here.post.gate.posts._burst = 3
    statuses = [
        (await here.posts(fix(tst=int(NOW) - n), jane, user="jane", device="phone")).status
        for n in range(5)
    ]
    assert statuses == [200, 200, 200, 503, 503]
    assert (await here.posts(fix(), jane, user="jane", device="tablet")).status == 200
    here.home.clock.advance(1)
    assert (await here.posts(fix(), jane, user="jane", device="phone")).status == 200


@pytest_twisted.ensureDeferred
async def test_wrong_logins_are_answered_a_while_only(open_web):
    here = await opened(open_web)
    await here.login("jane", JANE)
    here.post.gate.wrong._burst = 2
    statuses = [
        (await here.posts(fix(), basic("jane", "x"), user="jane", device="phone")).status
        for _ in range(3)
    ]
    assert statuses == [401, 401, 503]


@pytest_twisted.ensureDeferred
async def test_nothing_is_read_at_pub(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    answer = await here.posts(None, jane, user="jane", device="phone", method="GET")
    assert answer.status == 404


# -- one state over both transports


@pytest_twisted.ensureDeferred
async def test_a_late_post_never_replaces_a_newer_fix_from_mqtt(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    here.hears("jane/phone", fix(lat=50, tst=int(NOW) - 5))
    await here.posts(fix(lat=40, tst=int(NOW) - 600), jane, user="jane", device="phone")
    assert here.friend("jane/phone").lat == 50
    assert here.phone("jane/phone").transport == "http"
    here.hears("jane/phone", fix(lat=51, tst=int(NOW) - 4))
    assert here.friend("jane/phone").lat == 51
    assert here.phone("jane/phone").transport == "mqtt"


@pytest_twisted.ensureDeferred
async def test_a_batch_is_one_post(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    batch = [fix(lat=n, tst=int(NOW) - 10 + n) for n in range(5)]
    assert (await here.posts(batch, jane, user="jane", device="phone")).status == 200
    assert here.friend("jane/phone").lat == 4
    assert len(here.fixes) == 5


# -- rule 4: friends and cards


@pytest_twisted.ensureDeferred
async def test_the_reply_holds_a_card_and_a_location_for_each_friend_and_for_itself(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE, see=("friend/john",))
    here.hears("john/android", fix(tid="JO", vel=12, alt=3, cog=90, acc=10, vac=4, batt=77))
    here.hears("john/android", {"_type": "card", "name": "John Doe", "face": FACE}, "/info")
    here.hears("eve/phone", fix(tid="EV"))  # whom jane's account may not see
    answer = await here.posts(fix(lat=48.85, lon=2.29, acc=5), jane, user="jane", device="phone")
    assert answer.said == [
        {
            "_type": "location",
            "tid": "JA",
            "lat": 48.85,
            "lon": 2.29,
            "tst": int(NOW) - 10,
            "acc": 5,
            "topic": "owntracks/jane/phone",
        },
        {"_type": "card", "tid": "JO", "face": FACE, "name": "John Doe"},
        {
            "_type": "location",
            "tid": "JO",
            "lat": 52.1,
            "lon": 5.1,
            "tst": int(NOW) - 10,
            "vel": 12,
            "alt": 3,
            "cog": 90,
            "acc": 10,
            "vac": 4,
            "topic": "owntracks/john/android",
        },
    ]


@pytest_twisted.ensureDeferred
async def test_a_friend_that_is_no_longer_to_be_seen_is_not_told_of(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE, see=("friend/john",))
    here.hears("john/phone", fix(tid="JO"))
    assert len((await here.posts(fix(), jane, user="jane", device="phone")).said) == 2
    await here.home.knows("jane", own=(JANE,))
    assert len((await here.posts(fix(), jane, user="jane", device="phone")).said) == 1


# -- rule 5: TIDs


@pytest_twisted.ensureDeferred
async def test_no_two_friends_in_a_reply_have_one_tid_and_each_keeps_its_own(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE, see=("friend",))
    for user in ("jack", "jake", "jamie"):
        here.hears(f"{user}/phone", fix(tid="JA"))

    async def names() -> dict[str, str]:
        here.home.clock.advance(10)
        said = (await here.posts(fix(), jane, user="jane", device="phone")).said
        return {one["topic"]: one["tid"] for one in of(said, "location")}

    first = await names()
    assert len(set(first.values())) == 4
    assert first["owntracks/jane/phone"] == "JA"
    here.hears("adam/phone", fix(tid="JA"))  # comes before all of them
    here.hears("jack/phone", b"")  # and one goes
    second = await names()
    assert len(set(second.values())) == 4
    assert all(second[topic] == first[topic] for topic in second if topic in first)


# -- rule 6: commands


@pytest.mark.parametrize("agent", [ANDROID, IPHONE, "curl/8"])
@pytest_twisted.ensureDeferred
async def test_commands_come_after_the_friends_and_only_once(open_web, agent):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    await here.posts(fix(), jane, user="jane", device="phone", agent=agent)
    here.phones.ask("jane/phone", "locate", "jane")
    here.phones.ask("jane/phone", "clear", "jane")
    assert here.sent == []  # it posts: nothing goes by MQTT
    said = (await here.posts(fix(), jane, user="jane", device="phone", agent=agent)).said
    assert [one["_type"] for one in said] == ["location", "cmd", "cmd", "cmd"]
    actions = [one["action"] for one in of(said, "cmd")]
    assert actions == ["reportLocation", "clearWaypoints", "waypoints"]
    said = (await here.posts(fix(), jane, user="jane", device="phone", agent=agent)).said
    assert of(said, "cmd") == []


# -- rule 7: encrypted


def sealed(here: PhoneScene, device: str, said: Any) -> bytes:
    return here.keys.seal(device, json.dumps(said).encode())


@pytest_twisted.ensureDeferred
async def test_who_encrypts_is_answered_encrypted_and_who_does_not_is_not(open_web):
    here = await opened(open_web, secrets={"jane/phone": SECRET, "jane/tablet": "another"})
    jane = await here.login("jane", "friend/jane")
    message = sealed(here, "jane/phone", fix(lat=1.5))
    answer = await here.posts(message, jane, user="jane", device="phone")
    assert answer.said["_type"] == "encrypted"
    inner = json.loads(here.keys.open("jane/phone", answer.said["data"]))
    assert [one["_type"] for one in inner] == ["location"]
    assert here.friend("jane/phone").lat == 1.5
    assert here.phone("jane/phone").encrypted
    # Its key is known, but it does not use it: it could not read an encrypted answer.
    answer = await here.posts(fix(), jane, user="jane", device="tablet")
    assert isinstance(answer.said, list)
    answer = await here.posts(fix(tst=int(NOW)), jane, user="jane", device="phone")
    assert isinstance(answer.said, list)
    assert not here.phone("jane/phone").encrypted


@pytest_twisted.ensureDeferred
async def test_another_key_than_ours_is_counted_shown_and_answered_with_yes(open_web):
    here = await opened(open_web, secrets={"jane/phone": SECRET, "jane/tablet": "another"})
    jane = await here.login("jane", "friend/jane")
    message = sealed(here, "jane/tablet", fix())
    answer = await here.posts(message, jane, user="jane", device="phone")
    assert (answer.status, answer.data) == (200, b"[]")
    assert here.home.hub.ingest.rejected == {"encrypted": 1}
    assert "another key" in here.home.world.state("quarantine/1").why


# -- rule 8: a queue is emptied


@pytest_twisted.ensureDeferred
async def test_a_phone_that_empties_its_queue_gets_a_yes_for_each(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    for n in (3, 1, 2):
        answer = await here.posts(
            fix(lat=n, tst=int(NOW) - 100 + n, created_at=int(NOW)),
            jane,
            user="jane",
            device="phone",
            agent=IPHONE,
        )
        assert answer.status == 200
    assert here.friend("jane/phone").lat == 3
    assert len(here.fixes) == 3


def test_the_login_is_read_as_it_was_written():
    assert base64.b64decode(basic("jané", "p:w").removeprefix("Basic ")).decode() == "jané:p:w"


@pytest_twisted.ensureDeferred
async def test_nobody_posts_under_a_name_that_leads_out_of_a_folder(open_web):
    here = await opened(open_web)
    await here.login("jane", "friend/jane", "friend/..", "friend/.")
    token = basic(
        "jane", await here.home.token("jane", "publish", things=("friend/jane", "friend/.."))
    )
    for user, device in (("jane", ".."), ("jane", "."), ("..", "evil")):
        assert (await here.posts(fix(), token, user=user, device=device)).status == 401
    assert len(here.home.world) == 0
    assert (await here.posts(fix(), token, user="jane", device="...")).status == 200


# -- arrivals 06: phones that do not say who they are, or in other letters


@pytest_twisted.ensureDeferred
async def test_a_token_for_one_device_needs_no_headers(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", JANE)
    for lat, given in enumerate(
        (
            {},
            {"device": "phone"},
            {"user": "jane"},
            {"user": "Jane"},
            {"user": "JANE", "device": "Phone"},
            {"query": "?d=PHONE"},
        )
    ):
        answer = await here.posts(fix(lat=lat, tst=int(NOW) + lat), jane, **given)
        assert answer.status == 200, given
        assert here.friend("jane/phone").lat == lat
    said = fix(lat=40, tst=int(NOW) + 40, topic="owntracks/bob/car")
    assert (await here.posts(said, jane)).status == 200
    assert here.friend("jane/phone").lat == 40
    assert [key for key, _ in here.home.world if key.startswith("friend/")] == [JANE]
    for given in ({"user": "bob"}, {"device": "tablet"}, {"user": "jane", "device": "x"}):
        assert (await here.posts(fix(), jane, **given)).status == 401, given


@pytest_twisted.ensureDeferred
async def test_the_topic_in_a_message_chooses_among_what_the_token_allows(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", "friend/jane", "friend/Ann/Watch")
    for topic, given, device in (
        ("owntracks/jane/phone", {}, "jane/phone"),
        ("/owntracks/jane/tablet", {"user": "Jane"}, "jane/tablet"),
        ("owntracks/ann/watch", {}, "Ann/Watch"),
        (..., {"device": "car"}, "jane/car"),
    ):
        answer = await here.posts(fix(topic=topic), jane, **given)
        assert answer.status == 200, topic
        assert here.friend(device).lat == 52.1
    batch = [fix(topic="owntracks/jane/bike"), fix()]
    assert (await here.posts(batch, jane)).status == 200
    assert here.friend("jane/bike").lat == 52.1
    for topic in ("owntracks/bob/car", "owntracks/..", 7, ...):
        assert (await here.posts(fix(topic=topic), jane)).status == 401, topic
    assert (await here.posts(b"not json", jane)).status == 401


@pytest_twisted.ensureDeferred
async def test_a_token_of_one_user_is_of_that_user(open_web):
    here = await opened(open_web)
    jane = await here.login("jane", "friend/jane")
    assert (await here.posts(fix(), jane)).status == 200
    assert here.friend("jane/phone").lat == 52.1
