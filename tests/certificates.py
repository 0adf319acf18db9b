"""Certificates of our own for tests, written where a server looks for them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme


class Authority:
    """Issues certificates for this machine."""

    def __init__(self) -> None:
        self._ca = trustme.CA()
        self.pem = self._ca.cert_pem.bytes()

    def issue(self, folder: Path, *, days: float = 90) -> trustme.LeafCert:
        """A new pair in ``folder``: cert.pem and key.pem, each replaced at once."""
        now = datetime.now(UTC)
        pair = self._ca.issue_cert(
            "127.0.0.1",
            "localhost",
            not_before=now - timedelta(days=365),
            not_after=now + timedelta(days=days),
        )
        replace(folder / "cert.pem", b"".join(blob.bytes() for blob in pair.cert_chain_pems))
        replace(folder / "key.pem", pair.private_key_pem.bytes())
        return pair


def replace(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write ``path`` so that nobody sees half of it."""
    new = path.with_name(path.name + ".new")
    new.write_bytes(data)
    new.chmod(mode)
    os.replace(new, path)
