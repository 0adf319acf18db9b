"""Define the tables of the channels, step by step, for SQLite and PostgreSQL.

A step that was released is never changed; what it says of SQLite is in files already.
"""

from __future__ import annotations

from sightline.database.schema import Part, SchemaStep

_FIRST = (
    """
    CREATE TABLE channel (
        id TEXT PRIMARY KEY, account TEXT NOT NULL, mark TEXT NOT NULL, record BLOB NOT NULL,
        secret TEXT NOT NULL, last REAL, why TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX channel_account ON channel (account);
    CREATE TABLE channel_waiting (
        channel TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL, thing TEXT NOT NULL,
        at REAL NOT NULL, urgent INTEGER NOT NULL, state TEXT NOT NULL, due REAL NOT NULL,
        attempts INTEGER NOT NULL, server TEXT NOT NULL, held REAL NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (channel, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX channel_waiting_due ON channel_waiting (due);
    CREATE INDEX channel_waiting_id ON channel_waiting (id);
    CREATE TABLE channel_dead (
        channel TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL, thing TEXT NOT NULL,
        ended REAL NOT NULL, attempts INTEGER NOT NULL, why TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (channel, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE channel_told (
        channel TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL, at REAL NOT NULL,
        PRIMARY KEY (channel, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX channel_told_at ON channel_told (at);
    CREATE INDEX channel_told_account ON channel_told (account, at);
    CREATE TABLE channel_key (
        name TEXT PRIMARY KEY, sealed TEXT NOT NULL, made REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
)
PART = Part("channels", (SchemaStep(_FIRST),))
