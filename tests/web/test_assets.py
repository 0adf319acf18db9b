"""Files of the page: compressed, cached, in pieces.

Covers web/byte_ranges.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.web.assets import load


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    for name, text in {
        "index.html": "page",
        "assets/app-1a2b.js": "script " * 100,
        "assets/app-1a2b.js.br": "small",
        "assets/app-1a2b.js.gz": "middling",
        "world.pmtiles": "0123456789",
        ".secret": "no",
        "orphan.gz": "no",
        "strange.xyz": "?",
    }.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "link.html").symlink_to("/etc/passwd")
    return tmp_path


def test_only_plain_files_are_served(root):
    assert set(load(root)) == {"index.html", "assets/app-1a2b.js", "world.pmtiles", "strange.xyz"}


def test_types_are_known_by_the_name(root):
    assets = load(root)
    assert assets["index.html"].type == "text/html; charset=utf-8"
    assert assets["assets/app-1a2b.js"].type == "text/javascript; charset=utf-8"
    assert assets["strange.xyz"].type == "chemical/x-xyz" or assets["strange.xyz"].type


def test_hashed_names_are_kept_for_ever_and_others_asked_for_again(root):
    (root / "assets" / "gl-worker-1a2b.mjs").write_text("script")
    assets = load(root)
    assert "immutable" in assets["assets/app-1a2b.js"].cache
    # It comes with the policy of now, which names the hosts of maps.
    assert assets["assets/gl-worker-1a2b.mjs"].cache == "no-cache"
    assert assets["index.html"].cache == "no-cache"
    assert assets["world.pmtiles"].cache == "no-store"


def test_the_service_worker_and_the_manifest_are_asked_for_again_and_known_by_their_types(root):
    (root / "icons").mkdir()
    for name in ("sw.js", "manifest.webmanifest", "icons/icon-192.png"):
        (root / name).write_bytes(b"{}")
    assets = load(root)
    assert assets["sw.js"].type == "text/javascript; charset=utf-8"
    assert assets["manifest.webmanifest"].type == "application/manifest+json"
    assert assets["icons/icon-192.png"].type == "image/png"
    # A worker that a browser or a proxy kept would keep an old page alive.
    assert {assets[name].cache for name in ("sw.js", "manifest.webmanifest")} == {"no-cache"}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, br", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.0, gzip; q=0", ""),
        ("BR", "br"),
        ("zstd", ""),
    ],
)
def test_the_smallest_coding_the_browser_takes_is_chosen(root, accepted, coding):
    asset = load(root)["assets/app-1a2b.js"]
    assert asset.best(accepted)[0] == coding


def test_each_coding_has_a_validator_of_its_own(root):
    bodies = load(root)["assets/app-1a2b.js"].bodies
    assert len({body.etag for body in bodies.values()}) == 3
