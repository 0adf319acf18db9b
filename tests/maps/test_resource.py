"""Files of maps over HTTP: whole, in ranges, to whom, and under their old names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import pytest_twisted

from archives import archive
from helsinki import LIMITS, quiet
from sightline.maps.adding import WantedMap, add
from sightline.maps.catalogue import Catalogue
from sightline.maps.resource import PIECE
from web_scene import WebScene

TILES = (b"a tile", bytes(range(256)) * 2000, b"the last tile")
"""Together more than is read at once."""


def put(
    tmp_path: Path, *, tiles: tuple[bytes, ...] = TILES, name: str = "town"
) -> tuple[str, bytes]:
    """Add a map to the folder of the scene; its address and its bytes."""
    source = tmp_path / f"{name}.pmtiles"
    source.write_bytes(archive(tiles=tiles))
    catalogue = Catalogue(tmp_path / "state0" / "maps")
    _, entry = add(catalogue, WantedMap(source), LIMITS, quiet)
    return entry.shown().url, source.read_bytes()


async def shown(home: WebScene, url: str) -> None:
    await home.until(lambda: any(getattr(state, "url", "") == url for _, state in home.world))


@pytest.fixture
def asked(open_web: Any, tmp_path: Path) -> Any:
    """Makes a scene with a map and somebody signed in; returns what asks for the map."""

    async def opened() -> tuple[WebScene, Any, str, bytes]:
        home = await open_web()
        url, data = put(tmp_path)
        await shown(home, url)
        cookie = await home.knows("jane")

        async def ask(method: str = "GET", path: str = url, **headers: str) -> Any:
            return await home.asks(method, f"/{path}", cookie=cookie, **headers)

        return home, ask, url, data

    return opened


@pytest_twisted.ensureDeferred
async def test_a_map_is_served_whole_and_in_ranges(asked: Any) -> None:
    _, ask, _, data = await asked()
    assert len(data) > 2 * PIECE
    whole = await ask()
    assert (whole.status, whole.data) == (200, data)
    assert whole.headers["content-type"] == "application/vnd.pmtiles"
    assert whole.headers["accept-ranges"] == "bytes"
    size = len(data)
    for wanted, part in (
        ("bytes=0-126", data[:127]),
        (f"bytes=100-{PIECE + 200}", data[100 : PIECE + 201]),
        (f"bytes={size - 5}-", data[-5:]),
        ("bytes=-7", data[-7:]),
        (f"bytes=3-{size * 9}", data[3:]),
    ):
        answer = await ask(range=wanted)
        assert (answer.status, answer.data) == (206, part), wanted
        first = (
            data.index(part) if len(part) > 300 else size - len(part) if "-126" not in wanted else 0
        )
        assert answer.headers["content-range"] == f"bytes {first}-{first + len(part) - 1}/{size}"
        assert answer.headers["content-length"] == str(len(part))


@pytest_twisted.ensureDeferred
async def test_ranges_that_cannot_be_and_conditions(asked: Any) -> None:
    _, ask, _, data = await asked()
    beyond = await ask(range=f"bytes={len(data)}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(data)}")
    assert (await ask(range="bytes=0-1,5-6")).status == 200
    etag = (await ask("HEAD")).headers["etag"]
    assert (await ask(range="bytes=0-1", if_range=etag)).status == 206
    assert (await ask(range="bytes=0-1", if_range='"another"')).data == data
    assert (await ask(if_none_match=etag)).status == 304
    head = await ask("HEAD", range="bytes=0-9")
    assert (head.status, head.data, head.headers["content-length"]) == (206, b"", "10")


@pytest_twisted.ensureDeferred
async def test_whoever_sees_a_map_is_served_and_nobody_else(asked: Any) -> None:
    home, _, url, data = await asked()
    assert (await home.asks("GET", f"/{url}")).status == 401
    jane = await home.knows("jane", own=("friend/jane/phone",))
    home.shows("friend/jane/phone")
    secret = await home.link(jane, "friend/jane/phone")
    visitor = (await home.asks("POST", "/link", {"token": secret})).cookie
    answer = await home.asks("GET", f"/{url}", cookie=visitor, range="bytes=0-6")
    assert (answer.status, answer.data) == (206, data[:7])
    browser = await home.browser(visitor)
    await home.until(lambda: "map/town" in browser.picture.things)


@pytest_twisted.ensureDeferred
@pytest.mark.parametrize(
    "name", ["none.pmtiles", "catalogue.json", "lock", "../accounts.db", "", "%2e"]
)
async def test_nothing_else_of_the_folder_is_served(asked: Any, name: str) -> None:
    _, ask, _, _ = await asked()
    assert (await ask(path=f"/maps/{name}")).status == 404


@pytest_twisted.ensureDeferred
async def test_a_replaced_map_is_served_for_a_while_and_a_removed_one_no_more(
    asked: Any, tmp_path: Path
) -> None:
    home, ask, _, data = await asked()
    newer, after = put(tmp_path, tiles=(b"newer",))
    await shown(home, newer)
    assert (await ask()).data == data
    assert (await ask(path=newer)).data == after
    root = await home.knows("root", "admin")
    assert (await home.asks("DELETE", "/admin/maps/town", cookie=root)).status == 200
    assert "map/town" not in home.world
    assert (await ask()).status == (await ask(path=newer)).status == 404
    records = (await home.asks("GET", "/audit?what=remove%20map", cookie=root)).said["records"]
    assert [(each["who"], each["thing"]) for each in records] == [("root", "map/town")]
