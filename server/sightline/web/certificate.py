"""Read a certificate and its key from files into what TLS handshakes need.

Whatever is wrong with them is one error with a sentence for the operator; nothing of the key is in
it. Reading takes some ms and is done on a thread; what was read is used by the reactor only.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from zope.interface import implementer

# TLS 1.2: forward secrecy and authenticated encryption only (Mozilla's "intermediate" without the
# oldest of it). The suites of TLS 1.3 are all good.
_CIPHERS = b"ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!DSS"
_MOST = 1_000_000  # bytes of a file


class BadCertificate(Exception):
    """The files cannot be used; the message says why, for the operator."""


@dataclass(frozen=True, slots=True)
class Served:
    """A certificate that handshakes can use. Times in epoch s."""

    context: SSL.Context
    names: tuple[str, ...]
    issuer: str
    begins: float
    expires: float


def _context() -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_cipher_list(_CIPHERS)
    context.set_options(
        SSL.OP_NO_COMPRESSION | SSL.OP_CIPHER_SERVER_PREFERENCE | SSL.OP_NO_RENEGOTIATION
    )
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    return context


def read(certificate: Path, key: Path) -> Served:
    """Tell what the two files hold. Raises `BadCertificate`."""
    chain = _chain(_bytes(certificate, "certificate", secret=False))
    context = _context()
    try:
        private = load_pem_private_key(_bytes(key, "key", secret=True), None)
    except TypeError:
        raise BadCertificate("the key is encrypted; it must be without a passphrase") from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadCertificate("the key's file holds no key that can be read (PEM)") from None
    try:
        context.use_certificate(chain[0])
        for further in chain[1:]:
            context.add_extra_chain_cert(further)
        context.use_privatekey(private)  # type: ignore[arg-type]  # of another sort: SSL.Error
        context.check_privatekey()
    except (SSL.Error, TypeError):
        raise BadCertificate("the key does not belong to the certificate") from None
    first = chain[0]
    return Served(
        context,
        _names(first),
        _one_line(first.issuer.rfc4514_string()),
        first.not_valid_before_utc.timestamp(),
        first.not_valid_after_utc.timestamp(),
    )


def _bytes(path: Path, what: str, *, secret: bool) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_MOST + 1)
    except OSError as why:
        raise BadCertificate(f"the {what}'s file cannot be read: {why.strerror}") from None
    if secret and mode & stat.S_IROTH:
        raise BadCertificate(f"the {what}'s file can be read by everybody on this machine")
    if len(data) > _MOST:
        raise BadCertificate(f"the {what}'s file is too large")
    return data


def _chain(data: bytes) -> list[x509.Certificate]:
    # Anybody who is cut off in the middle of a certificate would pass with those before it.
    if data.count(b"-----BEGIN CERTIFICATE-----") != data.count(b"-----END CERTIFICATE-----"):
        raise BadCertificate("the certificate's file ends in the middle")
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError:
        raise BadCertificate("the certificate's file holds no certificate (PEM)") from None


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return ()
    names = found.value.get_values_for_type(x509.DNSName)
    addresses = found.value.get_values_for_type(x509.IPAddress)
    return tuple(_one_line(str(name)) for name in (*names, *addresses))[:20]


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:200]


class Encrypted(TLSMemoryBIOFactory):
    """TLS around a site, which may turn connections away."""

    noisy = False

    def buildProtocol(self, addr: Any) -> Any:
        """Make TLS for the connections that the site lets in."""
        inner = self.wrappedFactory.buildProtocol(addr)
        return None if inner is None else self.protocol(self, inner)


@implementer(IOpenSSLServerConnectionCreator)
class Handshakes:
    """The certificate of new connections; standing ones keep the one they began with."""

    def __init__(self) -> None:
        # Without a certificate a handshake fails: "no shared cipher".
        self._context = _context()

    def use(self, served: Served) -> None:
        """Use this certificate from now on."""
        self._context = served.context

    def serverConnectionForTLS(self, protocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Make TLS for a connection that has just come."""
        return SSL.Connection(self._context, None)
