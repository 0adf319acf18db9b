"""The signature of Standard Webhooks, by the example of its specification."""

from __future__ import annotations

from sightline.kinds.regions.model import Transition
from sightline.web.webhook_signature import signing_key, standard_headers
from sightline.webhooks import delivery


def test_the_example_of_the_standard_is_signed_as_it_says():
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    found = standard_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330.9, body, key)
    assert found == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_secret_of_another_form_is_the_key_itself_and_none_signs_nothing():
    assert signing_key("a-secret-of-some-length") == b"a-secret-of-some-length"
    assert signing_key("whsec_no base64") == b"whsec_no base64"
    assert "webhook-signature" not in standard_headers("a", 1.0, b"", None)


def test_crossings_have_these_headers_beside_our_own():
    transition = Transition(
        n=1, at=1.0, tst=1.0, event="enter", by="server", thing="friend/a/b", region="r", name="H"
    )
    sent = delivery.Delivery("ab12", "friend/a/b", "enter", delivery.body("ab12", transition))
    found = delivery.headers(sent, b"a-secret-of-some-length", 1000.0)
    assert found["Sightline-Signature"].startswith("v1=")
    wanted = standard_headers("ab12", 1000.0, sent.body, b"a-secret-of-some-length")
    assert wanted.items() <= found.items()
