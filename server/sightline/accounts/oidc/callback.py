"""Answer browsers that come back from a provider: on to the page, with what it said after the #.

Nothing is decided here, and no cookie is looked at: the page hands it over itself, as it does with
the secret of any link (server/docs/decisions/0129-a-sign-in-elsewhere-comes-back-behind-the.md).
"""

from __future__ import annotations

from twisted.web.resource import Resource
from twisted.web.server import Request

from sightline.accounts.oidc.requests import packed


class ProviderCallback(Resource):
    """``/oidc/<name>``: where a provider sends people back to."""

    isLeaf = True

    def render_GET(self, request: Request) -> bytes:
        """Send the browser on to our page, and nowhere else."""
        name = (request.postpath or [b""])[0].decode("utf-8", "replace")[:64]
        query = {
            key.decode("latin-1"): values[0].decode("utf-8", "replace")
            for key, values in (request.args or {}).items()
            if len(values) == 1  # what comes twice is nobody's answer
        }
        request.setResponseCode(303)
        request.setHeader(b"cache-control", b"no-store")
        request.setHeader(b"location", b"../#oidc=" + packed(name, query).encode())
        return b""
