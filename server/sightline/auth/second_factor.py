"""Rules of the second factor: codes of an app (RFC 6238), recovery codes, and who needs more than a
password.

Pure: the time comes as an argument.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Literal

import pyotp

from sightline.auth.permissions import Role
from sightline.auth.session import digest

STEP = 30
"""Seconds that one code is shown."""
DRIFT = 1
"""Steps that the clock of a phone may be before or behind ours."""
RECOVERY_CODES = 10
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""What recovery codes are made of: Crockford's alphabet, without letters that look like digits."""
_ALIKE = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None, "\u2010": None})
_PART, _PARTS = 4, 4

Demanded = Literal["nobody", "admins", "operators", "everybody"]
Wants = Literal["code", "enrol", "passkey"]


@dataclass(frozen=True, slots=True)
class AuthenticatorApp:
    """The app that shows an account's codes. Times in epoch s.

    ``sealed`` is its secret under the server's key; ``step`` that of the last code that was used;
    ``recovery`` are the digests of the recovery codes that are left.
    """

    account: str
    sealed: str = field(repr=False)
    step: int
    created: float
    used: float | None = None
    recovery: frozenset[str] = field(default=frozenset(), repr=False)


def new_secret() -> str:
    """Make a secret of 160 random bits for an app, in base32."""
    return pyotp.random_base32(32)


def address(secret: str, account: str, host: str) -> str:
    """Return what an app reads from the QR code."""
    label = f"{account}@{host}" if host else account
    return pyotp.TOTP(secret).provisioning_uri(name=label, issuer_name="Sightline")


def code_at(secret: str, step: int) -> str:
    """Return the six digits of a step."""
    return pyotp.TOTP(secret, interval=STEP).generate_otp(step)


def step_at(now: float) -> int:
    """Return the step of a time (epoch s)."""
    return int(now) // STEP


def matching_step(secret: str, code: str, now: float, last: int) -> int | None:
    """Return the step that ``code`` is of; None when it is of none that counts now.

    A code counts once: only steps after ``last`` are looked at.
    """
    typed, here = plain_code(code), step_at(now)
    found = None
    for step in range(max(0, here - DRIFT), here + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), typed.encode()) and step > last:
            found = step
    return found


def plain_code(typed: str) -> str:
    """Return a code as it is compared, of however many groups it was typed."""
    return typed.strip().lower().translate(_ALIKE)


def is_recovery(typed: str) -> bool:
    """Tell whether this is meant as a recovery code: those are longer than six digits."""
    return len(plain_code(typed)) > 8


def new_recovery_codes() -> list[str]:
    """Make recovery codes of 80 random bits each, for people to write down."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_PART * _PARTS))
    return "-".join(letters[at : at + _PART] for at in range(0, len(letters), _PART))


def recovery_digest(typed: str) -> str:
    """Return what is kept of a recovery code. It is random and long: a plain hash is enough."""
    return digest(plain_code(typed))


def demanded_of(role: Role, demanded: Demanded) -> bool:
    """Tell whether somebody with this role needs more than a password."""
    return {
        "nobody": False,
        "admins": role == "admin",
        "operators": role in ("admin", "operator"),
        "everybody": True,
    }[demanded]


def wanted(
    role: Role, demanded: Demanded, app: AuthenticatorApp | None, passkeys: int
) -> Wants | None:
    """Return what is wanted after the right password; None: nothing more.

    Who has passkeys and no app cannot begin one by the password alone: that would let in somebody
    who knows nothing but the password.
    """
    if app is not None:
        return "code"
    if not demanded_of(role, demanded):
        return None
    return "passkey" if passkeys else "enrol"
