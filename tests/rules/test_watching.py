"""What happens becomes alerts, which are told once, over restarts and between servers.

Covers rules/access.py, rules/alerts.py, rules/findings.py.
"""

from __future__ import annotations

from typing import Any

import pytest_twisted

from common_store import traces
from rules.rule_server import RuleServer, news
from rules.scene import BOB, HOME, JANE, NOW
from sightline.kinds.broker.model import Broker
from sightline.kinds.regions.model import Transition
from sightline.model.link import Link
from sightline.rules.past import PastChange


def crosses(
    kept: RuleServer, event: Any = "enter", of: str = JANE, *, n: int = 1, ago: float = 0.0
) -> PastChange:
    """Somebody comes or goes; the change of the world, as history tells it too."""
    at = kept.wall()
    told = Transition(
        n=n, at=at, tst=at - ago, thing=of, region=HOME, name="Home", event=event, by="server"
    )
    key = f"crossing/{n}/{of}/{HOME}"
    kept.hub.place(key, told)
    return PastChange(at, key, None, told)


@pytest_twisted.ensureDeferred
async def test_an_arrival_is_told_and_kept(where):
    kept = await RuleServer(**where).opens()
    id = await kept.makes(tell=[{"account": "jane"}, {"account": "bob"}])
    crosses(kept)
    await kept.settles()
    (key, alert), *more = kept.shown("alert").items()
    assert (key, more, alert.status, alert.thing) == (f"alert/{id}.1", [], "open", JANE)
    assert {each.account: each.state for each in alert.told} == {
        "jane": "waiting",
        "bob": "waiting",
    }
    assert [(each.account, each.alert, each.thing) for each in kept.said] == [
        ("jane", key, JANE),
        ("bob", key, JANE),
    ]
    assert "Jane" in kept.said[0].texts["en"][0]
    assert "Home" in kept.said[0].texts["en"][0]
    assert kept.happened == [(f"{id}.1", "fired")]
    for each in kept.said:
        kept.alerts.delivered(news(each))
    await kept.settles()
    alert = kept.shown("alert")[key]
    assert {each.account: each.state for each in alert.told} == {"jane": "sent", "bob": "sent"}
    assert await kept.alerts.untold() == []
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_one_who_may_not_see_it_now_is_not_told(where):
    kept = await RuleServer(**where).opens()
    id = await kept.makes(tell=[{"account": "jane"}, {"account": "bob"}, {"account": "eve"}])
    assert kept.rights.trouble(id, kept.rules.records[id]) == "hidden_from"
    del kept.grants["bob"]
    crosses(kept)
    await kept.settles()
    assert [each.account for each in kept.said] == ["jane"]
    from sightline.auth.permissions import Grants

    kept.grants["jane"] = Grants()
    crosses(kept, "leave", n=2)
    crosses(kept, n=3)
    await kept.settles()
    assert len(kept.said) == 1
    assert kept.watch.hidden == 1
    kept.alerts.look_again()
    assert kept.shown("alert") == {}, "what was told then is hidden, too"
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_what_was_told_is_known_again_after_a_restart(where):
    kept = await RuleServer(**where).opens()
    id = await kept.makes()
    told = crosses(kept)
    await kept.settles()
    await kept.closes()
    again = RuleServer(**where, at=10.0)
    again.missed = [told]  # history has it, as it was not noted yet that it was judged
    await again.opens()
    await again.settles()
    assert list(again.shown("alert")) == [f"alert/{id}.1"]
    assert again.happened == []
    assert [each.id for each in await again.alerts.untold()] == [kept.said[0].id]
    await again.closes()


@pytest_twisted.ensureDeferred
async def test_what_happened_meanwhile_is_told_late(where):
    kept = await RuleServer(**where).opens()
    await kept.makes()
    await kept.closes()
    again = RuleServer(**where, at=3600.0)
    at = NOW + 600.0
    crossed = Transition(
        n=7, at=at, tst=at, thing=JANE, region=HOME, name="Home", event="enter", by="server"
    )
    again.missed = [PastChange(at, f"crossing/7/{JANE}/{HOME}", None, crossed)]
    await again.opens()
    await again.settles()
    (alert,) = again.shown("alert").values()
    assert (alert.at, alert.late) == (at, NOW + 3600.0)
    assert len(again.said) == 1
    await again.closes()


@pytest_twisted.ensureDeferred
async def test_what_lasts_stays_until_it_is_over(where):
    kept = await RuleServer(**where).opens()
    kept.grants["jane"] = kept.grants["jane"]
    kept.hub.place("broker/main", Broker(link=Link(state="connected", since=NOW)))
    id = await kept.makes(about=["broker/main"], condition={"type": "disconnected", "seconds": 60})
    kept.clock.advance(10)
    kept.hub.place("broker/main", Broker(link=Link(state="lost", since=kept.wall())))
    kept.clock.advance(61)
    kept.watch._tick()
    await kept.settles()
    key = f"alert/{id}.1"
    assert kept.shown("alert")[key].lasting
    said = await kept.asks("jane", "alert", thing=key, act="acknowledge", note="On it")
    assert said["ok"]
    alert = kept.shown("alert")[key]
    assert (alert.status, alert.by, alert.note) == ("acknowledged", "jane", "On it")
    kept.clock.advance(10)
    kept.hub.place("broker/main", Broker(link=Link(state="connected", since=kept.wall())))
    kept.clock.advance(61)
    kept.watch._tick()
    await kept.settles()
    alert = kept.shown("alert")[key]
    assert alert.status == "resolved"
    assert [event for _, event in kept.happened] == ["fired", "acknowledged", "resolved"]
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_the_others_come_next_unless_somebody_acknowledges(where):
    kept = await RuleServer(**where).opens()
    await kept.makes(tell=[{"account": "jane"}, {"account": "bob", "after": 300}], again=120)
    crosses(kept)
    await kept.settles()
    for _ in range(4):
        kept.clock.advance(100)
        kept.watch._tick()
    await kept.settles()
    assert [each.account for each in kept.said].count("bob") >= 1
    assert len({each.id for each in kept.said}) == len(kept.said), "each reminder has its own id"
    before = len(kept.said)
    (key,) = kept.shown("alert")
    assert (await kept.asks("bob", "alert", thing=key, act="acknowledge"))["ok"]
    for _ in range(10):
        kept.clock.advance(100)
        kept.watch._tick()
    await kept.settles()
    assert len(kept.said) == before
    assert kept.shown("alert")[key].by == "bob"
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_the_server_that_does_not_lead_tells_only_when_the_leader_is_gone(where):
    kept = await RuleServer(**where, leads=False).opens()
    await kept.makes()
    crosses(kept)
    await kept.settles()
    assert kept.said == []
    kept.leads = True
    kept.watch._take_over()
    await kept.settles()
    assert len(kept.said) == 1
    # Somebody else had told of the same, some seconds apart.
    kept.leads = False
    crosses(kept, "leave", n=2)
    kept.clock.advance(5)
    crosses(kept, n=3)
    kept.leads = True
    kept.watch._take_over()
    await kept.settles()
    assert len(kept.shown("alert")) == 1
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_erasing_somebody_ends_rules_and_alerts(where):
    kept = await RuleServer(**where).opens()
    alone, both = await kept.makes(), await kept.makes(about=[JANE, BOB])
    near = await kept.makes(about=[BOB], condition={"type": "near", "other": JANE, "metres": 100})
    crosses(kept)
    await kept.settles()
    assert len(kept.shown("alert")) == 2
    record = kept.watch.forget(JANE)
    assert b"jane" not in record.replace(b"rule/jane", b"")
    await kept.rules.forget(JANE, record, last=True, at=kept.wall())
    assert set(kept.rules.records) == {both}
    assert kept.rules.records[both].about == (BOB,)
    assert kept.rules.records[both].version == 2
    assert kept.shown("alert") == {}
    assert await kept.alerts.untold() == []
    assert {key.rpartition(".")[0] for key in kept.shown("watch")} == {f"watch/{both}"}
    await kept.closes()
    assert traces(where, "friend/jane", "rule", "alert", "notice", "watch") == []
    assert alone != near


@pytest_twisted.ensureDeferred
async def test_accounts_that_are_no_more_have_no_rules(where):
    kept = await RuleServer(**where).opens()
    mine = await kept.makes(tell=[{"account": "jane"}, {"account": "bob"}])
    his = await kept.makes("bob", tell=[{"account": "bob"}])
    crosses(kept)
    await kept.settles()
    await kept.rules.keep_to(["jane"], kept.wall())
    assert set(kept.rules.records) == {mine}
    assert [each.account for each in kept.rules.records[mine].tell] == ["jane"]
    assert list(kept.shown("alert")) == [f"alert/{mine}.1"]
    assert his not in kept.rules.records
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_a_rule_is_noted_as_it_is_made_so_that_a_kill_makes_nothing_forget_it(tmp_path):
    kept = await RuleServer(tmp_path).opens()
    id = await kept.makes()
    kept.clock.advance(0)
    await kept.settles()
    noted = await kept.database.work(lambda store: store.watch.read())
    assert noted is not None
    assert noted[0] >= kept.rules.records[id].at
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_what_happens_before_the_rules_are_read_is_judged_by_them(tmp_path):
    kept = await RuleServer(tmp_path).opens()
    await kept.makes()
    kept.clock.advance(11)  # the engine's state is noted
    await kept.settles()
    await kept.closes()
    again = RuleServer(tmp_path, at=20.0)
    crosses(again)
    assert again.rules.records == {}
    await again.opens()
    await again.settles()
    assert [alert.thing for alert in again.shown("alert").values()] == [JANE]
    await again.closes()
