"""Writers and readers of history's file formats.

Covers history/lines.py.
"""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.history.formats import gpx, rec
from sightline.history.formats.fix import FIELDS, isotime, xml
from sightline.history.formats.jsons import JsonList
from sightline.history.formats.table import FORMATS, chunks
from sightline.history.formats.xmls import Gpx
from sightline.history.lines import LONGEST, Problem, numbered

TST = 1_795_235_749
FIX = {"_type": "location", "lat": 48.85, "lon": 2.29, "acc": 5, "tid": "JA", "tst": TST, "vel": 36}
ISO = "2026-11-21T04:35:49Z"
GPX = "{http://www.topografix.com/GPX/1/1}"

plain = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False)
values = st.none() | st.booleans() | numbers | plain | st.lists(plain, max_size=3)
positions = st.fixed_dictionaries(
    {"lat": st.floats(-90, 90), "lon": st.floats(-180, 180), "tst": st.integers(1, 4 * 10**9)},
    optional={
        "alt": st.integers(-1000, 9000),
        "vel": st.integers(-1, 300),
        "cog": st.integers(-1, 360),
        "poi": plain,
        "tid": plain,
        "inregions": st.lists(plain, max_size=3),
    },
)
anything = st.lists(
    positions | st.dictionaries(st.sampled_from([*FIELDS, "_type"]) | plain, values, max_size=8),
    max_size=8,
)


def made(name: str, fixes, fields=(), size: int = 3) -> bytes:
    return b"".join(chunks(FORMATS[name].make(fields), fixes, size))


@given(anything, st.integers(1, 4))
def test_whatever_a_fix_holds_each_format_is_well_formed(fixes, size):
    for name in ("json", "geojson", "geojsonpoi", "linestring"):
        json.loads(made(name, fixes, size=size))
    for name in ("xml", "gpx"):
        ET.fromstring(made(name, fixes, size=size))
    rows = list(csv.reader(io.StringIO(made("csv", fixes, size=size).decode(), newline="")))
    assert [len(row) for row in rows] == [len(FIELDS)] * (len(fixes) + 1)


@given(st.lists(positions, max_size=6), st.integers(1, 4))
def test_the_pieces_do_not_matter(fixes, size):
    for name in FORMATS:
        assert made(name, fixes, size=size) == made(name, fixes, size=100)


@given(st.lists(positions, max_size=6))
def test_json_gives_the_fixes_as_they_are(fixes):
    assert json.loads(made("json", fixes)) == {"data": fixes, "count": len(fixes)}


def test_json_may_have_another_frame_and_fewer_fields():
    writer = JsonList(["tst", "isotst", "SSID"], b"[", b"]")
    assert b"".join(chunks(writer, [FIX])) == b'[{"tst":1795235749,"isotst":"%b"}]' % ISO.encode()


def test_geojson_points_are_those_of_a_recorder():
    assert json.loads(made("geojson", [FIX, {"tst": 1}])) == {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [2.29, 48.85]},
                "properties": {"name": "JA", "vel": 36, "tst": TST, "acc": 5, "isotst": ISO},
            }
        ],
    }


def test_points_of_interest_are_the_fixes_with_a_name():
    found = json.loads(made("geojsonpoi", [FIX, FIX | {"poi": "Café"}]))
    assert [feature["properties"]["name"] for feature in found["features"]] == ["Café"]


def test_a_line_has_at_least_two_positions_or_is_none():
    assert json.loads(made("linestring", []))["geometry"] is None
    once = json.loads(made("linestring", [FIX]))["geometry"]
    assert once == {"type": "LineString", "coordinates": [[2.29, 48.85], [2.29, 48.85]]}
    assert len(json.loads(made("linestring", [FIX] * 5, size=1))["geometry"]["coordinates"]) == 5


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@x", "\uff1d1"]
)
def test_no_text_becomes_a_formula(text):
    table = made("csv", [FIX | {"tid": text, "inregions": [text]}], ["tid", "inregions", "lat"])
    row = list(csv.reader(io.StringIO(table.decode(), newline="")))[1]
    assert row[:2] == [f"'{text}"] * 2


def test_numbers_in_the_table_stay_numbers():
    table = made("csv", [FIX | {"lat": -33.5, "batt": True}], ["lat", "batt", "isotst", "nothing"])
    assert table == f"lat,batt,isotst,nothing\r\n-33.5,true,{ISO},\r\n".encode()


def test_xml_leaves_out_what_it_cannot_name_and_replaces_what_it_cannot_hold():
    fix = {"tid": "a<b>&\x00\x1b", "bad name": 1, "inregions": ["Home"]}
    point = ET.fromstring(made("xml", [fix])).find("point")
    assert point is not None
    assert [(field.tag, field.text) for field in point] == [
        ("tid", "a<b>&\ufffd\ufffd"),
        ("inregions", '["Home"]'),
    ]


@given(st.text())
def test_any_text_survives_xml_but_for_what_xml_forbids(text):
    text = text.encode("utf-8", "replace").decode()
    found = ET.fromstring(f'<a b="x">{xml(text)}</a>').text or ""
    assert [a for a, b in zip(found, text, strict=True) if a not in (b, "\ufffd")] == []


def test_a_gpx_track_has_all_that_gpx_can_say():
    root = ET.fromstring(made("gpx", [FIX | {"alt": 35, "cog": 90, "poi": "<Café>"}]))
    point = root.find(f"{GPX}trk/{GPX}trkseg/{GPX}trkpt")
    assert point is not None
    assert point.attrib == {"lat": "48.85", "lon": "2.29"}
    found = [(each.tag.rpartition("}")[2], each.text) for each in point.iter()][1:]
    assert found == [
        ("ele", "35"),
        ("time", ISO),
        ("name", "<Café>"),
        ("extensions", None),
        ("TrackPointExtension", None),
        ("speed", "10.0"),
        ("course", "90"),
    ]


def test_no_line_is_drawn_over_a_long_gap():
    fixes = [FIX | {"tst": TST + at} for at in (0, 60, 120, 30_000, 30_060)]
    root = ET.fromstring(b"".join(chunks(Gpx(name="jane & phone", gap=3600), fixes)))
    assert [len(segment) for segment in root.iter(f"{GPX}trkseg")] == [3, 2]
    assert root.findtext(f"{GPX}trk/{GPX}name") == "jane & phone"


@given(st.lists(positions.filter(lambda fix: fix.get("poi") != ""), max_size=5))
def test_gpx_can_be_read_again(fixes):
    found = list(gpx.read([made("gpx", fixes)], "x"))
    assert [(f["lat"], f["lon"], f["tst"]) for f in found] == [
        (pytest.approx(f["lat"], abs=1e-11), pytest.approx(f["lon"], abs=1e-11), f["tst"])
        for f in fixes
    ]
    for before, after in zip(fixes, found, strict=True):
        assert after.get("alt") == before.get("alt")
        if before.get("vel", -1) >= 0:
            assert after["vel"] == pytest.approx(before["vel"], abs=0.1)


@given(
    st.binary(max_size=300)
    | st.text(max_size=100).map(lambda t: f"<gpx>{t}</gpx>".encode("utf-8", "replace"))
)
def test_any_bytes_are_gpx_or_a_problem(data):
    try:
        list(gpx.read([data[:50], data[50:]], "x"))
    except Problem:
        pass


def points(*inner: str) -> list[bytes]:
    return [f"<gpx>\n{''.join(each + chr(10) for each in inner)}</gpx>".encode()]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([b"<html/>"], "f:1: not GPX: the outermost element is not <gpx>"),
        ([b""], "f:1: not XML: no element found"),
        ([b"<gpx>\n<trk>"], "f:2: not XML: no element found"),
        ([b"<gpx>\n\n\x00"], "f:3: not XML: not well-formed (invalid token)"),
        (
            [b'<!DOCTYPE g [<!ENTITY a "aa">]>\n<gpx>&a;</gpx>'],
            "f:1: a document type; GPX has none",
        ),
        ([b"<gpx>", b"\n<a>" * 100], "f:65: elements nested too deep"),
        (
            points('<wpt lat="1" lon="2"><name>', "x" * 10_001),
            "f:3: a text of more than 10000 characters",
        ),
    ],
)
def test_a_document_that_cannot_be_read_on_is_named_with_its_line(document, problem):
    with pytest.raises(Problem) as caught:
        list(gpx.read(document, "f"))
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("point", "why"),
    [
        ('<wpt lat="1" lon="2"/>', "a point without a time has no place in a history"),
        ('<wpt lat="1"><time>2026-01-01</time></wpt>', "a point without lat and lon"),
        ('<wpt lat="91" lon="2"/>', "a point that is not on Earth"),
        ('<wpt lat="nan" lon="2"/>', "lat is not a number"),
        ('<wpt lat="1_0" lon="2"/>', "lat is not a number"),
        (
            '<wpt lat="1" lon="2"><time>yesterday</time></wpt>',
            "the time is not one such as 2026-11-21T04:35:39Z",
        ),
        ('<wpt lat="1" lon="2"><time>0001-01-01T00:00:00Z</time></wpt>', "the time is before 1970"),
    ],
)
def test_a_point_that_makes_no_sense_is_named_and_the_others_are_read(point, why):
    good = '<trkpt lat="1" lon="2"><time>2026-11-21T05:35:49+01:00</time></trkpt>'
    before, problem, after = gpx.read(points(good, point, good), "f")
    assert before == after == {"_type": "location", "lat": 1, "lon": 2, "tst": TST}
    assert str(problem) == f"f:3: {why}"


@given(
    st.integers(0, 4 * 10**9),
    st.sampled_from(["", "event", "info"]),
    st.dictionaries(plain, values),
)
def test_a_record_can_be_read_again(at, part, said):
    payload = json.dumps(said).encode()
    line = rec.written(at + 0.75, part, payload)
    assert rec.read(line[:-1]) == rec.RecLine(at, part, payload)


def test_a_record_is_written_as_a_recorder_does():
    assert rec.written(TST, "", b"{}") == f"{ISO}\t*                 \t{{}}\n".encode()
    assert rec.written(TST, "event", b"{}") == f"{ISO}\tevent             \t{{}}\n".encode()
    assert rec.written(TST, "", b'{\n "a": 1\r\n}').endswith(b'\t{"a":1}\n')
    assert rec.month(TST) == "2026-11"
    with pytest.raises(ValueError, match="not a time"):
        rec.written(1e300, "", b"{}")
    with pytest.raises(ValueError, match="without tabs"):
        rec.written(TST, "a\tb", b"{}")


@given(st.binary(max_size=100))
def test_any_line_is_a_record_or_refused(line):
    try:
        rec.read(line)
    except rec.NotRec:
        pass


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "not three columns"),
        (b"2026-11-21T04:35:39Z\t*", "not three columns"),
        (b"yesterday\t*\t{}", "'yesterday' is not a time"),
        (b"\xff\t*\t{}", "is not a time"),
        (b"2026-13-21T04:35:39Z\t*\t{}", "is not a time"),
    ],
)
def test_what_is_no_record_is_refused_with_the_reason(line, why):
    with pytest.raises(rec.NotRec, match=why):
        rec.read(line)


@pytest.mark.parametrize(
    ("tst", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (TST + 0.25, "2026-11-21T04:35:49.250Z"),
        (TST + 0.9999, "2026-11-21T04:35:50Z"),
        (1e15, None),
        (-1e15, None),
        (True, None),
        ("1", None),
        (float("nan"), None),
        (None, None),
    ],
)
def test_a_time_for_people(tst, text):
    assert isotime(tst) == text


def test_lines_are_numbered_and_the_odd_ones_told_apart():
    data = b"one\n\n" + b"x" * (LONGEST * 2) + b"\nthree\ntorn"
    found = list(numbered(io.BytesIO(data)))
    assert [(line.number, line.data[:5], line.torn, line.long) for line in found] == [
        (1, b"one", False, False),
        (2, b"", False, False),
        (3, b"xxxxx", False, True),
        (4, b"three", False, False),
        (5, b"torn", True, False),
    ]
    assert [line.stop for line in found][-1] == len(data)
    assert data[: found[1].stop] == b"one\n\n"
