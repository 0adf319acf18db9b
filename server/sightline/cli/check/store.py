"""Check the common database: address, TLS, rights, version, extensions, clock, standbys.

Nothing is changed in it, and nobody else is held up.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from typing import Any

from sightline.cli.check import judge_store
from sightline.cli.check.findings import Finding
from sightline.database.options import StoreOptions
from sightline.model.faults import CannotOpen, Unavailable
from sightline.settings import Settings
from sightline.wiring.store import store_options

_WHERE = "store"
_PORT = 5432


def check(settings: Settings) -> Iterator[Finding]:
    """Return everything about the database of ``[store] url``."""
    from sightline.database.postgres import Postgres  # loaded by those alone that want it

    options = store_options(settings)
    if not options.is_here:
        yield from _addresses(options)
    try:
        sql = Postgres(options, most=1).connect()
    except (Unavailable, CannotOpen) as why:
        yield judge_store.unreachable(_WHERE, options.shown, str(why))
        return
    try:
        yield Finding(_WHERE, "url", "ok", f"{options.shown} answers")
        yield from _looked_at(sql, options, settings)
    finally:
        sql.close()


def _addresses(options: StoreOptions) -> Iterator[Finding]:
    for host in options.hosts:
        try:
            socket.getaddrinfo(host, _PORT)
        except OSError as why:
            yield judge_store.no_address(_WHERE, host, why.strerror or str(why))


def _looked_at(sql: Any, options: StoreOptions, settings: Settings) -> Iterator[Finding]:
    version = int(_one(sql, "SELECT current_setting('server_version_num')")[0])
    yield judge_store.version(_WHERE, version)
    info = sql.pgconn
    yield judge_store.tls(
        _WHERE,
        here=options.is_here,
        used=bool(info.ssl_in_use),
        mode=str(options.parameters.get("sslmode") or _asked(options, "sslmode")),
    )
    may = _one(
        sql,
        "SELECT has_database_privilege(current_database(), 'CREATE'),"
        " has_database_privilege(current_database(), 'TEMPORARY'),"
        " pg_is_in_recovery(), current_setting('transaction_read_only') = 'on',"
        " current_user::text, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)",
    )
    yield judge_store.rights(_WHERE, *may)
    yield _tables(sql)
    sent = time.time()
    theirs = float(_one(sql, "SELECT extract(epoch FROM clock_timestamp())::float8")[0])
    yield judge_store.clock(_WHERE, (sent + time.time()) / 2 - theirs)
    yield judge_store.extensions(
        _WHERE,
        [name for (name,) in sql.execute("SELECT extname FROM pg_extension").fetchall()],
        view=_one(sql, "SELECT to_regclass('history.fixes') IS NOT NULL")[0],
    )
    yield from _standbys(sql)
    most = _one(sql, "SELECT current_setting('max_connections')::int")[0]
    yield judge_store.connections(_WHERE, most, several=bool(settings.replicas.name))


def _tables(sql: Any) -> Finding:
    from sightline.database import migrations
    from sightline.wiring.store import PARTS

    found = migrations.states(sql, PARTS)
    told = [(each.name, each.found, each.known, each.too_new) for each in found]
    return judge_store.tables(_WHERE, told)


def _standbys(sql: Any) -> Iterator[Finding]:
    rows = sql.execute(
        "SELECT coalesce(nullif(application_name, ''), 'a standby'), state, sync_state,"
        " extract(epoch FROM replay_lag)::float8 FROM pg_stat_replication"
    ).fetchall()
    archives = _one(sql, "SELECT current_setting('archive_mode'), current_setting('fsync'),"
                         " current_setting('full_page_writes')")  # fmt: skip
    yield judge_store.standbys(_WHERE, rows)
    yield judge_store.safety(_WHERE, *archives)


def _one(sql: Any, query: str) -> Sequence[Any]:
    found = sql.execute(query).fetchone()
    assert found is not None
    return tuple(found)


def _asked(options: StoreOptions, name: str) -> str:
    from urllib.parse import parse_qsl, urlsplit

    return dict(parse_qsl(urlsplit(options.url).query)).get(name, "")
