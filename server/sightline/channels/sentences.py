"""The few sentences that channels say themselves, in the languages of the page.

Each is whole: no word order is made of parts. ``{count}`` is more than one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSentences:
    """All that channels say in one language: a test's title and body, and the words of what quiet
    hours held back.
    """

    test_title: str
    test_body: str
    summary: str
    more: str


SENTENCES: Mapping[str, ChannelSentences] = {
    "en": ChannelSentences(
        test_title="Sightline reaches you here",
        test_body="This is a test. Alerts will come the same way.",
        summary="{count} notifications during your quiet hours",
        more="… and {count} more",
    ),
    "de": ChannelSentences(
        test_title="Sightline erreicht dich hier",
        test_body="Das ist eine Probe. Benachrichtigungen kommen auf demselben Weg.",
        summary="{count} Benachrichtigungen während deiner Ruhezeit",
        more="… und {count} weitere",
    ),
    "fr": ChannelSentences(
        test_title="Sightline vous joint ici",
        test_body="Ceci est un test. Les alertes arriveront par le même chemin.",
        summary="{count} notifications pendant vos heures calmes",
        more="… et {count} de plus",
    ),
    "es": ChannelSentences(
        test_title="Sightline te avisa aquí",
        test_body="Esto es una prueba. Las alertas llegarán por la misma vía.",
        summary="{count} notificaciones durante tus horas de silencio",
        more="… y {count} más",
    ),
    "nl": ChannelSentences(
        test_title="Sightline bereikt je hier",
        test_body="Dit is een proefbericht. Meldingen komen op dezelfde manier.",
        summary="{count} meldingen tijdens je stille uren",
        more="… en nog {count}",
    ),
}


def of_language(language: str) -> ChannelSentences:
    """Return the sentences of a language (``de``, ``de-AT``); in English where there are none."""
    return SENTENCES.get(language.partition("-")[0], SENTENCES["en"])
