"""Decide who may do what: accounts, grants, sessions, and the calls of the HTTP API. Pure."""
