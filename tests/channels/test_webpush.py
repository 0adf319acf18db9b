"""Web Push by the letter of RFC 8291 and RFC 8292; what is no subscription is refused."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.scene import BASE
from push_service import Phone, _vapid, b64, unb64
from sightline.channels import webpush
from sightline.channels.address import BadChannelAddress
from sightline.channels.records import Channel
from sightline.channels.webpush import BadSubscription, Vapid

CHANNEL = Channel(id="c", account="jane", type="push", name="phone", host="push", base=BASE)
# RFC 8291, appendix A
PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN"
)


def test_the_browser_of_our_tests_reads_the_example_of_the_rfc():
    private = ec.derive_private_key(int.from_bytes(unb64(PRIVATE)), ec.SECP256R1())
    phone = Phone.of(private, unb64(AUTH))
    assert phone.read(unb64(BODY)) == b"When I grow up, I want to be a watermelon"
    with pytest.raises(ValueError, match="decrypted"):
        Phone.of(private, b"another secret..").read(unb64(BODY))


def test_what_we_encrypt_is_read_by_that_browser_alone():
    phone, other = Phone("https://push.example.org/1"), Phone("https://push.example.org/2")
    keys = phone.json["keys"]
    to = webpush.read_subscription(phone.endpoint, keys["p256dh"], keys["auth"], private=False)
    body = webpush.encrypt(b"hello", to)
    assert phone.read(body) == b"hello"
    assert webpush.encrypt(b"hello", to) != body
    with pytest.raises(ValueError, match="decrypted"):
        other.read(body)


def test_a_signature_is_for_one_service_and_half_a_day():
    vapid = Vapid.read(Vapid.make().written())
    origin = "https://push.example.org"
    header = vapid.header(origin, "mailto:a@example.org", 1000.5)
    assert _vapid(header, vapid.public, origin, 1000.0) == "mailto:a@example.org"
    with pytest.raises(Exception, match="it is for"):
        _vapid(header, vapid.public, "https://else.example.org", 1000.0)
    with pytest.raises(Exception, match="expired"):
        _vapid(header, vapid.public, origin, 1001.0 + webpush.LIFETIME)
    with pytest.raises(Exception, match="signature"):
        _vapid(header.replace(vapid.public, Vapid.make().public), "", origin, 1000.0)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/1",
        "ftp://push.example.org/1",
        "https://me:secret@push.example.org/1",
        "https:///1",
        "https://push.example.org:0/1",
        "https://push.example.org/\u00e9",
        "https://push.example.org/ 1",
        "https://push.example.org/1#a",
        "https://[::1/1",
        "https://push.example.org/" + "a" * 3000,
        "",
    ],
)
def test_an_endpoint_that_is_none_is_refused_without_repeating_it(endpoint):
    keys = Phone("").json["keys"]
    with pytest.raises(BadChannelAddress) as refused:
        webpush.read_subscription(endpoint, keys["p256dh"], keys["auth"], private=False)
    assert "secret" not in str(refused.value)


@given(st.text(max_size=120), st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_keys_that_are_none_are_refused(p256dh, auth):
    with pytest.raises(BadSubscription):
        webpush.read_subscription("https://push.example.org/1", p256dh, auth, private=False)
    off_curve = b64(b"\x04" + b"\x01" * 64)
    with pytest.raises(BadSubscription, match="P-256"):
        webpush.read_subscription("https://p.example.org/1", off_curve, "A" * 22, private=False)
