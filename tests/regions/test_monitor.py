"""Stays and crossings: what friends' fixes and phones' words make of the regions.

Covers regions/phones.py, regions/positions.py, regions/recent_transitions.py.
"""

from __future__ import annotations

import json

import pytest
import pytest_twisted

from regions.scene import HOME, JANE, OPERATOR, PERSON, waypoint
from sightline.kinds.regions.model import Transition, Visit
from sightline.model.kind import Present
from sightline.regions import mqtt_events
from sightline.regions.containment import DISPUTE_AFTER
from sightline.regions.recent_transitions import RING
from sightline.webhooks import delivery


class Positioned(Present, frozen=True, omit_defaults=True, kw_only=True):
    """A robot that knows where it is."""

    lat: float
    lon: float
    at: float


@pytest_twisted.ensureDeferred
async def test_who_comes_and_goes_has_a_stay_and_two_crossings(scenes):
    scene = await scenes()
    id = await scene.draws()
    scene.is_at(900)
    scene.is_at(10)
    visit = scene.state(f"stay/{JANE}/{id}")
    assert visit == Visit(region=id, thing=JANE, since=scene.wall(), by="server")
    scene.is_at(950)
    assert scene.keys("stay") == []
    assert scene.keys("crossing") == [f"crossing/1/{JANE}/{id}", f"crossing/2/{JANE}/{id}"]
    assert scene.crossed[0] == Transition(
        n=1, at=scene.wall() - 1, tst=scene.wall() - 1, thing=JANE, region=id, name="Home",
        event="enter", by="server", acc=5,
    )  # fmt: skip
    assert scene.events() == [("enter", "server"), ("leave", "server")]


@pytest_twisted.ensureDeferred
async def test_who_is_found_inside_did_not_come(scenes):
    scene = await scenes()
    await scene.draws()
    scene.is_at(10)
    assert len(scene.keys("stay")) == 1
    assert scene.crossed == []


@pytest_twisted.ensureDeferred
async def test_a_region_drawn_around_somebody_shows_them_and_announces_nobody(scenes):
    scene = await scenes()
    scene.is_at(10)
    scene.is_at(10, of="friend/bob/phone")
    id = await scene.draws()
    assert scene.keys("stay") == [f"stay/friend/bob/phone/{id}", f"stay/{JANE}/{id}"]
    moved = HOME | {"lat": 10.0, "thing": f"region/{id}", "version": 1, "shared": True}
    assert (await scene.asks(OPERATOR, "region", **moved))["ok"]
    assert scene.keys("stay") == []
    back = moved | {"lat": 48.5, "version": 2}
    assert (await scene.asks(OPERATOR, "region", **back))["ok"]
    assert len(scene.keys("stay")) == 2
    assert (await scene.asks(OPERATOR, "unregion", thing=f"region/{id}", version=3))["ok"]
    assert scene.keys("stay") == []
    assert scene.crossed == []


@pytest_twisted.ensureDeferred
async def test_a_batch_of_old_fixes_is_followed_one_by_one_and_a_late_one_is_not(scenes):
    scene = await scenes()
    await scene.draws()
    scene.is_at(900)
    scene.passes(100)
    t = int(scene.wall())
    for tst, metres in ((t - 90, 10), (t - 60, 900), (t - 30, 10), (t - 70, 900)):
        scene.is_at(metres, tst=tst)
    assert [(c.event, c.tst) for c in scene.crossed] == [
        ("enter", t - 90), ("leave", t - 60), ("enter", t - 30),
    ]  # fmt: skip
    assert len(scene.keys("stay")) == 1


@pytest_twisted.ensureDeferred
async def test_a_change_that_one_fix_tells_of_counts_when_nothing_speaks_against_it(scenes):
    scene = await scenes(fixes=3, dwell=60)
    await scene.draws()
    scene.is_at(900)
    scene.is_at(10)
    assert scene.crossed == []
    for _ in range(62):
        scene.passes(1)
    assert scene.events() == [("enter", "server")]


@pytest_twisted.ensureDeferred
async def test_a_restart_announces_nobody_who_was_there_and_misses_nobody_who_came(scenes):
    scene = await scenes()
    id = await scene.draws()
    for who in (JANE, "friend/bob/phone"):
        scene.is_at(900, of=who)
    scene.is_at(10)
    since = scene.state(f"stay/{JANE}/{id}").since
    await scene.restarts()
    assert scene.keys("stay") == []  # nobody is known to be in the world
    scene.is_at(10, retain=True)
    assert scene.state(f"stay/{JANE}/{id}").since == since
    assert scene.crossed == []
    scene.is_at(10, of="friend/bob/phone", retain=True)  # was outside when we last looked
    assert [(c.thing, c.event) for c in scene.crossed] == [("friend/bob/phone", "enter")]
    await scene.restarts()
    scene.is_at(900, retain=True)
    assert [(c.thing, c.event) for c in scene.crossed] == [(JANE, "leave")]
    assert scene.keys("stay") == []


@pytest_twisted.ensureDeferred
async def test_both_verdicts_are_shown_and_what_is_disputed_is_said(scenes):
    scene = await scenes()
    id = await scene.draws()
    scene.is_at(900)
    scene.says("enter", "Home", acc=30)
    visit = scene.state(f"stay/{JANE}/{id}")
    assert (visit.by, visit.disputed) == ("phone", False)
    assert (scene.crossed[-1].by, scene.crossed[-1].agrees, scene.crossed[-1].acc) == (
        "phone",
        None,
        30,
    )
    scene.is_at(950)
    scene.passes(DISPUTE_AFTER + 2)
    visit = scene.state(f"stay/{JANE}/{id}")
    assert (visit.by, visit.disputed) == ("phone", True)
    assert "850 m outside" in visit.why
    scene.is_at(10)
    assert scene.state(f"stay/{JANE}/{id}").by == "both"
    assert scene.crossed[-1].agrees is True
    await scene.restarts()
    scene.is_at(10)
    assert scene.state(f"stay/{JANE}/{id}").by == "both"
    scene.says("leave", "Home")
    scene.is_at(900)
    assert scene.keys("stay") == []
    assert scene.events() == [("leave", "phone"), ("leave", "server")]


@pytest_twisted.ensureDeferred
async def test_a_phone_means_its_own_region_before_a_shared_one_of_that_name(scenes):
    scene = await scenes()
    shared = await scene.draws(name="Gym")
    scene.is_at(0)
    scene.tells(waypoint(rid="a1b2c3"))
    await scene.until(lambda: len(scene.regions.of(JANE)) == 1)
    ((own, _),) = scene.regions.of(JANE)
    meant = scene.phones.meant
    assert meant(JANE, "Gym") == own
    assert meant("friend/bob/phone", "Gym") == shared
    assert meant(JANE, "Gym", shared) == shared
    assert meant(JANE, "Other name", "a1b2c3") == own
    assert meant(JANE, "Gym", None, scene.regions.records[shared].tst) == shared
    assert meant(JANE, "Elsewhere") is None
    await scene.draws(name="Gym")
    assert meant("friend/bob/phone", "Gym") is None  # nobody can tell which


@pytest_twisted.ensureDeferred
async def test_a_phones_own_region_counts_for_that_phone_alone(scenes):
    scene = await scenes()
    for who in (JANE, "friend/bob/phone"):
        scene.is_at(900, of=who)
    scene.tells(waypoint(lat=48.5))
    await scene.until(lambda: len(scene.regions.of(JANE)) == 1)
    for who in (JANE, "friend/bob/phone"):
        scene.is_at(10, of=who)
    assert {transition.thing for transition in scene.crossed} == {JANE}


@pytest_twisted.ensureDeferred
async def test_a_list_of_regions_in_a_fix_is_the_phones_word_too(scenes):
    scene = await scenes()
    await scene.draws()
    scene.is_at(900, inregions=[])
    scene.is_at(900, inregions=["Home", "Elsewhere"])
    scene.says("enter", "Home")  # the same, in another way
    scene.is_at(900, inregions=[])
    assert scene.events() == [("enter", "phone"), ("leave", "phone")]


@pytest_twisted.ensureDeferred
async def test_of_a_region_we_do_not_have_only_the_crossing_is_told_and_once(scenes):
    scene = await scenes()
    scene.is_at(900)
    for event in ("enter", "enter", "leave"):
        scene.says(event, "The moon")
    scene.says("enter", "")
    assert [(c.region, c.name, c.event) for c in scene.crossed] == [
        (None, "The moon", "enter"),
        (None, "The moon", "leave"),
    ]
    assert scene.keys("crossing") == [f"crossing/1/{JANE}", f"crossing/2/{JANE}"]
    scene.hears("/event", retain=True, _type="transition", event="enter", desc="x", tst=5)
    assert len(scene.crossed) == 2


@pytest_twisted.ensureDeferred
async def test_a_robot_that_knows_where_it_is_counts_too(scenes):
    scene = await scenes()
    id = await scene.draws()
    for at, lat in enumerate((48.6, 48.5)):
        scene.hub.show(
            "probot/ProBot1", Positioned(presence="live", lat=lat, lon=2.25, at=at + 1.0)
        )
    assert scene.keys("stay") == [f"stay/probot/ProBot1/{id}"]
    assert [transition.thing for transition in scene.crossed] == ["probot/ProBot1"]


@pytest_twisted.ensureDeferred
async def test_the_ring_of_crossings_is_bounded(scenes):
    scene = await scenes()
    id = await scene.draws()
    scene.is_at(900)
    for n in range(RING + 20):
        scene.is_at(900 if n % 2 else 10)
    keys = scene.keys("crossing")
    assert len(keys) == RING
    assert f"crossing/20/{JANE}/{id}" not in keys
    assert f"crossing/21/{JANE}/{id}" in keys


@pytest_twisted.ensureDeferred
async def test_who_is_erased_leaves_no_trace(scenes):
    scene = await scenes()
    id = await scene.draws()
    scene.is_at(900)
    scene.is_at(10, of="friend/bob/phone")
    scene.is_at(900, of="friend/bob/phone")
    scene.is_at(10)
    scene.tells(waypoint(desc="The doctor"))
    await scene.until(lambda: len(scene.regions.of(JANE)) == 1)
    ((doctors, _),) = scene.regions.of(JANE)
    adopted = await scene.asks(OPERATOR, "adopt", thing=f"region/{doctors}")
    scene.passes(1)
    scene.hub.erase([JANE])
    await scene.geofence_monitor.erase(JANE)
    await scene.until(lambda: not scene.regions.of(JANE))
    assert scene.keys("stay") == []
    assert [key for key in scene.keys("crossing") if "jane" in key] == []
    assert len(scene.keys("crossing")) == 1
    await scene.regions.work(lambda store: None)
    data = b"".join(path.read_bytes() for path in scene.folder.glob("regions.db*"))
    assert b"jane" not in data
    assert scene.state(adopted["thing"]).phone is None  # stays, as the others' region
    await scene.restarts()
    assert set(scene.keys("region")) == {f"region/{id}", adopted["thing"]}


@pytest_twisted.ensureDeferred
async def test_a_slip_of_ours_keeps_no_message_out_of_the_world(scenes, monkeypatch):
    scene = await scenes()
    monkeypatch.setattr(scene.geofence_monitor._fences, "fix", lambda *_: 1 / 0)
    scene.is_at(10)
    assert scene.state(JANE).lat == 48.5 + 10 / 111_200
    assert scene.ingest.accepted == 1


@pytest_twisted.ensureDeferred
async def test_a_personal_region_is_watched_for_everybody_its_owner_may_see(scenes):
    scene = await scenes()
    id = await scene.draws(PERSON, shared=False)
    scene.is_at(900)
    scene.is_at(10)
    assert scene.keys("stay") == [f"stay/{JANE}/{id}"]


@pytest_twisted.ensureDeferred
async def test_what_a_phone_said_of_its_region_before_it_told_of_it_counts(scenes):
    scene = await scenes()
    scene.is_at(10, inregions=["Gym"])
    scene.tells(waypoint(lat=48.5))
    await scene.until(lambda: len(scene.keys("stay")) == 1)
    (key,) = scene.keys("stay")
    assert scene.state(key).by == "both"
    assert scene.crossed == []


@pytest_twisted.ensureDeferred
async def test_who_comes_and_goes_all_the_time_does_not_drown_the_others(scenes):
    scene = await scenes()
    await scene.draws()
    scene.is_at(900)
    for n in range(300):
        scene.says("leave" if n % 2 else "enter", "Home", tst=int(scene.wall()) - 300 + n)
    assert len(scene.crossed) == 100
    assert scene.geofence_monitor.transitions.hushed == 200
    scene.is_at(900, of="friend/bob/phone")
    scene.is_at(10, of="friend/bob/phone")
    assert scene.crossed[-1].thing == "friend/bob/phone"


# -- arrivals 03: one wrong fix never makes somebody leave home

WRONG = {
    "a cell tower far away": {"lat": 59.3, "lon": 18.0, "acc": 2000},
    "a longitude of zero": {"lon": 0.0, "acc": 4, "inregions": ["Home"]},
    "a negative accuracy": {"lat": 48.55, "acc": -2147473},
    "null island": {"lat": 0, "lon": 0, "acc": 10},
    "ten kilometres off": {"lat": 48.6, "acc": 10},
    "the tower next door": {"lat": 48.51, "acc": 2000},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@pytest_twisted.ensureDeferred
async def test_one_wrong_fix_makes_nobody_leave(scenes, wrong):
    scene = await scenes(fixes=2, dwell=60.0)
    await scene.draws()
    for _ in range(3):
        scene.passes(20)
        scene.is_at(0)
    stays = scene.keys("stay")
    assert len(stays) == 1
    scene.passes(20)
    scene.is_at(0, **wrong)
    scene.passes(70)
    assert scene.keys("stay") == stays
    scene.is_at(0)
    scene.passes(70)
    assert scene.keys("stay") == stays
    assert scene.events() == []


@pytest_twisted.ensureDeferred
async def test_who_is_really_gone_has_left(scenes):
    scene = await scenes(fixes=2, dwell=60.0)
    await scene.draws()
    for _ in range(3):
        scene.is_at(0)
    scene.is_at(11_000)  # a leap: alone it proves nothing
    scene.passes(70)
    assert len(scene.keys("stay")) == 1
    scene.is_at(11_010)
    assert scene.keys("stay") == []
    assert scene.events() == [("leave", "server")]


@pytest_twisted.ensureDeferred
async def test_a_region_passed_through_between_two_fixes_is_told_and_marked_as_inferred(scenes):
    scene = await scenes(fixes=2, dwell=60.0)
    id = await scene.draws()
    begin = scene.wall()
    for metres in (-1_800, -600, 600, 1_800):  # 20 m/s, a fix each minute
        scene.passes(59)
        scene.is_at(metres)
    assert scene.events() == [("enter", "server"), ("leave", "server")]
    assert [round(c.tst - begin) for c in scene.crossed] == [145, 155]
    assert [c.inferred for c in scene.crossed] == [True, True]
    assert scene.keys("stay") == []
    for crossed in scene.crossed:
        assert json.loads(mqtt_events.body(crossed))["inferred"] is True
        assert json.loads(delivery.body("id", crossed))["inferred"] is True
    assert [key.partition("/")[0] for key in scene.keys("crossing")] == ["crossing"] * 2
    scene.is_at(10)
    scene.is_at(10)
    assert b"inferred" not in mqtt_events.body(scene.crossed[-1])
    assert scene.crossed[-1].region == id


@pytest_twisted.ensureDeferred
async def test_without_an_accuracy_nothing_is_inferred(scenes):
    scene = await scenes(fixes=2, dwell=60.0)
    await scene.draws()
    for metres in (-1_800, -600, 600, 1_800):
        scene.passes(59)
        scene.is_at(metres, acc=0)
    assert scene.crossed == []
