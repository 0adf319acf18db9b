"""`twistd` for a server that is on duty while a file exists, named by the first argument."""

from __future__ import annotations

import sys
from pathlib import Path

from twisted.scripts import twistd

from sightline.core import turn

_file = Path(sys.argv.pop(1))
turn.always = _file.exists  # before anybody imports it from there
twistd.run()
