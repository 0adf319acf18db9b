"""What a phone is told whose message has no place now: to come again, never to let go of it."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_twisted

from owntracks.scene import PhoneScene, fix
from sightline.live.quotas import Quota, Senders
from sightline.owntracks.post_verdict import must_come_again
from web_scene import NOW

DAYS = 3 * 86400


@pytest.mark.parametrize(
    ("counter", "sure", "again"),
    [
        ("over_quota", True, True),
        ("too_many_things", True, True),
        ("tst_future", True, False),
        ("tst_future", False, True),
        ("not_json", False, False),
        ("lat_range", False, False),
        ("encrypted", False, False),
    ],
)
def test_what_passes_is_asked_for_again_and_junk_is_not(
    counter: str, sure: bool, again: bool
) -> None:
    assert must_come_again(counter, sure_of_time=sure) is again


async def posts(here: PhoneScene, said: Any, login: str, device: str) -> Any:
    return await here.posts(said, login, user="jane", device=device)


@pytest_twisted.ensureDeferred
async def test_a_quota_or_a_full_world_costs_a_phone_nothing(open_web):
    here = await PhoneScene().opens(open_web)
    jane = await here.login("jane", "friend/jane")
    world = here.home.world
    world.senders = Senders(Quota(devices=1))
    assert (await posts(here, fix(), jane, "phone")).status == 200
    over = await posts(here, fix(), jane, "tablet")
    assert (over.status, over.data) == (503, b"[]")
    assert int(over.headers["retry-after"]) > 0
    assert here.home.hub.ingest.rejected == {"over_quota": 1}
    world.senders = Senders()
    world._capacity = 1
    assert (await posts(here, fix(), jane, "watch")).status == 503
    world._capacity = 100
    assert (await posts(here, fix(), jane, "watch")).status == 200


@pytest_twisted.ensureDeferred
async def test_a_fix_of_a_time_to_come_comes_again_until_the_time_is_known(open_web):
    here = await PhoneScene().opens(open_web)
    jane = await here.login("jane", "friend/jane")
    late = fix(tst=int(NOW) + DAYS)
    here.sure = False
    assert (await posts(here, late, jane, "phone")).status == 503
    here.sure = True
    assert (await posts(here, late, jane, "phone")).status == 200
    assert here.home.hub.ingest.rejected == {"tst_future": 2}
