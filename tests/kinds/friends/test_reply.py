"""What a posting phone is told of its friends: bounded, and with TIDs that are unique and stay."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.kinds.friends import reply
from sightline.kinds.friends.model import Face, Friend

OWN = "friend/me/phone"


def friend(tid: str | None = "AA", at: float = 1.0) -> Friend:
    return Friend(1.0, 2.0, at, tid=tid, at=at, presence="live")


NAMES = st.sampled_from(["AA", "AB", "A0", "/", "", "+", "été", "AAAA", "longer than that", None])
FRIENDS = st.dictionaries(
    st.integers(0, 200).map(lambda n: f"friend/u{n:03}/phone"), NAMES, max_size=120
).map(lambda found: [(key, friend(tid)) for key, tid in sorted(found.items())])


@given(st.lists(FRIENDS, min_size=1, max_size=4))
def test_tids_are_unique_fit_for_a_topic_and_stay_while_wished_for(rounds):
    before: dict[str, reply.RecipientTid] = {}
    for friends in rounds:
        named = reply.tids(friends, before)
        given_ = [one.tid for one in named.values()]
        assert len(set(given_)) == len(friends)
        assert all(tid and not set(tid) & set("/+# ") for tid in given_)
        for key in named:
            if key in before and before[key].wish == named[key].wish:
                assert named[key] == before[key]
        before = named


def test_the_newest_are_told_of_and_the_phone_itself_always():
    many = [(f"friend/u{n}/p", friend(at=float(n))) for n in range(reply.MOST_FRIENDS + 50)]
    chosen = reply.shown([*many, (OWN, friend(at=0.5))], OWN)
    assert len(chosen) == reply.MOST_FRIENDS
    assert chosen[0][0] == OWN
    assert "friend/u0/p" not in dict(chosen)
    assert "friend/u149/p" in dict(chosen)


def test_who_has_no_position_is_not_told_of():
    nowhere = Friend(presence="offline", tid="NO")
    assert reply.shown([("friend/a/b", nowhere)], OWN) == []


def test_pictures_are_bounded():
    big = Face(mime="image/png", data=b"x" * 15_000)
    friends = [
        (f"friend/u{n:02}/p", Friend(1.0, 2.0, 1.0, name="N", presence="live")) for n in range(30)
    ]
    named = reply.tids(friends, {})
    said = reply.about(friends, {f"u{n:02}/p": big for n in range(30)}, named)
    cards = [one for one in said if one["_type"] == "card"]
    assert len(cards) == reply.MOST_FACES // 20_000
    assert len(said) == len(cards) + 30


def test_numbers_are_whole_where_android_wants_them_whole():
    walks = Friend(1.25, 2.5, 3.0, acc=4.6, vel=5.5, presence="live", tid="WA")
    (said,) = reply.about([("friend/a/b", walks)], {}, reply.tids([("friend/a/b", walks)], {}))
    assert {name: type(said[name]) for name in ("tst", "acc", "vel")} == {
        "tst": int,
        "acc": int,
        "vel": int,
    }
    assert (said["lat"], said["lon"]) == (1.25, 2.5)
