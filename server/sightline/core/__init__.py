"""The rules: pure functions and classes. No Twisted, no sockets, no clock of their own."""
