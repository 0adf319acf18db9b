"""Decide who may see and do what: snapshot, news, requests and APIs all ask here.

Everything is decided by a role and by grants. A grant names what it is for: ``*`` (everything), a
kind (``friend``), a group (``friend/jane``: all of jane's devices) or one thing
(``friend/jane/phone``). The tables are made once of what the kinds say of themselves
(`sightline.kinds`). What none of them lists is refused: a new kind of thing is seen by admins only,
until it says otherwise.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import msgspec

from sightline.kinds import EVENT_TYPES, FENCED, OWNABLE, THING_TYPES, VERBS
from sightline.model.kind import GrantVerb, Role, id_of, kind_of

__all__ = ["Role"]

ROLES: tuple[Role, ...] = ("viewer", "operator", "admin")
_RANK: dict[Role, int] = {"viewer": 0, "operator": 1, "admin": 2}
GRANT_VERBS: tuple[GrantVerb, ...] = ("see", "drive", "own")

# The least role that may do a thing. What is not listed, nobody may. Kinds say what can be done to
# their things; the rest is the server's own.
LEAST_ROLE: dict[str, Role] = {
    "see": "viewer",
    "history": "viewer",
    **{name: verb.least for name, verb in VERBS.items()},
    "accounts": "admin",
    "audit": "admin",
    "metrics": "admin",
}

# Done by admins, and by the account that the thing belongs to (a grant ``own``).
OWNERS = frozenset(name for name, verb in VERBS.items() if verb.owners)

# Done to a thing whose key names its owner, by those it belongs to: a shared one to operators, a
# personal one to its account, a phone's own to whom the phone belongs to; all of them to admins.
BY_KEY = frozenset(name for name, verb in VERBS.items() if verb.by_key)

# What hands out something that goes on by itself, a link or another token: only one who signed in
# does that. Nothing that came by a token must outlive it.
LASTING = frozenset(name for name, verb in VERBS.items() if verb.lasting)

# What is done to things of one type only.
ONLY: dict[str, str] = {name: verb.only for name, verb in VERBS.items() if verb.only}

# Types that show what another thing is about: anybody who sees the one sees the other, by the same
# id.
FOLLOWS: dict[str, str] = {name: each.follows for name, each in THING_TYPES.items() if each.follows}

# Types that tell of a thing and of another beside it (a region), both named by the key: ``stay/
# <thing>/<region's id>``, ``crossing/<number>/<thing>[/<region's id>]``. Seen by anybody who sees
# both. The number is how many levels of the key come before the thing.
TOGETHER: dict[str, int] = {name: each.about for name, each in THING_TYPES.items() if each.about}
_THING_LEVELS = {name: THING_TYPES[name].levels for name in FENCED}
_ALWAYS_BESIDE = frozenset(name for name, each in THING_TYPES.items() if each.always_beside)
_BESIDE = {name: each.beside for name, each in THING_TYPES.items() if each.about}

# Nobody's names: who comes by them owns nothing.
_NOBODY = frozenset(("guest", "visitor"))

# What can be granted, by verb. Types that can be granted to be seen are seen by nobody without.
GRANTABLE: dict[str, frozenset[str]] = {
    verb: frozenset(name for name, each in THING_TYPES.items() if verb in each.granted)
    for verb in GRANT_VERBS
}
GRANTED = GRANTABLE["see"]

# Types whose keys name whose a thing is, and how such a key begins when that is a thing's own.
OWNER_IN_KEY = frozenset(name for name, each in THING_TYPES.items() if each.owner_in_key)
_OF_THINGS = tuple(f"{name}/{owner}/" for name in OWNER_IN_KEY for owner in OWNABLE)

# Types whose keys end in a dot and a number, which no word of a scope has.
NUMBERED = frozenset(name for name, each in THING_TYPES.items() if each.numbered)

# Who sees a type at all.
SEEN_BY: dict[str, Role] = {
    name: each.seen_by for name, each in THING_TYPES.items() if not each.follows
}

# What anybody who sees anything at all sees, the visitor of a shared link, too.
PUBLIC = frozenset(name for name, each in THING_TYPES.items() if each.public)

# Types that tell of any thing of another type, and are seen by anybody who sees all of that.
WITH_ALL: dict[str, str] = {
    name: each.with_all for name, each in THING_TYPES.items() if each.with_all
}

# What of a thing's history is seen by anybody who also sees this type; of the rest, anybody who
# sees the thing sees its history.
SEEN_AS: dict[str, str] = {name: each.seen_as for name, each in EVENT_TYPES.items() if each.seen_as}

_GRANT = re.compile(r"\*|[a-z]{1,32}(?:/[^/\x00-\x1f\x7f+#]{1,128}){0,2}")


@dataclass(frozen=True, slots=True)
class VisibleScope:
    """The things that a viewer may see. Viewers with equal scopes share one fan-out group.

    ``kinds`` and ``things`` add up; ``kinds`` None means every kind. ``things`` are keys
    (``kind/id``) or groups of them (``friend/jane``).
    """

    kinds: frozenset[str] | None = None
    things: frozenset[str] = frozenset()

    @property
    def all(self) -> bool:
        """Tell whether nothing is hidden from it."""
        return self.kinds is None

    def sees(self, key: str) -> bool:
        """Tell whether the thing with this key may be shown."""
        if self.kinds is None:
            return True
        kind = kind_of(key)
        if kind in TOGETHER:
            return kind in self.kinds and all(self.sees(each) for each in together(key))
        if (leader := FOLLOWS.get(kind)) is not None:
            kind, key = leader, f"{leader}/{id_of(key)}"
        if kind in self.kinds or covers(self.things, key):
            return True
        return kind in NUMBERED and covers(self.things, key.rpartition(".")[0])

    @property
    def mark(self) -> str:
        """Return a short name for what is seen, the same for equal sights; empty when it is all."""
        if self.kinds is None:
            return ""
        words = "\n".join([*sorted(self.kinds), "", *sorted(self.things)])
        return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def covers(things: frozenset[str], key: str) -> bool:
    """Tell whether this thing, or the group it belongs to, is among them."""
    group = key.rpartition("/")[0]
    return key in things or (
        group in things and (group.count("/") == 1 or group.startswith(_OF_THINGS))
    )


def together(key: str) -> tuple[str, ...]:
    """Return the things that a visit or a transition tells of; of an unreadable one, a name that
    nobody sees.
    """
    levels = key.split("/")
    first = TOGETHER[levels[0]]
    last = first + _THING_LEVELS.get(levels[first] if len(levels) > first else "", len(levels))
    if len(levels) < last or (len(levels) == last and levels[0] in _ALWAYS_BESIDE):
        return ("",)
    thing, region = "/".join(levels[first:last]), "/".join(levels[last:])
    return (thing, f"{_BESIDE[levels[0]]}/{region}") if region else (thing,)


def owner_of(region: str) -> str | None:
    """Tell whose a region is, by its key: an account's name, ``friend/jane/phone``, or None:
    shared.
    """
    return id_of(region).rpartition("/")[0] or None


EVERYTHING = VisibleScope()
NOTHING = VisibleScope(kinds=frozenset())


@dataclass(frozen=True, slots=True)
class User:
    """An account that is connected. ``drives`` None means every robot it sees.

    ``owns`` are the things that belong to them. ``looks_only``: may see and do nothing else, as the
    visitor of a shared link. ``by_token``: acts for an account by one of its API tokens.
    ``display`` is what people call them; empty: the name.
    """

    name: str
    role: Role = "viewer"
    scope: VisibleScope = EVERYTHING
    drives: frozenset[str] | None = None
    owns: frozenset[str] = frozenset()
    looks_only: bool = False
    by_token: bool = False
    display: str = ""


GUEST = User("guest")


def may(user: User, verb: str, thing: str) -> bool:
    """Tell whether ``user`` may do ``verb`` to ``thing``. Nobody may do anything to what they don't
    see.

    A verb nobody listed is refused to everybody.
    """
    least = LEAST_ROLE.get(verb)
    if verb in ONLY and kind_of(thing) != ONLY[verb]:
        return False
    if verb in BY_KEY:
        lasting = user.by_token and verb in LASTING
        return not user.looks_only and not lasting and _keeps(user, thing)
    if least is None or not user.scope.sees(thing) or _RANK[user.role] < _RANK[least]:
        return False
    if user.looks_only:
        return verb in ("see", "history")
    if user.by_token and verb in LASTING:
        return False
    if verb in OWNERS:
        return user.role == "admin" or _holds(user.owns, thing)
    return verb != "drive" or user.drives is None or _holds(user.drives, thing)


def _keeps(user: User, region: str) -> bool:
    """Tell whether this region is theirs to change; one that is yet to be made, too."""
    if kind_of(region) not in OWNER_IN_KEY:
        return False
    owner = owner_of(region)
    if owner is None and kind_of(region) not in GRANTED:
        return False  # what is never granted is never shared
    if owner is not None and owner == user.name:
        return owner not in _NOBODY
    if owner is not None and kind_of(owner) in OWNABLE and _holds(user.owns, owner):
        return True
    if not user.scope.sees(region):
        return False
    return user.role == "admin" or (owner is None and user.role == "operator")


def _holds(granted: frozenset[str], thing: str) -> bool:
    return kind_of(thing) in granted or covers(granted, thing)


def may_post(user: User, thing: str) -> bool:
    """Tell whether an account's tokens may post as this friend: an account that may share it."""
    return may(user, "share", thing)


def scopes_now(user: User, scopes: frozenset[str], things: frozenset[str]) -> frozenset[str]:
    """Return the part of a token's ``scopes`` that its account's rights allow now."""
    allowed = set(scopes)
    if _RANK[user.role] < _RANK[LEAST_ROLE["metrics"]]:
        allowed.discard("metrics")
    # The token may name all of jane's devices, and the account may own one of them by now.
    names = things | {own for own in user.owns if covers(things, own)}
    if not any(may_post(user, thing) for thing in names):
        allowed.discard("publish")
    return frozenset(allowed)


def may_recall(user: User, thing: str, sort: str) -> bool:
    """Tell whether ``user`` may be told what happened to ``thing``: entries of this sort."""
    return may(user, "history", thing) and recalls(user.scope, sort)


def recalls(scope: VisibleScope, sort: str) -> bool:
    """Tell whether a scope includes entries of this sort at all, of the things it sees."""
    kind = SEEN_AS.get(sort)
    return kind is None or scope.sees(f"{kind}/")


@dataclass(frozen=True, slots=True)
class Grants:
    """The grants of an account, each as words like ``*``, ``friend``, ``friend/jane/phone``.

    Who may drive a thing, or owns it, sees it too.
    """

    see: frozenset[str] = frozenset()
    drive: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


ALL_GRANTS = Grants(see=frozenset("*"), drive=frozenset("*"))


def check_grant(verb: str, what: str) -> str | None:
    """Tell what is wrong with a grant, for people; None when it can be given."""
    if verb not in GRANT_VERBS:
        return f"a grant is one of {', '.join(GRANT_VERBS)}"
    if not _GRANT.fullmatch(what):
        return "a grant names *, a kind such as friend, or a thing such as friend/jane/phone"
    kind = kind_of(what)
    wanted = GRANTABLE[verb]
    if what == "*":
        return "everything can be seen or driven, but not owned" if verb == "own" else None
    if kind not in wanted:
        return f"{verb} goes with {' or '.join(sorted(wanted))}"
    if verb == "own" and "/" not in what:
        return "own goes with somebody, such as friend/jane"
    return None


def user_of(
    name: str,
    role: Role,
    grants: Grants,
    *,
    looks_only: bool = False,
    by_token: bool = False,
    owners: Collection[str] = (),
    rule_words: Collection[str] = (),
    display: str = "",
) -> User:
    """Tell what an account's role and grants come to.

    ``owners`` are all who have regions of their own: accounts, phones (``friend/jane/phone``).
    Named here because viewers of equal scope share their frames: who has none need not differ.
    ``rule_words`` are the words of the rules that it sees (`sightline.auth.rule_words`).
    """
    if role == "admin":
        return User(name, role, EVERYTHING, None, grants.own, looks_only, by_token, display)
    shown = grants.see | grants.drive | grants.own
    whole = GRANTED if "*" in grants.see else GRANTED & shown
    if "*" in grants.drive:
        whole |= GRANTABLE["drive"]
    always = {
        kind
        for kind, least in SEEN_BY.items()
        if kind not in GRANTED
        and _RANK[role] >= _RANK[least]
        and WITH_ALL.get(kind, "") in {"", *whole}
    }
    things = {what for what in shown if "/" in what and kind_of(what) not in whole}
    things |= set(rule_words)
    for kind in (OWNER_IN_KEY & GRANTED) - whole:
        things |= {
            f"{kind}/{owner}"
            for owner in owners
            if (owner == name and owner not in _NOBODY)
            or (kind_of(owner) in OWNABLE and covers(grants.own, owner))
        }
    scope = VisibleScope(kinds=whole | always, things=frozenset(things))
    drives = None if "*" in grants.drive else grants.drive
    return User(name, role, scope, drives, grants.own, looks_only, by_token, display)


def visitor(things: Iterable[str]) -> User:
    """Return the user that comes by a shared link."""
    return User("visitor", "viewer", VisibleScope(PUBLIC, frozenset(things)), looks_only=True)


def bounded(grants: Grants, role: Role) -> Grants:
    """Return the grants for acting in a lesser role than the account's own ``role``: an admin has
    all.
    """
    return Grants(ALL_GRANTS.see, ALL_GRANTS.drive, grants.own) if role == "admin" else grants


class Rights(msgspec.Struct, frozen=True):
    """What the page needs to know to offer only what will be granted. Lists of grant words."""

    see: list[str]
    drive: list[str]
    own: list[str]
    admin: bool
    looks_only: bool


def rights(user: User) -> Rights:
    """Return what this user may, for the page."""
    scope = user.scope
    things = {word for word in scope.things if kind_of(word) in GRANTED}
    see = ["*"] if scope.kinds is None else sorted((scope.kinds & GRANTED) | things)
    drive: list[str] = []
    if _RANK[user.role] >= _RANK[LEAST_ROLE["drive"]] and not user.looks_only:
        drive = ["*"] if user.drives is None else sorted(user.drives)
    return Rights(
        see=see,
        drive=drive,
        own=sorted(user.owns),
        admin=user.role == "admin" and not user.looks_only,
        looks_only=user.looks_only,
    )
