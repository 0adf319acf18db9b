from __future__ import annotations

from sightline.geometry.geofences import Geofences, Position, Rules
from sightline.geometry.shapes import Circle
from sightline.regions.containment import (
    DISPUTE_AFTER,
    MOST_VERDICTS,
    Containment,
    PhoneVerdict,
    RegionTransition,
    RegionVisit,
)

JANE = "friend/jane/phone"


class Scene:
    """Fixes and words of one phone; a region ``home``, and others it may name."""

    def __init__(self) -> None:
        self.where = Containment(Geofences(Rules(fixes=1)))
        self.where.fences.put("home", Circle(48.5, 2.25, 100))
        self.now = 0.0

    def fix(self, when: float, lat: float) -> list[RegionTransition]:
        changes = self.where.fences.fix(JANE, Position(lat, 2.25, when, 5), self.now)
        return [c for change in changes if (c := self.where.found(change, self.now)) is not None]

    def home(self, when: float) -> list[RegionTransition]:
        return self.fix(when, 48.5)

    def away(self, when: float) -> list[RegionTransition]:
        return self.fix(when, 48.6)

    def says(self, event, when: float) -> RegionTransition | None:
        return self.where.reported(JANE, "home", event, when, None, self.now)

    def visit(self) -> RegionVisit | None:
        return self.where.visit(JANE, "home")

    def waits(self, seconds: float = DISPUTE_AFTER) -> None:
        self.now += seconds
        self.where.tick(self.now)


def test_both_verdicts_are_kept():
    scene = Scene()
    scene.away(1)
    (ours,) = scene.home(10)
    assert (ours.by, ours.agrees) == ("server", None)
    assert scene.visit() == RegionVisit(10, "server")
    theirs = scene.says("enter", 12)
    assert theirs is not None
    assert (theirs.by, theirs.agrees) == ("phone", True)
    assert scene.visit() == RegionVisit(10, "both")
    assert scene.says("leave", 20) is not None
    assert scene.visit() == RegionVisit(10, "server")
    (ours,) = scene.away(30)
    assert ours.agrees is True
    assert scene.visit() is None


def test_the_first_of_two_verdicts_is_not_contradicted_by_what_is_older():
    scene = Scene()
    scene.away(1)
    theirs = scene.says("enter", 12)
    assert theirs is not None
    assert theirs.agrees is None
    assert scene.visit() == RegionVisit(12, "phone")
    scene.away(20)
    late = scene.says("leave", 15)
    assert late is not None
    assert late.agrees is True


def test_a_verdict_that_newer_fixes_speak_against_is_contradicted():
    scene = Scene()
    scene.away(100)
    theirs = scene.says("enter", 50)
    assert theirs is not None
    assert theirs.agrees is False


def test_a_disagreement_that_lasts_is_shown_with_its_reason():
    scene = Scene()
    scene.away(1)
    scene.says("enter", 12)
    scene.away(20)
    scene.waits(DISPUTE_AFTER - 1)
    visit = scene.visit()
    assert visit is not None
    assert visit.why is None
    scene.waits(1)
    visit = scene.visit()
    assert visit is not None
    assert visit.why is not None
    assert "the phone says it is inside; by its last fix it is 110" in visit.why
    scene.home(300)
    assert scene.visit() == RegionVisit(300, "both")


def test_no_disagreement_rests_on_a_fix_that_is_older_than_the_phones_word():
    scene = Scene()
    scene.away(1)
    scene.says("enter", 12)
    scene.waits()
    assert scene.visit() == RegionVisit(12, "phone")


def test_a_phone_that_says_it_left_disputes_our_verdict():
    scene = Scene()
    scene.away(1)
    scene.says("enter", 5)
    scene.home(10)
    scene.says("leave", 11)
    scene.home(20)
    scene.waits()
    assert scene.visit() == RegionVisit(
        10, "server", "the phone says it left; by its last fix it is inside"
    )


def test_what_is_said_late_or_twice_is_no_news():
    scene = Scene()
    assert scene.says("enter", 10) is not None
    assert scene.says("enter", 12) is None
    assert scene.says("leave", 9) is None
    assert scene.visit() == RegionVisit(10, "phone")


def test_the_first_list_is_how_things_are_and_the_next_tell_of_crossings():
    scene = Scene()
    listed = scene.where.listed
    assert listed(JANE, ["home"], 10, 0) == []
    assert scene.visit() == RegionVisit(10, "phone")
    assert listed(JANE, ["home"], 20, 0) == []
    assert [(c.region, c.event) for c in listed(JANE, ["work"], 30, 0)] == [
        ("home", "leave"),
        ("work", "enter"),
    ]
    assert scene.visit() is None


def test_a_phone_without_a_say_disputes_nothing():
    scene = Scene()
    scene.away(1)
    scene.home(10)
    scene.where.listed(JANE, [], 11, 0)  # it may not know this region at all
    scene.home(20)
    scene.waits()
    assert scene.visit() == RegionVisit(10, "server")


def test_what_the_phone_said_before_a_restart_is_known():
    scene = Scene()
    scene.where.fences.remember(JANE, "home", 5)
    scene.where.remember(JANE, "home", PhoneVerdict(True, 7), 0)
    assert scene.visit() == RegionVisit(5, "both")
    assert scene.says("enter", 9) is None
    assert scene.where.listed(JANE, ["home"], 10, 0) == []


def test_what_is_gone_leaves_nothing_behind():
    scene = Scene()
    scene.away(1)
    scene.says("enter", 12)
    scene.away(20)
    scene.waits()
    scene.where.forget(JANE)
    assert scene.visit() is None
    assert scene.where.named(JANE) == []
    scene.says("enter", 12)
    assert scene.where.drop("home") == [JANE]
    assert scene.visit() is None


def test_of_one_phone_so_many_words_are_kept():
    scene = Scene()
    for n in range(MOST_VERDICTS + 10):
        scene.where.reported(JANE, f"r{n}", "enter", n, None, 0)
    assert len(scene.where.named(JANE)) == MOST_VERDICTS
    assert scene.where.by_phone(JANE, "r0") is None
