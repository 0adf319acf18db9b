"""Who sees a rule: nobody by it learns of anything that they may not see."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.auth.permissions import Grants, VisibleScope, user_of
from sightline.auth.rule_words import RuleWords, SeenRule, overlap

THINGS = [f"friend/{user}/{device}" for user in ("ann", "ben") for device in ("phone", "watch")]
THINGS += ["probot/ProBot1", "probot/ProBot2", "broker/main"]
WORDS = [*THINGS, "friend/ann", "friend/ben", "friend", "probot", "broker", "*"]
ACCOUNTS = ("jane", "bob", "eve")

seen = st.frozensets(st.sampled_from([w for w in WORDS if not w.startswith("broker")]), max_size=3)
owned = st.frozensets(st.sampled_from([w for w in WORDS if w.startswith("friend/")]), max_size=2)
grants = st.builds(Grants, see=seen, own=owned)
regions = st.frozensets(st.sampled_from(["region/home", "region/jane/attic"]), max_size=1)
rules = st.lists(
    st.builds(
        SeenRule,
        st.sampled_from([f"{account}/r{n}" for account in ACCOUNTS for n in range(3)]),
        st.frozensets(st.sampled_from(ACCOUNTS), max_size=3),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True).map(tuple),
        regions,
    ),
    max_size=4,
    unique_by=lambda rule: rule.id,
)


def scope_without(given: Grants) -> VisibleScope:
    """What these grants alone let somebody see."""
    return user_of("x", "viewer", given).scope


def named(word: str) -> list[str]:
    """The things that a word names."""
    return [t for t in THINGS if word in ("*", t) or t.startswith(f"{word}/")]


@given(rules, st.fixed_dictionaries({account: grants for account in ACCOUNTS}), st.booleans())
def test_nobody_learns_by_a_rule_of_what_they_may_not_see(found, held, show):
    words = RuleWords(found, show_watched=show)

    def may_see(account: str) -> frozenset[str]:
        scope = scope_without(held[account])
        assert scope.kinds is not None
        return scope.kinds | scope.things

    for account, given_to in held.items():
        alone = scope_without(given_to)
        own = words.of(account, given_to.own, may_see)
        user = user_of(account, "viewer", given_to, rule_words=own)
        for rule in found:
            key, alert = f"rule/{rule.id}", f"alert/{rule.id}.17"
            mine = rule.account == account
            assert user.scope.sees(key) == user.scope.sees(alert)
            if mine:
                assert user.scope.sees(key)
            elif user.scope.sees(key):
                assert account in rule.recipients
                assert all(alone.sees(t) for word in rule.watched for t in named(word))
                assert all(
                    alone.sees(r) or r.startswith(f"region/{rule.account}/") for r in rule.named
                )
            for number, word in enumerate(rule.watched):
                watched = [
                    t
                    for t in named(word)
                    if any(overlap(t, each) and len(t) >= len(each) for each in given_to.own)
                    and scope_without(held[rule.account]).sees(t)
                ]
                told = user.scope.sees(f"watch/{rule.id}.{number}")
                assert told == (show and not mine and bool(watched))


def test_one_told_of_all_that_they_see_sees_the_rule():
    rule = SeenRule("jane/ab", frozenset(("bob",)), ("friend/ann/phone", "probot"))
    words = RuleWords([rule])
    assert words.of("bob", (), lambda name: {"friend/ann", "probot"}) == {
        "rule/jane/ab",
        "alert/jane/ab",
    }
    assert words.of("bob", (), lambda name: {"friend/ann", "probot/ProBot1"}) == set()
    assert words.of("jane", (), lambda name: ()) == {"rule/jane", "alert/jane"}
    assert words.of("guest", (), lambda name: {"*"}) == set()


def test_a_number_of_a_topic_is_told_to_those_alone_who_see_everything():
    rule = SeenRule("jane/ab", frozenset(("bob",)), ("broker",), frozenset(("topic/cellar/door",)))
    words = RuleWords([rule])
    assert words.of("bob", (), lambda name: {"broker", "friend"}) == set()
    assert words.of("bob", (), lambda name: {"*"}) == {"rule/jane/ab", "alert/jane/ab"}


def test_equal_rules_are_no_news():
    rule = SeenRule("jane/ab", frozenset(("bob",)), ("friend",))
    assert RuleWords([rule]) == RuleWords([rule])
    assert RuleWords([rule]) != RuleWords([rule], show_watched=False)
    assert RuleWords([rule]) != RuleWords([rule], owners=["eve"])
