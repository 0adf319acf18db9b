"""Make the TLS context of a connection to a broker."""

from __future__ import annotations

import ssl

from sightline.mqtt import reasons
from sightline.mqtt.options import BrokerOptions


def tls_context(options: BrokerOptions) -> ssl.SSLContext:
    """Make the TLS context of the options; for each attempt, so that renewed files are noticed."""
    tls = options.tls
    assert tls is not None
    file: str | None = None
    try:
        file = tls.ca
        context = ssl.create_default_context(cafile=tls.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if tls.cert:
            file = tls.cert
            context.load_cert_chain(tls.cert, tls.key)
    except OSError as error:  # ssl.SSLError is one of them
        what = "a PEM file" if isinstance(error, ssl.SSLError) else "readable"
        raise reasons.CannotConnect(f"{file} (or its key) is not {what}") from error
    if tls.alpn:
        context.set_alpn_protocols(list(tls.alpn))
    if tls.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
