"""Keep our client ids at each broker: random, lasting, known to nobody else.

MQTT lets anybody who signs in with a client's id throw that client out, and a clean session takes
what the broker kept for it along. So the ids must not be guessed. They come from a secret for each
broker in ``clients.json`` of the state folder, readable by its owner only.

Where the settings name a ``client_id`` it is used, and the others are made from it as the
documents say. AWS IoT lets in an id only with the certificate it belongs to, and its policy names
it: there the ids stay as they were, too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sightline.mqtt.options import is_aws_iot
from sightline.settings import BrokerSettings

FILE = "clients.json"
_RANDOM = 20  # characters of 5 bits; MQTT 3.1 allows 23 in all
_LONGEST_31 = 23


@dataclass(frozen=True, slots=True)
class ClientIds:
    """The client ids of our connections at one broker.

    ``former`` is the id that an earlier version came by, whose session may still hold messages;
    empty: none.
    """

    bridge: str
    console: str
    live: str
    former: str = ""


class _Entry(msgspec.Struct, omit_defaults=True):
    secret: str
    former: str = ""


class ClientIdStore:
    """The file with the secrets. Raises OSError where the folder cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / FILE
        # Somebody was here before: an earlier version, which had no such file.
        self._upgraded = not self._path.exists() and folder.is_dir() and any(folder.iterdir())
        self._entries = self._read()

    def of(self, name: str, broker: BrokerSettings | None = None) -> ClientIds:
        """Return the ids for the broker of this name; without ``broker`` it is the private one."""
        if broker is not None and (broker.named or _is_aws(broker)):
            return _from_settings(broker)
        entry = self._entries.get(name)
        if entry is None:
            former = broker.client_id if broker is not None else "sightline"
            entry = _Entry(secrets.token_hex(32), former if self._upgraded else "")
            self._entries[name] = entry
            self._write()
        bridge, console, live = (
            _derived(entry.secret, role) for role in ("bridge", "console", "live")
        )
        return ClientIds(bridge, console, live, entry.former)

    def drained(self, name: str) -> None:
        """Note that nothing of ours is left in the session of the former id."""
        entry = self._entries.get(name)
        if entry is not None and entry.former:
            entry.former = ""
            self._write()

    def _read(self) -> dict[str, _Entry]:
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        if stat.S_IMODE(self._path.stat().st_mode) != 0o600:
            self._path.chmod(0o600)
        try:
            return msgspec.json.decode(data, type=dict[str, _Entry])
        except msgspec.DecodeError as why:
            raise OSError(
                f"{self._path} is damaged ({why}); remove it: new client ids are made, and what"
                " the broker keeps for the old ones is lost"
            ) from None

    def _write(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(self._entries)))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


def _from_settings(broker: BrokerSettings) -> ClientIds:
    longest = _LONGEST_31 if broker.protocol == "3.1" else 256
    base = broker.client_id
    console, live = (f"{base[: longest - len(end)]}{end}" for end in ("-console", "-live"))
    return ClientIds(base, console, live)


def _derived(secret: str, role: str) -> str:
    digest = hmac.new(secret.encode(), role.encode(), hashlib.sha256).digest()
    return "sl-" + base64.b32encode(digest).decode().lower()[:_RANDOM]


def _is_aws(broker: BrokerSettings) -> bool:
    return broker.profile == "aws" or is_aws_iot(broker.host, broker.tls_alpn)
