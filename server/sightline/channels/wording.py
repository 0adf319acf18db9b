"""Make the notifications of channels themselves: a test, and what quiet hours held back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sightline.channels.payload import text_of
from sightline.channels.quiet import zone_of
from sightline.channels.records import Channel
from sightline.channels.sentences import SENTENCES, of_language
from sightline.model.notification import Notification

_LINES = 12
"""Notifications that a summary names one by one."""


def trial(id: str, account: str, at: float) -> Notification:
    """Return what the test button sends."""
    texts = {code: (each.test_title, each.test_body) for code, each in SENTENCES.items()}
    return Notification(
        id=id, account=account, tag="test", texts=texts, url="", at=at, topic="test"
    )


def summary(notifications: Sequence[Notification], channel: Channel) -> Notification:
    """Return one notification for all that quiet hours held back, the oldest first."""
    last = notifications[-1]
    if len(notifications) == 1:
        return last
    sentences = of_language(channel.language)
    place = zone_of((channel.quiet.zone if channel.quiet else None) or channel.zone) or UTC
    lines = [
        f"{datetime.fromtimestamp(each.at, place):%H:%M} {text_of(each, channel.language)[0]}"
        for each in notifications[:_LINES]
    ]
    if (more := len(notifications) - len(lines)) > 0:
        lines.append(sentences.more.format(count=more))
    title = sentences.summary.format(count=len(notifications))
    return Notification(
        id=f"{last.id}.quiet",
        account=last.account,
        tag="quiet",
        texts={channel.language: (title, "\n".join(lines))},
        url=last.url,
        at=last.at,
    )
