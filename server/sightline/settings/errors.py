"""The one error of the settings, and values as it quotes them."""

from __future__ import annotations


class BadSettings(Exception):
    """The settings cannot be used; the message says where and what is allowed."""


def shown(value: object) -> str:
    """Write a value as it stands in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    return str(value)
