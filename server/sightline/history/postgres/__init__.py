"""Keep history in PostgreSQL, for one server or several that share it.

Everything is in the schema ``history`` of the database. Times are whole µs, a ``day`` is the number
of days since 1970 (UTC).

    table     key                        what
    -------   ------------------------   ---------------------------------------------------------
    thing     id                         the key of a thing, such as ``friend/jane/phone``
    sort      id                         a sort of entries; the numbers of events are negative
    entry     thing, sort, tst, digest   an entry; partitioned by tst, a partition for each day
    day       thing, sort, day           a day on which this track has entries
    part      first                      a partition: its first day, and the day behind its last
    act       id                         an act of hiding
    standing  thing                      the present state of a thing

Why so:
- A batch is copied into a temporary table (``arriving``) and from there inserted, in the order of
  the key, ``ON CONFLICT DO NOTHING``: it may be written twice and by two servers at once, in any
  order, without a deadlock. Things are found by their keys in the same statement, so nothing is
  written under the number of a thing that another server has just erased: those who write hold
  ``thing`` in ROW SHARE mode, those who erase in EXCLUSIVE mode.
- ``day`` tells where a track has entries, so that a question looks into the partitions of those
  days alone (by bounds the planner sees), however many there are: it neither plans nor locks the
  others.
- What is old goes by the day: its partition is dropped. What of that day is kept for longer (a
  person's own days, the versions of regions) is copied into a new one first.
- Times that no clock of today can tell (1970, next month) lie in the partition ``entry_other``, or
  a phone with a broken clock could make a table with each message. Days that lie more than a year
  back, which come with an import, share a partition for each year.
"""
