"""Define the tables of the rules, step by step, for SQLite and PostgreSQL.

A step that was released is never changed; what it says of SQLite is in files already.
"""

from __future__ import annotations

from sightline.database.schema import Part, SchemaStep, WatchedTables

_FIRST = (
    # ``edition`` counts the changes of a row, ``fired`` the alerts that a rule ever had.
    """
    CREATE TABLE rule (
        id TEXT PRIMARY KEY, edition INTEGER NOT NULL, fired INTEGER NOT NULL, record BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE alert (
        id TEXT PRIMARY KEY, rule TEXT NOT NULL, firing TEXT NOT NULL, thing TEXT NOT NULL,
        at REAL NOT NULL, edition INTEGER NOT NULL, record BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX alert_of_rule ON alert (rule, thing, at);
    CREATE UNIQUE INDEX alert_by_firing ON alert (firing);
    CREATE TABLE notice (
        id TEXT PRIMARY KEY, alert TEXT NOT NULL, account TEXT NOT NULL, made REAL NOT NULL,
        record BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX notice_of_alert ON notice (alert);
    CREATE TABLE watch (
        server TEXT PRIMARY KEY, at REAL NOT NULL, record BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    WatchedTables(("rule", "alert"), "rules"),
)
PART = Part("rules", (SchemaStep(_FIRST),))
TOPICS = ("rules",)
