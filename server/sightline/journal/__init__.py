"""One database on several servers: each has a copy of it, and there is one numbered journal.

`entries` says what is in a journal and what is asked of whoever keeps it; `recording` writes down
what a change does; `copy` is one server's file; `follower` keeps it at the journal's end. The
journal itself is somewhere else.
"""
