"""Put a notification into the words and the shape of each sort of channel. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sightline.channels.records import Channel
from sightline.model.notification import Notification
from sightline.model.text import clean

LARGEST = 3000
"""Bytes of a push before it is encrypted: push services take 4096 with all that is around it."""
_TITLE, _BODY = 200, 1500  # characters


def text_of(notification: Notification, language: str) -> tuple[str, str]:
    """Return title and body in a language; in its plain form, or in English, where it has none."""
    texts = notification.texts
    for wanted in (language, language.partition("-")[0], "en"):
        if wanted in texts:
            title, body = texts[wanted]
            break
    else:
        title, body = next(iter(texts.values()), ("", ""))
    return clean(title, _TITLE), "\n".join(clean(line, _BODY) for line in body[:_BODY].split("\n"))


def push_payload(
    notification: Notification, channel: Channel, badge: int | None, telephone: str = ""
) -> bytes:
    """Return what the page's service worker reads, cut so that it fits.

    ``telephone`` is whom one may call about it, as it is dialled; "": nobody.
    """
    title, body = text_of(notification, channel.language)
    said: dict[str, Any] = {
        "id": notification.id,
        "tag": notification.tag,
        "title": title,
        "body": body,
        "url": notification.url,
        "at": notification.at,
        "urgent": notification.urgent,
        "alert": notification.alert,
        "actions": ["show", "acknowledge"] if notification.alert else ["show"],
    }
    if telephone and notification.alert:
        # Systems show two at most; touching a notification shows it anyway.
        said |= {"telephone": telephone, "actions": ["call", "acknowledge", "show"]}
    if badge is not None:
        said["badge"] = badge
    data = msgspec.json.encode(said)
    while len(data) > LARGEST and said["body"]:
        over = len(data) - LARGEST
        said["body"] = said["body"][: max(0, len(said["body"]) - max(8, over // 4))]
        data = msgspec.json.encode(said)
    if len(data) > LARGEST:  # a tag or an address as nothing of ours makes them
        said |= {"tag": said["tag"][:64], "url": "", "title": title[:80]}
        data = msgspec.json.encode(said)
    return data


def plain_text(notification: Notification, channel: Channel) -> tuple[str, str]:
    """Return title and body for people, with the way to our page where its address is known."""
    title, body = text_of(notification, channel.language)
    url = link(notification, channel)
    return title, "\n".join(part for part in (body, url) if part) or title


def link(notification: Notification, channel: Channel) -> str:
    """Return where on our page it leads; "" while we know no address that others could open."""
    if not notification.url or not channel.base:
        return ""
    return f"{channel.base}/{notification.url.lstrip('/')}"


def machine_payload(notification: Notification, channel: Channel) -> bytes:
    """Return it as JSON, for MQTT and webhooks."""
    title, body = text_of(notification, channel.language)
    said: Mapping[str, Any] = {
        "id": notification.id,
        "type": f"sightline.{notification.topic}",
        "account": notification.account,
        "tag": notification.tag,
        "title": title,
        "body": body,
        "url": link(notification, channel),
        "at": notification.at,
        "urgent": notification.urgent,
        "thing": notification.thing,
        "alert": notification.alert,
    }
    return msgspec.json.encode(said)
