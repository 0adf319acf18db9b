"""Merge, rename and split devices: what is allowed, and how it is done, for HTTP and command line.

Each is one change of the accounts' file, written into the audit log. Names are canonical ones
(`sightline.kinds.friends.names`), given as ``user/device``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from unicodedata import normalize

from sightline.accounts.aliases import aliases_in, lead, split
from sightline.accounts.database import Database
from sightline.auth.account import AuditEvent
from sightline.contract.errors import Refused
from sightline.kinds.friends.address import address
from sightline.kinds.friends.names import How, folded
from sightline.model.kind import CannotDecode, id_of

Known = Callable[[str], bool]
"""Tells whether there is, or was, a device of this canonical name."""


@dataclass(frozen=True, slots=True)
class Admin:
    """Who does it, as the audit log names them, and from where."""

    who: str
    address: str


def new_name(text: str) -> str:
    """Return a ``user/device`` that somebody typed. Raises `Refused` (``malformed``)."""
    name = normalize("NFC", text.strip())
    if name.count("/") != 1 or any(sign in name for sign in "+#"):
        raise Refused("malformed", "A device is called user/device, without + and #.")
    try:
        return id_of(address(f"owntracks/{name}").friend)
    except CannotDecode as why:
        raise Refused("malformed", f"{name} cannot be the name of a device: {why.why}.") from None


def merge(database: Database, admin: Admin, device: str, into: str, known: Known) -> None:
    """Let ``device`` be known as ``into``, which is there already. Raises `Refused`."""
    if device == into:
        raise Refused("malformed", "These are two names of one device already.")
    for name in (device, into):
        if not known(name):
            raise Refused("unknown", f"There is no device {name}.")
    _lead(database, admin, device, into, "merge")


def rename(database: Database, admin: Admin, device: str, name: str, known: Known) -> None:
    """Let ``device`` be known by a new name. Raises `Refused` (``taken``)."""
    if device == name:
        raise Refused("malformed", f"It is called {name} already.")
    if not known(device):
        raise Refused("unknown", f"There is no device {device}.")
    aliases = aliases_in(database.sql)
    is_own = name in aliases and aliases[name].device == device
    if not is_own and folded(name) != folded(device) and known(name):
        raise Refused("taken", f"There is a device {name} already: merge the two instead.")
    _lead(database, admin, device, name, "rename")


def _lead(database: Database, admin: Admin, device: str, name: str, how: How) -> None:
    aliases = aliases_in(database.sql)
    for each in (device, name):
        found = aliases.get(each)
        if found is not None and found.device not in (each, device):
            raise Refused("taken", f"{each} is a name of {found.device} by now. Look again.")
    lead(database, device, name, how)
    hidden = database.pseudonyms.hide(f"friend/{device}")
    database.write(
        AuditEvent(admin.who, admin.address, f"{how} device", f"friend/{name}", more=hidden)
    )


def split_off(database: Database, admin: Admin, device: str, name: str) -> None:
    """Let a name of ``device`` be a device of its own again. Raises `Refused` (``unknown``)."""
    found = aliases_in(database.sql).get(name)
    if found is None or found.device != device or name == device:
        raise Refused("unknown", f"{name} is no further name of {device}.")
    split(database, name, folded(name) == folded(device))
    hidden = database.pseudonyms.hide(f"friend/{name}")
    database.write(
        AuditEvent(admin.who, admin.address, "split device", f"friend/{device}", more=hidden)
    )
