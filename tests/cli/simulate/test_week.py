"""Days of the simulated people's past."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from sightline.cli.simulate.people import NAMED
from sightline.cli.simulate.travel import RoutePoint, distance
from sightline.cli.simulate.week import DAY, PING, PLANS, reported

MONDAY = 20_778 * DAY  # 2026-11-21, epoch s


def test_everybody_of_the_cast_has_a_past():
    assert sorted(plan.person.user for plan in PLANS) == sorted(person.user for person in NAMED)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.person.user)
def test_a_day_is_the_same_whenever_it_is_made_and_whatever_is_asked_around_it(plan):
    week = list(reported(plan, MONDAY - 3 * DAY, MONDAY + 2 * DAY))
    day = list(reported(plan, MONDAY, MONDAY + DAY - 1))
    assert day == [one for one in week if MONDAY <= one.at < MONDAY + DAY]
    assert [one.at for one in week] == sorted(one.at for one in week)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.person.user)
def test_a_day_leads_out_and_home_again_no_faster_than_that_person_goes(plan):
    said = [json.loads(one.payload) for one in reported(plan, MONDAY, MONDAY + DAY - 1)]
    fixes = [one for one in said if one["_type"] == "location"]
    spots = [RoutePoint(one["lat"], one["lon"]) for one in fixes]
    home, end = plan.route.at(0.0)[0], plan.route.at(plan.route.length)[0]
    assert distance(home, spots[0]) < 50 > distance(home, spots[-1])
    assert min(distance(end, spot) for spot in spots) < 100
    for (a, one), (b, other) in pairwise(zip(spots, fixes, strict=True)):
        passed = other["tst"] - one["tst"]
        assert 0 < passed <= PING
        assert distance(a, b) <= 1.2 * plan.gait.speed * (passed + 1) + 60


def test_whoever_comes_into_a_region_says_so_and_whoever_leaves_it():
    (jonas,) = (plan for plan in PLANS if plan.person.user == "jonas")
    messages = list(reported(jonas, MONDAY, MONDAY + DAY - 1))
    crossings = [
        (one.topic, json.loads(one.payload)["event"], json.loads(one.payload)["desc"])
        for one in messages
        if one.topic.endswith("/event")
    ]
    topic = "owntracks/jonas/fairphone/event"
    assert crossings == [(topic, "enter", "Office"), (topic, "leave", "Office")]
