"""Who may make rules and do something to alerts, and what is refused.

Covers rules/ids.py, rules/rights.py, rules/service.py.
"""

from __future__ import annotations

import pytest_twisted

from rules.rule_server import ARRIVES, RuleServer
from rules.scene import BOB, JANE
from rules.test_watching import crosses
from sightline.auth.permissions import Grants, Role, user_of
from sightline.kinds.rules.model import Condition, Recipient
from sightline.rules.requests import RuleFields, rule_of
from sightline.rules.rights import RuleRights


@pytest_twisted.ensureDeferred
async def test_rules_are_made_changed_and_removed_by_their_account_and_admins(where):
    kept = await RuleServer(**where).opens()
    id = await kept.makes(name="  Home  ", tell=[{"account": "bob"}, {"account": "jane"}])
    thing, rule = f"rule/{id}", kept.rules.records[id]
    assert (rule.name, rule.version, rule.by) == ("Home", 1, "jane")
    again = {"thing": thing, "about": [JANE], "condition": ARRIVES, "tell": [{"account": "jane"}]}
    assert (await kept.asks("bob", "rule", **again, version=1))["code"] == "forbidden"
    assert (await kept.asks("eve", "rule", **again, version=1))["code"] == "unknown"
    assert (await kept.asks("jane", "rule", **again, version=0))["code"] == "stale"
    said = await kept.asks("root", "rule", **again, version=1)
    assert (said["thing"], said["version"]) == (thing, 2)
    assert kept.rules.records[id].by == "root"
    assert (await kept.asks("eve", "unrule", thing=thing, version=2))["code"] == "unknown"
    assert (await kept.asks("jane", "unrule", thing=thing))["code"] == "stale"
    assert (await kept.asks("jane", "unrule", thing=thing, version=2))["ok"]
    assert kept.shown("rule") == kept.shown("watch") == {}
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_what_its_maker_may_not_see_is_refused_as_if_it_were_not_there(where):
    kept = await RuleServer(**where).opens()
    for fields in (
        {"about": [BOB]},
        {"about": ["probot/ProBot1"]},
        {"about": ["friend/nobody/phone"]},
        {"condition": {"type": "near", "other": BOB, "metres": 100}},
        {
            "about": ["broker/main"],
            "condition": {"type": "number", "topic": "cellar/door", "above": 1},
        },
    ):
        asked = {"about": [JANE], "condition": ARRIVES, "tell": [{"account": "bob"}], **fields}
        said = await kept.asks("bob", "rule", **asked)
        assert said["code"] == "forbidden", said
        assert said["why"].endswith("there is no such thing, or it is not for you")
    for wrong in ({"about": "all"}, {"condition": {"type": "rains"}}, {"again": 1}, {"every": -1}):
        asked = {"about": [JANE], "condition": ARRIVES, "tell": [], **wrong}
        assert (await kept.asks("bob", "rule", **asked))["code"] == "malformed"
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_an_account_has_so_many_rules(where):
    kept = await RuleServer(**where).opens()
    for _ in range(5):
        await kept.makes()
    asked = {"about": [JANE], "condition": ARRIVES, "tell": [{"account": "jane"}]}
    assert (await kept.asks("jane", "rule", **asked))["code"] == "full"
    assert (await kept.asks("bob", "rule", **asked))["ok"]
    while (said := await kept.asks("bob", "rule", **asked))["ok"]:
        kept.rules._most = 1000
    assert said["code"] in ("wait", "full")
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_alerts_are_acknowledged_by_those_who_see_them(where):
    kept = await RuleServer(**where).opens()
    id = await kept.makes(tell=[{"account": "jane"}, {"account": "bob"}])
    crosses(kept)
    await kept.settles()
    thing = f"alert/{id}.1"
    assert (await kept.asks("eve", "alert", thing=thing, act="resolve"))["code"] == "unknown"
    assert (await kept.asks("bob", "alert", thing=f"rule/{id}", act="resolve"))["code"] == "unknown"
    for who, act, status in (
        ("bob", "acknowledge", "acknowledged"),
        ("jane", "acknowledge", "acknowledged"),
        ("jane", "reopen", "open"),
        ("root", "resolve", "resolved"),
    ):
        assert (await kept.asks(who, "alert", thing=thing, act=act, note=who))["ok"]
        assert kept.shown("alert")[thing].status == status
    alert = kept.shown("alert")[thing]
    assert (alert.by, alert.note) == ("root", "root")
    assert [event for _, event in kept.happened] == [
        "fired", "acknowledged", "acknowledged", "reopened", "resolved",
    ]  # fmt: skip
    await kept.closes()


def test_one_who_is_named_twice_is_told_once():
    asked = RuleFields(
        about=(JANE, JANE, BOB),
        condition=Condition(type="silent"),
        tell=(Recipient(account="a", after=5), Recipient(account="b"), Recipient(account="a")),
    )
    rule = rule_of(asked, "jane", 1, 0.0)
    assert rule.about == (JANE, BOB)
    assert [each.account for each in rule.tell] == ["a", "b"]


def test_an_alarm_of_a_robot_is_for_those_who_see_all_alarms():
    condition = Condition(type="alarm")
    fields = RuleFields(name="", about=["probot/ProBot1"], condition=condition, tell=[])

    def hidden(role: Role, see: str) -> str | None:
        user = user_of("jane", role, Grants(see=frozenset((see,))))
        rights = RuleRights(lambda name: user, lambda user, topic: False)
        return rights.hidden(user, rule_of(fields, "jane", 1, 0.0))

    assert hidden("viewer", "probot/ProBot1") == hidden("viewer", "probot") == "type"
    assert hidden("operator", "probot/ProBot1") == "type"
    assert hidden("operator", "probot") is None
