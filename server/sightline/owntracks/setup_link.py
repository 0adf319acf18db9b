"""Write the link that sets a phone up: ``owntracks:///config?inline=<base64 of its
configuration>``.

The link holds the phone's token. It is shown once, to the account that asked for it.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from urllib.parse import quote, urlsplit

import msgspec

from sightline.web.reach import reach

Mode = Literal["mqtt", "http"]
_HTTP, _MQTT = 3, 0  # as the apps number their modes


class CannotSetUp(Exception):
    """There is not enough known to set a phone up so; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class SetUpTarget:
    """The addresses under which phones reach us: ``url`` of the pages, ``mqtt`` of the broker;
    empty: unknown.
    """

    url: str
    mqtt: str


class TargetPort(Protocol):
    """The addresses under which phones reach us, as they are now."""

    @property
    def url(self) -> str:
        """Return the address of the pages; empty: unknown."""

    @property
    def mqtt(self) -> str:
        """Return the address of the broker; empty: unknown."""


def offers_mqtt(mqtt: str) -> bool:
    """Tell whether phones reach the broker from everywhere, without telling others what they say.

    ``mqtt`` is its address as phones are told.
    """
    return urlsplit(mqtt).scheme == "mqtts" and reach(mqtt) != "machine"


def link(
    device: str, mode: Mode, place: SetUpTarget, token: str, tid: str, secret: str | None = None
) -> str:
    """Return the link for ``user/device``. ``secret``: the phone is to encrypt with it.

    Raises `CannotSetUp`.
    """
    said = configuration(device, mode, place, token, tid, secret)
    inline = b64encode(msgspec.json.encode(said)).decode()
    return f"owntracks:///config?inline={quote(inline, safe='')}"


def configuration(
    device: str, mode: Mode, place: SetUpTarget, token: str, tid: str, secret: str | None = None
) -> dict[str, Any]:
    """Tell what the phone is told, in the words of OwnTracks."""
    user, _, name = device.partition("/")
    said: dict[str, Any] = {
        "_type": "configuration",
        "deviceId": name,
        "tid": tid,
        "auth": True,
        "username": user,
        "cmd": True,
        "remoteConfiguration": True,
        "allowRemoteLocation": True,
        "extendedData": True,
        "monitoring": 1,
    }
    if secret is not None:
        said["encryptionKey"] = secret
    if mode == "http":
        said |= {"mode": _HTTP, "url": f"{base_of(place.url)}/pub", "password": token}
        return said
    where = urlsplit(place.mqtt)
    if not where.hostname:
        raise CannotSetUp("it is not known at which address phones reach the broker")
    tls = where.scheme == "mqtts"
    # The broker's password is not ours to know: the app asks for it.
    return said | {
        "mode": _MQTT,
        "host": where.hostname,
        "port": where.port or (8883 if tls else 1883),
        "tls": tls,
        "clientId": f"{user}-{name}",
        "pubTopicBase": f"owntracks/{device}",
        "pubQos": 1,
        "subQos": 1,
        "pubRetain": True,
        "cleanSession": False,
    }


def base_of(url: str) -> str:
    """Return an address of pages without the slash at its end. Raises `CannotSetUp`."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotSetUp("it is not known at which address phones reach this server")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
