"""Serve the built page: exactly the files that lay in its folder at start, and nothing else.

No path of a request ever reaches the file system, so there are no listings, links, dotfiles or
``..`` to think about. Files come with their compressed siblings (``.br``, ``.gz``), strong
validators, and ranges, which the map's tile archive needs.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from twisted.web import http
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from sightline.web.byte_ranges import part_of

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".pmtiles": "application/vnd.pmtiles",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_CODINGS = {"br": ".br", "gzip": ".gz"}


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of one file in one content coding, and their validator."""

    data: bytes
    etag: bytes


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the page in every coding it lies there in; ``""`` is the file itself."""

    type: str
    cache: str
    bodies: dict[str, Body] = field(repr=False)

    def best(self, accepted: str) -> tuple[str, Body]:
        """Return the smallest coding that an ``Accept-Encoding`` header allows."""
        wanted = set(_accepted(accepted))
        for coding in _CODINGS:
            if coding in self.bodies and coding in wanted:
                return coding, self.bodies[coding]
        return "", self.bodies[""]


def _accepted(header: str) -> Iterator[str]:
    for item in header.lower().split(","):
        coding, _, weight = item.partition(";")
        if not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight):
            yield coding.strip()


_WORKER = re.compile(r"[.-]worker[.-]")


def _cache(path: str) -> str:
    if _WORKER.search(path):
        # A worker may ask the hosts that its own file's answer names: a kept one would not know
        # of those that an admin chose since. Browsers take the headers of "not modified".
        return "no-cache"
    if path.startswith("assets/"):
        return "public, max-age=31536000, immutable"  # Vite puts a hash into the name
    if path.endswith(".pmtiles"):
        return "no-store"  # Chromium's cache fails on concurrent ranges of one file
    return "no-cache"


def _body(path: Path) -> Body:
    data = path.read_bytes()
    return Body(data, b'"%b"' % hashlib.sha256(data).hexdigest()[:32].encode())


def load(root: Path) -> dict[str, Asset]:
    """Return every asset below ``root`` by its path.

    Links, dotfiles and bare siblings are left out.
    """
    assets = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file() or path.suffix in _CODINGS.values():
            continue
        if any(part.startswith(".") for part in name.split("/")):
            continue
        bodies = {"": _body(path)}
        for coding, suffix in _CODINGS.items():
            sibling = path.with_name(path.name + suffix)
            if sibling.is_file():
                bodies[coding] = _body(sibling)
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
        assets[name] = Asset(kind or "application/octet-stream", _cache(name), bodies)
    return assets


class PageResource(Resource):
    """Serve the assets; a folder (``/``, ``/docs/``) is its ``index.html``."""

    isLeaf = True

    def __init__(self, assets: dict[str, Asset]) -> None:
        super().__init__()
        self._assets = assets

    def render_GET(self, request: Request) -> bytes | int:
        """Return the asset, a part of it, or that the browser has it already."""
        path = "/".join(part.decode("latin-1") for part in request.postpath or ())
        asset = self._assets.get(f"{path}index.html" if path.endswith("/") or not path else path)
        if asset is None and f"{path}/index.html" in self._assets:
            # With the slash, or the links of that page would lead beside it.
            request.redirect(f"/{path}/".encode())
            return b""
        if asset is None:
            request.setResponseCode(404)
            request.setHeader(b"content-type", b"text/plain; charset=utf-8")
            return b"There is nothing here.\n"
        partial = request.getHeader(b"range")
        accepted = (
            "" if partial else (request.getHeader(b"accept-encoding") or b"").decode("latin-1")
        )
        coding, body = asset.best(accepted)
        request.setHeader(b"content-type", asset.type.encode())
        request.setHeader(b"cache-control", asset.cache.encode())
        request.setHeader(b"accept-ranges", b"bytes")
        if len(asset.bodies) > 1:
            request.setHeader(b"vary", b"accept-encoding")
        if request.setETag(body.etag) is http.CACHED:
            return b""
        if coding:
            request.setHeader(b"content-encoding", coding.encode())
        data = memoryview(body.data)
        if partial:
            data = self._part(request, partial, data)
        request.setHeader(b"content-length", b"%d" % len(data))
        if request.method != b"HEAD":
            # Of the bytes that all share: never copied whole, sent as the other side takes them.
            request.write(data)
        request.finish()
        return NOT_DONE_YET

    def _part(self, request: Request, wanted: bytes, data: memoryview) -> memoryview:
        """Return the range asked for (RFC 9110 §14): one of bytes; any other form gets the
        whole.
        """
        part, size = part_of(wanted, len(data)), len(data)
        if part is None:
            return data
        if not part:
            request.setResponseCode(http.REQUESTED_RANGE_NOT_SATISFIABLE)
            request.setHeader(b"content-range", b"bytes */%d" % size)
            return data[:0]
        request.setResponseCode(http.PARTIAL_CONTENT)
        request.setHeader(b"content-range", b"bytes %d-%d/%d" % (part.start, part.stop - 1, size))
        return data[part.start : part.stop]
