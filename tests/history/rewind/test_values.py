from __future__ import annotations

from rewind_scene import DAY, NOON, ArchiveFiles, said
from sightline.history.rewind.index import key_of
from sightline.history.rewind.values import TopicValue, first_of, value_of


def asked(files: ArchiveFiles, topic: str, at: float) -> TopicValue:
    return value_of(files.reader, files.parts(), key_of("main", topic), NOON + at, lambda: None)


def test_the_value_of_a_topic_at_any_second_of_several_days(files: ArchiveFiles):
    for day in range(4):
        at = day * DAY - 3600
        files.add(
            said("a" if n % 2 else "b", f"{day} {n} {'x' * 100}", at + n) for n in range(3000)
        )
        files.add([said("rare", str(day), at + 3000)]) if day != 2 else None
    files.compress()
    files.add([said("a", "open", 4 * DAY)])

    def value(topic: str, at: float) -> bytes | None:
        found = asked(files, topic, at).value
        return found.payload if found else None

    assert value("a", -3600) is None
    assert value("a", -3599) == b"0 1 " + b"x" * 100
    assert value("b", 2 * DAY - 3600 + 777) == b"2 776 " + b"x" * 100
    assert value("rare", 2 * DAY + 100) == b"1", "of the day before: there was none on this one"
    assert value("a", 5 * DAY) == b"open"
    assert value("never", 5 * DAY) is None
    parts = files.parts()
    assert first_of(files.reader, parts, key_of("main", "rare"), lambda: None) == NOON - 600
    assert first_of(files.reader, parts, key_of("main", "never"), lambda: None) is None


def test_the_retained_value_is_the_last_one_heard_of_unless_it_was_cleared(files: ArchiveFiles):
    files.add([said("a", "kept", 0, retain=True), said("a", "live", 10)])
    files.add([said("a", "", DAY), said("a", "again", DAY + 5)])
    files.compress()

    def retained(at: float) -> bytes | None:
        found = asked(files, "a", at).retained
        return found.payload if found else None

    assert (retained(-1), retained(20), retained(DAY + 10)) == (None, b"kept", None)


def test_equal_times_and_a_clock_that_jumped_in_several_files(files: ArchiveFiles):
    files.add([said("a", "1", 0), said("a", "2", 0)])
    files.add([said("a", "late", 7200)], number=2)
    files.add([said("a", "3", 60), said("a", "4", 61)], number=3)
    files.compress()

    def value(at: float) -> bytes:
        found = asked(files, "a", at).value
        assert found is not None
        return found.payload

    assert [value(at) for at in (0, 60.5, 100, 8000)] == [b"2", b"3", b"4", b"late"]
