"""Keep history in Amazon DynamoDB: one table, called through `sightline.aws`.

Keys are a partition ``pk`` and, within it, a place ``sk``; ``time`` is the entry's tst in µs, 18
digits, so that text sorts as time does, and ``digest`` 16 hex digits.

    pk                       sk                    what
    ----------------------   -------------------   ------------------------------------------------
    E#<thing>#<sort>#<day>   <time>#<digest>       an entry: t tst, a at, b body, h hidden by,
                                                   v believed by, x end
    D#<thing>#<sort>         <day>                 a day (UTC) on which this thing has entries
    D#*#<sort>               <day>                 a day on which any thing has events of this sort
    T#<sort>#<shard>         <thing>               a thing that has entries of this sort
    S#<shard>                <thing>               the present state of a thing: a at, b body
    U#<thing>                <undo>#<sort>#<sk>    an entry that one act of hiding has hidden
    SORTS                    <sort>                a sort that was ever written

What begins with J# or is in ``CLAIM`` is of versions before, when several servers shared accounts
and locks there.

Events (and nothing else) also have ``ep`` = V#<sort>#<day> and ``es`` = <time>#<digest>#<thing>,
the keys of the sparse index ``events``. So they are found by time over all things, and whatever
happens to the entry happens in the index.

Why so:
- The place is made of the entry's own key. Writing it again is writing the same item, so every
  write may be repeated, and no lock is needed. What is there already is asked for first (strongly
  consistent, 1 unit for 4 KB): so an entry that comes again neither loses its first receipt time
  nor its mark, and the number of new ones is known.
- A day a partition bounds its size, and "from-to" costs as many queries as there are days with
  entries in it, however long the history is.
- Things and states are spread over 16 shards: one partition takes 1,000 writes a second.
- ``x`` (epoch s) is for DynamoDB's own expiry, which removes items within days, for nothing. It is
  a backstop; `purge` keeps everybody's own time. Expired ones are passed over when read.

What DynamoDB cannot do: write many items all or none. Here a write that fails may have been done in
part; asked again it does the rest. Anybody who gets a number of new entries then gets that of the
rest. Present states are written behind the entries they come from: after a crash in between they
are behind until the messages that were not acknowledged come again.
"""
