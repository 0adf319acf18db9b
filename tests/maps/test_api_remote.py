"""Maps at addresses, over real HTTP: tried, set, shown to pages and allowed by their policy.

Covers maps/remote_service.py, maps/remote_store.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor

from sightline.maps.remote_fetch import HttpFetch
from tile_server import TileServer
from waits import until

reactor: Any = _reactor


@pytest.fixture(scope="module")
def tiles() -> Iterator[TileServer]:
    with TileServer() as server:
        yield server


async def opened(open_web: Any, monkeypatch: Any = None, **options: Any) -> Any:
    """A server that may ask its own machine, as tests have no other."""
    home = await open_web(**options)
    home.admin = await home.knows("root", "admin")
    home.remote = home.extras.remote
    if monkeypatch is not None:
        monkeypatch.setattr(home.remote, "_fetch", HttpFetch(reactor, private=True))
    return home


def satellite(tiles: TileServer, **more: Any) -> dict[str, Any]:
    url = tiles.url + "/tiles/{z}/{x}/{y}.png?k={key}"
    return {"name": "sat", "title": "Satellite", "url": url, "key": "hush", "role": "layer"} | more


async def posts(home: Any, body: Any, path: str = "") -> Any:
    return await home.asks("POST", f"/admin/map-addresses{path}", body, cookie=home.admin)


async def policy(home: Any) -> str:
    answer = await home.asks("GET", "/session", cookie=home.admin)
    return str(answer.headers["content-security-policy"])


@pytest_twisted.ensureDeferred
async def test_a_map_that_was_set_is_shown_and_its_host_allowed_until_it_is_removed(
    open_web, monkeypatch, tiles
):
    home = await opened(open_web, monkeypatch)
    before = await policy(home)
    assert tiles.url not in before
    assert (await posts(home, satellite(tiles))).said["fault"] == ""
    shown = home.world.state("map/url.sat")
    assert (shown.title, shown.role, shown.type) == ("Satellite", "layer", "raster")
    assert shown.url.endswith("?k=hush")
    after = await policy(home)
    for directive in ("connect-src 'self'", "img-src 'self' data: blob:"):
        assert f"{directive} {tiles.url};" in after
    listed = await home.asks("GET", "/admin/map-addresses", cookie=home.admin)
    (one,) = listed.said["maps"]
    assert (one["has_key"], one["by"], one["fixed"]) == (True, "root", False)
    assert b"hush" not in listed.data, "a key is never shown again"
    gone = await home.asks("DELETE", "/admin/map-addresses/sat", cookie=home.admin)
    assert gone.status == 200
    assert home.world.state("map/url.sat") is None
    assert await policy(home) == before


@pytest_twisted.ensureDeferred
async def test_what_was_set_is_there_after_a_restart_and_readable_by_nobody_else(
    open_web, monkeypatch, tiles
):
    home = await opened(open_web, monkeypatch)
    await posts(home, satellite(tiles))
    path = home.maps.folder / "remote.json"
    assert path.stat().st_mode & 0o777 == 0o600
    other = await opened(open_web)
    other.maps.folder.mkdir(parents=True, exist_ok=True)
    (other.maps.folder / "remote.json").write_bytes(path.read_bytes())
    other.remote.startService()
    await until(lambda: other.world.state("map/url.sat") is not None)
    assert tiles.url in await policy(other)


@pytest_twisted.ensureDeferred
async def test_a_map_that_is_no_good_is_refused_and_the_one_before_stays(
    open_web, monkeypatch, tiles
):
    home = await opened(open_web, monkeypatch)
    await posts(home, satellite(tiles))
    before = home.world.state("map/url.sat")
    tiles.put("/page", b"<!doctype html>")
    wrong = {"name": "sat", "title": "Wrong", "url": tiles.url + "/page"}
    answer = await posts(home, wrong)
    assert (answer.status, answer.code) == (400, "malformed")
    assert "a web page (HTML)" in answer.said["why"]
    assert home.world.state("map/url.sat") == before
    assert (await posts(home, wrong | {"anyway": True})).status == 200
    assert home.world.state("map/url.sat").title == "Wrong"


@pytest_twisted.ensureDeferred
async def test_hosts_of_a_style_are_told_first_and_taken_only_when_agreed_to(
    open_web, monkeypatch, tiles
):
    home = await opened(open_web, monkeypatch)
    style = {"version": 8, "layers": [], "glyphs": "https://fonts.example.org/{fontstack}"}
    body = {"name": "s", "title": "Style", "url": tiles.put("/s.json", style)}
    tried = await posts(home, body, "/try")
    assert tried.said["hosts"] == [tiles.url, "https://fonts.example.org"]
    assert home.world.state("map/url.s") is None
    refused = await posts(home, body)
    assert "https://fonts.example.org" in refused.said["why"]
    assert (await posts(home, body | {"hosts": ["https://fonts.example.org"]})).status == 200
    assert "https://fonts.example.org" in await policy(home)


@pytest_twisted.ensureDeferred
async def test_our_own_network_is_not_asked_for_an_admin(open_web, tiles):
    home = await opened(open_web)
    tiles.asked.clear()
    answer = await posts(home, satellite(tiles), "/try")
    assert "private network" in answer.said["fault"]
    assert tiles.asked == []


@pytest_twisted.ensureDeferred
async def test_what_admins_do_is_written_down_without_the_key(open_web, monkeypatch, tiles):
    home = await opened(open_web, monkeypatch)
    await posts(home, satellite(tiles))
    await home.asks("DELETE", "/admin/map-addresses/sat", cookie=home.admin)

    async def records() -> list[Any]:
        found = await home.asks("GET", "/audit?thing=map/sat", cookie=home.admin)
        assert b"hush" not in found.data
        return found.said["records"]

    await until(lambda: home.account_service is not None)
    found = await until(records, "both records", such=lambda found: len(found) >= 2)
    assert [each["what"] for each in found] == ["remove map", "set map"]
    assert tiles.url in found[1]["more"]


@pytest_twisted.ensureDeferred
async def test_wrong_names_and_hosts_are_refused(open_web, monkeypatch, tiles):
    home = await opened(open_web, monkeypatch)
    for more in ({"name": "A b"}, {"hosts": ["*"]}, {"attribution_url": "javascript:1"}):
        answer = await posts(home, satellite(tiles, **more))
        assert (answer.status, answer.code) == (400, "malformed"), more


@pytest_twisted.ensureDeferred
async def test_a_damaged_file_is_said_and_nothing_is_written_over_it(open_web, tiles):
    home = await opened(open_web)
    home.maps.folder.mkdir(parents=True, exist_ok=True)
    path = home.maps.folder / "remote.json"
    path.write_text("{")
    home.remote.startService()
    await until(lambda: home.remote.trouble)
    assert "is damaged" in home.remote.trouble
    answer = await posts(home, satellite(tiles, anyway=True))
    assert (answer.status, answer.code) == (503, "degraded")
    assert path.read_text() == "{"
