"""Say what a page of ours may do in a browser: the Content-Security-Policy of every answer.

It names our own host alone, and those of maps that an admin chose (`sightline.maps`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# S25 of the security requirements. img-src data: is for the map's controls and friends' faces.
_OWN: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "worker-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}


def policy(further: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return the policy, with ``further`` hosts by directive."""
    more = further or {}
    return "; ".join(" ".join((name, own, *more.get(name, ()))) for name, own in _OWN.items())


class ContentPolicy:
    """The policy of now; answers that were given before keep theirs."""

    def __init__(self) -> None:
        self.header = policy().encode()

    def allow(self, further: Mapping[str, Sequence[str]]) -> None:
        """Allow these hosts from now on, in place of those before."""
        self.header = policy(further).encode("ascii")
