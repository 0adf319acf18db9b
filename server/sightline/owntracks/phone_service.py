"""Deal with phones: what they post, what they are asked, what came of it.

A command goes by MQTT at once, or waits for the phone's next post. What became of it is in the
thing ``phone/user/device``; the moves between its states are in `sightline.kinds.friends.phone`.

Of several servers each deals with what it is asked and what is posted to it, and tells the others.
What all of them find out for themselves (a phone is ready for what waits; regions have changed) the
one on duty acts upon.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace
from twisted.application.service import Service
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from sightline.auth.permissions import VisibleScope
from sightline.cluster.leader import Leadership
from sightline.cluster.messages import PeerBus
from sightline.kinds.friends import commands, reply
from sightline.kinds.friends.device_reports import EncryptedPayload
from sightline.kinds.friends.encryption import EncryptionKeys
from sightline.kinds.friends.model import Waypoint
from sightline.kinds.friends.phone import (
    Do,
    Phone,
    PhoneCommand,
    RegionSync,
    answered,
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
from sightline.owntracks.latest import LatestPositions
from sightline.owntracks.post_verdict import NotTaken
from sightline.owntracks.recorder_ws import RecorderSockets
from sightline.owntracks.region_ports import PhoneRegionsPort

SOURCE = "http"
"""Where what was posted comes from: no broker's name."""
_LOOK = 10.0  # s between looks at what waits
_SETTLE = 2.0  # s after a change of regions until it is pushed: there may be more
_VISIBLE = 2.0  # s for which the choice of friends for a reply holds
_RECIPIENTS = 1_000  # phones whose friends' TIDs, and whose own regions, are remembered
_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(Phone).decode

Send = Callable[[str, bytes], str]
"""Publishes a command to ``user/device``; says why not, empty when it went."""


class _SentRegions(NamedTuple):
    """The regions of this ``version`` that a phone was sent, and what was left out, and why."""

    version: int
    waypoints: Sequence[Waypoint]
    left_out: str


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
        self._outdated = False  # regions changed, and another server sends them
        self._clock = clock
        self._wall = wall
        self._hub = hub
        self._people = people
        self._fixes = fixes
        self._live = live
        self._keys = keys
        self._keyed = bool(keys)
        self._send = send
        self._regions = regions
        self._posting = ""  # the device whose post is just being read
        self._sealed = False  # and whether it was encrypted
        self._posters: set[str] = set()  # devices heard by HTTP last
        self._busy: set[str] = set()  # devices of which something is open
        self._sent: dict[str, _SentRegions] = {}
        self._has: dict[str, tuple[Waypoint, ...]] = {}
        self._read: set[str] = set()  # devices that were asked for theirs, to know the users' own
        self._named: dict[str, dict[str, reply.RecipientTid]] = {}
        self._visible: dict[VisibleScope, tuple[float, list[str]]] = {}
        self._changed: IDelayedCall | None = None
        self._look = Periodic(clock, _LOOK, self._look_for_expired, "the watch over phones")
        hub.ingest.tell(Located, self._located)
        hub.ingest.tell(PhoneTransition, self._crossed)
        hub.ingest.tell(EncryptedPayload, self._was_sealed)
        hub.ingest.tell(PhoneWaypoint, self._marked)
        if regions is not None:
            regions.when_changed(self._regions_changed)
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
        if self._changed is not None and self._changed.active():
            self._changed.cancel()
        self._live.stop()

    # -- what is heard

    def _located(self, reading: Located) -> None:
        # For every fix there is: what most of them do not need is asked for in one word.
        thing = reading.thing
        self._people.note(thing)
        if reading.retained:
            return  # a copy of what was heard before
        how = self._how(id_of(thing)) if self._posters or self._keyed else (False, False)
        if self._fixes is not None:
            self._fixes.keep(thing, reading.friend, http=how[0], decrypted=how[1])
        if self._live.clients:
            self._live.happened(thing)

    def _how(self, device: str) -> tuple[bool, bool]:
        """Tell whether a fix was posted, and whether it was encrypted."""
        http = self._posting == device
        if not http and device in self._posters:
            self._posters.discard(device)
            self._show(device, replace(self._people.phone(device), transport="mqtt"))
            self._carry_once(device)
        return http, device in self._keys and self._people.phone(device).encrypted

    def _crossed(self, reading: PhoneTransition) -> None:
        if not reading.retained:
            said = {
                "_type": "transition",
                "event": reading.event,
                "desc": reading.region,
                "tst": int(reading.when),
            }
            self._live.happened(reading.thing, said)

    def _was_sealed(self, reading: EncryptedPayload) -> None:
        self._sealed = reading.encrypted

    def _marked(self, reading: PhoneWaypoint) -> None:
        device = id_of(reading.thing)
        if not reading.whole:
            for one in reading.waypoints:
                said = {"_type": "waypoint", "desc": one.desc, "lat": one.lat, "lon": one.lon}
                self._live.happened(reading.thing, said | {"rad": one.rad, "tst": one.tst})
            return
        has, at = reading.waypoints, reading.at
        self._has.pop(device, None)
        self._has[device] = has
        if len(self._has) > _RECIPIENTS:
            del self._has[next(iter(self._has))]
        self._read.discard(device)
        phone = self._hub.world.state(f"phone/{device}")
        if not isinstance(phone, Phone):
            return
        phone = self._judge(device, phone, has, at)
        phone = answered(phone, ("read",), at)
        if has:
            kept = f"the phone still has {len(has)}"
            phone = answered(phone, ("clear",), at, "failed", kept)
        elif any(each.do == "clear" and each.state == "sent" for each in phone.commands):
            phone = replace(
                answered(phone, ("clear",), at), regions=RegionSync(state="none", at=at)
            )
            self._sent.pop(device, None)
        self._show(device, phone)
        if device not in self._posters and phone.waiting:
            self._carry_once(device)  # what had to wait for this

    def _judge(self, device: str, phone: Phone, has: Sequence[Waypoint], at: float) -> Phone:
        """Tell what the phone has, held against what it was sent."""
        sent, regions = self._sent.get(device), phone.regions
        if sent is None or regions is None or regions.state in ("none", "asked"):
            return phone
        before = regions.state in ("confirmed", "drifted")
        state, why = commands.compared(sent.waypoints, has, before=before)
        if state == "confirmed":
            phone = answered(phone, ("regions",), at)
            why = sent.left_out
        else:
            phone = answered(phone, ("regions",), at, "failed", why)
        return replace(phone, regions=replace(regions, state=state, at=at, why=why))

    # -- what is posted

    def posted(self, device: str, payload: bytes, agent: str, scope: VisibleScope) -> bytes:
        """Take a message of ``user/device``; what to answer, a JSON array (or encrypted).

        ``scope`` is what the phone's account may see. Raises `NotTaken`; it is in the quarantine.
        """
        if not self._take(device, payload, self._wall()):
            raise NotTaken(self._hub.ingest.refused_for)
        if self._peers is not None:
            self._peers.tell("posted", device, payload)
        phone = self._people.phone(device)
        platform = commands.platform_of(agent)
        if platform == "?":
            platform = phone.platform
        phone = replace(phone, transport="http", platform=platform)
        said = self._friends_for(device, scope)
        for command in phone.waiting:
            if self._must_read_first(device, phone, command):
                said += self._readings(device, phone)
                continue
            said += self._worded(device, phone, command)
            phone = self._went(device, phone, command)
        self._show(device, phone)
        self._tell_peers(device, phone)
        body = _encode(said)
        if self._sealed and device in self._keys:
            return self._keys.seal(device, body)
        return body

    def _take(self, device: str, payload: bytes, at: float) -> bool:
        """Tell whether the ingest takes what was posted. ``at`` is epoch s."""
        ingest = self._hub.ingest
        taken, self._posting, self._sealed = ingest.accepted, device, False
        self._posters.add(device)
        try:
            self._hub.arrived([Arrival(f"owntracks/{device}", payload, False, 1, at, SOURCE)])
        finally:
            self._posting = ""
        return ingest.accepted != taken

    def _friends_for(self, device: str, scope: VisibleScope) -> list[dict[str, object]]:
        own = f"friend/{device}"
        now = self._clock.seconds()
        until, keys = self._visible.get(scope, (now, []))
        if now >= until:
            keys = [key for key, _ in self._people.latest(scope, reply.MOST_FRIENDS, now)]
            if len(self._visible) > _RECIPIENTS:
                self._visible.clear()
            self._visible[scope] = now + _VISIBLE, keys
        everybody = VisibleScope()
        known = [
            (key, friend)
            for key in dict.fromkeys((own, *keys))
            if (friend := self._people.friend(key, everybody)) is not None
        ]
        friends = reply.shown(known, own)
        named = reply.tids(friends, self._named.pop(device, {}))
        self._named[device] = named
        if len(self._named) > _RECIPIENTS:
            del self._named[next(iter(self._named))]
        faces = {
            id_of(key): face
            for key, _ in friends
            if (face := self._people.face(id_of(key))) is not None
        }
        return reply.about(friends, faces, named)

    # -- what is asked

    def ask(self, device: str, do: Do, by: str) -> int:
        """Ask something of a phone; return the command's number. Raises `TooManyCommands`."""
        now = self._wall()
        phone, n = ask(self._people.phone(device), do, by, now)
        if do == "regions" and self._regions is not None:
            self._read.discard(device)
            bundle = self._regions.for_phone(device)
            phone = replace(
                phone, regions=RegionSync(state="asked", version=bundle.version, at=now)
            )
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
            if self._must_read_first(device, phone, command):
                said = self._readings(device, phone)
                if why := self._publish(device, phone, said):
                    self._read.discard(device)
                    phone = self._went(device, phone, command, why)
                continue
            why = self._publish(device, phone, self._worded(device, phone, command))
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

    def _worded(self, device: str, phone: Phone, command: PhoneCommand) -> list[commands.Cmd]:
        if command.do != "regions" or self._regions is None:
            return commands.messages(command.do, phone.platform)
        sent, users = self._to_send(device, phone)
        self._sent[device] = sent
        has = self._has.get(device, ())
        known = [one for one in has if one not in users] if phone.platform == "ios" else users
        return commands.messages("regions", phone.platform, sent.waypoints, known)

    def _to_send(self, device: str, phone: Phone) -> tuple[_SentRegions, Sequence[Waypoint]]:
        """Return the regions that the phone should have now, and its user's own ones.

        As they are now: they may have changed since they were asked for.
        """
        assert self._regions is not None
        bundle = self._regions.for_phone(device)
        before = self._sent.get(device)
        has = self._has.get(device, ())
        ours = [*bundle.waypoints, *(before.waypoints if before is not None else ())]
        users = commands.own(has, ours)
        waypoints, why = commands.fitted(phone.platform, bundle.waypoints, len(users))
        why = "; ".join(filter(None, (_left_out(bundle.left_out), why)))
        return _SentRegions(bundle.version, waypoints, why), users

    def _must_read_first(self, device: str, phone: Phone, command: PhoneCommand) -> bool:
        """Tell whether the phone would lose its user's own regions, as we do not know them."""
        return command.do == "regions" and phone.platform != "ios" and device not in self._has

    def _readings(self, device: str, phone: Phone) -> list[commands.Cmd]:
        """Tell what to ask before that, once."""
        if device in self._read:
            return []
        self._read.add(device)
        return commands.messages("read", phone.platform)

    def _went(self, device: str, phone: Phone, command: PhoneCommand, why: str = "") -> Phone:
        """Note that a command is on its way, or (``why``) is not."""
        now = self._wall()
        phone = move(phone, command.n, "failed" if why else "sent", now, why)
        if command.do == "regions" and phone.regions is not None:
            sent = self._sent.get(device)
            version = phone.regions.version if sent is None else sent.version
            left_out = "" if sent is None else sent.left_out
            state = RegionSync(
                state="none" if why else "sent", version=version, at=now, why=why or left_out
            )
            phone = replace(phone, regions=state)
        return phone

    # -- other servers

    def _tell_peers(self, device: str, phone: Phone) -> None:
        if self._peers is not None:
            self._peers.tell("phone", device, _encode(phone))

    def _posted_elsewhere(self, device: str, payload: bytes, at: float) -> None:
        """Take in what was posted at another server. ``at`` is epoch s."""
        _check_device(device)
        self._take(device, payload, at)

    def _dealt_elsewhere(self, device: str, payload: bytes, at: float) -> None:
        """Take in that another server dealt with a phone."""
        _check_device(device)
        try:
            theirs = _decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as why:
            raise CannotDecode("not_object", "not a phone") from why
        before = self._people.phone(device)
        phone = merged(before, theirs)
        if self._regions is not None and phone.regions != before.regions:
            if phone.regions is None or phone.regions.state == "none":
                self._sent.pop(device, None)
            elif phone.regions.state != "asked":
                self._sent[device] = self._to_send(device, phone)[0]  # the same regions as theirs
        self._show(device, phone)

    # -- as time goes by

    def _regions_changed(self, device: str | None) -> None:
        """Send phones the new regions, when no more changes come."""
        if self._changed is not None and self._changed.active():
            self._changed.reset(_SETTLE)
        else:
            self._changed = self._clock.callLater(_SETTLE, self._push)

    def _push(self) -> None:
        assert self._regions is not None
        self._outdated = not self._leadership.leads
        if self._outdated:
            return
        for device, sent in list(self._sent.items()):
            phone = self._people.phone(device)
            wanted = self._regions.for_phone(device).version
            waits = any(each.do == "regions" for each in phone.waiting)
            if sent.version == wanted or waits or phone.regions is None:
                continue
            try:
                self.ask(device, "regions", "")
            except Exception:
                self._log.warn("Too much is open at a phone; its regions are not pushed")

    def _look_for_expired(self) -> None:
        self._left &= self._busy
        if self._leadership.leads:  # what the one who was on duty did not come to
            left, self._left = self._left, set()
            for device in left:
                self._carry(device)
            if self._outdated:
                self._push()
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
        self._read.discard(device)
        self._left.discard(device)
        for kept in (self._sent, self._has, self._named):
            kept.pop(device, None)
        for named in self._named.values():
            named.pop(thing, None)
        self._visible.clear()
        self._hub.erase((f"phone/{device}",))


def _check_device(device: str) -> None:
    """Raise `CannotDecode` for what is no device."""
    if device.count("/") != 1:
        raise CannotDecode("bad_topic", "no device of somebody's")


def _left_out(polygons: int) -> str:
    return f"{polygons} left out: phones know circles only" if polygons else ""
