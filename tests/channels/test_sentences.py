"""What channels say themselves is there in every language of the page."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest

from sightline.channels.sentences import SENTENCES, ChannelSentences, of_language
from sightline.rules.sentences import LANGUAGES

CATALOGUES = Path(__file__).parents[2] / "web" / "src" / "locales"
NAMES = sorted(ChannelSentences.__dataclass_fields__)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_languages_are_those_of_the_page_and_of_the_rules():
    page = {"en", *(each.stem for each in CATALOGUES.glob("*.po"))}
    assert set(SENTENCES) == set(LANGUAGES) == page


@pytest.mark.parametrize("code", sorted(SENTENCES))
@pytest.mark.parametrize("name", NAMES)
def test_each_sentence_is_there_with_the_places_of_the_english_one(code, name):
    text, english = getattr(SENTENCES[code], name), getattr(SENTENCES["en"], name)
    assert text.strip()
    assert places(text) == places(english)
    if code != "en":
        assert text != english, "it was not translated"


def test_a_country_does_not_matter_and_an_unknown_language_is_english():
    assert of_language("fr-CA") is SENTENCES["fr"]
    assert of_language("") is of_language("pt") is SENTENCES["en"]
