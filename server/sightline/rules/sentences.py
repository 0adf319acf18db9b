"""The sentences of notifications, by language. Each is whole: no word order is made of parts.

``{who}`` is a name and may be a person or a machine, so no sentence needs its gender; ``{of_who}``
is the name after "of", where a language changes that before a vowel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

_NB = "\u00a0"
_VOWELS = frozenset("aeiouyàâäéèêëîïôöùûüœæh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """All that one language says, and how it writes numbers and durations."""

    titles: Mapping[str, str]
    details: Mapping[str, str]
    at: str
    late: str
    rule: str
    over: str
    point: str
    thousands: str
    second: str
    minute: str
    hour: str
    day: str
    days: str
    of: Callable[[str], str]


def _as_it_is(name: str) -> str:
    return name


def _elided(name: str) -> str:
    """Return a name after the French "de"."""
    return f"d’{name}" if name[:1].lower() in _VOWELS else f"de {name}"


_ENGLISH = Language(
    titles={
        "arrives": "{who} arrived at {place}",
        "leaves": "{who} left {place}",
        "absent": "{who} is not at {place}",
        "stays": "{who} has been at {place} for {span}",
        "near": "{who} is near {place}",
        "battery": "The battery of {who} is at {value}%",
        "silent": "Nothing was heard from {who} for {span}",
        "speed": "{who} is moving at {value} km/h",
        "fallen": "{who} has fallen over",
        "latency": "{who} answers slowly: {value} ms",
        "alarm": "Somebody else is sending commands to {who}",
        "disconnected": "The connection to the broker {who} is lost",
        "flapping": "{who} keeps connecting anew",
        "number": "{place} is at {value}",
        "changed": "{place} changed to {value}",
    },
    details={
        "apart": "They are {value} m apart.",
        "empty": "At this rate it will be empty before {by}.",
        "usual": "Up to {usual} is usual.",
        "expected": "Expected by {by}.",
        "flapped": "It connected {value} times within {within}.",
    },
    at="It happened at {time}.",
    late="This became known only at {time}.",
    rule="Rule: {name}.",
    over="Over: {title}",
    point=".",
    thousands=",",
    second="s",
    minute="min",
    hour="h",
    day="day",
    days="days",
    of=_as_it_is,
)
_GERMAN = Language(
    titles={
        "arrives": "{who} ist bei „{place}“ angekommen",
        "leaves": "{who} hat „{place}“ verlassen",
        "absent": "{who} ist nicht bei „{place}“",
        "stays": "{who} ist seit {span} bei „{place}“",
        "near": "{who} ist in der Nähe von {place}",
        "battery": f"Der Akku von {{who}} ist bei {{value}}{_NB}%",
        "silent": "Seit {span} war nichts von {who} zu hören",
        "speed": f"{{who}} ist mit {{value}}{_NB}km/h unterwegs",
        "fallen": "{who} ist umgefallen",
        "latency": f"{{who}} antwortet langsam: {{value}}{_NB}ms",
        "alarm": "Jemand anderes sendet Befehle an {who}",
        "disconnected": "Die Verbindung zum Broker {who} ist abgerissen",
        "flapping": "{who} verbindet sich immer wieder neu",
        "number": "{place} steht bei {value}",
        "changed": "{place} steht jetzt bei {value}",
    },
    details={
        "apart": f"Der Abstand beträgt {{value}}{_NB}m.",
        "empty": "So schnell, wie er sich leert, ist er vor {by} Uhr leer.",
        "usual": "Üblich sind bis zu {usual}.",
        "expected": "Erwartet bis {by} Uhr.",
        "flapped": "Innerhalb von {within} waren es {value} Verbindungen.",
    },
    at="Das war um {time} Uhr.",
    late="Bekannt wurde das erst um {time} Uhr.",
    rule="Regel: {name}.",
    over="Vorbei: {title}",
    point=",",
    thousands=".",
    second="s",
    minute="min",
    hour="h",
    day="Tag",
    days="Tagen",
    of=_as_it_is,
)
_FRENCH = Language(
    titles={
        "arrives": f"{{who}} vient d’arriver à «{_NB}{{place}}{_NB}»",
        "leaves": f"{{who}} vient de quitter «{_NB}{{place}}{_NB}»",
        "absent": f"{{who}} n’est pas à «{_NB}{{place}}{_NB}»",
        "stays": f"{{who}} est à «{_NB}{{place}}{_NB}» depuis {{span}}",
        "near": f"{{who}} est à proximité{_NB}: {{place}}",
        "battery": f"La batterie {{of_who}} est à {{value}}{_NB}%",
        "silent": "Aucune nouvelle {of_who} depuis {span}",
        "speed": f"{{who}} se déplace à {{value}}{_NB}km/h",
        "fallen": "{who} est au sol",
        "latency": f"{{who}} répond lentement{_NB}: {{value}}{_NB}ms",
        "alarm": f"Quelqu’un d’autre envoie des commandes{_NB}: {{who}}",
        "disconnected": "La connexion au broker {who} est perdue",
        "flapping": "{who} se reconnecte sans cesse",
        "number": f"{{place}}{_NB}: la valeur est {{value}}",
        "changed": f"{{place}}{_NB}: la valeur est maintenant {{value}}",
    },
    details={
        "apart": f"La distance est de {{value}}{_NB}m.",
        "empty": "À ce rythme, elle sera vide avant {by}.",
        "usual": "D’habitude, c’est {usual} au plus.",
        "expected": "C’était attendu avant {by}.",
        "flapped": f"Connexions en {{within}}{_NB}: {{value}}.",
    },
    at="C’était à {time}.",
    late="On ne l’a su qu’à {time}.",
    rule=f"Règle{_NB}: {{name}}.",
    over=f"Terminé{_NB}: {{title}}",
    point=",",
    thousands="\u202f",
    second="s",
    minute="min",
    hour="h",
    day="jour",
    days="jours",
    of=_elided,
)
_SPANISH = Language(
    titles={
        "arrives": "{who} ha llegado a «{place}»",
        "leaves": "{who} ha salido de «{place}»",
        "absent": "{who} no está en «{place}»",
        "stays": "{who} lleva {span} en «{place}»",
        "near": "{who} está cerca de {place}",
        "battery": f"La batería de {{who}} está al {{value}}{_NB}%",
        "silent": "Sin noticias de {who} desde hace {span}",
        "speed": f"{{who}} va a {{value}}{_NB}km/h",
        "fallen": "{who} se ha caído",
        "latency": f"{{who}} responde despacio: {{value}}{_NB}ms",
        "alarm": "Otra persona está enviando órdenes a {who}",
        "disconnected": "Se ha perdido la conexión con el broker {who}",
        "flapping": "{who} se conecta una y otra vez",
        "number": "{place} está en {value}",
        "changed": "{place} ha pasado a {value}",
    },
    details={
        "apart": f"La distancia es de {{value}}{_NB}m.",
        "empty": "A este ritmo se agotará antes de las {by}.",
        "usual": "Lo habitual es {usual} como mucho.",
        "expected": "Se esperaba antes de las {by}.",
        "flapped": "Se ha conectado {value} veces en {within}.",
    },
    at="Hora: {time}.",
    late="No se supo hasta las {time}.",
    rule="Regla: {name}.",
    over="Ya pasó: {title}",
    point=",",
    thousands=".",
    second="s",
    minute="min",
    hour="h",
    day="día",
    days="días",
    of=_as_it_is,
)
_DUTCH = Language(
    titles={
        "arrives": "{who} is aangekomen bij {place}",
        "leaves": "{who} is vertrokken van {place}",
        "absent": "{who} is niet bij {place}",
        "stays": "{who} is al {span} bij {place}",
        "near": "{who} is in de buurt van {place}",
        "battery": "De batterij van {who} staat op {value}%",
        "silent": "Al {span} niets gehoord van {who}",
        "speed": "{who} gaat {value} km/u",
        "fallen": "{who} is omgevallen",
        "latency": "{who} antwoordt traag: {value} ms",
        "alarm": "Iemand anders stuurt opdrachten naar {who}",
        "disconnected": "De verbinding met broker {who} is verbroken",
        "flapping": "{who} maakt steeds opnieuw verbinding",
        "number": "{place} staat op {value}",
        "changed": "{place} staat nu op {value}",
    },
    details={
        "apart": "De afstand is {value} m.",
        "empty": "In dit tempo is ze vóór {by} leeg.",
        "usual": "Normaal is dat hoogstens {usual}.",
        "expected": "Verwacht vóór {by}.",
        "flapped": "Er is {value} keer verbinding gemaakt binnen {within}.",
    },
    at="Dat was om {time}.",
    late="Dit werd pas om {time} bekend.",
    rule="Regel: {name}.",
    over="Voorbij: {title}",
    point=",",
    thousands=".",
    second="s",
    minute="min",
    hour="uur",
    day="dag",
    days="dagen",
    of=_as_it_is,
)

LANGUAGES: Mapping[str, Language] = {
    "en": _ENGLISH,
    "de": _GERMAN,
    "fr": _FRENCH,
    "es": _SPANISH,
    "nl": _DUTCH,
}
