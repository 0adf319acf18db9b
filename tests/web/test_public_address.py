"""The settings' file wins; what an admin chose counts for links and origins, not for cookies."""

from __future__ import annotations

from typing import Any

import pytest

from sightline.web.public_address import BadAddress, PublicAddress, checked
from sightline.web.request_context import RequestContext


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://map.example.org/", "https://map.example.org"),
        (" HTTPS://Map.Example.org:8443/a/b/ ", "https://map.example.org:8443/a/b"),
        ("map.example.org", "https://map.example.org"),
        ("http://192.168.1.5:8080", "http://192.168.1.5:8080"),
        ("http://[fd00::1]:8080/", "http://[fd00::1]:8080"),
        ("", ""),
    ],
)
def test_an_address_is_kept_without_a_slash_at_its_end(typed, kept):
    assert checked(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("ftp://x.org", "javascript://x", "https://", "https://a b.org", "https://x.org:99999"),
        *("https://x.org:0", "https://me:pw@x.org", "https://x.org/?a", "https://x.org/#a"),
        *("https://x.org/" + "a" * 300, "https://x.org/\u202e"),
    ],
)
def test_what_is_no_address_of_pages_is_refused_in_words(typed):
    with pytest.raises(BadAddress, match=r"\.$"):
        checked(typed)


def test_the_settings_win_over_what_was_chosen():
    address = PublicAddress("https://a.example", lambda: "https://b.example")
    assert (address.url, address.origin) == ("https://a.example", "")


class Request:
    """As much of a request as names a host and the page that asks."""

    def __init__(self, host: str, origin: str) -> None:
        self._headers = {b"host": host.encode(), b"origin": origin.encode()}
        self.requestHeaders = self

    def getRawHeaders(self, name: bytes, default: list[bytes]) -> list[bytes]:
        return [self._headers[name]] if name in self._headers else default

    def getHeader(self, name: bytes) -> bytes | None:
        return self._headers.get(name)

    def isSecure(self) -> bool:
        return False

    def getClientAddress(self) -> Any:
        return None


def test_a_chosen_name_is_believed_as_soon_as_it_is_chosen_and_no_other():
    chosen = ""
    context = RequestContext(None, public=PublicAddress("", lambda: chosen))  # type: ignore[arg-type]
    page: Any = Request("map.lan:8080", "http://map.lan:8080")
    other: Any = Request("evil.lan:8080", "http://evil.lan:8080")
    assert not context.may_open(page)
    assert context.base(page) == "http://map.lan:8080"
    chosen = "http://map.lan:8080"
    assert context.may_open(page)
    assert context.same_site(page)
    assert not context.may_open(other)
    assert context.base(other) == "http://map.lan:8080"


def test_https_in_a_chosen_address_by_mistake_signs_nobody_out():
    mistaken = PublicAddress("", lambda: "https://192.168.1.5:8080")
    page: Any = Request("192.168.1.5:8080", "http://192.168.1.5:8080")
    context = RequestContext(None, public=mistaken)  # type: ignore[arg-type]
    assert not context.secure(page)  # else its cookie would have another name from now on
    assert context.may_open(page)
