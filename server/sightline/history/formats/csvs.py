"""Write the table: one line for each fix, the columns told beforehand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from sightline.history.formats.fix import FIELDS, Fix, number, value
from sightline.model.text import harmless_cell


class Csv:
    """CSV as in RFC 4180, in UTF-8."""

    def __init__(self, fields: Sequence[str] = ()) -> None:
        self._fields = tuple(fields) or FIELDS

    def begin(self) -> bytes:
        """Return the names of the columns."""
        return _lines([list(self._fields)])

    def some(self, fixes: Iterable[Fix]) -> bytes:
        """Return the next lines."""
        return _lines([_cell(value(fix, field)) for field in self._fields] for fix in fixes)

    def end(self) -> bytes:
        """Write nothing: a table has no end."""
        return b""


def _lines(rows: Iterable[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def _cell(found: object) -> str:
    if found is None:
        return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    if number(found) is not None:
        return str(found)
    text = "; ".join(map(str, found)) if isinstance(found, list | tuple) else str(found)
    return harmless_cell(text)
