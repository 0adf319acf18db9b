"""Webhooks and brokers are told what phones are, each in its own way."""

from __future__ import annotations

import json

import msgspec
import pytest_twisted

from channels.scene import BASE, ChannelScene, notification
from receiver import Receiver
from sightline.channels.contract import NewChannel
from sightline.web.webhook_signature import signing_key, standard_headers


@pytest_twisted.ensureDeferred
async def test_a_webhook_is_signed_by_the_standard_and_mqtt_waits_for_its_broker(where):
    with Receiver() as receiver:
        scene = await ChannelScene(**where).opens()
        asked = NewChannel(type="webhook", name="house", address=receiver.url)
        channel = await scene.has(asked)
        scene.takes = False
        await scene.has(NewChannel(type="mqtt", name="broker"), "amy")
        scene.service.tell(notification("n1"))
        scene.service.tell(notification("n2", "amy"))
        await scene.until(lambda: "sent" in scene.states("n1"))
        (post,) = receiver.posts
        sealed = (await scene.reads(lambda store: store.get(channel.id)))[1]
        url, secret = msgspec.msgpack.decode(
            scene.access.unseal(sealed, channel.id), type=dict[str, str]
        ).values()
        assert url == receiver.url
        assert secret.startswith("whsec_")
        at = float(post.headers["webhook-timestamp"])
        wanted = standard_headers("n1", at, post.body, signing_key(secret))
        assert post.headers["webhook-signature"] == wanted["webhook-signature"]
        assert post.headers["webhook-id"] == "n1"
        said = json.loads(post.body)
        assert (said["type"], said["url"]) == ("sightline.rule", f"{BASE}/#map?at=1")
        scene.takes = True
        await scene.until(lambda: "sent" in scene.states("n2"))
        ((topic, payload),) = scene.published
        assert topic == "sightline/notify/amy"
        assert json.loads(payload)["id"] == "n2"
        await scene.closes()
