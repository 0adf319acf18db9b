"""A program is heard line by line, however its output comes, and its end with its last words."""

from __future__ import annotations

from twisted.internet.error import ProcessDone, ProcessExitedAlready
from twisted.python.failure import Failure

from sightline.live.line_program import LineProgram


class DeadTransport:
    def signalProcess(self, name: str) -> None:
        raise ProcessExitedAlready


def test_pieces_become_lines_and_a_half_one_waits_for_its_rest():
    lines: list[bytes] = []
    program = LineProgram(lambda _, line: lines.append(line), lambda *_: None)
    for piece in (b"on", b"e\ntwo\nth", b"", b"ree\n", b"four"):
        program.outReceived(piece)
    assert lines == [b"one", b"two", b"three"]


def test_its_end_is_told_with_the_last_line_of_its_errors_once_and_by_itself():
    ends: list[tuple[LineProgram, str]] = []
    for said, last in ((b"", ""), (b"a\nValueError: b\n\n", "ValueError: b"), (b"\xff", "\ufffd")):
        program = LineProgram(lambda *_: None, lambda *told: ends.append(told))
        program.errReceived(said)
        program.processEnded(Failure(ProcessDone(None)))
        assert ends.pop() == (program, last)


def test_who_has_ended_already_may_be_killed():
    program = LineProgram(lambda *_: None, lambda *_: None)
    program.transport = DeadTransport()
    program.kill()
