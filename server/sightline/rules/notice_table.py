"""Keep what is to be told until it was told to its end, and how far this server has watched.

Part of the rules' database (`sightline.rules.store`), in the transactions of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from sightline.database.engine import Engine
from sightline.model.kind import id_of
from sightline.model.notification import Notification


class NoticeTable:
    """The notices of all servers."""

    def __init__(self, sql: Engine) -> None:
        self._sql = sql

    def add(self, notices: Iterable[Notification]) -> None:
        """Keep what is to be told; what was kept already stays as it is."""
        self._sql.executemany(
            "INSERT INTO notice (id, alert, account, made, record) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO NOTHING",
            [
                (each.id, id_of(each.alert), each.account, each.at, _encode(each))
                for each in notices
            ],
        )

    def all(self) -> list[Notification]:
        """Return what was not told to its end yet, oldest first."""
        rows = self._sql.execute("SELECT record FROM notice ORDER BY made, id").fetchall()
        return [_notice(record) for (record,) in rows]

    def get(self, id: str) -> Notification | None:
        """Return a notice that was not told to its end yet."""
        found = self._sql.execute("SELECT record FROM notice WHERE id = ?", (id,)).fetchone()
        return None if found is None else _notice(found[0])

    def finish(self, id: str) -> None:
        """Forget a notice: it has come to its end."""
        self._sql.execute("DELETE FROM notice WHERE id = ?", (id,))

    def forget(self, thing: str) -> None:
        """Forget what is to be told of a thing."""
        for each in self.all():
            if each.thing == thing:
                self.finish(each.id)


class WatchTable:
    """How far each server has watched; ``server`` is ours."""

    def __init__(self, sql: Engine, server: str) -> None:
        self._sql = sql
        self._server = server

    def read(self) -> tuple[float, bytes] | None:
        """Return until when this server watched (epoch s), and what its engine knew then.

        Nothing of the latter, where somebody was erased meanwhile.
        """
        found = self._sql.execute(
            "SELECT at, record FROM watch WHERE server = ?", (self._server,)
        ).fetchone()
        return None if found is None else (float(found[0]), bytes(found[1]))

    def note(self, at: float, record: bytes) -> None:
        """Keep what the engine knows at this time."""
        self._sql.execute(
            "INSERT INTO watch (server, at, record) VALUES (?, ?, ?) ON CONFLICT (server)"
            " DO UPDATE SET at = excluded.at, record = excluded.record",
            (self._server, at, record),
        )

    def forget_peers(self) -> None:
        """Have no other server's notes name anybody; they are written anew in a moment."""
        self._sql.execute("UPDATE watch SET record = ? WHERE server <> ?", (b"", self._server))


_encode: Callable[[Notification], bytes] = msgspec.json.encode
_notice = msgspec.json.Decoder(Notification).decode
