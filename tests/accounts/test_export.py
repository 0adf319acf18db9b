from __future__ import annotations

import io
import json
import zipfile
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from sightline.accounts.export import bundle, gpx
from sightline.kinds.friends.model import Face, Friend

JANE = Friend(presence="live", lat=48.5, lon=2.25, alt=30, tst=1_795_235_000, at=1.0, name="Jane")


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        return {name: made.read(name) for name in made.namelist()}


def test_everything_about_a_friend_is_in_files_others_read():
    face = Face(mime="image/png", data=b"png")
    files = unpacked(bundle("friend/jane/phone", 1_795_235_100, JANE, face, {"links": []}))
    assert set(files) == {"about.txt", "friend.json", "kept.json", "track.gpx", "face.png"}
    said = json.loads(files["friend.json"])
    assert (said["thing"], said["lat"], said["name"]) == ("friend/jane/phone", 48.5, "Jane")
    assert files["face.png"] == b"png"
    point = ElementTree.fromstring(files["track.gpx"]).find(".//{*}trkpt")
    assert point is not None
    assert point.attrib == {"lat": "48.5", "lon": "2.25"}
    assert [child.text for child in point] == ["30", "2026-11-21T04:23:20+00:00"]


def test_without_a_position_there_is_no_track():
    files = unpacked(bundle("friend/jane/phone", 1.0, Friend(presence="offline"), None, {}))
    assert "track.gpx" not in files


@given(st.text(), st.one_of(st.none(), st.floats(), st.integers()))
def test_no_name_and_no_time_breaks_the_track(name, tst):
    name = "".join(c for c in name if c.isprintable())
    made = gpx(f"friend/{name}/x", {"lat": 1.0, "lon": 2.0, "tst": tst})
    assert made is not None
    ElementTree.fromstring(made)
