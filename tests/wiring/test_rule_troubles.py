"""Why a rule cannot fire is shown soon after it is so, and taken back when it is mended."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest_twisted

from rules.rule_server import RuleServer
from rules.scene import CALENDAR, HOME, JANE
from sightline.auth.permissions import Grants
from sightline.kinds.friends.model import Friend
from sightline.wiring.rule_surroundings import RuleChecks
from sightline.wiring.rule_troubles import Troubles

LOOK, SOON = 30.0, 0.5  # s


class Troubled(RuleServer):
    """Rules with what looks after their troubles; ``regions`` are those that there are."""

    def __init__(self, folder: Any) -> None:
        super().__init__(folder)
        self.regions = {HOME: None}
        regions: Any = SimpleNamespace(records=self.regions)
        self.checks = RuleChecks(self.hub.world, regions, CALENDAR, "UTC", self.wall)
        self.part = Troubles(self.clock, self.rules, self.user, self.rights, self.checks)

    def trouble(self, id: str) -> str | None:
        found: str | None = self.hub.world.state(f"rule/{id}").trouble
        return found

    def sees(self) -> None:
        self.hub.place(JANE, Friend(presence="live", lat=48.5, lon=2.25, tst=1.0, at=1.0))


@pytest_twisted.ensureDeferred
async def test_a_rule_whose_region_or_person_is_gone_says_so_until_they_are_back(tmp_path):
    kept = Troubled(tmp_path)
    await kept.opens()
    kept.sees()
    id = await kept.makes()
    kept.part.startService()
    assert kept.trouble(id) is None
    del kept.regions[HOME]
    kept.part.stir()
    assert kept.trouble(id) is None, "many changes are looked at together"
    kept.clock.advance(SOON)
    assert kept.trouble(id) == "gone_region"
    kept.regions[HOME] = None
    kept.part.stir()
    kept.part.stir()
    kept.clock.advance(SOON)
    assert kept.trouble(id) is None
    # Things go without a word.
    kept.hub.place(JANE, None)
    assert kept.trouble(id) is None
    kept.clock.advance(LOOK)
    assert kept.trouble(id) == "gone_thing"
    kept.sees()
    kept.clock.advance(LOOK)
    assert kept.trouble(id) is None
    kept.part.stopService()
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_a_rule_whose_maker_or_reader_may_not_see_any_more_says_which(tmp_path):
    kept = Troubled(tmp_path)
    await kept.opens()
    kept.sees()
    id = await kept.makes(tell=[{"account": "jane"}, {"account": "bob"}])
    kept.part.startService()
    assert kept.trouble(id) is None
    bob = kept.grants.pop("bob")
    kept.part.look()
    assert kept.trouble(id) == "hidden_from"
    kept.grants["bob"] = bob
    kept.part.look()
    assert kept.trouble(id) is None
    jane = kept.grants["jane"]
    kept.grants["jane"] = Grants(see=frozenset(("region",)))
    kept.part.look()
    assert kept.trouble(id) == "gone_thing", "what one may not see looks as if it were gone"
    del kept.grants["jane"]
    kept.part.look()
    assert kept.trouble(id) is not None
    kept.grants["jane"] = jane
    kept.part.look()
    assert kept.trouble(id) is None
    kept.part.stopService()
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_after_it_was_stopped_it_looks_at_nothing_and_a_rule_that_went_is_no_matter(tmp_path):
    kept = Troubled(tmp_path)
    await kept.opens()
    kept.sees()
    id = await kept.makes()
    gone = await kept.makes()
    kept.part.startService()
    await kept.rules.remove(gone, 1)
    kept.part.look()
    assert f"rule/{gone}" not in kept.shown("rule")
    kept.part.stir()
    kept.part.stopService()
    del kept.regions[HOME]
    kept.clock.advance(LOOK + SOON)
    assert kept.trouble(id) is None
    kept.part.stir()
    kept.clock.advance(SOON)
    assert kept.trouble(id) is None
    kept.part.startService()
    assert kept.trouble(id) == "gone_region", "it looks when it starts"
    kept.part.stopService()
    await kept.closes()
