"""Other apps than OwnTracks that post where a phone is: one module each, and a line in `registry`.

What they say becomes an OwnTracks location, and goes the way of one: the same tokens, gate, quotas,
plausibility, counters and history.
"""
