"""Say why a broker connection failed, in words for the operator."""

from __future__ import annotations

import socket
import ssl

from sightline.model.text import clean
from sightline.mqtt.options import BrokerOptions

_NAMES = {"3.1": "MQTT 3.1", "3.1.1": "MQTT 3.1.1", "5": "MQTT 5"}


class CannotConnect(Exception):
    """No connection to the broker; the text says why, for people."""


def cannot_connect(error: Exception, options: BrokerOptions) -> str:
    """Tell what went wrong before the broker could answer."""
    address = options.address
    match error:
        case CannotConnect():
            return str(error)
        case socket.gaierror():
            return f"cannot find the host {options.host} ({_words(error)})"
        case UnicodeError():
            return f"{options.host} is not a host name"
        case ssl.SSLCertVerificationError():
            return f"the broker's certificate is not trusted: {_words(error)}"
        case ssl.SSLError():
            return f"TLS with {address} failed: {_words(error)}"
        case ConnectionRefusedError():
            return f"nothing answers at {address} (connection refused)"
        case TimeoutError():
            return f"no answer from {address} within {options.connect_timeout:g} s"
        case ConnectionError() if options.transport == "websockets":
            return f"{address}{options.ws_path} speaks no MQTT over websockets: {_words(error)}"
        case _:
            return f"cannot connect to {address}: {_words(error)}"


def refused(reason: str, options: BrokerOptions) -> str:
    """Return the broker's own refusal; ``reason`` is the name of the CONNACK code."""
    match reason:
        case "Bad user name or password" | "Not authorized":
            who = f"user {options.user}" if options.user else "clients without a user"
            return f"the broker refuses {who}: {reason.lower()}; check user and password"
        case "Unsupported protocol version":
            return f"the broker does not speak {_NAMES[options.protocol]}; try another protocol"
        case "Client identifier not valid":
            return f"the broker refuses the client id {clean(options.client_id)!r}"
        case _:
            return f"the broker refuses the connection: {clean(reason).lower()}"


def speaks_not(options: BrokerOptions) -> str:
    """Say that the broker's answer made no sense, or was a refusal of the protocol itself."""
    return (
        f"no sensible answer: is {options.address} a broker, and does it speak"
        f" {_NAMES[options.protocol]}?"
    )


def not_subscribed(filters: list[str]) -> str:
    """Say that the broker refused these filters."""
    shown = ", ".join(filters[:3])
    more = f" and {len(filters) - 3} more" if len(filters) > 3 else ""
    return f"not allowed to subscribe {shown}{more}"


def flapping(times: int, seconds: float, options: BrokerOptions) -> str:
    """Say that connections are lost again and again: most likely two clients share one client
    id.
    """
    return (
        f"connected and lost {times} times within {seconds:.0f} s: is another client using the"
        f" client id {clean(options.client_id)!r}?"
    )


def contested(options: BrokerOptions) -> str:
    """Say that another client uses our id: if one of the two drives, the other may come in
    between.
    """
    return (
        f"another client uses our client id {clean(options.client_id)!r} at the broker"
        f" {options.name}: nobody drives there until it has been gone for two minutes"
    )


def _words(error: Exception) -> str:
    """Return the system's own words for an error, without its numbers."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return clean(error.verify_message, 200)
    if isinstance(error, ssl.SSLError) and error.reason:
        return clean(error.reason.replace("_", " ").lower())
    if isinstance(error, OSError) and error.strerror:
        return clean(error.strerror)
    return clean(str(error), 200) or type(error).__name__
