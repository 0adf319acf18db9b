"""One text of SQL for two engines: SQLite files of one server, or PostgreSQL for several.

`engine` says what a part may ask of a database, `sqlite_engine` and `postgres_engine` do it.
`schema` describes tables step by step, for both; `postgres` is the pool of connections, `feed`
hears what other servers changed.
"""
