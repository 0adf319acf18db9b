"""Define the tables of the accounts, step by step, for SQLite and PostgreSQL.

A step that was released is never changed; what it says of SQLite is in files already.
"""

from __future__ import annotations

from sightline.database.schema import FixedRows, Part, SchemaStep, WatchedTables

_FIRST = (
    """
    CREATE TABLE account (
        name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT, disabled INTEGER NOT NULL,
        created REAL NOT NULL, seen REAL
    ) STRICT;
    CREATE TABLE given (
        account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
        verb TEXT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (account, verb, what)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE token (
        id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
        label TEXT NOT NULL, key TEXT NOT NULL, scopes TEXT NOT NULL, things TEXT NOT NULL,
        created REAL NOT NULL, expires REAL, used REAL
    ) STRICT;
    CREATE TABLE share (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE,
        owner TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
        label TEXT NOT NULL, things TEXT NOT NULL,
        created REAL NOT NULL, starts REAL NOT NULL, ends REAL NOT NULL, revoked REAL
    ) STRICT;
    CREATE TABLE session (
        key TEXT PRIMARY KEY, account TEXT REFERENCES account ON DELETE CASCADE,
        share TEXT REFERENCES share ON DELETE CASCADE,
        created REAL NOT NULL, seen REAL NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL,
        CHECK ((account IS NULL) <> (share IS NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE audit (
        n INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, who TEXT NOT NULL,
        address TEXT NOT NULL, what TEXT NOT NULL, thing TEXT NOT NULL, result TEXT NOT NULL,
        more TEXT NOT NULL
    ) STRICT;
    CREATE INDEX audit_who ON audit (who, n);
    """,
    FixedRows("audit", "the audit log"),
    """
    CREATE TABLE retention (
        thing TEXT PRIMARY KEY, days INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE secret (
        name TEXT PRIMARY KEY, value BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    WatchedTables(("account", "given", "token", "share", "session"), "accounts"),
    WatchedTables(("audit",), "erased", "changed.what = 'erase'"),
)
_SECOND = (
    """
    CREATE TABLE person (
        account TEXT PRIMARY KEY REFERENCES account ON DELETE CASCADE, display TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE alias (
        spelling TEXT PRIMARY KEY, device TEXT NOT NULL, how TEXT NOT NULL, at REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    WatchedTables(("person", "alias"), "accounts"),
)
_THIRD = (
    """
    CREATE TABLE chosen (
        name TEXT PRIMARY KEY, value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    WatchedTables(("chosen",), "accounts"),
)
_FOURTH = (
    """
    CREATE TABLE invitation (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE,
        owner TEXT REFERENCES account ON DELETE CASCADE,
        account TEXT REFERENCES account ON DELETE CASCADE,
        label TEXT NOT NULL, role TEXT NOT NULL,
        sees TEXT NOT NULL, drives TEXT NOT NULL, owns TEXT NOT NULL,
        adds_phone INTEGER NOT NULL,
        created REAL NOT NULL, ends REAL NOT NULL, used REAL, revoked REAL
    ) STRICT;
    """,
    WatchedTables(("invitation",), "accounts"),
)
_FACTORS = (
    """
    CREATE TABLE passkey (
        id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
        label TEXT NOT NULL, key TEXT NOT NULL, rp TEXT NOT NULL,
        count INTEGER NOT NULL, synced INTEGER NOT NULL, transports TEXT NOT NULL,
        created REAL NOT NULL, used REAL
    ) STRICT;
    CREATE TABLE authenticator_app (
        account TEXT PRIMARY KEY REFERENCES account ON DELETE CASCADE,
        sealed TEXT NOT NULL, step INTEGER NOT NULL, created REAL NOT NULL, used REAL
    ) STRICT;
    CREATE TABLE recovery_code (
        account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
        key TEXT NOT NULL, PRIMARY KEY (account, key)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE spent (
        key TEXT PRIMARY KEY, ends REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    WatchedTables(("passkey", "authenticator_app", "recovery_code"), "accounts"),
)
_IDENTITIES = (
    """
    CREATE TABLE provider_identity (
        id TEXT PRIMARY KEY, issuer TEXT NOT NULL, subject TEXT NOT NULL,
        account TEXT REFERENCES account ON DELETE SET NULL,
        label TEXT NOT NULL, created REAL NOT NULL, used REAL,
        UNIQUE (issuer, subject)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX provider_identity_account ON provider_identity (account);
    CREATE TABLE came_by (
        session TEXT PRIMARY KEY REFERENCES session ON DELETE CASCADE,
        identity TEXT NOT NULL REFERENCES provider_identity ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX came_by_identity ON came_by (identity);
    """,
)
_SIGN_OUTS = (
    """
    CREATE TABLE sign_out (
        account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
        session TEXT NOT NULL, at REAL NOT NULL, stays TEXT NOT NULL,
        PRIMARY KEY (account, session)
    ) STRICT, WITHOUT ROWID;
    """,
    WatchedTables(("sign_out",), "accounts"),
)
_TELEPHONES = (
    """
    CREATE TABLE telephone (
        account TEXT PRIMARY KEY REFERENCES account ON DELETE CASCADE, number TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    WatchedTables(("telephone",), "accounts"),
)
_STEPS = (_FIRST, _SECOND, _THIRD, _FOURTH, _IDENTITIES, _FACTORS, _SIGN_OUTS, _TELEPHONES)
PART = Part("accounts", tuple(map(SchemaStep, _STEPS)))
"""All steps; in SQLite ``PRAGMA user_version`` says how many were taken."""
TOPICS = ("accounts", "erased")
"""What other servers change of it: who may come in; and friends who were erased."""
