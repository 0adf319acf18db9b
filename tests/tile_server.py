"""A server of maps elsewhere: real HTTP or HTTPS on a free loopback port, on a thread."""

from __future__ import annotations

import io
import json
import re
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme
from PIL import Image

# A picture of one pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d4944415478da63fccfc0500f0004850180848ca982"
    "0000000049454e44ae426082"
)
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


@dataclass
class Page:
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Access-Control-Allow-Origin": "*"})


class TileServer:
    """Serves `pages` by path; any `/tiles/z/x/y.png` is a picture. `asked` are the paths."""

    def __init__(self, pair: trustme.LeafCert | None = None) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                path = self.path.partition("?")[0]
                tile = Page(PNG) if path.startswith("/tiles/") else None
                page = outer.pages.get(path) or tile or Page(b"nothing here", 404)
                body, status, headers = page.body, page.status, dict(page.headers)
                part = _RANGE.fullmatch(self.headers.get("Range", ""))
                if part and status == 200:
                    first, last = int(part[1]), min(int(part[2]), len(body) - 1)
                    headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
                    body, status = body[first : last + 1], 206
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # it had enough

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{port}"
        if pair is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            pair.configure_cert(context)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self.url = f"https://localhost:{port}"

    def put(self, path: str, body: bytes | object, status: int = 200, **headers: str) -> str:
        """Serve this body, or this object as JSON; the address of it."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        page = Page(data, status)
        page.headers |= {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = page
        return self.url + path

    def __enter__(self) -> TileServer:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def one_coloured(colour: tuple[int, int, int]) -> bytes:
    """Return a tile of one colour (red, green, blue)."""
    file = io.BytesIO()
    Image.new("RGB", (256, 256), colour).save(file, "PNG")
    return file.getvalue()


def whole_tile(layer: str) -> bytes:
    """Return a vector tile with a layer whose one shape fills it (Mapbox Vector Tile 2)."""
    corners = bytes([9, 0, 0, 26, *_ALONG, 0, 0, *_ALONG, *_BACK, 0, 15])
    feature = bytes([0x18, 3, 0x22, len(corners)]) + corners
    name = layer.encode()
    parts = [bytes([0x78, 2, 0x0A, len(name)]), name, bytes([0x12, len(feature)]), feature]
    body = b"".join(parts) + bytes([0x28, 0x80, 0x20])
    return bytes([0x1A, len(body)]) + body


_ALONG = (0x80, 0x40)
"""4096, the side of a tile, as such a tile writes a step ahead."""
_BACK = (0xFF, 0x3F)
