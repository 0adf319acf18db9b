#!/usr/bin/python
"""Ansible module: mosquitto's password file holds exactly these users with these passwords.

Hashes are salted, so a line cannot be compared with what it should be: a password is tried against
the line that is there, and only where it does not fit a new line is made. mosquitto 2 reads
``user:$7$iterations$salt$hash``, PBKDF2 with HMAC-SHA-512, 64 bytes, and a salt of 12 bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import tempfile

DOCUMENTATION = r"""
module: mosquitto_passwd
short_description: Users in mosquitto's password file
options:
  path: {type: path, required: true, description: The password file.}
  users: {type: dict, required: true, description: Passwords by user. All others are removed.}
extends_documentation_fragment: [files]
author: Sightline maintainers
"""

ITERATIONS = 10_000  # mosquitto itself takes 101, next to nothing for a thief
USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def entry(user: str, password: str) -> str:
    """A new line for a user."""
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS, 64)
    text = [base64.b64encode(part).decode() for part in (salt, digest)]
    return f"{user}:$7${ITERATIONS}${text[0]}${text[1]}"


def fits(line: str, password: str) -> bool:
    """Whether this password opens this line, and no weaker hash guards it than ours."""
    try:
        _, kind, iterations, salt, digest = line.partition(":")[2].split("$")
        if kind != "7" or int(iterations) < ITERATIONS:
            return False
        known, grain = base64.b64decode(digest), base64.b64decode(salt)
    except (ValueError, binascii.Error):
        return False
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), grain, int(iterations), 64)
    return hmac.compare_digest(made, known)


def renewed(lines: list[str], users: dict[str, str]) -> list[str]:
    """The lines as they should be: those that fit stay as they are, in their place."""
    kept = {}
    for line in lines:
        user = line.partition(":")[0]
        if user in users and fits(line, users[user]):
            kept[user] = line
    return [kept.get(user) or entry(user, users[user]) for user in sorted(users)]


def main() -> None:
    """What Ansible runs on the host."""
    # Here, so that what stands above can be tested where Ansible is not.
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "users": {"type": "dict", "required": True, "no_log": True},
        },
        add_file_common_args=True,
        supports_check_mode=True,
    )
    path, users = module.params["path"], module.params["users"]
    for user, password in users.items():
        if not USER.fullmatch(user):
            module.fail_json(msg=f"{user!r} is no user name: letters, digits, dot, - and _ only")
        if not isinstance(password, str) or not password or not password.isprintable():
            module.fail_json(msg=f"the password of {user} is empty, or not a line of text")
    try:
        with open(path, encoding="utf-8") as opened:
            before = opened.read().splitlines()
    except FileNotFoundError:
        before = []
    after = renewed(before, users)
    changed = after != before
    if changed and not module.check_mode:
        handle, beside = tempfile.mkstemp(dir=module.tmpdir)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write("".join(f"{line}\n" for line in after))
        module.atomic_move(beside, path)
    if not (module.check_mode and not os.path.exists(path)):
        arguments = module.load_file_common_arguments(module.params)
        changed = module.set_fs_attributes_if_different(arguments, changed)
    module.exit_json(changed=changed, users=sorted(users))


if __name__ == "__main__":
    main()
