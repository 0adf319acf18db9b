"""Addresses of people's choice: what they begin with, what is shown of them, what is hidden."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.channels.address import BadChannelAddress, hide, origin_of, schema_of, shown_host
from sightline.model.addresses import NEVER, SCHEMAS


@pytest.mark.parametrize("schema", sorted(NEVER))
def test_what_acts_on_the_server_is_never_allowed(schema):
    with pytest.raises(BadChannelAddress, match="never allowed"):
        schema_of(f"{schema.upper()}://x", SCHEMAS | {schema})


def test_what_an_admin_did_not_allow_is_refused_and_says_who_can():
    with pytest.raises(BadChannelAddress, match="an admin can allow"):
        schema_of("ntfys://ntfy.sh/mine", {"mailtos"})
    assert schema_of("NTFYS://ntfy.sh/mine", {"ntfys"}) == "ntfys"


@given(st.text(max_size=300))
@settings(max_examples=300)
def test_whatever_is_given_is_an_address_or_refused(text):
    try:
        schema = schema_of(text, SCHEMAS)
    except BadChannelAddress:
        return
    assert schema in SCHEMAS
    assert shown_host(text, schema)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("ntfys://ntfy.example.org/topic", "ntfy.example.org"),
        ("ntfys://tk_secret@ntfy.example.org:8443/topic", "ntfy.example.org"),
        ("ntfy://mytopic", "ntfy"),
        ("mailtos://jane:pass@mail.example.org?to=amy@example.org", "mail.example.org"),
        ("tgram://123456789:AAbbCCdd/12315544", "tgram"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "discord"),
        ("matrixs://user:token@[bad", "matrixs"),
    ],
)
def test_what_is_shown_is_a_host_and_never_a_token(address, host):
    assert shown_host(address, address.partition("://")[0]) == host


SECRET = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=4, max_size=30)


@given(SECRET, SECRET, SECRET)
@settings(max_examples=200)
def test_no_part_that_may_be_secret_is_left_in_what_a_channel_said(user, password, topic):
    address = f"ntfys://{quote(user)}:{quote(password)}@ntfy.example.org/{topic}?token={password}"
    said = f"403 for https://ntfy.example.org/{topic} as {user}:{password}"
    shown = hide(said, address, "ntfys")
    for part in (user, password, topic):
        if part.lower() not in "403 for https://ntfy.example.org/ as •••":
            assert part not in shown
    assert "ntfy.example.org" in shown or any(
        part in "ntfy.example.org" for part in (user, password, topic)
    )


def test_a_webhook_is_posted_to_by_https_unless_it_may_be_private():
    assert origin_of("https://a.example.org:8443/x?y", private=False)[0] == (
        "https://a.example.org:8443"
    )
    with pytest.raises(BadChannelAddress, match="https"):
        origin_of("http://a.example.org/", private=False)
    assert origin_of("http://[::1]:80/", private=True) == ("http://[::1]:80", "[::1]")
