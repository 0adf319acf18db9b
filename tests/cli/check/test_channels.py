"""`sightline check` says which channels fail, in their own words and without their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from postgres import database, needs_postgres, prepared
from sightline.channels.options import ChannelOptions
from sightline.channels.records import Channel
from sightline.channels.store import ChannelStore
from sightline.cli.check import channels
from sightline.database.direct import DirectStore
from sightline.database.options import StoreOptions
from sightline.settings import ServerSettings, Settings, StoreSettings
from sightline.wiring.store import PARTS


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=needs_postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Those of a server with a file of its own, or with a PostgreSQL that others have, too."""
    server = ServerSettings(state=str(tmp_path))
    if request.param == "sqlite":
        yield Settings(server=server)
        return
    with prepared() as url:
        yield Settings(server=server, store=StoreSettings(url=url))


@contextmanager
def opened(settings: Settings) -> Iterator[ChannelStore]:
    """The channels, as a server opens them."""
    common = None
    if settings.store.url:
        common = DirectStore(StoreOptions(settings.store.url), PARTS)
        common.open()
    store = ChannelStore(common or Path(settings.server.state), ChannelOptions())
    yield store
    store.close()
    if common is not None:
        common.close()


def test_channels_that_fail_are_named_and_where_there_are_none_nothing_is_said(settings):
    assert list(channels.check(settings)) == []
    with opened(settings) as store:
        assert list(channels.check(settings)) == []
        channel = Channel(
            id="c1", account="jane", type="address", name="n", host="ntfy.example.org"
        )
        store.put(channel, "sealed")
        (found,) = channels.check(settings)
        assert (found.level, found.said) == ("ok", "1 in use, all took the last message")
        store.queue.failed("c1", "answered 403: forbidden")
        (found,) = channels.check(settings)
    assert found.level == "warn"
    assert "jane's address (ntfy.example.org)" in found.said
    assert "answered 403: forbidden" in found.said


def test_a_file_that_cannot_be_read_is_said_to_be(tmp_path: Path):
    (tmp_path / "channels.db").write_bytes(b"no database at all" * 100)
    (found,) = channels.check(Settings(server=ServerSettings(state=str(tmp_path))))
    assert found.level == "fail"


@needs_postgres
def test_a_database_without_tables_has_no_channels_and_one_that_is_away_is_said_elsewhere():
    with database() as url:
        assert list(channels.check(Settings(store=StoreSettings(url=url)))) == []
    away = Settings(store=StoreSettings(url="postgresql://sightline@127.0.0.1:1/none"))
    assert list(channels.check(away)) == []


@needs_postgres
def test_tables_that_we_cannot_read_are_said_to_be():
    with prepared() as url:
        with psycopg.connect(url, autocommit=True) as sql:
            sql.execute("ALTER TABLE sightline.channel RENAME COLUMN why TO reason")
        (found,) = channels.check(Settings(store=StoreSettings(url=url)))
    assert found.level == "fail"
    assert "why" in found.said
