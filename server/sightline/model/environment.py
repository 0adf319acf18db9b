"""Choose what a child process gets of our environment: what programs need, and no secret."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Where programs, libraries and certificates are found, the language and the time zone, temporary
# files, how Python runs, and what systemd hands to a unit for its own sign of life.
_NEEDED = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TZ|LANG|LANGUAGE|LC_[A-Z]+|TMPDIR|TEMP|TMP"
    r"|LD_LIBRARY_PATH|LD_PRELOAD|VIRTUAL_ENV|PYTHON[A-Z]+|SSL_CERT_(?:FILE|DIR)"
    r"|CREDENTIALS_DIRECTORY|INVOCATION_ID|JOURNAL_STREAM"
)


def for_child(environ: Mapping[str, str], *more: str) -> dict[str, str]:
    """Return the variables of ``environ`` that any program needs, and those named in ``more``."""
    return {
        name: value for name, value in environ.items() if _NEEDED.fullmatch(name) or name in more
    }
