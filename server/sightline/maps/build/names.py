"""Choose the names of a thing that are shown: its own, and those in other languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

# fmt: off
LANGUAGES = (
    "ar", "be", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr",
    "ga", "gl", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "ko", "lb", "lt",
    "lv", "mk", "mt", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv",
    "th", "tr", "uk", "ur", "vi", "zh", "zh-Hans", "zh-Hant",
)
# fmt: on
"""Languages whose names are kept where the data have them."""
_KEYS = tuple((f"name:{language}", f"name:{language}") for language in LANGUAGES)
_LONGEST = 120
_SCRIPTS = {
    "CJK": "Han",
    "HIRAGANA": "Hiragana",
    "KATAKANA": "Katakana",
    "HANGUL": "Hangul",
    "CYRILLIC": "Cyrillic",
    "GREEK": "Greek",
    "ARABIC": "Arabic",
    "HEBREW": "Hebrew",
    "DEVANAGARI": "Devanagari",
    "BENGALI": "Bengali",
    "GEORGIAN": "Georgian",
    "ARMENIAN": "Armenian",
    "THAI": "Thai",
}
"""By the first word of a letter's name in Unicode. Latin is not said."""


def names_of(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the name, those in other languages where they differ, and its script if not Latin."""
    name = tags.get("name", "")[:_LONGEST]
    if not name:
        return {}
    found = {"name": name}
    script = script_of(name)
    if script:
        found["script"] = script
    for key, shown in _KEYS:
        other = tags.get(key)
        if other and other != name:
            found[shown] = other[:_LONGEST]
    return found


def script_of(name: str) -> str:
    """Return the script of a name by its first letter; empty: Latin, or none that is known."""
    for letter in name:
        if letter.isalpha():
            if letter.isascii():
                return ""
            return _SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0], "")
    return ""
