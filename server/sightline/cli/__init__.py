"""The `sightline` command: one module or folder per subcommand, joined in `main`."""

import signal
import threading


def _load_msgspec() -> None:
    """Load msgspec with Ctrl-C at its default, which ends the process at once.

    An exception in the middle of loading is lost on msgspec, which would crash when it is used.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        import msgspec  # noqa: F401
    finally:
        signal.signal(signal.SIGINT, before)


_load_msgspec()
