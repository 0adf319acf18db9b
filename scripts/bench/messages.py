"""What is published: OwnTracks locations of about 180 bytes, all of one length, each with its time.

Message ``i`` of a run is the next fix of device ``i % pool``. Its ``tst`` counts that device's
fixes, so that a viewer sees at once whether one is missing, merged or out of order. Its ``tag``
holds the monotonic time of publishing in µs: a field every peer hands on.

A device stays within some 110 m, as one does from one second to the next: fixes that nobody can
have come to are doubted (`sightline.kinds.friends.plausibility`), which is another measurement.
So is a clock that is wrong: the first fix is of half a minute before its process was started.
"""

from __future__ import annotations

import time
from struct import pack

TOPIC = b"owntracks/bench/d%05d"
FIRST_TST = int(time.time()) - 30
PAYLOAD = (
    b'{"_type":"location","tid":"%02d","lat":48.%03d%03d,"lon":16.%03d%03d,"acc":%02d,"alt":%03d,'
    b'"vel":%03d,"cog":%03d,"batt":%02d,"bs":1,"conn":"m","t":"t","tst":%d,"tag":"%015d"}'
)


def payload(index: int, pool: int, stamp: int) -> bytes:
    """Return the payload of message ``index``, published at ``stamp`` (monotonic µs)."""
    lap, device = divmod(index, pool)
    tst = FIRST_TST + lap
    # digits that do not compress better than real ones
    some, home = (index * 2654435761) & 0xFFFFFFFF, (device * 2246822519) & 0xFFFFFFFF
    return PAYLOAD % (
        device % 90 + 10,
        home % 1_000,
        some % 1_000,
        (home >> 9) % 1_000,
        (some >> 9) % 1_000,
        tst % 80 + 10,
        100 + (some >> 3) % 900,
        100 + (some >> 5) % 100,
        100 + (some >> 13) % 260,
        10 + (some >> 17) % 90,
        tst,
        stamp,
    )


def topic(index: int, pool: int) -> bytes:
    """Return the topic of message ``index``."""
    return TOPIC % (index % pool)


def string(text: bytes) -> bytes:
    """Encode a text as an MQTT string."""
    return pack("!H", len(text)) + text


def size(length: int) -> bytes:
    """Return the remaining length of an MQTT packet."""
    out = bytearray()
    while True:
        length, low = divmod(length, 128)
        out.append(low | (0x80 if length else 0))
        if not length:
            return bytes(out)


def publish(index: int, pool: int, stamp: int, mid: int = 0) -> bytes:
    """Return the PUBLISH packet of message ``index``; QoS 1 with a packet id, else QoS 0."""
    body = string(topic(index, pool))
    if mid:
        body += pack("!H", mid)
    body += payload(index, pool, stamp)
    return (b"\x32" if mid else b"\x30") + size(len(body)) + body


def connect(client: bytes) -> bytes:
    """CONNECT, MQTT 3.1.1, clean session, no keepalive."""
    body = string(b"MQTT") + b"\x04\x02\x00\x00" + string(client)
    return b"\x10" + size(len(body)) + body


def subscribe(what: bytes) -> bytes:
    """SUBSCRIBE at QoS 0."""
    body = b"\x00\x01" + string(what) + b"\x00"
    return b"\x82" + size(len(body)) + body
