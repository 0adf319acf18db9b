"""Convert fixes to files that other programs read, and back. Pure: bytes in, bytes out.

A *fix* here is an OwnTracks location object: a mapping with ``lat``, ``lon``, ``tst`` and whatever
else the phone said. A writer is fed with some fixes at a time and hands back what is to be written,
so nobody ever holds a month in memory:

    writer = FORMATS["gpx"].make(FIELDS)
    out(writer.begin())
    for some in pages:
        out(writer.some(some))
    out(writer.end())

`sightline.history.formats.table` lists the formats. Readers are in `rec` and `gpx`.
"""
