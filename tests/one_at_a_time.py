"""moto's server, one request at a time: its conditional writes are else not atomic, as AWS's are.

Of two that came at once both could find the condition to hold (measured: 4 of 400 pairs).
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple


def main(port: int) -> None:
    application = DomainDispatcherApplication(create_backend_app)
    turn = threading.Lock()

    def one_at_a_time(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
        with turn:
            return list(application(environ, start))

    handler: Any = MotoRequestHandler
    # Head and body go out one by one, and the second would wait 40 ms for the first's receipt.
    handler.disable_nagle_algorithm = True
    run_simple("127.0.0.1", port, one_at_a_time, threaded=True, request_handler=handler)


if __name__ == "__main__":
    main(int(sys.argv[1]))
