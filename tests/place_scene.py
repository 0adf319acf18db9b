"""A small town for tests: an index of it, made without any tools."""

from __future__ import annotations

from pathlib import Path

from sightline.maps.place_finding import make_findable
from sightline.maps.place_index import Writer
from sightline.maps.place_ranking import House, Name, NamedSpot, Street

GRACHT = Street(
    Name("Keizersgracht", {"en": "Emperor's Canal"}), ((52.3700, 4.8800), (52.3720, 4.8800))
)
FURTHER = Street(GRACHT.name, ((52.3720, 4.8800), (52.3740, 4.8810)))
CROSSING = Street(Name("Leidsestraat"), ((52.3705, 4.8780), (52.3705, 4.8830)))
ELSEWHERE = Street(Name("Keizersgracht"), ((51.4400, 5.4800), (51.4410, 5.4800)))
TOWN = NamedSpot(
    Name("Amsterdam", {"fr": "Amsterdam", "el": "Άμστερνταμ"}), "city", 52.3731, 4.8926
)
OTHER_TOWN = NamedSpot(Name("Eindhoven"), "city", 51.4408, 5.4778)
PARK = NamedSpot(Name("Café-Park Ångström"), "park", 52.3600, 4.8700)
ENTRIES = (
    GRACHT,
    FURTHER,
    CROSSING,
    ELSEWHERE,
    TOWN,
    OTHER_TOWN,
    PARK,
    House("123", 52.3710, 4.8801),
    House("125 A", 52.3716, 4.8801),
    House("9", 52.37055, 4.8820, "Leidsestraat"),
)


def make_index(path: Path, source: str = "a") -> Path:
    """Write the town's index."""
    writer = Writer(path, source)
    for entry in ENTRIES:
        writer.put(entry)
    make_findable(writer.sql)
    writer.finish()
    return path
