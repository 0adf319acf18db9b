"""Make text from outside fit to be shown."""

from __future__ import annotations

import re

# Controls, bidi overrides and lone surrogates: they can hide or reorder what a person reads.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Also the wide forms, which some spreadsheets take for the others; and what they skip before one.
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def clean(text: str, limit: int = 128) -> str:
    """Replace the unfit characters of ``text`` by U+FFFD, and cut it to ``limit`` characters."""
    return _UNFIT.sub("\ufffd", text[:limit])


def harmless_cell(text: str) -> str:
    """Return a text for a table so that no spreadsheet takes it for a formula."""
    text = text.replace("\0", "\ufffd")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
