"""The program that sends to addresses by `apprise`, apart from the server: it may hang, and is
ended.

    python -m sightline.channels.worker [--private]

Once it is ready it says so: a line of JSON, ``{"n":0,"ok":true}``. Jobs come in as such lines, what
came of them goes out the same way, in any order. Each job has a thread of its own. Once all is
loaded nothing here may read a file of the machine, write one, start a program or, without
``--private``, connect to an address of a private network: an address is somebody's text, and some
services take names of files in it.
"""

from __future__ import annotations

import logging
import os
import resource
import sys
import sysconfig
import threading
from typing import Any

import msgspec

from sightline.channels.address import hide
from sightline.channels.retries import asked_pause
from sightline.model.addresses import is_public

CONNECT, READ = 8.0, 15.0  # s
_MEMORY = 1 << 30  # bytes of address space: what a service answers may have no end
_STACK = 1 << 20
PRIVATE = "its address is one of a private network ([channels] private = true allows that)"
_STARTS = frozenset(
    ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn")
)
_CHANGES = frozenset(("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink"))
_CONNECTS = frozenset(("socket.connect", "socket.sendto", "socket.sendmsg"))


class SendJob(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent, and to whom."""

    n: int
    address: str
    schema: str
    title: str
    body: str
    urgent: bool = False


class SendDone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of job ``n``: ``status`` and ``wait`` (s) where the other side spoke HTTP.

    With ``n`` 0, which is no job, the program says that it is ready.
    """

    n: int
    ok: bool
    why: str = ""
    status: int = 0
    wait: float | None = None
    bad: bool = False
    """The address makes no sense to what it begins with."""


class _Response(threading.local):
    """What came back to the thread of a job."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.status = 0
        self.body = ""
        self.retry = ""
        self.denied = ""


_response = _Response()


class _Listener(logging.Handler):
    """Keep what `apprise` says of a job; it is said nowhere else, since it may hold secrets."""

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        if record.levelno >= logging.WARNING or "Exception" in line:
            _response.lines.append(line[:500])


def _guard(private: bool, readable: tuple[str, ...]) -> None:
    """Forbid from now on what no message needs."""

    def deny(why: str) -> None:
        _response.denied = why
        raise PermissionError(why)

    def hook(event: str, args: Any) -> None:
        if event in _CONNECTS:
            if (why := _denied(args[1] if len(args) > 1 else None, private)) is not None:
                deny(why)
        elif event == "open":
            path, _, flags = args
            if not isinstance(path, int) and not _may_open(path, flags, readable):
                deny("an address must not name a file of the server")
        elif event in _STARTS or event in _CHANGES:
            deny("an address must not start a program or change a file")

    sys.addaudithook(hook)


def _denied(address: Any, private: bool) -> str | None:
    """Tell why nothing is sent to an address of the network; None: it may be."""
    if address is None:
        return None  # it was connected before
    if not isinstance(address, tuple) or not isinstance(address[0], str):
        return "an address must not name a socket of the server"
    if private:
        return None
    try:
        return None if is_public(address[0]) else PRIVATE
    except ValueError:
        return PRIVATE  # a name that was not looked up yet: nothing of ours does that


def _may_open(path: Any, flags: Any, readable: tuple[str, ...]) -> bool:
    if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND):
        return False
    return os.path.realpath(os.fsdecode(path)).startswith(readable)


def _readable() -> tuple[str, ...]:
    """Return where Python itself is, and what it needs to trust others and to tell the time."""
    import certifi

    folders = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders |= {os.path.dirname(certifi.where()), os.path.dirname(os.path.dirname(__file__))}
    if sys.pycache_prefix is not None:
        folders.add(sys.pycache_prefix)
    own = tuple(os.path.realpath(folder) + "/" for folder in folders)
    return (*own, "/usr/share/zoneinfo/", "/etc/ssl/", "/usr/share/ca-certificates/")


def _listen_to_http() -> None:
    """Note what services answer: `apprise` tells only that it was not what it hoped for."""
    import requests

    plain = requests.Session.send

    def send(self: Any, request: Any, **more: Any) -> Any:
        answer = plain(self, request, **more)
        if answer.status_code >= 300:
            _response.status = answer.status_code
            _response.retry = str(answer.headers.get("Retry-After", ""))[:100]
            _response.body = answer.text[:300]
        return answer

    setattr(requests.Session, "send", send)  # noqa: B010  # a method, as its type has it


def _send(job: SendJob) -> SendDone:
    import apprise

    known: Any = apprise.Apprise.instantiate(job.address)
    if known is None:
        why = "; ".join(_response.lines[-2:]) or f"this is no address of {job.schema}://"
        return SendDone(n=job.n, ok=False, bad=True, why=hide(why, job.address, job.schema))
    known.socket_connect_timeout, known.socket_read_timeout = CONNECT, READ
    how = apprise.NotifyType.WARNING if job.urgent else apprise.NotifyType.INFO
    text = apprise.NotifyFormat.TEXT
    if known.notify(title=job.title, body=job.body, notify_type=how, body_format=text):
        return SendDone(n=job.n, ok=True)
    why = _response.denied
    if not why and _response.status:
        why = f"answered {_response.status}: {_response.body}" if _response.body else ""
        why = why or f"answered {_response.status}"
    why = why or "; ".join(dict.fromkeys(_response.lines[-3:])) or "it was not taken"
    return SendDone(
        n=job.n,
        ok=False,
        why=hide(why, job.address, job.schema),
        status=_response.status,
        wait=asked_pause(_response.retry, 0.0),
        bad=bool(_response.denied) and not _response.denied.startswith(PRIVATE[:20]),
    )


def _run(job: SendJob, out: Any, lock: threading.Lock) -> None:
    try:
        done = _send(job)
    except Exception as why:
        text = hide(f"{type(why).__name__}: {why}", job.address, job.schema)
        done = SendDone(n=job.n, ok=False, why=text)
    with lock:
        _say(out, done)


def _say(out: Any, done: SendDone) -> None:
    out.write(msgspec.json.encode(done) + b"\n")
    out.flush()


def main() -> None:
    """Load everything, forbid what is not needed, and work until nobody asks any more."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a service prints is no answer of ours
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.stack_size(_STACK)
    import apprise

    log = logging.getLogger("apprise")
    log.handlers, log.propagate = [_Listener()], False
    log.setLevel(logging.DEBUG)
    apprise.Apprise().details()  # loads every service: afterwards files are read no more
    _listen_to_http()
    sys.dont_write_bytecode = True
    _guard("--private" in sys.argv, _readable())
    _say(out, SendDone(n=0, ok=True))
    lock = threading.Lock()
    for line in sys.stdin.buffer:
        job = msgspec.json.decode(line, type=SendJob)
        threading.Thread(target=_run, args=(job, out, lock), daemon=True).start()
    os._exit(0)


if __name__ == "__main__":
    main()
