"""The watchdog: who waits for an answer that never comes goes on, with an error."""

from __future__ import annotations

import socket

from sightline.database.watchdog import Watchdog


def test_a_socket_that_is_waited_for_too_long_is_shut():
    dog = Watchdog()
    near, far = socket.socketpair()
    with near, far, dog.watching(near.fileno, 0.1):
        assert near.recv(1) == b""  # for ever, without it


def test_what_is_quick_enough_is_left_alone_and_what_is_closed_does_no_harm():
    dog = Watchdog()
    near, far = socket.socketpair()
    with near, far:
        with dog.watching(near.fileno, 60.0):
            far.sendall(b"x")
            assert near.recv(1) == b"x"
        far.sendall(b"y")
        assert near.recv(1) == b"y"
    other, another = socket.socketpair()
    with dog.watching(near.fileno, 0.0), other, another, dog.watching(other.fileno, 0.3):
        assert other.recv(1) == b"", "it goes on after the one that was closed"
