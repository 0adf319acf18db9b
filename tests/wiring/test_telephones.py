"""What a push says of a telephone number: looked up for who is told, when it is sent."""

from __future__ import annotations

import json

import pytest_twisted

from sightline.channels.payload import push_payload
from sightline.channels.records import Channel
from sightline.model.notification import Notification
from sightline.wiring.telephones import TelephonesAtHand

JANE = "friend/jane/phone"
CHANNEL = Channel(id="c", account="ann", type="push", name="phone", host="push")


def told(account: str, **more: str) -> Notification:
    fields = {"thing": JANE, "alert": "alert/ann/r.1", **more}
    return Notification(
        id="n", account=account, tag="t", texts={"en": ("Title", "")}, url="#map", at=1.0, **fields
    )


@pytest_twisted.ensureDeferred
async def test_the_number_is_in_the_push_of_who_may_see_the_person_alone(open_web):
    home = await open_web()
    jane = await home.knows("jane", own=("friend/jane",))
    await home.knows("ann", see=(JANE,))
    await home.knows("eve", see=("friend/bob",))
    await home.knows("closed", see=(JANE,), disabled=True)
    to_call = TelephonesAtHand(home.account_service).to_call

    def pushed(notification: Notification) -> dict[str, object]:
        found: dict[str, object] = json.loads(
            push_payload(notification, CHANNEL, None, to_call(notification))
        )
        return found

    assert "telephone" not in pushed(told("ann"))
    await home.asks("PUT", "/me/telephone", {"telephone": "+49 170 1234567"}, cookie=jane)
    assert pushed(told("ann"))["telephone"] == "+491701234567"
    assert pushed(told("ann"))["actions"] == ["call", "acknowledge", "show"]
    for other in (told("eve"), told("closed"), told("gone"), told("jane"), told("ann", alert="")):
        assert "1234567" not in json.dumps(pushed(other)), other
        assert "call" not in str(pushed(other)["actions"])
    # Taken away while it waited: it is sent without.
    await home.asks("PUT", "/me/telephone", {"telephone": ""}, cookie=jane)
    assert "telephone" not in pushed(told("ann"))
    assert pushed(told("ann"))["actions"] == ["show", "acknowledge"]
