"""What is declared of a map elsewhere, and what its address may be.

Covers kinds/maps/remote.py.
"""

from __future__ import annotations

import pytest

from sightline.kinds.maps.remote import (
    RemoteMap,
    address_fault,
    name_fault,
    origin_fault,
    origin_of,
    policy_sources,
    style_parts,
    tile_hosts,
    type_of,
)
from sightline.web.content_policy import ContentPolicy, policy

STYLE = "https://maps.example.org/style.json"
TILES = "https://tiles.example.org/{z}/{x}/{y}.png"


def test_an_address_tells_what_it_leads_to() -> None:
    assert type_of(TILES) == "raster"
    assert type_of("https://x.example/world.pmtiles?v=2") == "pmtiles"
    assert type_of(STYLE) == "style"


@pytest.mark.parametrize(
    ("url", "type", "key"),
    [
        (TILES, "raster", ""),
        (TILES + "?key={key}", "raster", "abc-123"),
        (STYLE, "style", ""),
        ("https://[2001:db8::1]:8443/a.pmtiles", "pmtiles", ""),
        ("http://127.0.0.1:8080/{z}/{x}/{y}.png", "raster", ""),
        ("http://192.168.1.5/style.json", "style", ""),
        ("http://localhost:3000/style.json", "style", ""),
    ],
)
def test_good_addresses_are_taken(url: str, type: str, key: str) -> None:
    assert address_fault(url, type, key) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "type", "key", "words"),
    [
        ("", "style", "", "must be an address"),
        ("ftp://x.example/style.json", "style", "", "must be an address"),
        ("https://x.example:0/style.json", "style", "", "must be an address"),
        ("https://x.example:99999/style.json", "style", "", "must be an address"),
        ("https://a;script-src *.example/style.json", "style", "", "must be an address"),
        ("https://x.example/a b", "style", "", "signs"),
        ("https://x.example/'none';", "style", "", "signs"),
        ("https://x.example/style.json?a\tb", "style", "", "blanks|signs"),
        ("https://bücher.example/style.json", "style", "", "address"),
        ("https://me:secret@x.example/style.json", "style", "", "user and password"),
        ("https://x.example/style.json#top", "style", "", "after a #"),
        ("http://tiles.example.org/{z}/{x}/{y}.png", "raster", "", "https"),
        (STYLE + "?key={key}", "style", "", "no key"),
        (STYLE, "style", "abc", "where the key belongs"),
        (STYLE + "?key={key}", "style", "a b", "signs which no key has"),
        ("https://{s}.example/{z}/{x}/{y}.png", "raster", "", "address|one host"),
        ("https://x.example/{s}/{z}/{x}/{y}.png", "raster", "", "one host"),
        ("https://x.example/{z}/{x}.png", "raster", "", "{y}"),
        ("https://x.example/{z}/{x}/{y}.pbf", "raster", "", "vector tiles"),
        ("https://x.example/{style}/{z}/{x}/{y}.png", "raster", "", "{style}"),
        ("https://x.example/{z}/style.json", "style", "", "{z}"),
    ],
)
def test_bad_addresses_are_refused_with_the_reason(
    url: str, type: str, key: str, words: str
) -> None:
    fault = address_fault(url, type, key)  # type: ignore[arg-type]
    assert any(word in fault for word in words.split("|")), fault


def test_hosts_and_names_are_held_to_their_form() -> None:
    assert origin_of("https://Tiles.Example.org:8443/a?b") == "https://tiles.example.org:8443"
    assert origin_fault("https://fonts.example.org") == ""
    for bad in ("https://x.example/", "*", "https:", "'self'", "https://*.example", "x.example"):
        assert origin_fault(bad), bad
    assert name_fault("satellite-2") == ""
    for bad in ("", "Sat", "a b", "-a", "a/b", "x" * 41, "url.x"):
        assert name_fault(bad), bad


def test_pages_may_ask_only_the_hosts_of_the_maps_that_are_set() -> None:
    raster = RemoteMap(title="Sat", url=TILES, type="raster", role="layer")
    archive = RemoteMap(title="World", url="https://a.example/w.pmtiles", type="pmtiles")
    style = RemoteMap(title="S", url=STYLE, type="style", hosts=("https://fonts.example.org",))
    assert policy_sources([]) == {}
    assert policy_sources([archive]) == {"connect-src": ("https://a.example",)}
    found = policy_sources([raster, archive, style])
    both = ("https://maps.example.org", "https://fonts.example.org")
    assert found["connect-src"] == ("https://tiles.example.org", "https://a.example", *both)
    assert found["img-src"] == ("https://tiles.example.org", *both)


def test_the_policy_of_the_page_is_extended_by_these_and_goes_back() -> None:
    own = policy()
    held = ContentPolicy()
    assert held.header.decode() == own
    held.allow({"connect-src": ("https://a.example",)})
    assert held.header.decode() == own.replace(
        "connect-src 'self'", "connect-src 'self' https://a.example"
    )
    held.allow({})
    assert held.header.decode() == own


def test_a_key_goes_into_the_address_for_browsers_and_is_shown_nowhere_else() -> None:
    map = RemoteMap(title="S", url=TILES + "?k={key}", type="raster", key="hush", attribution="© A")
    shown = map.shown(5.0)
    assert shown.url.endswith("?k=hush")
    assert [credit.text for credit in shown.attribution] == ["© A"]
    assert "hush" not in repr(map)
    assert shown.places is False


def test_a_style_tells_every_host_that_it_has_browsers_ask() -> None:
    style = {
        "version": 8,
        "layers": [],
        "glyphs": "https://fonts.example.org/{fontstack}/{range}.pbf",
        "sprite": [{"id": "a", "url": "/sprites/a"}, {"id": "b", "url": "https://cdn.example/b"}],
        "sources": {
            "a": {"type": "vector", "url": "https://list.example/tiles.json"},
            "b": {"type": "raster", "tiles": ["https://t1.example/{z}/{x}/{y}.png"]},
            "c": {"type": "geojson", "data": "borders.json"},
            "d": {"type": "vector", "url": "pmtiles://https://archive.example/w.pmtiles"},
        },
    }
    parts = style_parts(style, STYLE)
    assert parts.fault == ""
    assert set(parts.hosts) == {
        "https://fonts.example.org",
        "https://maps.example.org",
        "https://cdn.example",
        "https://list.example",
        "https://t1.example",
        "https://archive.example",
    }
    assert parts.tile_lists == ("https://list.example/tiles.json",)
    listed = {"tiles": ["https://t2.example/{z}/{x}/{y}.pbf", "x/{z}", 7]}
    assert tile_hosts(listed, "https://list.example/tiles.json") == (
        "https://t2.example",
        "https://list.example",
    )


def test_a_style_of_one_service_only_and_what_is_none_are_refused() -> None:
    mapbox = {"version": 8, "layers": [], "sources": {"a": {"url": "mapbox://streets"}}}
    assert "mapbox" in style_parts(mapbox, STYLE).fault
    for other in ({}, {"version": 7, "layers": []}, {"version": 8}, {"tiles": []}):
        assert "no MapLibre style" in style_parts(other, STYLE).fault
