"""Show records of the audit log: friends by their names, where those are still known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from sightline.accounts import answers
from sightline.accounts.pseudonyms import HIDDEN_TYPES, Pseudonyms
from sightline.auth.account import (
    AuditRecord,
)

_MOST = 10_000  # accounts
_PAGE = 500  # records of the audit log in one answer

Words = Annotated[tuple[str, ...], Meta(max_length=500)]
Display = Annotated[str, Meta(max_length=64)]

_HIDDEN = re.compile(rf"(?:{'|'.join(sorted(HIDDEN_TYPES))})/~[0-9a-f]{{16}}")


def shown_records(
    records: Iterable[AuditRecord], pseudonyms: Pseudonyms, known: Iterable[str]
) -> list[answers.AuditShown]:
    """Return records as they are shown; friends by their names where those are still known."""
    records = list(records)
    hidden = any(_HIDDEN.search(f"{each.event.thing} {each.event.more}") for each in records)
    names = pseudonyms.names(known) if hidden else {}

    def named(text: str) -> str:
        return _HIDDEN.sub(lambda found: names.get(found[0], found[0]), text)

    return [
        answers.AuditShown(
            n=record.n,
            at=round(record.at, 3),
            who=record.event.who,
            address=record.event.address,
            what=record.event.what,
            thing=named(record.event.thing),
            result=record.event.result,
            more=named(record.event.more),
        )
        for record in records
    ]
