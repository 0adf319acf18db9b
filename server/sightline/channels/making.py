"""Make a channel of what somebody asked for, or say what is wrong with it."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field

import msgspec

from sightline.channels.address import BadChannelAddress, origin_of, schema_of, shown_host
from sightline.channels.contract import NewChannel
from sightline.channels.options import ChannelOptions
from sightline.channels.quiet import zone_of
from sightline.channels.records import Channel
from sightline.channels.sending import WebhookSecret, topic_of
from sightline.channels.webpush import BadSubscription, read_subscription
from sightline.contract.errors import Refused
from sightline.model.text import clean
from sightline.web.webhook_signature import PREFIX

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Made:
    """A new channel with its ``secret``; ``revealed``: what its maker learns this once."""

    channel: Channel
    secret: bytes = field(repr=False)
    revealed: str | None = field(default=None, repr=False)


def new_id() -> str:
    """Return an id that nothing else has."""
    return secrets.token_hex(6)


def check_words(language: str, zone: str) -> None:
    """Raise `Refused` for what is no language, or no time zone ("": none is known)."""
    if not _LANGUAGE.fullmatch(language):
        raise Refused("malformed", "language must be such as en or de-AT.")
    if zone and zone_of(zone) is None:
        raise Refused("malformed", "zone must be a time zone such as Europe/Berlin.")


def make(
    asked: NewChannel,
    account: str,
    base: str,
    options: ChannelOptions,
    now: float,
    session: str = "",
) -> Made:
    """Return the channel that was asked for, by who came with a ``session``. Raises `Refused`."""
    check_words(asked.language, asked.zone)
    plain = Channel(
        id=new_id(),
        account=account,
        type=asked.type,
        name=clean(asked.name, 64),
        host="",
        language=asked.language,
        zone=asked.zone,
        base=base,
        made=round(now, 3),
        session=session if asked.type == "push" else "",
        renewed=round(now, 3) if asked.type == "push" else 0.0,
    )
    wants = {"push": "subscription", "address": "address", "webhook": "address", "mqtt": ""}
    for given in ("subscription", "address"):
        if bool(getattr(asked, given)) != (wants[asked.type] == given):
            must = "is missing" if wants[asked.type] == given else "is not for this type"
            raise Refused("malformed", f"{given} {must}.")
    try:
        return _MAKERS[asked.type](asked, plain, options)
    except (BadChannelAddress, BadSubscription) as why:
        raise Refused("malformed", f"{why}.") from None


def _push(asked: NewChannel, channel: Channel, options: ChannelOptions) -> Made:
    given = asked.subscription
    assert given is not None
    try:
        _, host = origin_of(given.endpoint, private=options.private)
    except BadChannelAddress as why:
        raise BadChannelAddress(f"subscription.endpoint: {why}") from None
    keys = given.keys
    to = read_subscription(given.endpoint, keys.p256dh, keys.auth, private=options.private)
    mark = hashlib.sha256(to.endpoint.encode()).hexdigest()[:32]
    made = msgspec.structs.replace(channel, host=host, mark=mark)
    return Made(made, msgspec.msgpack.encode(to))


def _address(asked: NewChannel, channel: Channel, options: ChannelOptions) -> Made:
    schema = schema_of(asked.address, options.schemas)
    host = shown_host(asked.address, schema)
    made = msgspec.structs.replace(channel, host=host, schema=schema)
    return Made(made, asked.address.encode())


def _webhook(asked: NewChannel, channel: Channel, options: ChannelOptions) -> Made:
    try:
        _, host = origin_of(asked.address, private=options.private)
    except BadChannelAddress as why:
        raise BadChannelAddress(f"address: {why}") from None
    secret = PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()
    made = msgspec.structs.replace(channel, host=host)
    return Made(made, msgspec.msgpack.encode(WebhookSecret(asked.address, secret)), secret)


def _mqtt(asked: NewChannel, channel: Channel, options: ChannelOptions) -> Made:
    return Made(msgspec.structs.replace(channel, host=topic_of(channel.account)), b"")


_MAKERS = {"push": _push, "address": _address, "webhook": _webhook, "mqtt": _mqtt}
