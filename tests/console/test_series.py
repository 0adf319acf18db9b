from __future__ import annotations

from sightline.console.series import NAMES, Series


def test_samples_are_told_as_series_of_one_length():
    figures = Series()
    figures.sample(1.0, {"a": 1})
    figures.sample(2.0, {"a": 2, "b": 5})
    figures.sample(3.0, {"b": 6})
    assert figures.series() == {
        "at": [1.0, 2.0, 3.0],
        "series": {"a": [1, 2, None], "b": [None, 5, 6]},
    }
    assert figures.series(["b", "x"], since=1.0) == {"at": [2.0, 3.0], "series": {"b": [5, 6]}}


def test_the_whole_time_stays_covered_when_there_is_no_room_for_more():
    figures = Series(most=8)
    for n in range(1000):
        figures.sample(n, {"a": n})
    told = figures.series()
    assert len(figures) <= 8
    assert told["at"] == told["series"]["a"]
    assert told["at"][0] < 200
    assert told["at"][-1] > 800
    steps = {b - a for a, b in zip(told["at"], told["at"][1:], strict=False)}
    assert steps == {128}


def test_names_are_bounded():
    figures = Series()
    figures.sample(1, {f"n{n}": n for n in range(NAMES + 50)})
    assert len(figures.series()["series"]) == NAMES
