"""Answer what topics held at any second that the archive covers, from its files and an index.

`index` and `building` are pure: what is known of a segment, and how it is found out. `reader` finds
the segments and keeps their indexes beside them. `tree`, `messages`, `series` and `difference`
answer; `service` has them do so on a thread of their own, `api` over HTTP.
"""
