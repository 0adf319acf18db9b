"""Fetches the page of a server that is just starting on this port of this machine, and looks at it.

    fetch.py PORT

Ends with 1 and a sentence when there is no page, or not all of it, within 30 s.
"""

from __future__ import annotations

import re
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import urljoin

TIMEOUT = 30.0  # s


def get(address: str) -> bytes:
    """Return the bytes at this address."""
    with urllib.request.urlopen(address, timeout=5) as answer:
        data: bytes = answer.read()
    return data


def main(port: str) -> str:
    """Return why it is not right; empty: it is."""
    base = f"http://127.0.0.1:{port}/"
    until = time.monotonic() + TIMEOUT
    while True:
        try:
            page = get(base).decode()
            break
        except (OSError, urllib.error.URLError) as why:
            if time.monotonic() > until:
                return f"no answer within {TIMEOUT:.0f} s: {why}"
            time.sleep(0.1)
    scripts = re.findall(r'(?:src|href)="([^":]+\.(?:js|css))"', page)
    if "<html" not in page or not scripts:
        return "what it serves is not the built page"
    for script in scripts:
        if not get(urljoin(base, script)):
            return f"{script} is empty"
    return "" if b"true" in get(base + "healthz") else "/healthz does not say that it lives"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) or 0)
