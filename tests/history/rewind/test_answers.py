from __future__ import annotations

import pytest

from sightline.history.rewind.answers import Prefix, TopicFilter, TopicName


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (TopicName, ["a", "/a/b", "$SYS/x"], ["", "a/#", "a/+", "a\0", 7, "x" * 1025]),
        (TopicFilter, ["#", "a/+/b", "a/#"], ["", "a/#/b", "a+", None]),
        (Prefix, ["", "a/", "/", "a//"], ["a", "a/b", 7, "x" * 1024 + "/"]),
    ],
)
def test_topics_filters_and_prefixes_are_read_and_others_refused(kind, good, bad):
    assert [kind.read(text) for text in good] == good
    for text in bad:
        with pytest.raises(ValueError, match=r"^$"):
            kind.read(text)
