from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.kinds.regions.model import Transition
from sightline.model.addresses import is_public
from sightline.webhooks.delivery import (
    Delivery,
    body,
    headers,
    meaning,
    pause,
    signature,
    wants,
)
from sightline.webhooks.options import WebhookOptions


def transition(**more: Any) -> Transition:
    given: dict[str, Any] = {
        "n": 7, "at": 2.0, "tst": 1.0, "thing": "friend/jane/phone", "region": "ab12cd34",
        "name": "Home", "event": "enter", "by": "server",
    }  # fmt: skip
    return Transition(**(given | more))


def options(**more: Any) -> WebhookOptions:
    return WebhookOptions("house", "https://h.example.org/x", **more)


@pytest.mark.parametrize(
    ("chosen", "of", "wanted"),
    [
        ({}, {}, True),
        ({}, {"region": "jane/ab12cd34"}, False),
        ({}, {"region": "friend/jane/phone/ab12cd34"}, False),
        ({}, {"region": None}, False),
        ({"regions": {"all"}}, {"region": None}, True),
        ({"regions": {"all"}}, {"region": "jane/ab12cd34"}, True),
        ({"regions": {"ab12cd34"}}, {}, True),
        ({"regions": {"xy12cd34"}}, {}, False),
        ({"regions": {"jane/ab12cd34"}}, {"region": "jane/ab12cd34"}, True),
        ({"events": {"leave"}}, {}, False),
        ({"by": {"phone"}}, {}, False),
    ],
)
def test_a_receiver_is_told_of_what_it_asked_for(chosen, of, wanted):
    chosen = {key: frozenset(value) for key, value in chosen.items()}
    assert wants(options(**chosen), transition(**of)) is wanted


def test_what_is_sent_says_all_of_the_crossing():
    said = json.loads(body("abc", transition(agrees=True, acc=5.0)))
    assert said == {
        "id": "abc", "kind": "crossing", "n": 7, "at": 2.0, "tst": 1.0,
        "thing": "friend/jane/phone", "region": "ab12cd34", "name": "Home",
        "event": "enter", "by": "server", "agrees": True, "acc": 5.0,
    }  # fmt: skip


def test_a_signature_is_of_time_and_body():
    said = headers(Delivery("abc", "friend/j/p", "enter", b"{}"), b"secret", 1000.7)
    assert said["Sightline-Timestamp"] == "1000"
    assert said["Sightline-Delivery"] == "abc"
    # echo -n '1000.{}' | openssl dgst -sha256 -hmac secret
    right = "026360fb6284f077f1148b1ae7c62679730497810a6a0321574de01e8b009e7a"
    assert said["Sightline-Signature"] == signature(b"secret", "1000", b"{}") == f"v1={right}"
    assert "Sightline-Signature" not in headers(Delivery("a", "t", "enter", b""), None, 1.0)


@pytest.mark.parametrize(
    ("status", "what"),
    [
        *((status, "done") for status in (200, 204)),
        *((status, "never") for status in (301, 302, 400, 410)),
        *((status, "later") for status in (408, 429, 500, 503)),
    ],
)
def test_what_an_answer_means(status, what):
    assert meaning(status) == what


@given(st.integers(1, 50), st.floats(0, 1))
def test_pauses_grow_are_spread_and_have_an_end(attempts, chance):
    told = options(first=5.0, most=3600.0)
    assert 2.5 <= pause(told, attempts, chance) <= 3600
    assert pause(told, attempts + 1, chance) >= pause(told, attempts, chance)
    assert pause(told, attempts, 0) * 2 == pause(told, attempts, 1)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        *[
            (address, False)
            for address in (
                "127.0.0.1",
                "10.1.2.3",
                "192.168.1.1",
                "172.16.0.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1%eth0",
                "fd00::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "2002:7f00:1::",
                "64:ff9b::7f00:1",
                "64:ff9b::a00:1",
                "ff02::1",
                "2001:0:53aa:64c::1",
            )
        ],
        ("64:ff9b::808:808", True),
        ("::ffff:8.8.8.8", True),
    ],
)
def test_what_is_of_our_own_network_is_known_in_every_dress(address, public):
    assert is_public(address) is public
