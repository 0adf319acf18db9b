"""`sightline check` of maps at addresses, against real servers."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from sightline.cli.check.findings import Finding
from sightline.cli.check.maps import check
from sightline.settings import load
from tile_server import TileServer

CA = trustme.CA()


@pytest.fixture(scope="module")
def server() -> Iterator[TileServer]:
    with TileServer(CA.issue_cert("localhost")) as server:
        yield server


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., Finding]:
    def found(text: str, *, trusted: bool = True) -> Finding:
        path = tmp_path / "x.toml"
        path.write_text(text)
        context = ssl.create_default_context()
        if trusted:
            CA.configure_trust(context)
        (finding,) = check(load(path, {}), context)
        return finding

    return found


def test_a_good_map_is_said_with_the_hosts_that_browsers_will_ask(server, found) -> None:
    finding = found(f'[map.sat]\nurl = "{server.url}/tiles/{{z}}/{{x}}/{{y}}.png"')
    assert (finding.where, finding.step, finding.level) == ("map.sat", "raster", "ok")
    assert server.url in finding.said


def test_hosts_of_a_style_that_are_not_agreed_to_fail_with_the_line_to_add(server, found) -> None:
    style = {"version": 8, "layers": [], "glyphs": "https://fonts.example.org/{fontstack}"}
    url = server.put("/style.json", style)
    finding = found(f'[map.a]\nurl = "{url}"')
    assert finding.level == "fail"
    assert finding.todo.endswith('hosts = ["https://fonts.example.org"]')
    agreed = found(f'[map.a]\nurl = "{url}"\nhosts = ["https://fonts.example.org"]')
    assert agreed.level == "ok"


def test_what_is_wrong_is_said_in_a_sentence(server, found) -> None:
    assert "answers 404" in found(f'[map.a]\nurl = "{server.url}/none.json"').said
    server.put("/page", b"<html>")
    assert "a web page (HTML)" in found(f'[map.a]\nurl = "{server.url}/page"').said
    strange = found(f'[map.a]\nurl = "{server.url}/page"', trusted=False)
    assert "certificate is not one that browsers trust" in strange.said
    nowhere = found('[map.a]\nurl = "https://nowhere.invalid/s.json"')
    assert "there is no host of that name" in nowhere.said


def test_nothing_is_said_where_no_map_is_set() -> None:
    assert list(check(load(None, {}))) == []
