"""Keep accounts: who may come in, what was given to them, and what they did.

`database` keeps it in SQLite, `keeper` knows at every moment who is at the door and tells the
sockets of those who must go, the desks answer the calls of the HTTP API.
"""
