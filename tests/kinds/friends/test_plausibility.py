"""Which fixes are believed: single ones against their neighbours, and whole labelled days."""

from __future__ import annotations

import random
from collections.abc import Iterator
from math import cos, radians
from typing import Any

import pytest
from msgspec.structs import replace

from kinds.scene import NOW, arrival, location, read
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.plausibility import (
    INEXACT,
    INVALID,
    NULL_ISLAND,
    SAME_REGION,
    SAME_WIFI,
    TO_COME,
    TOO_FAST,
    ZERO,
    Judge,
    Spot,
    distance,
    doubt,
    wrong_by_itself,
)
from sightline.model.kind import State

T = int(NOW) - 86_400
HOME = {"lat": 48.0, "lon": 11.0, "acc": 10}


def after(*fixes: dict[str, Any], every: int = 20) -> Friend:
    """A friend after these fixes, so many s apart."""
    state: State | None = None
    for n, fields in enumerate(fixes):
        at = T + n * every
        for reading in read(arrival("owntracks/jane/phone", location(tst=at, **fields), at=at)):
            state = reading.onto(state)
    assert isinstance(state, Friend)
    return state


WRONG = {  # arrivals 03b … 03e
    "a cell tower far away": ({"lat": 59.3, "lon": 18.0, "acc": 2000}, TOO_FAST),
    "a longitude of zero": ({"lat": 48.0, "lon": 0.0, "acc": 4, "inregions": ["Home"]}, ZERO),
    "a negative accuracy": ({"lat": 48.05, "lon": 11.0, "acc": -2147473}, INVALID),
    "null island": ({"lat": 0, "lon": 0, "acc": 10}, NULL_ISLAND),
    "the tower next door": ({"lat": 48.01, "lon": 11.0, "acc": 2000}, INEXACT),
}


@pytest.mark.parametrize(("wrong", "why"), WRONG.values(), ids=WRONG)
def test_one_wrong_fix_moves_nobody(wrong: dict[str, Any], why: str) -> None:
    before = after(HOME, HOME, HOME)
    friend = after(HOME, HOME, HOME, wrong)
    assert (friend.lat, friend.lon, friend.tst) == (48.0, 11.0, before.tst)
    assert friend.presence == "live"
    assert friend.heard == T + 60  # alive all the same
    assert friend.doubt is not None
    assert (friend.doubt.why, friend.doubt.lat) == (why, wrong["lat"])
    again = after(HOME, HOME, HOME, wrong, HOME)
    assert again == replace(after(HOME, HOME, HOME, HOME, HOME), tst=T + 80, at=T + 80)
    assert again.doubt is None


def test_what_two_agree_upon_is_so() -> None:
    there = {"lat": 52.0, "lon": 5.0, "acc": 10}
    assert after(HOME, there).lat == 48.0
    assert after(HOME, there, there).lat == 52.0


def test_what_fits_nothing_is_used_in_the_end() -> None:
    jumps = [{"lat": 10.0 * n, "lon": 5.0, "acc": 10} for n in range(1, 8)]
    assert [after(*jumps[: n + 1]).lat for n in range(7)] == [10, 10, 10, 40, 40, 40, 70]


@pytest.mark.parametrize("kilometres", [3, 30, 140, 160])
def test_a_leap_holds_the_marker_back_for_one_fix(kilometres: float) -> None:
    there = {"lat": 48.0 + kilometres / 111.2, "lon": 11.0, "acc": 10}
    every = 3 if kilometres < 10 else 20
    held = after(HOME, there, every=every)
    assert held.lat == 48.0
    assert held.doubt is not None
    assert held.doubt.why == TOO_FAST
    moved = after(HOME, there, there, every=every)
    assert (moved.lat, moved.doubt) == (there["lat"], None)
    back = after(HOME, there, HOME, every=every)
    assert (back.lat, back.doubt) == (48.0, None)


def test_who_drives_fast_is_held_back_nowhere() -> None:
    """45 m/s with a fix each minute: 2.7 km from one to the next."""
    fixes = [{"lat": 48.0 + n * 2.7 / 111.2, "lon": 11.0, "acc": 10} for n in range(5)]
    assert [after(*fixes[: n + 1], every=60).lat for n in range(5)] == [f["lat"] for f in fixes]


AT_HOME = HOME | {"inregions": ["Home"], "conn": "w", "BSSID": "aa:bb"}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"inregions": ["Home"]}, SAME_REGION),
        ({"inregions": ["Home", "Town"], "acc": 2_000}, SAME_REGION),
        ({"conn": "w", "BSSID": "aa:bb"}, SAME_WIFI),
        ({"inregions": ["Home"], "vel": 80}, None),  # a region as large as a country
        ({"inregions": []}, None),
        ({}, None),
        ({"conn": "w", "BSSID": "cc:dd"}, None),
    ],
)
def test_the_phones_own_word_tells_where_speed_does_not(fields: Any, why: str | None) -> None:
    """20 km in 20 minutes is an ordinary speed."""
    there = {"lat": 48.18, "lon": 11.0, "acc": 10} | fields
    friend = after(AT_HOME, there, every=1_200)
    assert (friend.doubt and friend.doubt.why) == why
    assert friend.lat == (48.0 if why else 48.18)
    assert after(AT_HOME, there, there, every=1_200).lat == 48.18  # two agree


@pytest.mark.parametrize(
    ("fields", "seconds", "why"),
    [
        ({"conn": "m"}, 50, INEXACT),
        ({"conn": "m"}, 200, INEXACT),  # of the network, and nothing says that it moves
        ({"conn": "m", "vel": 30}, 200, None),
        ({"conn": "o"}, 200, None),
        ({"conn": "m"}, 400, None),
    ],
)
def test_a_position_of_the_network_waits_longer_for_a_better_one(
    fields: Any, seconds: int, why: str | None
) -> None:
    coarse = {"lat": 48.03, "lon": 11.0, "acc": 1_500} | fields
    friend = after(HOME, coarse, every=seconds)
    assert (friend.doubt and friend.doubt.why) == why


def test_without_an_accuracy_nothing_is_told_from_speed() -> None:
    assert after({"lat": 48.0, "lon": 11.0}, {"lat": 52.0, "lon": 5.0}).lat == 52.0
    assert after(HOME, {"lat": 52.0, "lon": 5.0}).lat == 52.0


def test_a_first_fix_is_all_there_is_and_gives_way_at_once() -> None:
    island = {"lat": 0, "lon": 0, "acc": 10}
    assert after(island).lat == 0
    assert after(island, HOME).lat == 48.0


def test_a_wrong_fix_said_twice_is_told_once() -> None:
    wrong = {"lat": 0, "lon": 0, "acc": 10}
    once = after(HOME, wrong, every=0)
    assert after(HOME, wrong, wrong, every=0) is not None
    assert after(HOME, wrong, wrong, every=0).doubt == once.doubt


# -- the verdict alone


@pytest.mark.parametrize(
    ("there", "seconds", "why"),
    [
        (Spot(48.0, 11.0, 0, 10), 20, None),
        (Spot(48.02, 11.0, 0, 10), 1, TOO_FAST),  # 2.2 km in a second
        (Spot(48.02, 11.0, 0, 10), 60, None),
        (Spot(48.5, 11.0, 0, 10), 200, None),  # 56 km: a plane
        (Spot(48.5, 11.0, 0, 10), 60, TOO_FAST),
        (Spot(40.6, -73.8, 0, 10), 3600, TOO_FAST),  # New York within the hour
        (Spot(40.6, -73.8, 0, 10), 8 * 3600, None),
        (Spot(48.0, 0.0, 0, 10), 12 * 3600, ZERO),
        (Spot(48.0, 11.02, 0, 1500), 60, INEXACT),
        (Spot(48.0, 11.02, 0, 1500), 7200, None),
        (Spot(59.0, 18.0, 0, None), 1, None),
    ],
)
def test_who_can_be_where(there: Spot, seconds: float, why: str | None) -> None:
    assert doubt(Spot(48.0, 11.0, 0, 10), there._replace(when=seconds)) == why


def test_the_antimeridian_is_no_distance() -> None:
    assert distance(Spot(0, 179.999, 0), Spot(0, -179.999, 0)) < 300
    assert doubt(Spot(52, 179.99, 0, 5), Spot(52, -179.99, 60, 5)) is None


def test_greenwich_is_a_place() -> None:
    assert doubt(Spot(51.47, 0.0004, 0, 5), Spot(51.47, 0.0, 10, 5)) is None
    assert wrong_by_itself(Spot(51.47, 0.0, 0, 5)) is None


# -- a past, with both neighbours


def judged(*spots: Spot) -> list[str | None]:
    judge: Judge[Spot] = Judge(lambda spot: spot)
    found = [*judge.take(spots), *judge.end()]
    assert [spot for spot, _ in found] == list(spots)  # in order, none lost
    return [why for _, why in found]


def test_a_first_fix_against_which_all_others_speak_was_wrong() -> None:
    wrong, right = Spot(59.3, 18.0, 0, 5), [Spot(48.0, 11.0, 20 * n, 5) for n in range(1, 4)]
    assert judged(wrong, *right) == [TOO_FAST, None, None, None]


def test_a_time_to_come_is_no_time_unless_the_clock_is_always_wrong() -> None:
    one = Spot(48.0, 11.0, 100, 5)
    early = Spot(48.0, 11.0, 5_800, 5, ahead=5_700)
    assert judged(one, early, one._replace(when=6_000)) == [None, TO_COME, None]
    assert judged(early) == [TO_COME]
    assert judged(early, early._replace(when=5_860, ahead=5_701)) == [None, None]


def test_a_clock_that_is_always_wrong_is_no_queue_and_neither_is_doubted() -> None:
    """Behind by an hour at each fix; and a queue of an hour that is emptied at once."""
    behind = [Spot(48.0, 11.0, 60.0 * n, 5, ahead=-3_600) for n in range(5)]
    emptied = [Spot(48.0, 11.0, 60.0 * n, 5, ahead=60.0 * n - 3_600) for n in range(60)]
    always_ahead = [Spot(48.0, 11.0, 60.0 * n, 5, ahead=5_700 + n) for n in range(5)]
    for spots in (behind, emptied, always_ahead):
        assert judged(*spots) == [None] * len(spots)
    # One of a time to come among those of a queue is no clock: its neighbours are of the past.
    odd = emptied[30]._replace(when=9_000, ahead=5_400)
    assert judged(*emptied[:30], odd, *emptied[31:])[30] == TO_COME


def test_what_the_owner_says_is_right_is_used_and_judges_its_neighbours() -> None:
    home = [Spot(48.0, 11.0, 20 * n, 5) for n in range(6)]
    far = Spot(52.0, 5.0, 50, 5)
    assert judged(*home[:3], far, *home[3:])[3] == TOO_FAST
    assert judged(*home[:3], far._replace(sure=True), *home[3:]) == [None] * 7
    island = Spot(0, 0, 50, 5, sure=True)
    assert judged(*home[:3], island, *home[3:])[3] is None


# -- whole days, labelled

M = 1 / 111_200


class Day:
    """Fixes of one device as they are made on a day; some of them are planted errors."""

    def __init__(self, seed: int, share: float = 0.03) -> None:
        self.random = random.Random(seed)
        self.share = share
        self.when = 1_000_000.0
        self.lat, self.lon = 48.1 + seed % 7, 11.5 + seed % 11
        self.about: dict[str, Any] = {}
        self.fixes: list[tuple[Spot, bool]] = []  # and whether it is an error

    def goes(self, metres: float, course: float, seconds: float, acc: float = 10) -> None:
        self.when += seconds
        self.lat += metres * cos(radians(course)) * M
        self.lon += metres * (1 - cos(radians(course)) ** 2) ** 0.5 * M / cos(radians(self.lat))
        off = self.random.gauss(0, acc / 2), self.random.gauss(0, acc / 2)
        spot = Spot(self.lat + off[0] * M, self.lon + off[1] * M, self.when, acc)
        spot = spot._replace(**self.about)
        before_was_good = not self.fixes or not self.fixes[-1][1]
        if len(self.fixes) > 3 and before_was_good and self.random.random() < self.share:
            self.fixes.append((self._wrong(spot), True))
        else:
            self.fixes.append((spot, False))

    def _wrong(self, spot: Spot) -> Spot:
        far = self.random.uniform(60, 3_000) * 1_000 * M
        return self.random.choice(
            [
                spot._replace(lat=0.0, lon=0.0),
                spot._replace(lon=0.0),
                spot._replace(acc=-2147473.0),
                spot._replace(lat=max(-80.0, spot.lat - far / 2), lon=spot.lon + far % 90),
                spot._replace(lat=spot.lon, lon=spot.lat),
                spot._replace(lat=-spot.lat),
                spot._replace(lat=spot.lat + 0.009, acc=2_500.0),
            ]
        )


def walk(day: Day) -> None:
    for _ in range(400):
        day.goes(1.4 * 20, day.random.uniform(0, 90), 20)


def car(day: Day) -> None:
    speed = 0.0
    for _ in range(400):
        speed = min(45.0, max(0.0, speed + day.random.uniform(-20, 25)))
        day.goes(speed * 10, day.random.uniform(0, 60), 10)


def train(day: Day) -> None:
    for n in range(400):
        day.goes(min(85.0, n * 2.0) * 5, 70, 5, acc=30)


def take_off(day: Day) -> None:
    speed = 0.0
    for _ in range(300):
        speed = min(250.0, speed + 2.2 * 10)
        day.goes(speed * 10, 80, 10, acc=15)


def queue_emptied(day: Day) -> None:
    """Kept while the phone was off the net: each fix has its own time, whenever it came."""
    for _ in range(300):
        day.goes(25.0 * 60, 45, 60, acc=day.random.choice([5, 12, 65]))


def tunnel(day: Day) -> None:
    for n in range(300):
        gap = 600 if n % 50 == 25 else 10
        day.goes(38.0 * gap, 30, gap, acc=65 if gap == 600 else 8)


def night(day: Day) -> None:
    for _ in range(400):
        day.goes(0, 0, 60, acc=day.random.choice([5, 14, 30, 65, 165]))


def asleep(day: Day) -> None:
    """At home, on its Wi-Fi, a fix in half an hour: nothing of the errors is too fast."""
    day.about = {"regions": ("Home",), "wifi": "aa:bb", "online": True}
    for _ in range(300):
        day.goes(0, 0, 1_700, acc=day.random.choice([14, 30, 65]))


WAYS = (asleep, walk, car, train, take_off, queue_emptied, tunnel, night)


def labelled(way: Any) -> Iterator[tuple[bool, str | None]]:
    for seed in range(5):
        day = Day(seed)
        way(day)
        whys = judged(*(spot for spot, _ in day.fixes))
        yield from ((wrong, why) for (_, wrong), why in zip(day.fixes, whys, strict=True))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_good_fixes_are_used_and_planted_errors_are_doubtful(way: Any) -> None:
    found = list(labelled(way))
    good = [why is None for wrong, why in found if not wrong]
    planted = [why is not None for wrong, why in found if wrong]
    assert len(planted) > 20
    assert sum(good) / len(good) >= 0.99, (sum(good), len(good))
    assert sum(planted) / len(planted) >= 0.95, (sum(planted), len(planted))
