"""Add the options of subcommands that talk to a broker: its address, and who we are there."""

from __future__ import annotations

import argparse
import os


def add_broker(parser: argparse.ArgumentParser) -> None:
    """Give a subcommand ``--broker``, ``--user`` and ``--password-env``."""
    parser.add_argument(
        "--broker",
        type=address,
        default=("127.0.0.1", 1883),
        metavar="HOST[:PORT]",
        help="where to publish (127.0.0.1:1883)",
    )
    parser.add_argument("--user", default="", help="user at the broker")
    parser.add_argument(
        "--password-env", default="", metavar="NAME", help="environment variable with the password"
    )


def password(variable: str) -> str:
    """Return the password in this environment variable; empty when none is named.

    Raises `KeyError`.
    """
    if not variable:
        return ""
    if variable not in os.environ:
        raise KeyError(f"--password-env: the environment variable {variable} is not set")
    return os.environ[variable]


def address(text: str) -> tuple[str, int]:
    """Parse ``HOST`` or ``HOST:PORT``. Raises `argparse.ArgumentTypeError`."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, "1883"
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"must be HOST or HOST:PORT (is {text!r})")
    return host, int(port)
