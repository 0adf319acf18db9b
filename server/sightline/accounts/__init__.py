"""Keep accounts: who may come in, what was given to them, and what they did.

`database` keeps them in SQLite, `service` knows at every moment who is signed in and tells the
sockets of those who must go, the modules `api_…` answer the calls of the HTTP API.
"""
