"""Claims in DynamoDB: one item each in the partition ``CLAIM``, changed by conditions only.

``sk`` is the claim's name; ``h`` its holder, ``f`` fence, ``n`` beat, ``w`` for whom, ``t`` told,
``q`` wanted (JSON), ``d`` declined, ``u`` the last taking. A call whose answer was lost is asked
again, and its condition may then fail because of ourselves: by ``u`` we know our own taking.
"""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from sightline.aws.client import Item
from sightline.aws.table import Table
from sightline.cluster.locks import Lock, LockRequest

PARTITION = "CLAIM"
_PATIENCE = 0.8
"""A beat is worth nothing when it is late: asked again no longer than this (s)."""
_SAME = "h = :h AND f = :f"


class LockTable:
    """``first`` is the first fence of a claim that never was: above those of a server alone."""

    def __init__(self, table: Table, first: int) -> None:
        self._table = table
        self._first = first

    async def all(self) -> list[Lock]:
        """All claims as they are now."""
        found = self._table.query(PARTITION, consistent=True, retry_for=_PATIENCE)
        return [_claim(item) async for item in found]

    async def get(self, name: str) -> Lock | None:
        """Return one lock as it is now."""
        item = await self._table.get(_key(name), _PATIENCE)
        return None if item is None else _claim(item)

    async def take(self, was: Lock, me: str, who: str) -> Lock | None:
        """Give it to ``me`` if it still is as it ``was``; None: it is not."""
        mark = secrets.token_hex(8)
        there = "h = :h AND f = :f AND n = :n" if was.fence else "attribute_not_exists(pk)"
        values = {
            ":me": {"S": me},
            ":w": {"S": who},
            ":u": {"S": mark},
            ":g": {"N": str(was.fence + 1 if was.fence else self._first)},
            ":z": {"N": "0"},
        }
        if was.fence:
            values |= _values(was) | {":n": {"N": str(was.beat)}}
        changed = "SET h = :me, f = :g, n = :z, w = :w, u = :u REMOVE q, d, t"
        taken = await self._update(was.name, changed, there, values)
        if taken is None:
            item = await self._table.get(_key(was.name), _PATIENCE)
            if item is None or item["u"]["S"] != mark:
                return None
            taken = item
        return _claim(taken)

    async def beat(self, claim: Lock, told: str, declined: str) -> Lock | None:
        """Its holder is there; None: that is another one now."""
        values = _values(claim) | {":o": {"N": "1"}, ":t": {"S": told}, ":d": {"S": declined}}
        beaten = await self._update(claim.name, "SET t = :t, d = :d ADD n :o", _SAME, values)
        return None if beaten is None else _claim(beaten)

    async def release(self, claim: Lock) -> None:
        """Nobody holds it, if its holder still does."""
        values = _values(claim) | {":o": {"N": "1"}, ":e": {"S": ""}}
        await self._update(claim.name, "SET h = :e ADD n :o REMOVE t, d", _SAME, values)

    async def want(self, claim: Lock, want: LockRequest | None) -> bool:
        """Put a wish down with whoever holds it (None: take it back); False: another does."""
        values = _values(claim)
        if want is None:
            changed = "REMOVE q"
        else:
            changed = "SET q = :q"
            values |= {":q": {"S": msgspec.json.encode(want).decode()}}
        return await self._update(claim.name, changed, _SAME, values) is not None

    async def _update(self, name: str, changed: str, there: str, values: Item) -> Item | None:
        return await self._table.update(_key(name), changed, there, values, _PATIENCE)


def _key(name: str) -> Item:
    return {"pk": {"S": PARTITION}, "sk": {"S": name}}


def _values(claim: Lock) -> dict[str, Any]:
    return {":h": {"S": claim.holder}, ":f": {"N": str(claim.fence)}}


def _claim(item: Item) -> Lock:
    def text(key: str) -> str:
        found: str = item.get(key, {}).get("S", "")
        return found

    wanted = text("q")
    return Lock(
        name=item["sk"]["S"],
        holder=text("h"),
        fence=int(item["f"]["N"]),
        beat=int(item["n"]["N"]),
        who=text("w"),
        told=text("t"),
        wanted=msgspec.json.decode(wanted, type=LockRequest) if wanted else None,
        declined=text("d"),
    )
