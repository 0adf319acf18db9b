"""A small broker with AWS IoT's odd rules, over TLS with client certificates, for tests only.

What its policy does not allow ends the connection, without a word; a wildcard never gets what is
retained; filters with $ end the connection, as do more than eight of them at once. MQTT 3.1.1 only.

    with AwsIot(folder, {"iot:Connect": ["client/sl-*"], …}) as aws:
        ...  # aws.port, aws.settings()
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from fnmatch import fnmatchcase
from pathlib import Path
from types import TracebackType

import trustme
from paho.mqtt.client import topic_matches_sub

Policy = dict[str, list[str]]


class HungUp(Exception):
    """What AWS does instead of an answer."""


class AwsIot:
    """The broker; ``refused`` is what its policy was asked for in vain."""

    def __init__(self, folder: Path, policy: Policy) -> None:
        self.policy = policy
        self.refused: list[tuple[str, str]] = []
        self.retained: dict[str, bytes] = {}
        self._folder = folder
        self._lock = threading.Lock()
        self._sessions: set[_Session] = set()
        authority = trustme.CA()
        server = authority.issue_cert("127.0.0.1")
        ours = authority.issue_cert("sightline.example", common_name="sightline")
        authority.cert_pem.write_to_path(folder / "ca.pem")
        ours.private_key_pem.write_to_path(folder / "aws.key")
        (folder / "aws.key").chmod(0o600)
        (folder / "aws.pem").write_bytes(b"".join(p.bytes() for p in ours.cert_chain_pems))
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.configure_cert(self._context)
        authority.configure_trust(self._context)
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._context.set_alpn_protocols(["x-amzn-mqtt-ca"])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def settings(self) -> str:
        """A broker's table that leads here."""
        return (
            f'[broker.aws]\nhost = "127.0.0.1"\nport = {self.port}\nclient_id = "sightline"\n'
            f'tls = true\ntls_ca = "{self._folder}/ca.pem"\ntls_cert = "{self._folder}/aws.pem"\n'
            f'tls_key = "{self._folder}/aws.key"\ntls_alpn = ["x-amzn-mqtt-ca"]\n'
            "keepalive = 30\n"
        )

    def __enter__(self) -> AwsIot:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.hang_up()

    @property
    def clients(self) -> set[str]:
        """Who is connected."""
        with self._lock:
            return {one.client for one in self._sessions if one.client}

    def allows(self, action: str, resource: str) -> bool:
        """Whether the policy has a line for this."""
        found = any(fnmatchcase(resource, line) for line in self.policy.get(action, ()))
        if not found:
            self.refused.append((action, resource))
        return found

    def deliver(self, topic: str, payload: bytes) -> None:
        """Hand a message to everybody who asked for it and may receive it."""
        with self._lock:
            sessions = list(self._sessions)
        for session in sessions:
            if any(topic_matches_sub(name, topic) for name in session.filters) and self.allows(
                "iot:Receive", f"topic/{topic}"
            ):
                session.send(topic, payload)

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._session, args=(plain,), daemon=True).start()

    def _session(self, plain: socket.socket) -> None:
        plain.settimeout(30)
        try:
            wrapped = self._context.wrap_socket(plain, server_side=True)
        except OSError:
            plain.close()
            return
        session = _Session(self, wrapped)
        with self._lock:
            self._sessions.add(session)
        try:
            session.run()
        except (HungUp, OSError, struct.error, IndexError):
            pass
        finally:
            with self._lock:
                self._sessions.discard(session)
            session.hang_up()


class _Session:
    def __init__(self, aws: AwsIot, sock: ssl.SSLSocket) -> None:
        self.client = ""
        self.filters: list[str] = []
        self._aws = aws
        self._sock = sock
        self._writing = threading.Lock()

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()

    def run(self) -> None:
        while True:
            (first,) = self._read(1)
            body = self._read(self._length())
            match first >> 4:
                case 1:
                    self._connect(body)
                case 3:
                    self._publish(first, body)
                case 8:
                    self._subscribe(body)
                case 12:
                    self._write(b"\xd0\x00")
                case 14:
                    raise HungUp

    def send(self, topic: str, payload: bytes, retain: bool = False) -> None:
        body = struct.pack("!H", len(topic.encode())) + topic.encode() + payload
        with contextlib.suppress(OSError):
            self._write(bytes([0x30 | retain]) + _length(len(body)) + body)

    def _connect(self, body: bytes) -> None:
        if body[:7] != b"\x00\x04MQTT\x04":
            raise HungUp
        length = struct.unpack("!H", body[10:12])[0]
        client = body[12 : 12 + length].decode()
        self._need("iot:Connect", f"client/{client}")
        self.client = client
        self._write(b"\x20\x02\x00\x00")

    def _subscribe(self, body: bytes) -> None:
        filters, at = [], 2
        while at < len(body):
            length = struct.unpack("!H", body[at : at + 2])[0]
            filters.append(body[at + 2 : at + 2 + length].decode())
            at += 3 + length
        if len(filters) > 8 or any(name.startswith("$") for name in filters):
            self._aws.refused += [("limits", name) for name in filters]
            raise HungUp
        for name in filters:
            self._need("iot:Subscribe", f"topicfilter/{name}")
        self.filters += filters
        self._write(b"\x90" + _length(2 + len(filters)) + body[:2] + b"\x01" * len(filters))
        for name in filters:
            if name in self._aws.retained:
                self.send(name, self._aws.retained[name], retain=True)

    def _publish(self, first: int, body: bytes) -> None:
        length = struct.unpack("!H", body[:2])[0]
        topic, rest = body[2 : 2 + length].decode(), body[2 + length :]
        number, payload = (rest[:2], rest[2:]) if first & 0x06 else (b"", rest)
        self._need("iot:Publish", f"topic/{topic}")
        if first & 1:
            self._need("iot:RetainPublish", f"topic/{topic}")
            self._aws.retained[topic] = payload
        if number:
            self._write(b"\x40\x02" + number)
        self._aws.deliver(topic, payload)

    def _need(self, action: str, resource: str) -> None:
        if not self._aws.allows(action, resource):
            raise HungUp

    def _write(self, data: bytes) -> None:
        with self._writing:
            self._sock.sendall(data)

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self._sock.recv(count - len(data))
            if not more:
                raise HungUp
            data += more
        return data

    def _length(self) -> int:
        total = shift = 0
        while True:
            (one,) = self._read(1)
            total |= (one & 0x7F) << shift
            if one < 0x80:
                return total
            shift += 7


def _length(count: int) -> bytes:
    data = b""
    while count > 127:
        data += bytes([count & 0x7F | 0x80])
        count >>= 7
    return data + bytes([count])
