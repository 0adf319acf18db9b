"""Which addresses are out in the internet."""

from __future__ import annotations

import pytest

from sightline.model.addresses import NEVER, SCHEMAS, is_public


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("10.0.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::10.0.0.1", False),
        ("2002:0a00:0001::", False),
    ],
)
def test_an_address_of_a_private_network_is_none_of_the_internet(address, public):
    assert is_public(address) is public


def test_nothing_that_acts_on_the_server_is_among_what_is_allowed():
    assert not SCHEMAS & NEVER
    assert {"ntfys", "mailtos", "tgram", "matrixs", "signals"} <= SCHEMAS
