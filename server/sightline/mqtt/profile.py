"""The limits of a broker that takes less than MQTT allows.

A broker that is sent more ends the connection, often without a word; so it is not sent, and anybody
who wanted it is told.

    AWS IoT                                    and so
    ----------------------------------------   --------------------------------------------------
    no $SYS topics                             not subscribed
    retained messages do not come with         friends are known again when they are heard again
    wildcards
    QoS 2: silence, or the end                 nobody here uses it
    8 filters in a SUBSCRIBE, 50 in all        sent by 8s (`connection`); the 51st is refused
    7 slashes, 256 bytes in a topic            refused
    128 KB in a message                        refused
    keepalive 30 to 1200 s                     checked in the settings
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """The limits. ``payload`` and ``topic`` in bytes; None: MQTT's own."""

    name: str
    sys_topics: bool = True
    retains: bool = True
    payload: int | None = None
    topic: int = 65_535
    slashes: int | None = None
    subscriptions: int | None = None

    def filter_fault(self, name: str) -> str:
        """Tell why this filter cannot be subscribed; empty when it can."""
        if name.startswith("$") and not self.sys_topics:
            return f"{self.name} has no $SYS topics"
        if name.startswith("/") and not self.sys_topics:
            return f"the policy of {self.name} may end the connection for a slash in front"
        return self._fault(name)

    def publish_fault(self, topic: str, payload: bytes, retain: bool) -> str:
        """Tell why this message cannot be sent; empty when it can."""
        if topic.startswith("$") and not self.sys_topics:
            return f"{self.name} keeps topics that begin with $ to itself"
        if self.payload is not None and len(payload) > self.payload:
            return f"{self.name} takes no messages of more than {self.payload} bytes"
        if retain and not self.retains:
            return f"nothing is retained at {self.name}: its policy may end the connection for it"
        return self._fault(topic)

    def _fault(self, topic: str) -> str:
        if len(topic.encode("utf-8", "surrogatepass")) > self.topic:
            return f"{self.name} takes no topics of more than {self.topic} bytes"
        if self.slashes is not None and topic.count("/") > self.slashes:
            return f"{self.name} takes no topics with more than {self.slashes} slashes"
        return ""


ANY = Profile("this broker")
AWS = Profile(
    "AWS IoT",
    sys_topics=False,
    retains=False,
    payload=131_072,
    topic=256,
    slashes=7,
    subscriptions=50,
)
PROFILES = {"": ANY, "aws": AWS}
"""By their names in the settings."""


def check_topic(topic: str) -> None:
    """Raise ValueError for the topic of a message that no broker would take."""
    if not topic or any(sign in topic for sign in "+#\0"):
        raise ValueError(f"{topic!r} is not a topic to publish to")
    if len(topic.encode()) > 65535:
        raise ValueError("the topic is longer than 65,535 bytes")
