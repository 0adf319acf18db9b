"""What is asked for becomes a channel, or is refused in words that repeat no secret."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.scene import BASE
from sightline.channels import making
from sightline.channels.contract import NewChannel
from sightline.channels.options import ChannelOptions
from sightline.contract.errors import Refused


def made(**asked: object) -> making.Made:
    given = NewChannel(**({"name": "n"} | asked))
    return making.make(given, "jane", BASE, ChannelOptions(), 1.0)


def test_each_type_is_shown_by_what_is_no_secret():
    found = made(type="address", address="tgram://123456:secret/chat")
    assert (found.channel.host, found.channel.schema) == ("tgram", "tgram")
    hook = made(type="webhook", address="https://house.example.org/secret")
    assert hook.channel.host == "house.example.org"
    assert str(hook.revealed).startswith("whsec_")
    assert made(type="mqtt").channel.host == "sightline/notify/jane"
    assert "secret" not in repr(found) + repr(hook)
    assert made(type="mqtt").channel.id != made(type="mqtt").channel.id


@given(st.sampled_from(["address", "webhook"]), st.text(max_size=100))
@settings(max_examples=200)
def test_whatever_the_address_it_is_a_channel_or_refused(type, address):
    try:
        found = made(type=type, address=address)
    except Refused as why:
        refused = why.code
    else:
        refused = ""
        assert found.channel.host
    assert refused in ("", "malformed")


def test_words_that_are_no_language_and_no_zone_are_refused():
    for wrong in ({"language": "e"}, {"language": "de_DE"}, {"zone": "Here"}, {"zone": "../x"}):
        with pytest.raises(Refused):
            made(type="mqtt", **wrong)
