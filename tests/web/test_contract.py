"""What is declared of the HTTP API is what happens: fields, errors, the document.

Covers contract/errors.py, contract/fields.py, contract/http.py.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

import msgspec
import pytest
import pytest_twisted
from msgspec import Meta

from sightline.auth.permissions import LEAST_ROLE
from sightline.contract.errors import STATUS, Refused
from sightline.contract.fields import Nothing, Number, RequestBody, fields, read, refuses
from sightline.contract.http import Route
from sightline.contract.requests import RequestSpec
from sightline.history.query_params import EventsQuery, Moment, TrackQuery
from sightline_process import ROOT
from web_scene import GOOD


class Fields(RequestBody, frozen=True, rename={"since": "from"}):
    name: Annotated[str, Meta(max_length=5)] = ""
    limit: Annotated[int, Meta(ge=1, le=10)] = 1
    shape: Literal["circle", "polygon"] = "circle"
    since: Moment | None = None
    qos: Annotated[Literal[0, 1], refuses("bad_qos", "0 or 1")] = 0
    points: tuple[tuple[Annotated[float, Meta(ge=0)], float], ...] = ()


class Needed(RequestBody, frozen=True):
    name: str


@pytest.mark.parametrize(
    ("given", "code", "why"),
    [
        ({"name": "secret!"}, "malformed", "name must be a text of at most 5 characters"),
        ({"name": None}, "malformed", "name must be a text of at most 5 characters"),
        ({"limit": 0}, "malformed", "limit must be a whole number from 1 to 10"),
        ({"limit": True}, "malformed", "limit must be a whole number from 1 to 10"),
        ({"shape": "secret"}, "malformed", "shape must be one of circle, polygon"),
        ({"from": "secret"}, "malformed", f"from must be {Moment.MUST}"),
        ({"from": True}, "malformed", f"from must be {Moment.MUST}"),
        ({"from": 10**400}, "malformed", f"from must be {Moment.MUST}"),
        ({"qos": 2}, "bad_qos", "qos must be 0 or 1"),
        ({"points": [[-1, 0]]}, "malformed", "points must be a list"),
        (
            {"role": "x"},
            "malformed",
            "role is no field of this; its fields: name, limit, shape, from, qos, points",
        ),
    ],
)
def test_a_wrong_field_is_named_with_what_it_must_be_and_never_with_what_was_in_it(
    given, code, why
):
    with pytest.raises(Refused) as refused:
        read(given, Fields)
    assert (refused.value.code, refused.value.why) == (code, why)


def test_a_missing_field_is_named():
    with pytest.raises(Refused) as refused:
        read({}, Needed)
    assert refused.value.why == "name is missing: name must be a text"


@pytest.mark.parametrize("number", ["nan", "inf", "1e15", "x", "", "1_000"[:0]])
def test_a_number_is_finite(number):
    class Numbered(msgspec.Struct):
        n: Number

    with pytest.raises(Refused):
        read({"n": number}, Numbered, text=True)


@pytest.mark.parametrize(
    ("query", "type"),
    [
        ({}, "fix"),
        ({"type": "state"}, "state"),
        ({"sort": "state"}, "state"),
        ({"type": "transition", "sort": "state"}, "transition"),
    ],
)
def test_the_type_of_a_track_goes_by_its_former_name_too(query, type):
    from sightline.history.query_params import type_of

    assert type_of(read(query, TrackQuery, text=True), "friend/jane/phone") == type


@pytest.mark.parametrize("wrong", [{"kind": "fix"}, {"kind": "log,secret"}, {"limit": "1001"}])
def test_wrong_queries_are_refused(wrong):
    with pytest.raises(Refused):
        read(wrong, EventsQuery, text=True)


def test_fields_are_declared_where_they_come():
    with pytest.raises(ValueError, match="in the wrong place"):
        Route("GET", "/x", "nobody", None, summary="", body=Nothing)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="in the wrong place"):
        Route("POST", "/x", "nobody", None, summary="", query=Nothing)  # type: ignore[arg-type]


async def _document(home: Any) -> dict[str, Any]:
    home.admin = await home.knows("root", "admin", password=GOOD)
    return json.loads((await home.asks("GET", "/openapi.json", cookie=home.admin)).data)


@pytest_twisted.ensureDeferred
async def test_the_document_says_of_every_route_who_may_ask_and_how_it_refuses(open_web):
    home = await open_web()
    said = await _document(home)
    for route in home.routes:
        operation = said["paths"][route.path][route.method.lower()]
        tokens = any("token" in way for way in operation["security"])
        assert tokens is (route.needs in ("visitor", "past")), route.path
        assert ({} in operation["security"]) is (route.needs == "nobody"), route.path
        answers = operation["responses"]
        for code in route.codes:
            assert code in answers[str(STATUS[code])]["description"], (route.path, code)
        assert ("requestBody" in operation) is (route.body is not None)
    refs = set(json.dumps(said).split('"#/components/schemas/')[1:])
    assert {ref.partition('"')[0] for ref in refs} <= set(said["components"]["schemas"])


@pytest_twisted.ensureDeferred
async def test_the_examples_can_be_read(open_web):
    home = await open_web()
    for route in home.routes:
        if route.body is not None or msgspec.structs.fields(route.fields):
            assert route.example is not None, route.path
        if route.example is not None:
            given = {k: v if route.body else str(v) for k, v in route.example.items()}
            read(given, route.fields, text=route.body is None)


def test_every_request_that_a_server_knows_is_in_the_reference():
    from unittest.mock import MagicMock

    from sightline.console.rules import ConsoleRights
    from sightline.console.service import ConsoleService
    from sightline.driving.requests import DrivingRequests
    from sightline.history.read_only import ReadOnlyPast
    from sightline.live.requests import Requests
    from sightline.owntracks.requests import PhoneRequests
    from sightline.regions.requests import RegionRequests

    requests = Requests(lambda: 0.0)
    anything: Any = MagicMock()
    ReadOnlyPast().join(requests)
    ConsoleService(anything, anything, ConsoleRights(), reads=anything).join(requests)
    DrivingRequests(requests, anything)
    RegionRequests(requests, anything, anything)
    PhoneRequests(requests, anything, anything, anything, anything, anything)
    text = (ROOT / "server" / "docs" / "reference" / "websocket.md").read_text()
    listed = set(re.findall(r"^\| `(\w+)` \| [A-Z]", text, re.M))
    assert set(requests.specs) <= listed
    for name, spec in requests.specs.items():
        assert spec.right in ("", *LEAST_ROLE), name
        read(dict(spec.example), spec.fields)


WIRE = sorted((ROOT / "tests" / "wire").glob("*-request-*.json"))


@pytest.mark.parametrize("path", WIRE, ids=lambda path: path.stem)
def test_the_golden_requests_are_as_declared(path):
    from sightline.console import contract as console
    from sightline.driving import contract as driving
    from sightline.owntracks import requests as owntracks
    from sightline.regions import requests as regions

    known = {
        spec.name: spec
        for module in (console, driving, owntracks, regions)
        for spec in (*vars(module).values(), *owntracks.ASKS)
        if isinstance(spec, RequestSpec)
    }
    frame = json.loads(path.read_text())["frame"]
    spec = known[frame.pop("do")]
    frame.pop("id")
    assert set(frame) <= set(fields(spec.fields))
    read(frame, spec.fields)
