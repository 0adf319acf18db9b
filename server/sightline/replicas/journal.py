"""A journal in a DynamoDB table.

    pk                    sk                           what
    -------------------   --------------------------   ------------------------------------------
    J#<name>              <number>                     an entry: b body, o whose writing it was
    J#<name>              head                         i the journal's id; its image: n number,
                                                       p parts, o whose writing it was
    J#<name>#image        <number>#<writing>#<part>    a part of an image: b bytes

Numbers have 16 digits, so that text sorts as they do, and the head comes last: one question gives
both what is new and whether something is gone.

An entry is written by a transaction: if there is none with its number, and the head is of the same
journal and before it. So whoever slept while the entries were dropped cannot write a number anew.
What was asked may be asked again, since answers get lost: who finds an entry where theirs should
be sees by ``o`` whether it is theirs.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.threads import blockingCallFromThread

from sightline.aws.client import AwsDenied
from sightline.aws.table import Table
from sightline.journal.entries import JournalNews, Whole
from sightline.model.faults import Unavailable

PART = 300_000
"""Bytes of one part of an image: an item has room for 400 KB."""
_MOST = 200  # entries told at once
_HEAD = "head"
_LAST = "9" * 16
_TRIES = 5  # to read an image before it is replaced by the next
_SAME = "i = :i AND n < :n"

Item = dict[str, Any]
T = TypeVar("T")


class DynamoJournal:
    """The journal ``name`` in a table. To be used by threads that are not the reactor's."""

    def __init__(self, reactor: Any, table: Table, name: str) -> None:
        self._reactor = reactor
        self._table = table
        self._pk = f"J#{name}"
        self._images = f"J#{name}#image"

    def _wait(self, work: Coroutine[Deferred[Any], Any, T]) -> T:
        def start() -> Any:
            return Deferred.fromCoroutine(work)

        try:
            found: T = blockingCallFromThread(self._reactor, start)
        except AwsDenied as why:
            raise Unavailable(f"DynamoDB: {why}") from why
        return found

    # -- reading

    def look(self, number: int) -> JournalNews:
        """What came after that number."""
        return self._wait(self._look(number))

    async def _look(self, number: int) -> JournalNews:
        entries: list[tuple[int, bytes]] = []
        head = None
        async for item in self._table.query(
            self._pk, _number(number + 1), _HEAD, page=_MOST, consistent=True
        ):
            if item["sk"]["S"] == _HEAD:
                head = item
                break
            entries.append((int(item["sk"]["S"]), _bytes(item["b"])))
            if len(entries) >= _MOST:
                head = await self._table.get(self._head)
                break
        if head is None:
            return JournalNews(None)
        return JournalNews(head["i"]["S"], int(head["n"]["N"]), entries)

    def whole(self) -> Whole | None:
        """Return the newest image; None: there is no journal yet."""
        return self._wait(self._whole())

    async def _whole(self) -> Whole | None:
        for _ in range(_TRIES):
            head = await self._table.get(self._head)
            if head is None:
                return None
            number, part = int(head["n"]["N"]), _part(int(head["n"]["N"]), head["o"]["S"])
            parts = [
                _bytes(item["b"])
                async for item in self._table.query(
                    self._images, part, f"{part}~", page=3, consistent=True
                )
            ]
            if len(parts) == int(head["p"]["N"]):
                return Whole(head["i"]["S"], number, b"".join(parts))
        raise Unavailable("the image of the journal is replaced all the time, or is not whole")

    @property
    def _head(self) -> Item:
        return _key(self._pk, _HEAD)

    # -- writing

    def begin(self, data: bytes) -> bool:
        """The first image, if there is no journal yet."""
        return self._wait(self._begin(data))

    async def _begin(self, data: bytes) -> bool:
        writing = secrets.token_hex(16)
        head = self._head | await self._write(0, writing, data)
        head["i"] = {"S": secrets.token_hex(16)}
        if await self._table.create(head) or await self._is_ours(self._head, writing):
            return True
        await self._drop_parts(0, only=writing)
        return False

    def append(self, id: str, number: int, body: bytes) -> bool:
        """This is that entry, if it is nobody else's."""
        return self._wait(self._append(id, number, body))

    async def _append(self, id: str, number: int, body: bytes) -> bool:
        writing, key = secrets.token_hex(16), _key(self._pk, _number(number))
        put = {
            "Item": key | {"b": _binary(body), "o": {"S": writing}},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        check = {
            "Key": self._head,
            "ConditionExpression": _SAME,
            "ExpressionAttributeValues": {":i": {"S": id}, ":n": {"N": str(number)}},
        }
        actions = [("Put", put), ("ConditionCheck", check)]
        return await self._table.transact(actions, writing) or await self._is_ours(key, writing)

    def compact(self, id: str, number: int, data: bytes) -> None:
        """A new image, and what is older goes."""
        self._wait(self._compact(id, number, data))

    async def _compact(self, id: str, number: int, data: bytes) -> None:
        head = await self._table.get(self._head)
        if head is not None and head["i"]["S"] == id and int(head["n"]["N"]) < number:
            writing = secrets.token_hex(16)
            given = await self._write(number, writing, data)
            await self._table.update(
                self._head,
                "SET n = :n, p = :p, o = :o",
                _SAME,
                {f":{name}": value for name, value in given.items()} | {":i": {"S": id}},
            )
            head = await self._table.get(self._head)
        if head is not None and head["i"]["S"] == id:
            await self._clean(head)

    def supersede(self, id: str, number: int, data: bytes) -> bool:
        """An image instead of that entry."""
        return self._wait(self._supersede(id, number, data))

    async def _supersede(self, id: str, number: int, data: bytes) -> bool:
        writing = secrets.token_hex(16)
        given = await self._write(number, writing, data)
        update = {
            "Key": self._head,
            "UpdateExpression": "SET n = :n, p = :p, o = :o",
            "ConditionExpression": _SAME,
            "ExpressionAttributeValues": {f":{name}": value for name, value in given.items()}
            | {":i": {"S": id}},
        }
        free = {
            "Key": _key(self._pk, _number(number)),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        actions = [("Update", update), ("ConditionCheck", free)]
        granted = await self._table.transact(actions, writing)
        if not granted and not await self._is_ours(self._head, writing):
            await self._drop_parts(number, only=writing)
            return False
        head = await self._table.get(self._head)
        if head is not None:
            await self._clean(head)
        return True

    async def _write(self, number: int, writing: str, data: bytes) -> Item:
        """The parts of an image; what the head is to say of it."""
        slices = [data[at : at + PART] for at in range(0, len(data), PART)]
        for at, some in enumerate(slices):
            key = _key(self._images, f"{_part(number, writing)}{at:06d}")
            await self._table.put([key | {"b": _binary(some)}])  # each is large enough
        return {
            "n": {"N": str(number)},
            "p": {"N": str(len(slices))},
            "o": {"S": writing},
        }

    async def _is_ours(self, key: Item, writing: str) -> bool:
        found = await self._table.get(key)
        return found is not None and found["o"]["S"] == writing

    async def _clean(self, head: Item) -> None:
        """Everything that is behind the head's image goes."""
        number = int(head["n"]["N"])
        entries = [
            _key(self._pk, item["sk"]["S"])
            async for item in self._table.query(
                self._pk, _number(0), _number(number), only="pk,sk", consistent=True
            )
        ]
        await self._table.put((), entries)
        await self._drop_parts(number, but=head["o"]["S"])

    async def _drop_parts(self, until: int, *, only: str = "", but: str = "") -> None:
        parts = [
            item["sk"]["S"]
            async for item in self._table.query(
                self._images, _number(0), f"{_number(until)}~", only="pk,sk", consistent=True
            )
        ]
        gone = []
        for part in parts:
            writing = part.split("#")[1]
            if writing != but and only in ("", writing):
                gone.append(_key(self._images, part))
        await self._table.put((), gone)


def _number(number: int) -> str:
    return f"{min(number, int(_LAST)):016d}"


def _part(number: int, writing: str) -> str:
    return f"{_number(number)}#{writing}#"


def _key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _binary(data: bytes) -> Item:
    return {"B": base64.b64encode(data).decode()}


def _bytes(value: Item) -> bytes:
    return base64.b64decode(value["B"])
