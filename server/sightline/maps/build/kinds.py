"""Say how what OpenStreetMap calls things is called in the Protomaps basemap schema, version 4.

Tables only: by key and value of a tag, the kind, and the zoom from which it is drawn.
"""

from __future__ import annotations

ROADS: dict[str, tuple[str, int]] = {
    "motorway": ("highway", 3),
    "trunk": ("major_road", 6),
    "primary": ("major_road", 7),
    "secondary": ("major_road", 9),
    "tertiary": ("major_road", 9),
    "unclassified": ("minor_road", 12),
    "residential": ("minor_road", 12),
    "living_street": ("minor_road", 12),
    "road": ("minor_road", 12),
    "service": ("minor_road", 13),
    "busway": ("minor_road", 13),
    "raceway": ("minor_road", 13),
    "pedestrian": ("path", 12),
    "track": ("path", 13),
    "cycleway": ("path", 13),
    "path": ("path", 13),
    "footway": ("path", 13),
    "bridleway": ("path", 13),
    "steps": ("path", 14),
    "corridor": ("path", 15),
}
"""Roads and paths, by ``highway``: the kind, and the zoom from which they are drawn."""
RAILS: dict[str, int] = {
    "rail": 8,
    "light_rail": 10,
    "subway": 11,
    "tram": 12,
    "narrow_gauge": 11,
    "funicular": 12,
    "monorail": 12,
    "preserved": 12,
}
"""Railways, by ``railway``: the zoom from which they are drawn."""
RUNWAYS: dict[str, int] = {"runway": 9, "taxiway": 10}
"""What planes roll on, by ``aeroway``: the zoom from which it is drawn."""

LANDUSE: dict[str, dict[str, tuple[str, int]]] = {
    "landuse": {
        "forest": ("forest", 6),
        "residential": ("residential", 8),
        "industrial": ("industrial", 10),
        "commercial": ("commercial", 11),
        "retail": ("commercial", 12),
        "railway": ("railway", 12),
        "cemetery": ("cemetery", 11),
        "allotments": ("allotments", 12),
        "village_green": ("village_green", 13),
        "recreation_ground": ("recreation_ground", 12),
        "farmland": ("farmland", 9),
        "orchard": ("orchard", 11),
        "vineyard": ("orchard", 11),
        "meadow": ("meadow", 10),
        "grass": ("grass", 13),
        "military": ("military", 10),
        "quarry": ("quarry", 11),
    },
    "natural": {
        "wood": ("wood", 6),
        "scrub": ("scrub", 9),
        "grassland": ("grassland", 9),
        "heath": ("grassland", 9),
        "glacier": ("glacier", 5),
        "beach": ("beach", 10),
        "sand": ("sand", 9),
        "wetland": ("wetland", 9),
        "bare_rock": ("bare_rock", 10),
    },
    "leisure": {
        "park": ("park", 9),
        "garden": ("garden", 12),
        "nature_reserve": ("nature_reserve", 8),
        "golf_course": ("golf_course", 10),
        "pitch": ("pitch", 14),
        "playground": ("playground", 14),
        "stadium": ("stadium", 13),
        "dog_park": ("dog_park", 13),
        "marina": ("marina", 13),
    },
    "boundary": {"national_park": ("national_park", 6), "protected_area": ("protected_area", 9)},
    "amenity": {
        "hospital": ("hospital", 12),
        "school": ("school", 13),
        "kindergarten": ("kindergarten", 13),
        "university": ("university", 12),
        "college": ("college", 12),
        "parking": ("parking", 14),
    },
    "tourism": {"zoo": ("zoo", 12)},
    "aeroway": {
        "aerodrome": ("aerodrome", 9),
        "runway": ("runway", 10),
        "taxiway": ("taxiway", 11),
    },
    "man_made": {"pier": ("pier", 12), "bridge": ("pedestrian", 14)},
    "waterway": {"dam": ("dam", 12)},
    "railway": {"platform": ("platform", 15)},
}
"""Areas, by key and value."""
# fmt: off
NAMED_AREAS = frozenset((
    "park", "forest", "wood", "national_park", "nature_reserve", "cemetery", "golf_course", "zoo",
    "garden", "marina", "beach", "stadium", "hospital", "school", "university", "college",
    "aerodrome", "allotments", "recreation_ground",
))
# fmt: on
"""Kinds of areas whose names are shown."""

WATER: dict[str, dict[str, tuple[str, int]]] = {
    "natural": {"water": ("water", 6), "bay": ("bay", 8), "strait": ("strait", 8)},
    "water": {
        "lake": ("lake", 6),
        "reservoir": ("lake", 7),
        "river": ("river", 7),
        "canal": ("canal", 10),
        "pond": ("water", 12),
        "basin": ("basin", 12),
    },
    "waterway": {"riverbank": ("river", 8), "dock": ("dock", 11), "canal": ("canal", 11)},
    "landuse": {"reservoir": ("lake", 7), "basin": ("basin", 12)},
    "leisure": {"swimming_pool": ("swimming_pool", 15)},
    "amenity": {"fountain": ("fountain", 15)},
}
"""Areas of water, by key and value; what is said more exactly (``water``) comes first."""
STREAMS: dict[str, int] = {"river": 9, "canal": 11, "stream": 13, "ditch": 14, "drain": 14}
"""Lines of water, by ``waterway``."""

PLACES: dict[str, tuple[str, int, int]] = {
    "country": ("country", 2, 0),
    "state": ("region", 5, 0),
    "province": ("region", 5, 0),
    "city": ("locality", 7, 100_000),
    "town": ("locality", 9, 10_000),
    "village": ("locality", 11, 1_000),
    "hamlet": ("locality", 12, 100),
    "isolated_dwelling": ("locality", 14, 5),
    "suburb": ("neighbourhood", 11, 5_000),
    "borough": ("macrohood", 10, 20_000),
    "quarter": ("macrohood", 12, 3_000),
    "neighbourhood": ("neighbourhood", 13, 1_000),
    "locality": ("neighbourhood", 14, 0),
}
"""By ``place``: the kind, the zoom, and how many people live there when nobody says so."""
ISLANDS: dict[str, int] = {"island": 10, "islet": 14, "archipelago": 9}

POIS: dict[str, dict[str, int]] = {
    "aeroway": {"aerodrome": 10},
    "railway": {"station": 12, "halt": 13, "tram_stop": 15},
    "highway": {"bus_stop": 15},
    "natural": {"peak": 11, "volcano": 10, "beach": 13, "spring": 15},
    "tourism": {
        "attraction": 13,
        "museum": 14,
        "zoo": 13,
        "theme_park": 13,
        "viewpoint": 14,
        "hotel": 15,
        "hostel": 15,
        "artwork": 15,
        "information": 15,
        "camp_site": 14,
        "alpine_hut": 13,
    },
    "amenity": {
        "hospital": 13,
        "university": 13,
        "college": 14,
        "school": 14,
        "kindergarten": 15,
        "library": 14,
        "townhall": 14,
        "theatre": 14,
        "cinema": 15,
        "place_of_worship": 14,
        "police": 14,
        "fire_station": 14,
        "post_office": 15,
        "pharmacy": 15,
        "restaurant": 15,
        "fast_food": 15,
        "cafe": 15,
        "bar": 15,
        "pub": 15,
        "bank": 15,
        "fuel": 15,
        "marketplace": 14,
        "ferry_terminal": 12,
        "bus_station": 13,
        "parking": 15,
        "toilets": 15,
        "drinking_water": 15,
        "bench": 15,
    },
    "shop": {
        "supermarket": 14,
        "convenience": 15,
        "bakery": 15,
        "books": 15,
        "clothes": 15,
        "department_store": 14,
        "mall": 14,
    },
    "leisure": {
        "park": 13,
        "garden": 14,
        "stadium": 13,
        "sports_centre": 14,
        "playground": 15,
        "marina": 13,
        "golf_course": 13,
        "nature_reserve": 12,
    },
    "historic": {"castle": 13, "monument": 14, "memorial": 15, "ruins": 15},
}
"""By key and value; the value is the kind."""
NAMELESS = frozenset(("bench", "drinking_water", "toilets", "playground", "peak", "parking"))
"""Kinds that are worth a mark without a name."""

AREA_KEYS = frozenset((*LANDUSE, *WATER, *POIS, "building", "building:part", "place"))
"""Keys by which closed lines are areas."""
KEYS = tuple(
    sorted(AREA_KEYS | {"highway", "railway", "route", "waterway", "boundary", "addr:housenumber"})
)
"""Keys of all that is drawn: the rest of an extract is left out by osmium itself."""
