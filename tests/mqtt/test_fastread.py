"""The fast reader must do what plain paho does with the same bytes, however they are cut."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from mqtt.scene import publish_packet, varint
from sightline.model.kind import Arrival
from sightline.mqtt.fastread import CHUNK, FastClient, fits
from waits import wait_until


@dataclass
class Outcome:
    """What a reader made of a stream."""

    arrivals: list[tuple[str | bytes, bytes, bool, int]]
    acks: bytes
    open: bool
    half_read: bytes


@contextmanager
def reader(fast: bool, version: MQTTProtocolVersion) -> Iterator[tuple[Client, Any, list[Arrival]]]:
    """A client that believes itself connected, and the broker's end of its socket."""
    arrivals: list[Arrival] = []
    how: dict[str, Any] = {
        "callback_api_version": CallbackAPIVersion.VERSION2,
        "client_id": "x",
        "protocol": version,
        "reconnect_on_failure": False,
        "manual_ack": True,
    }
    client = FastClient(arrivals, "main", lambda: 7.0, **how) if fast else Client(**how)

    def on_message(_: Client, __: object, message: Any) -> None:
        if message.qos:
            client.ack(message.mid, message.qos)
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = message._topic
        arrivals.append(
            Arrival(topic, bytes(message.payload), bool(message.retain), message.qos, 7.0, "main")
        )

    client.on_message = on_message
    client.on_socket_register_write = lambda *_: None
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    client._sock = ours
    with closing(ours), closing(theirs):
        yield client, theirs, arrivals
        client._sock = None


def outcome(fast: bool, version: MQTTProtocolVersion, pieces: list[bytes]) -> Outcome:
    """Send the pieces one by one; each is read before the next is sent."""
    with reader(fast, version) as (client, theirs, arrivals):
        small = [p[at : at + 50_000] for p in pieces for at in range(0, len(p), 50_000)]
        for piece in small:
            if client.socket() is None:
                break
            theirs.sendall(piece)
            while (sock := client.socket()) and select.select([sock], [], [], 0)[0]:
                client.loop_read()
        acks = b"".join(bytes(p["packet"]) for p in client._out_packet)
        half = client._in_packet
        return Outcome(
            [(a.topic, a.payload, a.retain, a.qos) for a in arrivals],
            acks,
            client.socket() is not None,
            bytes([half["command"], *half["remaining_count"]]) + bytes(half["packet"]),
        )


topics = st.one_of(
    st.text(min_size=1, max_size=40).map(lambda t: t.encode(errors="surrogatepass")),
    st.binary(min_size=1, max_size=40),
)
payloads = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([bytes(n) for n in (100, 126, 127, 128, 500, 16_380, 20_000, 70_000)]),
)


@st.composite
def publishes(draw: st.DrawFn, with_properties: bool) -> bytes:
    topic, payload = draw(topics), draw(payloads)
    qos = draw(st.sampled_from([0, 0, 1, 2]))
    head = 0x30 | qos << 1 | draw(st.booleans()) | (draw(st.booleans()) << 3 if qos else 0)
    body = len(topic).to_bytes(2, "big") + topic
    if qos:
        body += draw(st.integers(1, 65535)).to_bytes(2, "big")
    if with_properties:
        colour = draw(st.sampled_from([b"", b"\x26\0\1a\0\1b", b"\x26\0\1a\0\xc8" + b"x" * 200]))
        body += varint(len(colour)) + colour
    return bytes([head]) + varint(len(body) + len(payload)) + body + payload


others = st.sampled_from(
    [
        b"\xd0\0",  # PINGRESP
        b"\x40\2\0\7",  # PUBACK for nothing we sent
        b"\x62\2\0\1",  # PUBREL: lets a QoS 2 message through
        b"\x90\3\0\1\0",  # SUBACK
    ]
)
BROKEN = [
    b"\x30\xff\xff\xff\xff\x7f",  # a length that is too long
    b"\x30\0",  # no topic at all
    b"\x30\1\0",
    b"\x30\2\0\0",  # an empty topic
    b"\x30\3\0\5a",  # a topic longer than its packet
    b"\x32\3\0\1a",  # QoS 1 without an id
    b"\x36\5\0\1a\0\1",  # QoS 3
    b"\x30\6\0\1a\x7fhi",  # MQTT 5: properties longer than the packet
    b"\x30\3\0\1a",  # MQTT 5: no length of properties
    b"\xf0\0",
    b"\0",
]
broken = st.one_of(st.sampled_from(BROKEN), st.binary(max_size=12))


class Stream:
    """What a broker sends, cut into pieces."""

    def __init__(self, version: MQTTProtocolVersion, pieces: list[bytes]) -> None:
        self.version = version
        self.pieces = pieces

    def __repr__(self) -> str:  # some pieces are long
        return f"{self.version.name} {[(len(p), p[:80]) for p in self.pieces]}"


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    version = draw(st.sampled_from(list(MQTTProtocolVersion)))
    packet = publishes(version == MQTTProtocolVersion.MQTTv5)
    packets = draw(st.lists(st.one_of(packet, packet, packet, others), max_size=25))
    if draw(st.integers(0, 4)) == 0:
        packets.append(draw(broken))
        packets += draw(st.lists(packet, max_size=2))
    stream = b"".join(packets)
    cuts = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    edges = [0, *cuts, len(stream)]
    return Stream(version, [stream[a:b] for a, b in pairwise(edges)])


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(streams())
def test_it_makes_of_any_stream_what_plain_paho_makes_of_it(stream: Stream) -> None:
    fast = outcome(True, stream.version, stream.pieces)
    assert fast == outcome(False, stream.version, stream.pieces)


@pytest.mark.parametrize("version", list(MQTTProtocolVersion))
@pytest.mark.parametrize("packet", BROKEN)
def test_a_broken_packet_is_judged_as_by_plain_paho(
    packet: bytes, version: MQTTProtocolVersion
) -> None:
    stream = publish_packet(b"a", b"") * (version != MQTTProtocolVersion.MQTTv5) + packet
    assert outcome(True, version, [stream]) == outcome(False, version, [stream])
    stream += publish_packet(b"b", b"after")
    assert outcome(True, version, [stream]) == outcome(False, version, [stream])


def test_a_packet_may_be_cut_at_every_single_byte() -> None:
    stream = (
        publish_packet(b"a/b", b"one", 1)
        + publish_packet("ü".encode(), b"x" * 130)
        + b"\xd0\0"
        + publish_packet(b"\xff", b"two", 0, True)
    )
    version = MQTTProtocolVersion.MQTTv311
    whole = outcome(True, version, [stream])
    assert whole == Outcome(
        [
            ("a/b", b"one", False, 1),
            ("ü", b"x" * 130, False, 0),
            (b"\xff", b"two", True, 0),
        ],
        b"\x40\2\0\1",
        True,
        b"\0",
    )
    for cut in range(1, len(stream)):
        assert outcome(True, version, [stream[:cut], stream[cut:]]) == whole


def test_a_message_larger_than_a_chunk_comes_through() -> None:
    big = publish_packet(b"big", bytes(3 * CHUNK), 1)
    stream = publish_packet(b"a", b"") + big + publish_packet(b"b", b"")
    version = MQTTProtocolVersion.MQTTv311
    assert outcome(True, version, [stream]) == outcome(False, version, [stream])


def test_acknowledgements_go_out_in_the_order_of_the_messages() -> None:
    def message(number: int, qos: int = 1) -> bytes:
        return bytes([0x30 | qos << 1, 5, 0, 1, 97]) + number.to_bytes(2, "big")

    stream = b"".join([message(1), message(2), b"\xd0\0", message(3), message(4)[:4]])
    result = outcome(True, MQTTProtocolVersion.MQTTv311, [stream, message(4)[4:]])
    assert result.acks == b"".join(b"\x40\2" + n.to_bytes(2, "big") for n in (1, 2, 3, 4))


def test_one_call_reads_no_more_than_a_chunk() -> None:
    with reader(True, MQTTProtocolVersion.MQTTv311) as (client, theirs, arrivals):
        theirs.setblocking(False)
        packet = publish_packet(b"a", bytes(996))
        sent = theirs.send(packet * 150)
        client.loop_read()
        assert sent > CHUNK
        # the packet that the chunk cut off is finished from the socket
        assert CHUNK // len(packet) <= len(arrivals) <= CHUNK // len(packet) + 1


def test_every_byte_counts_as_a_sign_of_life() -> None:
    with reader(True, MQTTProtocolVersion.MQTTv311) as (client, theirs, _):
        client._last_bytes_received = 0.0
        client._ping_t = 1.0
        theirs.sendall(publish_packet(b"a", b""))
        client.loop_read()
        assert client._last_bytes_received > 0
        assert client._ping_t == 0


def test_the_end_of_the_connection_is_noticed() -> None:
    with reader(True, MQTTProtocolVersion.MQTTv311) as (client, theirs, arrivals):
        theirs.sendall(publish_packet(b"a", b"") + b"\x30\x05")
        theirs.close()
        wait_until(lambda: not client.socket(), "the end", pause=client.loop_read)
        assert [a.topic for a in arrivals] == ["a"]


@pytest.mark.parametrize(
    ("transport", "version", "known"),
    [
        ("tcp", "2.2.0", True),
        ("tcp", "2.2.9", True),
        ("tcp", "2.1.0", False),
        ("tcp", "2.3.0", False),
        ("websockets", "2.2.0", False),
    ],
)
def test_it_is_used_only_where_it_is_known_to_fit(
    transport: Any, version: str, known: bool
) -> None:
    assert fits(transport, version) is known
