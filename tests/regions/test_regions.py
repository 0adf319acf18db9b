"""Regions as people keep them: drawn, changed, removed, adopted; every version kept.

Covers regions/access.py, regions/ids.py, regions/requests.py, regions/service.py, regions/store.py.
"""

from __future__ import annotations

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred, gatherResults

from regions.scene import ADMIN, HOME, JANE, OPERATOR, OTHER, PERSON, account, waypoint
from sightline.kinds.regions.model import Region
from sightline.regions.service import MOST_OF_ONE
from sightline.regions.store import BadRegions, RegionStore

SQUARE = [[48.0, 2.0], [48.0, 3.0], [49.0, 3.0], [49.0, 2.0]]


@pytest_twisted.ensureDeferred
async def test_what_is_drawn_is_shown_kept_and_still_there_after_a_restart(scenes):
    scene = await scenes()
    id = await scene.draws(colour=3)
    polygon = {"name": "Field", "shape": "polygon", "points": SQUARE, "shared": True}
    made = await scene.asks(OPERATOR, "region", **polygon)
    assert made["ok"]
    region = scene.state(f"region/{id}")
    assert isinstance(region, Region)
    assert (region.name, region.rad, region.owner, region.version) == ("Home", 100, None, 1)
    assert (region.by, region.origin, region.colour) == ("olga", "page", 3)
    before = scene.keys("region")
    await scene.restarts()
    assert scene.keys("region") == before
    assert scene.state(f"region/{id}") == region


@pytest_twisted.ensureDeferred
async def test_an_edit_needs_the_version_it_is_of_and_every_version_is_kept(scenes):
    scene = await scenes()
    id = await scene.draws()
    thing = f"region/{id}"
    edit = HOME | {"thing": thing, "shared": True, "name": "Our home"}
    assert (await scene.asks(ADMIN, "region", version=1, **edit))["version"] == 2
    late = await scene.asks(OPERATOR, "region", version=1, **edit)
    assert (late["code"], "version 2" in late["why"]) == ("stale", True)
    assert (await scene.asks(OPERATOR, "unregion", thing=thing, version=1))["code"] == "stale"
    assert (await scene.asks(OPERATOR, "unregion", thing=thing, version=2))["ok"]
    assert scene.keys("region") == []
    assert (await scene.asks(OPERATOR, "region", version=2, **edit))["code"] == "unknown"
    versions = await scene.regions.work(lambda store: store.versions(id))
    assert [(v.version, v.who, v.record and v.record.region.name) for v in versions] == [
        (1, "olga", "Home"),
        (2, "root", "Our home"),
        (3, "olga", None),
    ]
    assert [(c.id, c.by, c.record is None) for c in scene.changed] == [
        (id, "olga", False),
        (id, "root", False),
        (id, "olga", True),
    ]


@pytest_twisted.ensureDeferred
async def test_of_two_edits_at_once_one_is_refused(scenes):
    scene = await scenes()
    id = await scene.draws()
    edit = HOME | {"thing": f"region/{id}", "shared": True, "version": 1}
    answers = [scene.asks(user, "region", **edit) for user in (ADMIN, OPERATOR)]
    said = await gatherResults([Deferred.fromCoroutine(answer) for answer in answers])
    assert sorted(each.get("code", "ok") for each in said) == ["ok", "stale"]


@pytest_twisted.ensureDeferred
async def test_a_personal_region_is_its_accounts_and_may_be_made_a_shared_one(scenes):
    scene = await scenes()
    id = await scene.draws(PERSON, shared=False)
    assert id.startswith("jane/")
    thing = f"region/{id}"
    edit = HOME | {"thing": thing, "version": 1}
    assert (await scene.asks(OTHER, "region", **edit))["code"] == "unknown"
    assert (await scene.asks(OPERATOR, "region", **edit))["code"] == "forbidden"
    assert (await scene.asks(PERSON, "region", shared=True, **edit))["code"] == "forbidden"
    assert (await scene.asks(PERSON, "region", **edit))["version"] == 2
    # An admin's edit leaves it whose it was; sharing gives it another id.
    shared = await scene.asks(ADMIN, "region", **(edit | {"version": 2, "shared": True}))
    assert shared["ok"], shared
    assert shared["thing"] != thing
    assert scene.keys("region") == [shared["thing"]]


@pytest_twisted.ensureDeferred
async def test_nobody_changes_what_is_not_theirs(scenes):
    scene = await scenes()
    id = await scene.draws()
    viewer = account("vera", "viewer", "region")
    edit = HOME | {"thing": f"region/{id}", "version": 1, "shared": True}
    for do in ("region", "unregion", "adopt"):
        assert (await scene.asks(viewer, do, **edit))["code"] == "forbidden"
        assert (await scene.asks(OTHER, do, **edit))["code"] == "unknown"
    new = HOME | {"shared": True}
    for user in (viewer, OTHER, account("olaf", "operator", "friend")):
        assert (await scene.asks(user, "region", **new))["code"] == "forbidden"
    guest = account("guest", "admin")
    assert (await scene.asks(guest, "region", **HOME))["code"] == "forbidden"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 65},
        {"name": " "},
        {"name": 7},
        {"shape": "square"},
        {"lat": None},
        {"lat": 91},
        {"lon": 181},
        {"rad": 0},
        {"rad": 1e9},
        {"rad": "1"},
        {"colour": 9},
        {"shared": 1},
        {"shape": "polygon"},
        {"shape": "polygon", "points": [[1, 2], [3, 4]]},
        {"shape": "polygon", "points": [[0, 0], [1, 1], [0, 1], [1, 0]]},
        {"shape": "polygon", "points": [[0, 0], [1], [0, 1]]},
        {"thing": 7},
        {"thing": "friend/jane/phone"},
    ],
)
@pytest_twisted.ensureDeferred
async def test_what_makes_no_sense_is_refused(scenes, wrong):
    scene = await scenes()
    answer = await scene.asks(ADMIN, "region", **(HOME | {"shared": True} | wrong))
    assert answer["code"] == "malformed"
    assert scene.keys("region") == []


@pytest_twisted.ensureDeferred
async def test_there_is_an_end_to_regions_and_to_haste(scenes):
    scene = await scenes()
    codes = [(await scene.asks(PERSON, "region", **HOME)).get("code") for _ in range(62)]
    assert codes == [None] * 60 + ["wait"] * 2
    for _ in range(MOST_OF_ONE - 60):
        scene.passes(1)
        assert (await scene.asks(PERSON, "region", **HOME))["ok"]
    scene.passes(1)
    assert (await scene.asks(PERSON, "region", **HOME))["code"] == "full"


@pytest_twisted.ensureDeferred
async def test_accounts_that_are_gone_leave_no_regions(scenes):
    scene = await scenes()
    shared, own = await scene.draws(), await scene.draws(PERSON, shared=False)
    assert scene.regions.owners() == {"jane"}
    await scene.regions.remove_of({"jane", "olga"})
    assert scene.keys("region") == [f"region/{shared}"]
    assert own.startswith("jane/")
    assert scene.regions.owners() == frozenset()


@pytest_twisted.ensureDeferred
async def test_a_file_that_is_none_is_said_and_not_touched(scenes, tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "regions.db").write_bytes(b"this is no database, and long enough for one")
    with pytest.raises(BadRegions, match=r"regions\.db"):
        RegionStore(tmp_path / "x", lambda: 0.0)
    assert (tmp_path / "x" / "regions.db").read_bytes().startswith(b"this is no")


# -- phones


@pytest_twisted.ensureDeferred
async def test_a_phones_waypoints_become_its_own_regions(scenes):
    scene = await scenes()
    scene.is_at(0)
    scene.tells(waypoint(), waypoint(desc="Work", tst=1_700_000_001, rid="abcdef"))
    await scene.until(lambda: len(scene.keys("region")) == 2)
    assert all(key.startswith("region/friend/jane/phone/") for key in scene.keys("region"))
    states = [scene.state(key) for key in scene.keys("region")]
    assert {(s.name, s.origin, s.phone, s.owner) for s in states} == {
        ("Gym", "phone", "jane/phone", JANE),
        ("Work", "phone", "jane/phone", JANE),
    }
    before = scene.keys("region")
    # Told again: nothing new. Changed, by the phone's name for it: another version. Not told: gone.
    scene.passes(10)
    scene.tells(waypoint(rad=70))
    await scene.until(lambda: len(scene.keys("region")) == 1)
    (key,) = scene.keys("region")
    assert key in before
    assert (scene.state(key).rad, scene.state(key).version) == (70, 2)
    count = len(scene.changed)
    scene.passes(10)
    scene.tells(waypoint(rad=70))
    await scene.until(lambda: not scene.phones._reports)
    await scene.regions.work(lambda store: None)
    assert len(scene.changed) == count
    await scene.restarts()
    assert scene.keys("region") == [key]


@pytest_twisted.ensureDeferred
async def test_what_a_phone_tells_is_looked_at_now_and_then_and_the_last_word_counts(scenes):
    scene = await scenes()
    scene.is_at(0)
    for rad in range(60, 160):
        scene.tells(waypoint(rad=rad))
    await scene.until(lambda: len(scene.keys("region")) == 1)
    scene.passes(10)
    (key,) = scene.keys("region")
    await scene.until(lambda: scene.state(key).rad == 159)
    assert scene.state(key).version == 2


@pytest_twisted.ensureDeferred
async def test_a_phone_has_so_many_regions_and_no_more(scenes):
    scene = await scenes()
    scene.is_at(0)
    scene.tells(*(waypoint(tst=n + 1) for n in range(MOST_OF_ONE)))
    await scene.until(lambda: len(scene.keys("region")) == MOST_OF_ONE)
    scene.passes(10)
    scene.hears("/waypoint", **waypoint(tst=999))
    await scene.until(lambda: scene.phones.dropped == 1)
    assert len(scene.keys("region")) == MOST_OF_ONE


@pytest_twisted.ensureDeferred
async def test_our_own_regions_told_back_are_not_taken_for_the_phones(scenes):
    scene = await scenes()
    scene.is_at(0)
    id = await scene.draws()
    await scene.draws(OTHER, shared=False)
    mine = await scene.draws(PERSON, shared=False, name="Mine")
    await scene.asks(OPERATOR, "region", name="F", shape="polygon", points=SQUARE, shared=True)
    bundle = scene.phones.for_phone("jane/phone")
    assert [each.rid for each in bundle.waypoints] == [id, mine.removeprefix("jane/")]
    assert bundle.left_out == 1
    assert len({each.tst for each in bundle.waypoints}) == 2
    told = [waypoint(tst=each.tst, rid=None, desc=each.desc) for each in bundle.waypoints]
    scene.tells(*told, waypoint(tst=5, rid=id), waypoint(desc="New"))
    await scene.until(lambda: len(scene.regions.of(JANE)) == 1)


@pytest_twisted.ensureDeferred
async def test_whoever_sends_regions_to_phones_is_told_of_changes(scenes):
    scene = await scenes()
    heard = []
    scene.phones.when_changed(heard.append)
    version = scene.phones.for_phone("jane/phone").version
    id = await scene.draws()
    assert heard == [None]
    newer = scene.phones.for_phone("jane/phone").version
    assert newer > version
    await scene.asks(OPERATOR, "unregion", thing=f"region/{id}", version=1)
    assert scene.phones.for_phone("jane/phone").version > newer
    scene.is_at(0)
    scene.tells(waypoint())
    await scene.until(lambda: len(scene.regions.of(JANE)) == 1)
    assert heard == [None, None]


@pytest_twisted.ensureDeferred
async def test_a_phones_region_is_adopted_as_a_shared_one_and_else_left_to_the_phone(scenes):
    scene = await scenes()
    scene.is_at(0)
    scene.tells(waypoint())
    await scene.until(lambda: len(scene.keys("region")) == 1)
    (key,) = scene.keys("region")
    edit = HOME | {"thing": key, "version": 1}
    assert (await scene.asks(PERSON, "region", **edit))["code"] == "phone"
    assert (await scene.asks(PERSON, "adopt", thing=key))["code"] == "forbidden"
    assert (await scene.asks(OTHER, "adopt", thing=key))["code"] == "unknown"
    adopted = await scene.asks(OPERATOR, "adopt", thing=key)
    shared = scene.state(adopted["thing"])
    assert (shared.name, shared.owner, shared.version, shared.phone) == (
        "Gym",
        None,
        1,
        "jane/phone",
    )
    assert (await scene.asks(OPERATOR, "adopt", thing=adopted["thing"]))["code"] == "shared"
    edit = HOME | {"thing": adopted["thing"], "version": 1, "shared": True}
    assert (await scene.asks(OPERATOR, "region", **edit))["version"] == 2
    assert (await scene.asks(PERSON, "unregion", thing=key, version=1))["ok"]
    assert scene.keys("region") == [adopted["thing"]]


@pytest_twisted.ensureDeferred
async def test_an_adopted_region_that_is_made_ones_own_can_still_be_changed(scenes):
    scene = await scenes()
    scene.is_at(0)
    scene.tells(waypoint())
    await scene.until(lambda: len(scene.keys("region")) == 1)
    (key,) = scene.keys("region")
    thing = (await scene.asks(OPERATOR, "adopt", thing=key))["thing"]
    for shared in (False, False):
        edit = HOME | {"thing": thing, "version": 1, "shared": shared}
        answer = await scene.asks(OPERATOR, "region", **edit)
        assert answer["ok"], answer
        thing = answer["thing"]
    assert scene.state(thing).version == 2
