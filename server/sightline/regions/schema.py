"""Define the tables of the regions, step by step, for SQLite and PostgreSQL.

A step that was released is never changed; what it says of SQLite is in files already.
"""

from __future__ import annotations

from sightline.database.schema import OnSqlite, Part, SchemaStep, WatchedTables

_FIRST = (
    """
    CREATE TABLE version (
        edition INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, version INTEGER NOT NULL,
        who TEXT NOT NULL, at REAL NOT NULL, record BLOB
    ) STRICT;
    CREATE INDEX version_id ON version (id, edition);
    CREATE TABLE region (
        id TEXT PRIMARY KEY, edition INTEGER NOT NULL, record BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    OnSqlite("CREATE TABLE known (thing TEXT PRIMARY KEY) STRICT, WITHOUT ROWID"),
    OnSqlite(
        """CREATE TABLE standing (
        thing TEXT NOT NULL, region TEXT NOT NULL, since REAL, inside INTEGER, said REAL,
        PRIMARY KEY (thing, region)
    ) STRICT, WITHOUT ROWID"""
    ),
    WatchedTables(("region", "version"), "regions"),
)
_SECOND = (  # whose server's notes they are: several may share the database
    """
    CREATE TABLE met (
        server TEXT NOT NULL, thing TEXT NOT NULL, PRIMARY KEY (server, thing)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE stood (
        server TEXT NOT NULL, thing TEXT NOT NULL, region TEXT NOT NULL,
        since REAL, inside INTEGER, said REAL, PRIMARY KEY (server, thing, region)
    ) STRICT, WITHOUT ROWID;
    """,
    OnSqlite("INSERT INTO met (server, thing) SELECT '', thing FROM known"),
    OnSqlite(
        "INSERT INTO stood (server, thing, region, since, inside, said)"
        " SELECT '', thing, region, since, inside, said FROM standing"
    ),
    OnSqlite("DROP TABLE known"),
    OnSqlite("DROP TABLE standing"),
)
PART = Part("regions", (SchemaStep(_FIRST), SchemaStep(_SECOND)))
TOPICS = ("regions",)
