"""Addresses by the real `apprise`: to an ntfy server and by mail; hostile ones reach nothing."""

from __future__ import annotations

import os
import signal
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.mail import smtp
from zope.interface import implementer

from channels.scene import BASE, ChannelScene, Ntfy, notification
from sightline.channels.options import ChannelOptions, Outcome
from sightline.channels.records import Channel
from sightline.channels.worker_process import HUNG, IDLE, STARTING, AddressSender

reactor: Any = _reactor


@implementer(smtp.IMessageDelivery)
class Mailbox:
    """A mail server on this machine; it takes everything that is for example.org."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str]] = []
        outer = self

        class Factory(smtp.SMTPFactory):
            protocol = smtp.ESMTP

            def buildProtocol(self, addr: Any) -> Any:
                made = super().buildProtocol(addr)
                made.delivery = outer
                return made

        self._listening = reactor.listenTCP(0, Factory(), interface="127.0.0.1")
        self.port = self._listening.getHost().port

    def receivedHeader(self, helo: Any, origin: Any, recipients: Any) -> bytes:
        return b"Received: here"

    def validateFrom(self, helo: Any, origin: Any) -> Any:
        return origin

    def validateTo(self, user: Any) -> Any:
        if user.dest.domain != b"example.org":
            raise smtp.SMTPBadRcpt(user)
        return lambda: _Mail(str(user.dest), self.mails)

    async def closes(self) -> None:
        await self._listening.stopListening()


@implementer(smtp.IMessage)
class _Mail:
    def __init__(self, to: str, mails: list[tuple[str, str]]) -> None:
        self._to, self._mails = to, mails
        self._lines: list[bytes] = []

    def lineReceived(self, line: bytes) -> None:
        self._lines.append(line)

    def eomReceived(self) -> Any:
        self._mails.append((self._to, b"\n".join(self._lines).decode()))
        done: Deferred[None] = Deferred()
        done.callback(None)
        return done

    def connectionLost(self) -> None: ...


@pytest.fixture
def ntfy() -> Any:
    with Ntfy() as server:
        yield server


@pytest_twisted.ensureDeferred
async def test_ntfy_and_mail_are_told_and_a_refusal_is_said_in_their_own_words(ntfy, tmp_path):
    mailbox = Mailbox()
    scene = await ChannelScene(tmp_path).opens()
    await scene.has_address(ntfy.url())
    to = f"mailto://127.0.0.1:{mailbox.port}?from=s@example.org&to="
    await scene.has_address(f"{to}amy@example.org", "amy", language="de")
    wrong = await scene.has_address(f"{to}amy@else.example.com", "bob")
    for account in ("jane", "amy", "bob"):
        scene.service.tell(notification(f"for {account}", account))
    await scene.until(lambda: ntfy.messages and mailbox.mails)
    await scene.until(lambda: scene.service.sent == 2)
    (message,) = ntfy.messages
    assert message["topic"] == "family"
    assert message["title"] == "Bob arrived at School (for jane)"
    assert message["message"] == f"at 14:02\n{BASE}/#map?at=1"
    assert message["authorization"].startswith("Basic ")
    ((whom, mail),) = mailbox.mails
    assert whom == "amy@example.org"
    assert "Bob ist da (for amy)" in mail
    await scene.until_why(wrong, "550")
    # A token that is wrong now stays wrong: it is given up at once, and the token not repeated.
    ntfy.answer = lambda m: (403, {}, b'{"code":40301,"error":"hush-hush-9 is forbidden"}')
    scene.service.tell(notification("n2"))
    await scene.until(lambda: "failed" in scene.states("n2"))
    why = str(scene.heard[-1].why)
    assert why.startswith("answered 403:")
    assert "forbidden" in why
    assert "hush-hush-9" not in why
    # And one that is too busy is asked again when it said.
    answers = iter([(429, {"Retry-After": "1"}, b"limit reached")])
    ntfy.answer = lambda m: next(answers, None)
    scene.service.tell(notification("n3"))
    await scene.until(lambda: "sent" in scene.states("n3"))
    assert ntfy.seen == 4
    await scene.closes()
    await mailbox.closes()


@pytest_twisted.ensureDeferred
async def test_ones_that_hang_delay_no_other_and_the_program_is_begun_anew(ntfy, tmp_path):
    clock = Clock()
    with Ntfy() as slow:
        slow.hanging.clear()
        scene = await ChannelScene(tmp_path, late=clock, first=3600.0).opens()
        for n in range(HUNG):
            await scene.has_address(slow.url(), f"slow{n}")
            scene.service.tell(notification(f"s{n}", f"slow{n}"))
        await scene.until(lambda: slow.seen == HUNG)
        first = scene.addresses.pid
        await scene.has_address(ntfy.url())
        scene.service.tell(notification("n1"))
        await scene.until(lambda: "sent" in scene.states("n1"))
        assert scene.service.failed == 0
        clock.advance(scene.options.timeout)
        await scene.until(lambda: scene.service.figures().failing == HUNG)
        whys = {str(each.why) for each in await scene.service.statuses()}
        assert whys == {"None", "there was no answer within 20 s"}
        scene.service.tell(notification("n2"))
        await scene.until(lambda: "sent" in scene.states("n2"))
        assert scene.addresses.pid not in (None, first)
        clock.advance(IDLE)
        assert scene.addresses.pid is None  # nobody is told anything: it takes no memory
        await scene.closes()


@pytest_twisted.ensureDeferred
async def test_when_the_program_is_killed_the_message_is_sent_by_another(ntfy, tmp_path):
    scene = await ChannelScene(tmp_path, first=0.1).opens()
    await scene.has_address(ntfy.url())
    ntfy.hanging.clear()
    scene.service.tell(notification("n1"))
    await scene.until(lambda: ntfy.seen == 1)
    os.kill(scene.addresses.pid, signal.SIGKILL)
    await scene.until(lambda: scene.service.failed == 1)
    ntfy.hanging.set()
    await scene.until(lambda: "sent" in scene.states("n1"))
    await scene.closes()


class SlowProgram:
    """A program that loads for as long as the test wants; its sender, to whom ``outcomes`` came."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.killed = False
        self.outcomes: list[Outcome] = []
        programs: Any = SimpleNamespace(spawnProcess=self._spawned, callLater=self.clock.callLater)
        self.sender = AddressSender(programs, ChannelOptions(timeout=20.0), ["program"])
        channel = Channel(id="c1", account="jane", type="address", name="a", host="h", base=BASE)
        sent = self.sender.send(channel, b"ntfy://x", notification("n1"))
        Deferred.fromCoroutine(sent).addCallback(self.outcomes.append)

    def _spawned(self, program: Any, *_: Any, **__: Any) -> None:
        self.protocol = program
        program.transport = SimpleNamespace(write=len, signalProcess=self._signalled)

    def _signalled(self, signal: str) -> None:
        self.killed = signal == "KILL"


def test_the_time_to_load_the_program_is_not_taken_from_the_message():
    slow = SlowProgram()
    slow.clock.advance(STARTING - 1)
    assert slow.outcomes == []
    slow.protocol.outReceived(b'{"n":0,"ok":true}\n')
    slow.clock.advance(19)
    assert slow.outcomes == []
    slow.protocol.outReceived(b'{"n":1,"ok":true}\n')
    assert slow.outcomes == [Outcome("done")]


def test_a_program_that_is_ready_and_does_not_answer_is_late():
    slow = SlowProgram()
    slow.protocol.outReceived(b'{"n":0,"ok":true}\n')
    slow.clock.advance(20)
    assert slow.outcomes == [Outcome("later", "there was no answer within 20 s")]
    assert not slow.killed


def test_a_program_that_does_not_start_is_ended_and_its_messages_are_sent_later():
    slow = SlowProgram()
    slow.clock.advance(STARTING)
    (outcome,) = slow.outcomes
    assert outcome.result == "later"
    assert "did not start within 120 s" in outcome.why
    assert slow.killed
    assert slow.sender._program is None
