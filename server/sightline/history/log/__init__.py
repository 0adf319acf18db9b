"""Keep what is to be remembered in one durable log, and fold it into the store beside.

    recorder ── write ──> log: one append, one fdatasync ──> receipts are sent
                           │
                           └── indexer ──> store: rows and the position of the log, in one commit

`line` is one line and its check, `segments` the files that are written, `reader` reads them from a
position on, `erasing` takes people out of them, `former` brings in what an older version left.
`durable` runs them on a thread of their own, `indexer` folds them into a store, `store_first` is
how several servers write, and `logged` is the store that all others see.
"""
