"""Order the matches of a search: what somebody most likely means comes first. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from sightline.maps.place_index import Found, words_of
from sightline.maps.place_ranking import point_distance

_SORT: Mapping[str, float] = {
    "city": -1.5,
    "town": -1.0,
    "village": -0.6,
    "suburb": -0.4,
    "hamlet": -0.3,
    "neighbourhood": -0.2,
    "park": 0.0,
    "street": 0.0,
    "spot": 0.4,
}
"""How much nearer than a street each counts, in powers of ten of the distance."""
_ELSEWHERE = 1.0  # a word is that of the town around, not of its own name
_INSIDE = 0.4  # the name begins with another word
_WHOLE = -0.5  # the name is just what was typed


def split_number(words: Sequence[str]) -> tuple[Sequence[str], str]:
    """Split a house number off, as in ``kalevankatu 12 b`` and ``12 main street``."""
    for n, word in enumerate(words[1:], 1):
        if word[0].isdigit():
            return words[:n], "".join(words[n:])
    if len(words) > 1 and words[0][0].isdigit():
        return words[1:], words[0]
    return words, ""


def ordered(words: Sequence[str], found: Iterable[Found], lat: float, lon: float) -> list[Found]:
    """Return them by name, sort and distance from a position; the same name beside it once."""
    ranked = sorted(found, key=lambda each: (_weight(words, each, lat, lon), each.name.text))
    kept: list[Found] = []
    for each in ranked:
        if not any(_same(each, other) for other in kept):
            kept.append(each)
    return kept


def _weight(words: Sequence[str], found: Found, lat: float, lon: float) -> float:
    texts = [words_of(text) for text in (found.name.text, *found.name.translations.values())]
    far = math.log10(1 + point_distance(lat, lon, found.lat, found.lon) / 1000)
    return far + _SORT.get(found.sort, 0.0) + min(_fit(words, text) for text in texts)


def _fit(words: Sequence[str], name: Sequence[str]) -> float:
    """Tell how well a name fits; less is better."""
    if list(words) == list(name):
        return _WHOLE
    if not all(any(own.startswith(word) for own in name) for word in words):
        return _ELSEWHERE
    return 0.0 if name[0].startswith(words[0]) else _INSIDE


def _same(one: Found, other: Found) -> bool:
    """Tell whether two maps that overlap know the same place."""
    alike = one.name.text == other.name.text and one.sort == other.sort
    return alike and point_distance(one.lat, one.lon, other.lat, other.lon) < 500
