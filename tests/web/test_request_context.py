"""One base address: links lead below the path of server.public_url.

Covers web/reach.py.
"""

from __future__ import annotations

from typing import Any

import pytest

from sightline.web.reach import reach
from sightline.web.request_context import RequestContext


class Request:
    """As much of a request as names a host."""

    def isSecure(self) -> bool:
        return False

    def getClientAddress(self) -> Any:
        return None

    def getHeader(self, name: bytes) -> bytes | None:
        return b"10.0.0.7:8080" if name == b"host" else None


@pytest.mark.parametrize(
    ("public", "base"),
    [
        ("", "http://10.0.0.7:8080"),
        ("https://map.example.org", "https://map.example.org"),
        ("https://map.example.org/", "https://map.example.org"),
        ("https://example.org/below/map/", "https://example.org/below/map"),
        ("https://example.org:8443/map", "https://example.org:8443/map"),
    ],
)
def test_the_base_of_links_keeps_the_path_of_the_public_address(public: str, base: str) -> None:
    nobody: Any = None
    request: Any = Request()
    assert RequestContext(nobody, public_url=public).base(request) == base


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("http://127.0.0.1:8080/#share=x", "machine"),
        ("http://localhost/#share=x", "machine"),
        ("http://10.0.0.7:8080/#share=x", "network"),
        ("http://nas.local/#share=x", "network"),
        ("https://map.example.org/#share=x", "anywhere"),
    ],
)
def test_from_where_an_address_can_be_reached(url: str, where: str) -> None:
    assert reach(url) == where
