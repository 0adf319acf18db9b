"""Decide which heads of requests are taken at all, and how the others are answered. Pure.

Stricter than the parser: one Host (RFC 9112 §3.2), no transfer coding but chunked (§6.1), a
Content-Length that can be meant, methods that something here answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sightline.web.refusal import Refusal

_METHODS = frozenset((b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"))
_UNSUPPORTED = frozenset((b"TRACE", b"CONNECT"))
# A name, an IPv4 or a bracketed IPv6 address, and a port (RFC 3986 §3.2); no user, no path.
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(?::[0-9]{0,5})?\Z")
_DIGITS = 15  # of a length


BAD_REQUEST = Refusal(400, b"Bad Request", b"This is not a request that can be understood.\n")
TOO_LARGE = Refusal(413, b"Content Too Large", b"This is too large.\n")
TOO_LONG = Refusal(
    431, b"Request Header Fields Too Large", b"The head of the request is too long.\n"
)
TOO_SLOW = Refusal(408, b"Request Timeout", b"The request took too long to come.\n")
_HOSTS = Refusal(400, b"Bad Request", b"A request names one host.\n")
_TARGET = Refusal(400, b"Bad Request", b"A request names a path.\n")
_CODING = Refusal(501, b"Not Implemented", b"Bodies may be chunked, and nothing else.\n")
_METHOD = Refusal(
    405,
    b"Method Not Allowed",
    b"This cannot be done here.\n",
    ((b"allow", b"GET, HEAD, POST, PUT, PATCH, DELETE"),),
)
_UNKNOWN = Refusal(501, b"Not Implemented", b"There is no such method here.\n")
_RETRY = ((b"retry-after", b"1"),)
_TOO_MANY = b"Too many requests. Try again in a second.\n"
# An iPhone lets go of what it posted at any 4xx: for these it is not to blame.
POST_TOO_MANY = Refusal(503, b"Service Unavailable", _TOO_MANY, _RETRY)
POST_TOO_SLOW = Refusal(503, b"Service Unavailable", TOO_SLOW.words, _RETRY)
OVER_BUDGET = {
    "requests": Refusal(429, b"Too Many Requests", _TOO_MANY, _RETRY),
    "connections": Refusal(503, b"Service Unavailable", b"Too many requests at once.\n", _RETRY),
    "unsent": Refusal(503, b"Service Unavailable", b"Too much is on its way already.\n", _RETRY),
    "bodies": Refusal(503, b"Service Unavailable", b"Too much is on its way already.\n", _RETRY),
}


def over_budget(exceeded: str, *, post: bool) -> Refusal:
    """Return the answer where this is used up; ``post``: to what a phone posts."""
    found = OVER_BUDGET[exceeded]
    return POST_TOO_MANY if post and found.status < 500 else found


def too_slow(*, post: bool) -> Refusal:
    """Return the answer to a request that took too long; ``post``: one by which a phone posts."""
    return POST_TOO_SLOW if post else TOO_SLOW


def refusal(
    method: bytes,
    target: bytes,
    version: bytes,
    hosts: Sequence[bytes],
    codings: Sequence[bytes],
) -> Refusal | None:
    """Tell why a request with this first line and these headers is refused; None if it is not.

    ``hosts`` and ``codings`` are all values of Host and Transfer-Encoding.
    """
    if method not in _METHODS:
        return _METHOD if method in _UNSUPPORTED else _UNKNOWN
    if target == b"*":
        return _METHOD
    if not target.startswith((b"/", b"http://", b"https://")):
        return _TARGET
    if len(hosts) > 1 or (not hosts and version == b"HTTP/1.1"):
        return _HOSTS
    if hosts and not _HOST.match(hosts[0]):
        return _HOSTS
    if codings and (
        version != b"HTTP/1.1" or [coding.lower() for coding in codings] != [b"chunked"]
    ):
        return _CODING
    return None


def length_refusal(text: bytes) -> Refusal | None:
    """Tell why a Content-Length of this text is refused; None if it is a number."""
    if not text.isdigit():
        return BAD_REQUEST
    return TOO_LARGE if len(text.lstrip(b"0")) > _DIGITS else None
