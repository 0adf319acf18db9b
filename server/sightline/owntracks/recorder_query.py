"""Read what a request of the Recorder's API asks for.

A parameter may come in a header ``X-Limit-<name>`` (which goes before all others), in the query, or
in the body of a form.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from twisted.web.server import Request

from sightline.auth.session import Visitor

_FORM = 4096  # bytes of a posted form
_FIELDS = 50  # in it


class BadQuery(Exception):
    """The query cannot be answered: status and text, as the Recorder gives them."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text


def read_form(request: Request) -> None:
    """Put the fields of a posted form behind those of the query, as the Recorder does."""
    kind = (request.getHeader(b"content-type") or b"").partition(b";")[0].strip().lower()
    if request.method != b"POST" or kind != b"application/x-www-form-urlencoded":
        return
    body = request.content.read(_FORM) if request.content else b""
    try:
        fields = parse_qsl(body, keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        return
    args = request.args or {}
    for name, value in fields:
        args.setdefault(name, []).append(value)
    request.args = args


class RecorderQuery:
    """The parameters of one request, and the scope it is answered for."""

    def __init__(self, request: Request, visitor: Visitor, address: str) -> None:
        self._request = request
        self.reader = visitor.reader(address)
        self.scope = visitor.user.scope
        self.may_look_back = visitor.looks_back

    def get(self, name: str) -> str:
        """Return a parameter; empty when it is not given."""
        header = self._request.getHeader(f"x-limit-{name}".encode())
        if header is None:
            # Of a form's fields those of the query go before.
            header = ((self._request.args or {}).get(name.encode()) or [b""])[0]
        return header.decode("utf-8", "replace")

    @property
    def fields(self) -> list[str]:
        """Return the fields that are wanted; none: all."""
        return [name for name in self.get("fields").split(",") if name]

    @property
    def limit(self) -> int | None:
        """Return the most items that are wanted."""
        text = self.get("limit")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
