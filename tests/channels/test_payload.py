"""What is told, in the shape and the words of each channel."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.scene import BASE, notification
from push_service import LARGEST, Phone
from sightline.channels import payload, webpush
from sightline.channels.records import Channel

CHANNEL = Channel(id="c", account="jane", type="push", name="phone", host="push", base=BASE)


@given(st.text(max_size=9000), st.text(max_size=3000))
@settings(max_examples=40, deadline=None)
def test_whatever_is_told_fits_into_a_push(body, tag):
    told = notification("n", tag=tag, texts={"en": (body, body), "x": ("", "")})
    data = payload.push_payload(told, CHANNEL, 7)
    assert len(data) <= payload.LARGEST
    phone = Phone("https://push.example.org/1")
    keys = phone.json["keys"]
    to = webpush.read_subscription(phone.endpoint, keys["p256dh"], keys["auth"], private=False)
    assert len(webpush.encrypt(data, to)) <= LARGEST


def test_words_are_those_of_the_channel_then_of_its_language_then_english():
    told = notification("n", texts={"en": ("one", "b"), "de": ("eins", ""), "fr-CA": ("un", "")})
    for language, title in (("de-AT", "eins"), ("fr-CA", "un"), ("fr", "one"), ("x", "one")):
        assert payload.text_of(told, language)[0] == title
    assert payload.text_of(notification("n", texts={}), "en") == ("", "")
    hidden = notification("n", texts={"en": ("a\u202eb\x07", "one\ntwo\x00")})
    assert payload.text_of(hidden, "en") == ("a\ufffdb\ufffd", "one\ntwo\ufffd")


def test_where_our_address_is_not_known_no_link_is_made_up():
    told = notification("n")
    assert payload.plain_text(told, CHANNEL)[1].endswith(f"\n{BASE}/#map?at=1")
    assert payload.plain_text(told, Channel(**{**_fields(CHANNEL), "base": ""}))[1] == "at 14:02"
    assert json.loads(payload.machine_payload(told, CHANNEL))["url"] == f"{BASE}/#map?at=1"
    assert json.loads(payload.push_payload(told, CHANNEL, None)).keys() >= {"actions", "alert"}


def _fields(channel: Channel) -> dict[str, object]:
    return {name: getattr(channel, name) for name in channel.__struct_fields__}
