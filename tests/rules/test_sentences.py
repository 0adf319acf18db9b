"""The sentences of notifications in all languages."""

from __future__ import annotations

from string import Formatter

import pytest

from sightline.rules.fields import TAKES
from sightline.rules.sentences import LANGUAGES


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_every_language_says_everything(code):
    english = LANGUAGES["en"]
    language = LANGUAGES[code]
    assert language.titles.keys() == english.titles.keys() == {*TAKES, "changed"}
    assert language.details.keys() == english.details.keys()
    if code != "en":
        assert not {*language.titles.values()} & {*english.titles.values()}


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_each_sentence_has_the_same_places_as_in_english(code):
    def places(text: str) -> set[str]:
        return {name.replace("of_", "") for _, name, _, _ in Formatter().parse(text) if name}

    english, language = LANGUAGES["en"], LANGUAGES[code]
    for part in ("titles", "details"):
        for name, text in getattr(english, part).items():
            assert places(getattr(language, part)[name]) == places(text), name
    for name in ("at", "late", "rule", "over"):
        assert places(getattr(language, name)) == places(getattr(english, name))
