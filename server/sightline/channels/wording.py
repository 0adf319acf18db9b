"""The few sentences that channels say themselves, in the languages that there are. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sightline.channels.payload import text_of
from sightline.channels.quiet import zone_of
from sightline.channels.records import Channel
from sightline.model.notification import Notification

_LINES = 12
"""Notifications that a summary names one by one."""
_TEST = {
    "en": ("Sightline reaches you here", "This is a test. Alerts will come the same way."),
    "de": (
        "Sightline erreicht dich hier",
        "Das ist eine Probe. Benachrichtigungen kommen auf demselben Weg.",
    ),
}
_SUMMARY = {
    "en": "{count} notifications during your quiet hours",
    "de": "{count} Benachrichtigungen während deiner Ruhezeit",
}
_MORE = {"en": "… and {count} more", "de": "… und {count} weitere"}


def trial(id: str, account: str, at: float) -> Notification:
    """Return what the test button sends."""
    return Notification(
        id=id, account=account, tag="test", texts=dict(_TEST), url="", at=at, topic="test"
    )


def summary(notifications: Sequence[Notification], channel: Channel) -> Notification:
    """Return one notification for all that quiet hours held back, the oldest first."""
    last = notifications[-1]
    if len(notifications) == 1:
        return last
    language = channel.language.partition("-")[0]
    language = language if language in _SUMMARY else "en"
    place = zone_of((channel.quiet.zone if channel.quiet else None) or channel.zone) or UTC
    lines = [
        f"{datetime.fromtimestamp(each.at, place):%H:%M} {text_of(each, channel.language)[0]}"
        for each in notifications[:_LINES]
    ]
    if (more := len(notifications) - len(lines)) > 0:
        lines.append(_MORE[language].format(count=more))
    title = _SUMMARY[language].format(count=len(notifications))
    return Notification(
        id=f"{last.id}.quiet",
        account=last.account,
        tag="quiet",
        texts={channel.language: (title, "\n".join(lines))},
        url=last.url,
        at=last.at,
    )
