from __future__ import annotations

import pytest

from sightline.web.origin import allowed, is_loopback

HERE = "127.0.0.1:8080"


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://localhost:8080", "localhost:8080"),
        ("HTTP://LOCALHOST:8080", "LocalHost:8080"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("https://192.168.1.5", "192.168.1.5"),
    ],
)
def test_our_own_page_is_allowed(origin, host):
    assert allowed([origin], host, [])


@pytest.mark.parametrize(
    "origins",
    [
        [],
        ["null"],
        [""],
        ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
        ["http://evil.example"],
        ["http://127.0.0.1:8081"],
        ["http://127.0.0.1"],
        ["http://127.0.0.1:8080.evil.example"],
        ["http://127.0.0.1:8080/path"],
        ["ftp://127.0.0.1:8080"],
        ["127.0.0.1:8080"],
        ["http://127.0.0.1:port"],
        ["http://[::1"],
    ],
)
def test_any_other_is_refused(origins):
    assert not allowed(origins, HERE, [])


def test_a_name_somebody_points_at_us_is_refused_until_the_settings_name_it():
    rebound = ["http://evil.example:8080"]
    assert not allowed(rebound, "evil.example:8080", [])
    assert allowed(["https://sight.example"], "10.0.0.1", ["https://sight.example/"])
    assert allowed(["http://sight.example:81"], "sight.example:81", ["https://sight.example"])


def test_a_handshake_without_a_host_is_refused():
    assert not allowed(["http://127.0.0.1"], None, [])


def test_our_own_machine_is_known():
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("local")
    assert not is_loopback("10.0.0.1")
    assert not is_loopback("example.org")
