from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.web.proxies import Proxies


@pytest.mark.parametrize(
    ("proxies", "peer", "header", "client"),
    [
        ((), "9.9.9.9", ["1.2.3.4"], "9.9.9.9"),
        ((), "127.0.0.1", ["1.2.3.4"], "127.0.0.1"),
        (("127.0.0.1",), "9.9.9.9", ["1.2.3.4"], "9.9.9.9"),
        (("127.0.0.1",), "127.0.0.1", ["1.2.3.4"], "1.2.3.4"),
        (("127.0.0.1",), "127.0.0.1", ["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
        (("127.0.0.1",), "127.0.0.1", ["6.6.6.6", "1.2.3.4"], "1.2.3.4"),
        (("127.0.0.1", "10.0.0.0/8"), "127.0.0.1", ["1.2.3.4, 10.1.1.1"], "1.2.3.4"),
        (("127.0.0.1", "10.0.0.0/8"), "127.0.0.1", ["10.1.1.1"], "10.1.1.1"),
        (("127.0.0.1",), "127.0.0.1", [], "127.0.0.1"),
        (("127.0.0.1",), "127.0.0.1", ["junk"], "127.0.0.1"),
        (("127.0.0.1",), "127.0.0.1", ["1.2.3.4, junk"], "127.0.0.1"),
        (("127.0.0.1",), "::ffff:127.0.0.1", ["1.2.3.4"], "1.2.3.4"),
        (("local",), "local", ["2001:db8::1"], "2001:db8::1"),
    ],
)
def test_a_proxy_of_ours_is_believed_and_nobody_else(proxies, peer, header, client):
    assert Proxies(proxies).client(peer, header) == client


def test_only_a_proxy_of_ours_can_say_https():
    proxies = Proxies(("127.0.0.1",))
    assert proxies.secure("127.0.0.1", "https")
    assert not proxies.secure("127.0.0.1", "http")
    assert not proxies.secure("127.0.0.1", None)
    assert not proxies.secure("9.9.9.9", "https")


def test_what_is_no_address_is_no_proxy():
    with pytest.raises(ValueError, match="nonsense"):
        Proxies(("nonsense",))


@given(st.lists(st.text(), max_size=3))
def test_no_header_makes_an_address_of_something_else(lines):
    found = Proxies(("127.0.0.1",)).client("127.0.0.1", lines)
    assert found.count(":") > 1 or found.count(".") == 3
