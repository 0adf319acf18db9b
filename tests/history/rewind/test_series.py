from __future__ import annotations

import json

import pytest

from sightline.history.rewind.series import Buckets, fields_of, number_in

CLIMATE = json.dumps(
    {"temp": 21.5, "hum": "40", "on": True, "gps": {"pos": [60.1, 24.9]}, "a.b": 3, "name": "x"}
).encode()


@pytest.mark.parametrize(
    ("payload", "field", "number"),
    [
        (CLIMATE, "temp", 21.5),
        (CLIMATE, "hum", 40.0),
        (CLIMATE, "on", 1.0),
        (CLIMATE, "gps.pos.1", 24.9),
        (CLIMATE, "gps.pos.7", None),
        (CLIMATE, "a\\.b", 3.0),
        (CLIMATE, "name", None),
        (CLIMATE, "", None),
        (b"21.5", "", 21.5),
        (b" -3e2 ", "", -300.0),
        (b"21.5 C", "", None),
        (b"nan", "", None),
        (b"1e999", "", None),
        (b"\xff", "", None),
        (b"", "", None),
        (b"[1,2]", "1", 2.0),
        (b"[" * 9000, "", None),
    ],
)
def test_the_number_of_a_payload(payload: bytes, field: str, number: float | None):
    assert number_in(payload, field) == number


def test_the_fields_that_are_numbers_are_listed_and_can_be_asked_for():
    fields = fields_of(CLIMATE)
    assert fields == ["temp", "hum", "on", "gps.pos.0", "gps.pos.1", "a\\.b"]
    assert all(number_in(CLIMATE, field) is not None for field in fields)
    assert (fields_of(b"7"), fields_of(b"text"), fields_of(b"{}")) == ([""], [], [])


def test_of_each_bucket_the_least_the_most_and_the_last_are_kept():
    buckets = Buckets(1000.0, 60.0)
    for at, value in [(1000, 5), (1030, 9), (1059, 7), (1120, 1), (1121, -1), (1240, 4)]:
        buckets.add(at, value)
    assert buckets.columns() == ([0, 2, 4], [5, -1, 4], [9, 1, 4], [7, -1, 4], [1059, 1121, 1240])
    assert buckets.count == 6
