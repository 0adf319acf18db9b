from __future__ import annotations

from sightline.model.token_bucket import TokenBucket, TokenBuckets


def test_a_bucket_gives_its_burst_then_its_rate():
    bucket = TokenBucket(rate=2, burst=3, now=0)
    assert [bucket.take(0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(0.5) for _ in range(2)] == [True, False]
    assert bucket.take(10, 3)
    assert not bucket.take(11, 2.5)
    assert bucket.take(11, 2)


def test_a_clock_that_is_stepped_back_neither_gives_nor_takes():
    bucket = TokenBucket(rate=1, burst=2, now=100)
    assert bucket.take(50, 2)
    assert not bucket.take(50)
    assert bucket.take(51)


def test_each_key_has_a_bucket_of_its_own_and_the_latest_are_kept():
    buckets = TokenBuckets(rate=2, burst=3, keys=2)
    assert [buckets.take("a", 0) for _ in range(4)] == [True, True, True, False]
    assert buckets.take("b", 0, 3)
    assert not buckets.take("a", 0)
    assert buckets.take("c", 0)  # b was used longest ago: it is forgotten
    assert buckets.take("b", 0, 3)
    assert buckets.take("a", 0, 3)
