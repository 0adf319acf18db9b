from __future__ import annotations

import pytest

from archives import layers
from sightline.kinds.maps.model import Credit
from sightline.maps.pmtiles import BadArchive
from sightline.maps.schemas import credits_of, schema_of

KNOWN = {
    "protomaps": layers("earth", "water", "landuse", "roads", "places", "pois", "boundaries"),
    "shortbread": layers("land", "water_polygons", "streets", "street_labels", "buildings"),
    "openmaptiles": layers("water", "landcover", "transportation", "transportation_name", "poi"),
}


@pytest.mark.parametrize("schema", KNOWN)
def test_a_schema_is_recognised_by_its_layers(schema: str) -> None:
    assert schema_of(KNOWN[schema]) == schema


def test_layers_of_no_schema_are_named() -> None:
    with pytest.raises(BadArchive, match=r"its layers \(bikes, cats\) .* Shortbread, OpenMapTiles"):
        schema_of(layers("cats", "bikes"))


def test_an_old_protomaps_is_refused() -> None:
    with pytest.raises(BadArchive, match="old version of the Protomaps schema"):
        schema_of(layers("earth", "water", "roads", fields={"pmap:kind": "String"}))


@pytest.mark.parametrize("metadata", [{}, {"vector_layers": 5}, {"vector_layers": [1, {"id": 2}]}])
def test_what_says_no_layers_is_refused(metadata: dict[str, object]) -> None:
    with pytest.raises(BadArchive, match="do not say which layers"):
        schema_of(metadata)


def test_credits_are_texts_and_links_and_never_html() -> None:
    text = (
        '<a href="https://protomaps.com">Protomaps</a> &copy; '
        "<a onclick='evil()' href='javascript:alert(1)'><b>Open</b>StreetMap</a> <script>x</script>"
    )
    assert credits_of({"attribution": text}) == (
        Credit("Protomaps", "https://protomaps.com"),
        Credit("©"),
        Credit("OpenStreetMap"),
        Credit("x"),
    )
    assert credits_of({}) == credits_of({"attribution": 7}) == ()
