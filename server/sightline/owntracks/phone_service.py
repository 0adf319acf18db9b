"""Deal with phones: what they post, what they are asked, what came of it.

A command goes by MQTT at once, or waits for the phone's next post. What became of it is in the
thing ``phone/user/device``; the moves between its states are in `sightline.kinds.friends.phone`.

Of several servers each deals with what it is asked and what is posted to it, and tells the others.
What all of them find out for themselves (a phone is ready for what waits; regions have changed) the
one on duty acts upon.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec.structs import replace
from twisted.application.service import Service
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.auth.permissions import VisibleScope
from sightline.cluster.leader import Leadership
from sightline.cluster.messages import PeerBus
from sightline.kinds.friends import commands
from sightline.kinds.friends.device_reports import EncryptedPayload
from sightline.kinds.friends.encryption import EncryptionKeys
from sightline.kinds.friends.phone import (
    Do,
    Phone,
    PhoneCommand,
    ask,
    expired,
    merged,
    move,
)
from sightline.kinds.friends.updates import Located, PhoneTransition, PhoneWaypoint
from sightline.live.hub import Hub
from sightline.live.periodic import Periodic
from sightline.model.kind import Arrival, CannotDecode, id_of
from sightline.owntracks.fixes import Memory
from sightline.owntracks.friend_replies import FriendReplies
from sightline.owntracks.latest import LatestPositions
from sightline.owntracks.phone_regions import KnownRegions
from sightline.owntracks.recorder_ws import RecorderSockets
from sightline.owntracks.region_ports import PhoneRegionsPort
from sightline.owntracks.region_push import RegionPush

SOURCE = "http"
"""Where what was posted comes from: no broker's name."""
_LOOK = 10.0  # s between looks at what waits
_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(Phone).decode

Send = Callable[[str, bytes], str]
"""Publishes a command to ``user/device``; says why not, empty when it went."""


class PhoneService(Service):
    """The dealings with all phones. ``clock`` never jumps; ``wall`` gives epoch s.

    ``fixes`` gets every fix that comes, unless they are kept elsewhere. ``peers`` are the other
    servers; None: we are alone.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        hub: Hub,
        people: LatestPositions,
        fixes: Memory | None,
        live: RecorderSockets,
        keys: EncryptionKeys,
        send: Send,
        regions: PhoneRegionsPort | None = None,
        peers: PeerBus | None = None,
        duty: Leadership | None = None,
    ) -> None:
        self._peers = peers
        self._leadership = duty or Leadership()
        self._left: set[str] = set()  # devices to which another server carries what waits
        self._clock = clock
        self._wall = wall
        self._hub = hub
        self._people = people
        self._fixes = fixes
        self._live = live
        self._keys = keys
        self._keyed = bool(keys)
        self._send = send
        self._posting = ""  # the device whose post is just being read
        self._sealed = False  # and whether it was encrypted
        self._posters: set[str] = set()  # devices heard by HTTP last
        self._busy: set[str] = set()  # devices of which something is open
        self._circles = circles = KnownRegions(regions)
        self._push = RegionPush(
            clock, self._leadership, people, circles, lambda device: self.ask(device, "regions", "")
        )
        self._replies = FriendReplies(people, clock.seconds)
        self._look = Periodic(clock, _LOOK, self._look_for_expired, "the watch over phones")
        hub.ingest.tell(Located, self._located)
        hub.ingest.tell(PhoneTransition, live.crossed)
        hub.ingest.tell(EncryptedPayload, self._was_sealed)
        hub.ingest.tell(PhoneWaypoint, self._marked)
        if regions is not None:
            regions.when_changed(self._push.changed)
        if peers is not None:
            peers.hear("posted", self._posted_elsewhere)
            peers.hear("phone", self._dealt_elsewhere)

    # -- the service

    def startService(self) -> None:
        """Begin to look after what waits."""
        super().startService()
        self._live.start()
        self._look.start(now=False)

    def stopService(self) -> None:
        super().stopService()
        self._look.stop()
        self._push.stop()
        self._live.stop()

    # -- what is heard

    def _located(self, reading: Located) -> None:
        # For every fix there is: what most of them do not need is asked for in one word.
        thing = reading.thing
        self._people.note(thing)
        if reading.retained:
            return  # a copy of what was heard before
        how = self._how(id_of(thing)) if self._posters or self._keyed else (False, False)
        if self._fixes is not None and (record := reading.record) is not None:
            at = reading.friend.at or 0.0
            self._fixes.keep(thing, record.tst, at, record.body, http=how[0], decrypted=how[1])
        if self._live.clients:
            self._live.happened(thing)

    def _how(self, device: str) -> tuple[bool, bool]:
        """Tell whether a fix was posted, and whether it was encrypted."""
        http = self._posting == device
        if not http and device in self._posters:
            self._posters.discard(device)
            self._show(device, replace(self._people.phone(device), transport="mqtt", app=""))
            self._carry_once(device)
        return http, device in self._keys and self._people.phone(device).encrypted

    def _was_sealed(self, reading: EncryptedPayload) -> None:
        self._sealed = reading.encrypted

    def _marked(self, reading: PhoneWaypoint) -> None:
        device = id_of(reading.thing)
        if not reading.whole:
            for one in reading.waypoints:
                self._live.marked(reading.thing, one)
            return
        phone = self._hub.world.state(f"phone/{device}")
        known = isinstance(phone, Phone)
        phone = self._circles.note_all(
            device, phone if isinstance(phone, Phone) else Phone(), reading.waypoints, reading.at
        )
        if not known:
            return  # it is nothing to show
        self._show(device, phone)
        if device not in self._posters and phone.waiting:
            self._carry_once(device)  # what had to wait for this

    # -- what is posted

    def posted(self, device: str, payload: bytes, agent: str, scope: VisibleScope) -> bytes:
        """Take a message of ``user/device``; what to answer, a JSON array (or encrypted).

        ``scope`` is what the phone's account may see.
        """
        if not self.take(device, payload, self._wall()):
            return b"[]"  # junk: it is in the quarantine, and must not come again
        if self._peers is not None:
            self._peers.tell("posted", device, payload)
        phone = self._people.phone(device)
        platform = commands.platform_of(agent)
        if platform == "?":
            platform = phone.platform
        phone = replace(phone, transport="http", app="", platform=platform)
        said = self._replies.friends_for(device, scope)
        for command in phone.waiting:
            if self._circles.must_read_first(device, phone, command):
                said += self._circles.readings(device, phone)
                continue
            said += self._circles.worded(device, phone, command)
            phone = self._went(device, phone, command)
        self._show(device, phone)
        self._tell_peers(device, phone)
        body = _encode(said)
        if self._sealed and device in self._keys:
            return self._keys.seal(device, body)
        return body

    def take(self, device: str, payload: bytes, at: float) -> bool:
        """Tell whether the ingest takes what was posted. ``at`` is epoch s."""
        ingest = self._hub.ingest
        taken, self._posting, self._sealed = ingest.accepted, device, False
        self._posters.add(device)
        try:
            self._hub.arrived([Arrival(f"owntracks/{device}", payload, False, 1, at, SOURCE)])
        finally:
            self._posting = ""
        return ingest.accepted != taken

    # -- what is asked

    def ask(self, device: str, do: Do, by: str) -> int:
        """Ask something of a phone; return the command's number. Raises `TooManyCommands`."""
        now = self._wall()
        phone, n = ask(self._people.phone(device), do, by, now)
        if do == "regions":
            phone = self._circles.asked(device, phone, now)
        self._show(device, phone)
        if device not in self._posters:
            self._carry(device)
        else:
            self._tell_peers(device, phone)  # it may come to any of them
        return n

    def _carry(self, device: str) -> None:
        """Send all that waits by MQTT, now."""
        phone = self._people.phone(device)
        for command in phone.waiting:
            if self._circles.must_read_first(device, phone, command):
                said = self._circles.readings(device, phone)
                if why := self._publish(device, phone, said):
                    self._circles.unread(device)
                    phone = self._went(device, phone, command, why)
                continue
            why = self._publish(device, phone, self._circles.worded(device, phone, command))
            phone = self._went(device, phone, command, why)
        self._show(device, phone)
        self._tell_peers(device, phone)

    def _carry_once(self, device: str) -> None:
        """Send all that waits, where every server sees that it is time: one of them does it."""
        if self._leadership.leads:
            self._carry(device)
        else:
            self._left.add(device)

    def _publish(self, device: str, phone: Phone, cmds: list[commands.Cmd]) -> str:
        """Send these; why not, empty when they went."""
        for one in cmds:
            body = commands.encoded(one)
            if phone.encrypted and device in self._keys:
                body = self._keys.seal(device, body)
            if why := self._send(device, body):
                return why
        return ""

    def _went(self, device: str, phone: Phone, command: PhoneCommand, why: str = "") -> Phone:
        """Note that a command is on its way, or (``why``) is not."""
        now = self._wall()
        phone = move(phone, command.n, "failed" if why else "sent", now, why)
        if command.do == "regions":
            phone = self._circles.went(device, phone, now, why)
        return phone

    # -- other servers

    def _tell_peers(self, device: str, phone: Phone) -> None:
        if self._peers is not None:
            self._peers.tell("phone", device, _encode(phone))

    def _posted_elsewhere(self, device: str, payload: bytes, at: float) -> None:
        """Take in what was posted at another server. ``at`` is epoch s."""
        _check_device(device)
        self.take(device, payload, at)

    def _dealt_elsewhere(self, device: str, payload: bytes, at: float) -> None:
        """Take in that another server dealt with a phone."""
        _check_device(device)
        try:
            theirs = _decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as why:
            raise CannotDecode("not_object", "not a phone") from why
        before = self._people.phone(device)
        phone = merged(before, theirs)
        self._circles.sent_elsewhere(device, before, phone)
        self._show(device, phone)

    # -- as time goes by

    def _look_for_expired(self) -> None:
        self._left &= self._busy
        if self._leadership.leads:  # what the one who was on duty did not come to
            left, self._left = self._left, set()
            for device in left:
                self._carry(device)
            self._push.catch_up()
        for device in list(self._busy):
            phone = self._people.phone(device)
            after = expired(phone, self._wall())
            regions = after.regions
            if (
                regions is not None
                and regions.state in ("asked", "sent")
                and not any(each.do == "regions" for each in after.commands if each.is_open)
            ):
                why = "the phone did not answer"
                after = replace(
                    after, regions=replace(regions, state="none", at=self._wall(), why=why)
                )
            self._show(device, after)

    def _show(self, device: str, phone: Phone) -> None:
        if phone.busy:
            self._busy.add(device)
        else:
            self._busy.discard(device)
        self._hub.show(f"phone/{device}", phone)

    def forget(self, thing: str) -> None:
        """Forget a friend who is erased."""
        device = id_of(thing)
        if self._fixes is not None:
            self._fixes.forget(thing)
        self._people.forget(thing)
        self._posters.discard(device)
        self._busy.discard(device)
        self._left.discard(device)
        self._circles.forget(device)
        self._replies.forget(thing)
        self._hub.erase((f"phone/{device}",))


def _check_device(device: str) -> None:
    """Raise `CannotDecode` for what is no device."""
    if device.count("/") != 1:
        raise CannotDecode("bad_topic", "no device of somebody's")
