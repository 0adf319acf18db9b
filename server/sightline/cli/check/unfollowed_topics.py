"""Check whether phones publish at a broker on topics that the settings do not follow."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.cli.check.findings import Finding
from sightline.cli.check.probe import Probe
from sightline.kinds.friends.bases import BaseTopics
from sightline.mqtt.options import BrokerOptions

_SECONDS = 1.0
"""What is retained comes at once; of what is not, so long is listened for."""
_STEP = "phones"
_SHOWN = 5


def check(where: str, options: BrokerOptions, bases: BaseTopics) -> Iterator[Finding]:
    """Listen to all topics for a moment."""
    if options.profile.filter_fault("#"):
        yield Finding(where, _STEP, "skip", f"{options.profile.name} tells nobody everything")
        return
    try:
        with Probe(options) as probe:
            if not probe.connect() or probe.subscribe([("#", 0)]):
                yield Finding(where, _STEP, "skip", "not tested: we may not hear all topics")
                return
            probe.until(lambda: False, _SECONDS)
            found = {
                bases.suggestion(topic, payload): topic for topic, payload, _ in probe.messages
            }
    except OSError:
        return  # the check of the broker itself has said so
    found.pop("", None)
    for base, topic in list(found.items())[:_SHOWN]:
        said = f"messages like OwnTracks' on {topic}, which is not followed"
        yield Finding(where, _STEP, "warn", said, f"add {base} to friends.topics")
    if not found:
        yield Finding(where, _STEP, "ok", "no phone was heard on a topic that is not followed")
