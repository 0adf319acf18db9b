"""Know each device by one name, in whatever spelling it is named: the aliases of ``user/device``.

One device comes under several names: a Recorder keeps small letters, an iPhone decomposes its
umlauts, somebody types a capital, an admin renames a friend or merges two of them. The *canonical*
name is the one that things, history and grants have. Names that differ by case or Unicode form only
are of one device, and the spelling that was seen first is the canonical one; whatever else belongs
together an admin says (`Alias`). Two devices whose names really differ by case only are split by an
admin, too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Literal, NamedTuple
from unicodedata import normalize

from sightline.model.groups import Groups
from sightline.model.kind import id_of, kind_of

How = Literal["seen", "merge", "rename", "split"]
"""Why a spelling stands for a device: it was seen, or an admin said so. ``split``: it does not, it
is a device of its own, although its letters differ by case only."""

MOST = 200_000
"""Devices whose first spelling is remembered; of more, each spelling is a device of its own."""
MOST_SPELLINGS = 16
"""Spellings of one device that are noted as seen; of more, none is noted but all are understood."""
_FORMER = 1_000
_KINDS = frozenset(("friend", "face", "phone"))
"""Types of things that have a device for their id."""


class Alias(NamedTuple):
    """``spelling`` stands for ``device``; both are ``user/device``."""

    spelling: str
    device: str
    how: How
    at: float = 0.0
    """Since when, epoch s."""


def folded(name: str) -> str:
    """Return a name without its case and Unicode form, to compare it by."""
    if name.isascii():
        lower = name.lower()
        return name if name == lower else lower  # kept by the thousand: not twice
    return normalize("NFC", normalize("NFC", name).casefold())


class DeviceNames:
    """The names of all devices. Spellings are learned as they are seen (`of`).

    Answers are meant to be kept: anybody who keeps them hears by `when_changed` that they are old.
    """

    def __init__(self) -> None:
        self._stored: dict[str, str] = {}  # by exact spelling
        self.aliases: Mapping[str, Alias] = {}
        """What is stored, by spelling."""
        self._first: dict[str, str] = {}  # the spelling seen first, by folded name
        self._from_before: set[str] = set()  # folded names that were known before this start
        self._by_fold: dict[str, str] = {}  # the first spellings, and what is stored
        self.several: dict[str, tuple[str, ...]] = {}
        """Devices that have further names, with these."""
        self._seen: dict[str, set[str]] = {}  # noted, but not stored yet
        self.users = Groups()
        """The spellings of each user (first level) that was ever seen, by folded name."""
        self._apart: frozenset[str] = frozenset()  # folded users of which a device was split
        self._asked: dict[str, set[str]] = {}  # names in grants, by folded name
        self._latest: dict[str, str] = {}  # the spelling last heard, of devices with several
        self._renamed: dict[str, str] = {}  # the one that was renamed last, by device
        self.former: deque[str] = deque(maxlen=_FORMER)
        """Aliases that are no more: those of somebody who was erased, perhaps."""
        self._changed: list[Callable[[], None]] = []
        self._noticed: list[Callable[[Alias], None]] = []

    def when_changed(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` when names stand for other devices, or a grant covers more."""
        self._changed.append(changed)

    def when_noticed(self, noticed: Callable[[Alias], None]) -> None:
        """Call ``noticed`` with each further spelling of a device, so that it can be stored."""
        self._noticed.append(noticed)

    # -- what is known

    def of(self, device: str) -> str:
        """Return the canonical name of a device that was heard, and learn this spelling of it."""
        found = self._stored.get(device)
        if found is not None:
            return found
        fold = folded(device)
        found = self._by_fold.get(fold)
        if found is None:
            self._learn(fold, device)
            return device
        if found != device:
            self._notice(device, found)
        return found

    def peek(self, device: str) -> str:
        """Return the canonical name of what somebody asks for, and learn nothing."""
        found = self._stored.get(device)
        return found if found is not None else self._by_fold.get(folded(device), device)

    def seed(self, device: str) -> None:
        """Learn the name that a device had before this start: it goes before what was heard since.

        Of two from before that differ by case only, the one that is seeded first is the name.
        """
        if device in self._stored:
            return
        fold = folded(device)
        before = self._by_fold.get(fold)
        if before is None:
            self._learn(fold, device)
        elif before == device:
            pass
        elif fold in self._from_before or before in self.several or before != self._first.get(fold):
            self._notice(device, before)
            return
        else:
            self._first[fold] = self._by_fold[fold] = device
            self._notice(before, device)
            _call(self._changed)
        self._from_before.add(fold)

    def knows(self, device: str) -> bool:
        """Tell whether a device of this canonical name was ever seen, or named by an admin."""
        return self._by_fold.get(folded(device)) == device or device in self.several

    def aliases_of(self, device: str) -> tuple[str, ...]:
        """Return the further names of a device, by its canonical one."""
        return self.several.get(device, ())

    def all(self, device: str) -> tuple[str, ...]:
        """Return all names of the device that is named so, the canonical one first."""
        name = self.peek(device)
        return (name, *self.several.get(name, ()))

    def thing(self, key: str) -> str:
        """Return the key of a thing under its canonical name."""
        kind = kind_of(key)
        return f"{kind}/{self.peek(id_of(key))}" if kind in _KINDS and _is_device(key) else key

    def things(self, key: str) -> tuple[str, ...]:
        """Return the keys of a thing under all its names, the canonical one first."""
        kind = kind_of(key)
        if kind not in _KINDS or not _is_device(key):
            return (key,)
        return tuple(f"{kind}/{name}" for name in self.all(id_of(key)))

    # -- where a device listens

    def heard(self, device: str, spelling: str, copy: bool = False) -> None:
        """Note by which name a device spoke. ``copy``: a broker repeats what it said before."""
        if copy:
            self._latest.setdefault(device, spelling)
        else:
            self._latest[device] = spelling

    def listens(self, device: str) -> str:
        """Return the name in the topic on which this device takes commands."""
        return self._latest.get(device) or self._renamed.get(device, device)

    def teller(self, device: str, spelling: str) -> Callable[[bool], None] | None:
        """Return what notes that the device spoke by this name; None: it has no other name."""
        if spelling == device and device not in self.several and device not in self._seen:
            return None
        return partial(self.heard, device, spelling)

    # -- grants

    def grant(self, words: Iterable[str]) -> frozenset[str]:
        """Return grants with all names of the devices they cover; tell when they cover more."""
        given = frozenset(words)
        for word in given:
            kind, _, name = word.partition("/")
            if kind == "friend" and name:
                self._asked.setdefault(folded(name), set()).add(name)
        return self.spread(given)

    def spread(self, words: frozenset[str]) -> frozenset[str]:
        """Return names of things and groups with all names of the devices they cover."""
        found = set(words)
        for word in words:
            kind, _, name = word.partition("/")
            if kind != "friend" or not name:
                continue
            if "/" in name:
                found.update(f"friend/{each}" for each in self.all(name))
            else:
                found.update(f"friend/{each}" for each in self._of_user(name))
        return frozenset(found)

    def _of_user(self, user: str) -> set[str]:
        """Return what all devices of a user are called: spellings of it, and their names."""
        fold = folded(user)
        alike = {user} if fold in self._apart else {user, *self.users.of(fold)}
        found = set(alike)
        for device, others in self.several.items():
            names = (device, *others)
            if any(name.partition("/")[0] in alike for name in names):
                found.update(names)
        return found

    # -- what changes

    def set_aliases(self, aliases: Iterable[Alias]) -> None:
        """Take over what is stored, in the place of what was."""
        given = {alias.spelling: alias for alias in aliases}
        if given == self.aliases:
            return
        self.former.extend(each for each in self.aliases if each not in given)
        self.aliases = given
        self._stored = {each.spelling: each.device for each in given.values()}
        self._by_fold = dict(self._first)
        for alias in given.values():
            if alias.how != "split":
                self._by_fold.setdefault(folded(alias.device), alias.device)
        for alias in sorted(given.values(), key=lambda each: each.at):
            if alias.how != "split":
                self._by_fold[folded(alias.spelling)] = alias.device
        others: dict[str, list[str]] = {}
        for alias in given.values():
            if alias.spelling != alias.device:
                others.setdefault(alias.device, []).append(alias.spelling)
        self.several = {device: tuple(sorted(names)) for device, names in others.items()}
        self._seen.clear()
        self._apart = frozenset(
            folded(each.device.partition("/")[0]) for each in given.values() if each.how == "split"
        )
        self._renamed = {
            each.device: each.spelling
            for each in sorted(given.values(), key=lambda each: each.at)
            if each.how == "rename"
        }
        self._latest = {k: v for k, v in self._latest.items() if k in self.several}
        _call(self._changed)

    def _learn(self, fold: str, device: str) -> None:
        if len(self._first) >= MOST:
            return
        self._first[fold] = self._by_fold[fold] = device
        user = device.partition("/")[0]
        fold_user = folded(user)
        new = self.users.add(fold_user, user)
        if _is_new(self._asked.get(fold), device) or (
            new and _is_new(self._asked.get(fold_user), user)
        ):
            _call(self._changed)

    def _notice(self, spelling: str, device: str) -> None:
        noted = self._seen.setdefault(device, set())
        if spelling in noted or len(noted) + len(self.aliases_of(device)) >= MOST_SPELLINGS:
            return
        noted.add(spelling)
        for noticed in self._noticed:
            noticed(Alias(spelling, device, "seen"))
        if len(noted) == 1 and device not in self.several:
            _call(self._changed)  # from now on it counts by which name it speaks


def _is_device(key: str) -> bool:
    return key.count("/") == 2


def _is_new(asked: set[str] | None, name: str) -> bool:
    """Tell whether a grant means this name, and writes it otherwise."""
    return asked is not None and name not in asked


def _call(listeners: Iterable[Callable[[], None]]) -> None:
    for listener in listeners:
        listener()
