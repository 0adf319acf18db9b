"""Read and write mosquitto's password file: lines ``user:$7$iterations$salt$hash``.

The hash is PBKDF2 with HMAC-SHA-512, 64 bytes; the salt must be 12 bytes, or mosquitto drops the
line.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path

ITERATIONS = 10_000
"""mosquitto itself takes 101, next to nothing for a thief. Not more: it has one thread."""
_SALT = 12  # bytes: mosquitto drops entries with any other
# A user's name is a topic level in our acl, and what stands before the first colon of its line.
_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class BadPasswords(Exception):
    """The password file cannot be used so; the text says why."""


def line(user: str, password: str, salt: bytes | None = None, iterations: int = ITERATIONS) -> str:
    """Return the line for a user.

    Raises `BadPasswords` for a name or password mosquitto cannot take.
    """
    if not _USER.fullmatch(user):
        raise BadPasswords(
            f"{user!r} is not a user name: 1 to 64 of letters, digits, dot, - and _, because it"
            " stands in topics (owntracks/<user>/…, keys/<user>)"
        )
    if not password or any(ord(sign) < 32 for sign in password):
        raise BadPasswords("a password is at least one character, and no control characters")
    salt = secrets.token_bytes(_SALT) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations, 64)
    return f"{user}:$7${iterations}${_text(salt)}${_text(digest)}"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def users(file: Path) -> list[str]:
    """Return the users in the file, in its order."""
    return [one.partition(":")[0] for one in _lines(file) if ":" in one]


def add(file: Path, user: str, password: str) -> bool:
    """Put a user in the file or change its password. Says whether it was there before."""
    entry = line(user, password)

    def change(lines: list[str]) -> bool:
        for number, one in enumerate(lines):
            if one.partition(":")[0] == user:
                lines[number] = entry
                return True
        lines.append(entry)
        return False

    return _change(file, change)


def remove(file: Path, user: str) -> bool:
    """Take a user out of the file. Says whether it was there."""

    def change(lines: list[str]) -> bool:
        kept = [one for one in lines if one.partition(":")[0] != user]
        there = len(kept) < len(lines)
        lines[:] = kept
        return there

    if user not in users(file):
        return False
    return _change(file, change)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as why:
        raise BadPasswords(f"{file} cannot be read: {why}") from why


def _change(file: Path, change: Callable[[list[str]], bool]) -> bool:
    """Write the file anew beside itself and swap: mosquitto never reads half of it."""
    lines = _lines(file)
    found = change(lines)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        before = file.stat() if file.exists() else None
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write("".join(f"{one}\n" for one in lines))
            if before is not None:  # mosquitto must go on being able to read it
                os.fchmod(opened.fileno(), before.st_mode & 0o640)
                if os.geteuid() == 0:
                    os.fchown(opened.fileno(), before.st_uid, before.st_gid)
        beside.replace(file)
    except OSError as why:
        beside.unlink(missing_ok=True)
        raise BadPasswords(f"{file} cannot be written: {why.strerror}") from why
    return found
