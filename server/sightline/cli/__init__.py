"""The `sightline` command: one module or folder per subcommand, joined in `main`."""

import signal
import sys
import threading
from pathlib import Path

if (
    threading.current_thread() is threading.main_thread()
    and sys.argv
    and Path(sys.argv[0]).name in ("-m", "sightline")  # -m: while `python -m` looks for `main`
):
    # While the command is loaded Ctrl-C ends it at once: an exception in the middle of an import is
    # lost on msgspec, which crashes later, and on callbacks of the import system, and we would go
    # on. `main` takes the signals over.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
