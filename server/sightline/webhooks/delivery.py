"""The rules of a delivery: who wants it, how it looks, what an answer means, when to retry."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal

import msgspec

from sightline.kinds.regions.model import Transition
from sightline.web.webhook_signature import signing_key, standard_headers
from sightline.webhooks.options import WebhookOptions

_LATER = frozenset((408, 425, 429))


@dataclass(slots=True)
class Delivery:
    """A message about a thing that is to be delivered.

    ``id`` is the same at each attempt, and at each of several servers.
    """

    id: str
    thing: str
    event: str
    body: bytes
    attempts: int = 0


def wants(options: WebhookOptions, transition: Transition) -> bool:
    """Tell whether this receiver is told of this crossing."""
    if transition.event not in options.events or transition.by not in options.by:
        return False
    if "all" in options.regions:
        return True
    if transition.region is None:
        return False
    shared = "/" not in transition.region
    return transition.region in options.regions or (shared and "shared" in options.regions)


def body(id: str, transition: Transition) -> bytes:
    """Return the body of the POST, JSON."""
    return msgspec.json.encode({"id": id, "kind": "crossing", **msgspec.to_builtins(transition)})


def headers(delivery: Delivery, secret: bytes | None, now: float) -> dict[bytes | str, bytes | str]:
    """Return the headers of the POST: ours, and those of Standard Webhooks. ``now`` is epoch s."""
    stamp = str(int(now))
    said: dict[bytes | str, bytes | str] = {
        "Content-Type": "application/json",
        "User-Agent": "Sightline",
        "Sightline-Delivery": delivery.id,
        "Sightline-Event": delivery.event,
        "Sightline-Timestamp": stamp,
    }
    key = None
    if secret is not None:
        said["Sightline-Signature"] = signature(secret, stamp, delivery.body)
        key = signing_key(secret.decode("utf-8", "surrogateescape"))
    said.update(standard_headers(delivery.id, now, delivery.body, key))
    return said


def signature(secret: bytes, stamp: str, body: bytes) -> str:
    """Sign time and body by HMAC-SHA256: a delivery caught on the way cannot be sent again
    later.
    """
    return "v1=" + hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def meaning(status: int) -> Literal["done", "later", "never"]:
    """Tell what an answer's status means for the delivery. Redirects are not followed."""
    if 200 <= status < 300:
        return "done"
    return "later" if status >= 500 or status in _LATER else "never"


def pause(options: WebhookOptions, attempts: int, chance: float) -> float:
    """Tell how many s to wait after so many failed attempts. ``chance`` from 0 to 1 spreads it."""
    whole = min(options.most, options.first * 4.0 ** min(attempts - 1, 30))
    return whole * (0.5 + chance / 2)
