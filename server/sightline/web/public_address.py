"""Judge and keep the address under which people and phones reach us. Pure.

The settings' file wins. Without a word of it an admin chooses the address on the page. A chosen
address is believed for links and origins, and not for cookies: a slip of the finger in it must not
sign the admin out who made it (see `sightline.web.request_context`).
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

_LONGEST = 300


class BadAddress(ValueError):
    """A text is no address of pages; the message says what it must be."""


class PublicAddress:
    """The address under which we are reached. ``settled`` is what the settings say (empty:
    nothing), ``chosen`` tells what an admin chose.
    """

    def __init__(self, settled: str = "", chosen: Callable[[], str] = lambda: "") -> None:
        self.settled = settled
        self._chosen = chosen

    @property
    def url(self) -> str:
        """Return the address; empty when it is not known."""
        return self.settled or self._chosen()

    @property
    def origin(self) -> str:
        """Return the web origin of a chosen address; empty without one."""
        chosen = "" if self.settled else self._chosen()
        parts = urlsplit(chosen)
        return f"{parts.scheme}://{parts.netloc}" if chosen else ""


def checked(text: str) -> str:
    """Return an address as it is kept, without a slash at its end. Raises `BadAddress`."""
    address = text.strip()
    if not address:
        return ""
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise BadAddress("The number after the colon is no port.") from None
    if len(address) > _LONGEST or not address.isprintable() or " " in address:
        raise BadAddress("An address has no spaces and at most 300 letters.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadAddress("An address begins with https:// or http:// and has a name after it.")
    if parts.username is not None or parts.query or parts.fragment:
        raise BadAddress("An address has no password, no ? and no # in it.")
    if port == 0:
        raise BadAddress("The number after the colon is no port.")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"
