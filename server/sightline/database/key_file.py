"""Keep the key that seals secrets in a file of its own, apart from the database.

The file is made when it is first needed. Functions wait for the disk: for threads.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path

from sightline.model.faults import CannotOpen
from sightline.model.sealing import KEY_BYTES, Seal

FILE = "sealing.key"
"""The name of the file in the state folder, where the settings name no other."""


class KeyFile:
    """The key in the file at ``path``, as a seal. Several servers of one database need the same."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seal: Seal | None = None

    @property
    def id(self) -> str:
        """Return the name of the key, see `Seal.id`. Raises `CannotOpen`."""
        return self._opened().id

    def seal(self, plain: bytes, purpose: str) -> str:
        """Seal a secret, see `Seal.seal`. Raises `CannotOpen`."""
        return self._opened().seal(plain, purpose)

    def open(self, sealed: str, purpose: str) -> bytes:
        """Return a sealed secret, see `Seal.open`. Raises `CannotOpen` and `CannotUnseal`."""
        return self._opened().open(sealed, purpose)

    def _opened(self) -> Seal:
        if self._seal is None:
            try:
                self._seal = Seal(self._read())
            except FileNotFoundError:
                self._make()
                self._seal = Seal(self._read())
        return self._seal

    def _read(self) -> bytes:
        try:
            with self._path.open("rb") as file:
                open_to = stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o007
                text = file.read(1000).strip()
        except FileNotFoundError:
            raise
        except OSError as why:
            raise CannotOpen(f"{self._path} cannot be read: {why.strerror}") from why
        if open_to:
            raise CannotOpen(f"{self._path} can be read by everybody: chmod 600 {self._path}")
        try:
            key = base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            key = b""
        if len(key) != KEY_BYTES:
            raise CannotOpen(f"{self._path} is damaged: it holds no key of {KEY_BYTES} bytes")
        return key

    def _make(self) -> None:
        """Make the file with a new key, unless another thread or server was quicker."""
        part = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}.part")
        text = base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n"
        try:
            made = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(made, "wb") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            try:
                os.link(part, self._path)
            except FileExistsError:
                pass
            finally:
                part.unlink()
        except OSError as why:
            raise CannotOpen(f"{self._path} cannot be made: {why.strerror}") from why
