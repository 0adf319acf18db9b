"""Describe the tables of the history in PostgreSQL, step by step.

Steps that were released are never changed. Within a release they only add, so that old and new
servers can run side by side.
"""

from __future__ import annotations

from sightline.database.schema import OnPostgres, Part, SchemaStep

PART = Part(
    "history",
    (
        SchemaStep(
            (
                OnPostgres("CREATE SCHEMA history"),
                OnPostgres(
                    "CREATE TABLE history.thing ("
                    "id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                    ' key text COLLATE "C" NOT NULL UNIQUE)'
                ),
                OnPostgres(
                    "CREATE TABLE history.sort (id smallint PRIMARY KEY,"
                    ' name text COLLATE "C" NOT NULL UNIQUE)'
                ),
                OnPostgres(
                    "CREATE TABLE history.entry (thing integer NOT NULL, sort smallint NOT NULL,"
                    " tst bigint NOT NULL, digest bigint NOT NULL, at bigint NOT NULL,"
                    " hidden integer NOT NULL DEFAULT 0, body text NOT NULL,"
                    " PRIMARY KEY (thing, sort, tst, digest)) PARTITION BY RANGE (tst)"
                ),
                OnPostgres(
                    "CREATE INDEX event ON history.entry (sort, tst, digest, thing) WHERE sort < 0"
                ),
                OnPostgres("CREATE TABLE history.entry_other PARTITION OF history.entry DEFAULT"),
                OnPostgres(
                    "CREATE TABLE history.part (first integer PRIMARY KEY,"
                    " behind integer NOT NULL, name text NOT NULL UNIQUE)"
                ),
                OnPostgres(
                    "CREATE TABLE history.day (thing integer NOT NULL, sort smallint NOT NULL,"
                    " day integer NOT NULL, PRIMARY KEY (thing, sort, day))"
                ),
                OnPostgres("CREATE INDEX day_by_day ON history.day (day)"),
                OnPostgres(
                    "CREATE TABLE history.act ("
                    "id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, thing integer NOT NULL,"
                    ' undo text COLLATE "C" NOT NULL, sort smallint NOT NULL,'
                    " first bigint NOT NULL, last bigint NOT NULL, UNIQUE (thing, undo))"
                ),
                OnPostgres(
                    'CREATE TABLE history.standing (thing text COLLATE "C" PRIMARY KEY,'
                    " at bigint NOT NULL, body text NOT NULL)"
                ),
                OnPostgres(
                    "CREATE TABLE history.changes ("
                    "one boolean PRIMARY KEY DEFAULT true CHECK (one), n bigint NOT NULL)"
                ),
                OnPostgres("INSERT INTO history.changes (n) VALUES (0)"),
                OnPostgres(
                    """
                    CREATE FUNCTION history.field(body text, name text) RETURNS text
                    LANGUAGE plpgsql IMMUTABLE STRICT AS $$
                    BEGIN
                        IF json_typeof(body::json) <> 'object' THEN RETURN ''; END IF;
                        RETURN body::json ->> name;
                    EXCEPTION WHEN data_exception OR statement_too_complex THEN RETURN '';
                    END $$
                    """
                ),
            )
        ),
    ),
)
"""The tables, step by step; what they hold is in the package's note."""
