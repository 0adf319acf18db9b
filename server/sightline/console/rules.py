"""The rules of the console: rights, payloads, and the queue of messages for one viewer.

Topics that command robots and phones are barred here for everybody, whatever the settings say:
driving goes through leases, not through a console.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sightline import kinds
from sightline.auth.permissions import Role, User
from sightline.contract.errors import Refused
from sightline.kinds import COMMANDS
from sightline.model.filters import contains, filter_fault, matches, topic_fault

BARRED = COMMANDS
"""Nobody publishes here by the console."""
# Who reads raw messages learns of all of these; and of these, who reads the broker's own.
_IN_MESSAGES = frozenset(
    each.name
    for kind in kinds.ALL
    if any(not name.startswith("$") for name, _ in kind.filters)
    for each in kind.things
    if "see" in each.granted
)
_IN_SYS = frozenset(
    each.name
    for kind in kinds.ALL
    if any(name.startswith("$") for name, _ in kind.filters)
    for each in kind.things
)
_ROLES: tuple[Role, ...] = ("viewer", "operator", "admin")
LARGEST_SHOWN = 16_384
"""Bytes of a payload that are shown; the rest is cut and said."""
LARGEST_SENT = 65_536
"""Bytes of a payload that may be published."""
LARGEST_REQUEST = 2 * LARGEST_SENT + 8192
"""The request that holds it, in bytes: written as hex it is twice as long."""
QUEUE_MESSAGES = 500
QUEUE_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class ConsoleRights:
    """The rights of the console: least roles, the filters that are open at all, and those that
    never are.
    """

    read_role: Role = "operator"
    publish_role: Role = "admin"
    subscribe: Sequence[str] = ("#", "$SYS/#")
    publish: Sequence[str] = ("test/#",)
    barred: Sequence[str] = BARRED

    def may_read(self, user: User) -> None:
        """Raise `Refused` for those who may not look at raw messages and topics."""
        self._role(user, self.read_role, "look at raw messages")
        self._sees(user, _IN_MESSAGES)

    def may_subscribe(self, user: User, name: str) -> None:
        """Raise `Refused` when ``user`` may not subscribe the filter ``name``."""
        self.may_read(user)
        if fault := filter_fault(name):
            raise Refused("bad_filter", fault)
        if name.startswith("$"):
            self._sees(user, _IN_SYS)
        if name.startswith("$share/"):
            raise Refused("forbidden", "a shared subscription would take messages from others")
        if not any(contains(open_, name) for open_ in self.subscribe):
            raise Refused("forbidden", f"not open here (console.subscribe): {name}")

    def seen_topics(self, user: User) -> Callable[[str], bool]:
        """Return what tells which topics ``user`` may subscribe, and so see the past of.

        Raises `Refused` for those who may not look at raw messages.
        """
        self.may_read(user)
        seen, filters = user.scope.kinds, tuple(self.subscribe)
        sees_sys = seen is None or seen >= _IN_SYS
        everything = "#" in filters

        def sees(topic: str) -> bool:
            if topic.startswith("$"):
                return sees_sys and any(matches(name, topic) for name in filters)
            return everything or any(matches(name, topic) for name in filters)

        return sees

    def publishes(self, user: User) -> bool:
        """Tell whether ``user`` publishes at all."""
        return _ROLES.index(user.role) >= _ROLES.index(self.publish_role)

    def may_publish(self, user: User, topic: str) -> None:
        """Raise `Refused` when ``user`` may not publish to ``topic``."""
        self._role(user, self.publish_role, "publish")
        if fault := topic_fault(topic):
            raise Refused("bad_topic", fault)
        if topic.startswith("$"):
            raise Refused("forbidden", "topics that begin with $ are the broker's own")
        bare = topic.lstrip("/")
        if any(matches(barred, name) for barred in self.barred for name in (topic, bare)):
            raise Refused(
                "barred", "this topic commands a robot or a phone; the console never does"
            )
        if not any(matches(open_, topic) for open_ in self.publish):
            raise Refused("forbidden", f"not open here (console.publish): {topic}")

    def _sees(self, user: User, kinds: frozenset[str]) -> None:
        seen = user.scope.kinds
        if seen is not None and not kinds <= seen:
            raise Refused(
                "forbidden",
                "raw messages would show what is hidden from you; see the pages instead",
            )

    def _role(self, user: User, least: Role, what: str) -> None:
        if _ROLES.index(user.role) < _ROLES.index(least):
            raise Refused("forbidden", f"to {what} one must be {least}, not {user.role}")


def payload(form: str, text: object) -> bytes:
    """Return the bytes that somebody typed. Raises `Refused` (``bad_payload``) for other texts.

    ``form``: text, json (checked, sent as typed), hex (blanks allowed), base64.
    """
    if not isinstance(text, str):
        raise Refused("bad_payload", "a payload is a text")
    try:
        if form == "text":
            data = text.encode()
        elif form == "json":
            json.loads(text, parse_constant=_no_constant)
            data = text.encode()
        elif form == "hex":
            data = bytes.fromhex(text)
        elif form == "base64":
            data = base64.b64decode(text, validate=True)
        else:
            raise Refused("bad_payload", "a payload's form is text, json, hex or base64")
    except json.JSONDecodeError as why:
        raise Refused(
            "bad_payload", f"not JSON: {why.msg} (line {why.lineno}, column {why.colno})"
        ) from None
    except RecursionError:
        raise Refused("bad_payload", "not JSON: nested too deeply") from None
    except UnicodeEncodeError:
        raise Refused("bad_payload", "holds half a character") from None
    except binascii.Error:
        raise Refused("bad_payload", "not base64") from None
    except ValueError as why:
        what = "hexadecimal: pairs of 0-9 a-f" if form == "hex" else str(why)
        raise Refused("bad_payload", f"not {what}") from None
    if len(data) > LARGEST_SENT:
        raise Refused("bad_payload", f"more than {LARGEST_SENT} bytes")
    return data


def _no_constant(name: str) -> None:
    raise ValueError(f"JSON: it knows no {name}")


def shown(data: bytes) -> dict[str, Any]:
    """Put a payload into a frame: ``payload`` as text, else ``base64``; ``size`` when it was
    cut.
    """
    fields: dict[str, Any] = {}
    if len(data) > LARGEST_SHOWN:
        fields["size"] = len(data)
        data = data[:LARGEST_SHOWN]
    try:
        return {"payload": data.decode(), **fields}
    except UnicodeDecodeError as why:
        if fields and why.start > len(data) - 4:  # only the cut itself broke a character
            return {"payload": data[: why.start].decode(), **fields}
        return {"base64": base64.b64encode(data).decode(), **fields}


class ConsoleQueue:
    """Messages waiting for one viewer.

    The oldest stay; what finds no room is counted by its subscription and told with that
    subscription's next message.
    """

    def __init__(self, messages: int = QUEUE_MESSAGES, size: int = QUEUE_BYTES) -> None:
        self._messages: deque[tuple[str, bytes, int]] = deque()
        self._most = messages
        self._room = size
        self.dropped: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, sub: str, frame: bytes) -> bool:
        """Let a frame of subscription ``sub`` wait. False: no room, counted."""
        size = len(frame)
        if len(self._messages) >= self._most or size > self._room:
            self.dropped[sub] += 1
            return False
        self._room -= size
        self._messages.append((sub, frame, size))
        return True

    def take(self, messages: int, size: int) -> list[tuple[str, bytes]]:
        """Return the next few: at most so many, and not much over ``size`` bytes."""
        taken: list[tuple[str, bytes]] = []
        while self._messages and len(taken) < messages and size > 0:
            sub, frame, length = self._messages.popleft()
            self._room += length
            size -= length
            taken.append((sub, frame))
        return taken

    def forget(self, sub: str) -> None:
        """Drop the messages of a subscription that ended."""
        kept = [one for one in self._messages if one[0] != sub]
        self._room += sum(one[2] for one in self._messages if one[0] == sub)
        self._messages = deque(kept)
        self.dropped.pop(sub, None)
