"""Who may do what: accounts, roles and grants, sessions, and the calls of the HTTP API. Pure."""
