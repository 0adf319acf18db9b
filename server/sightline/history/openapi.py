"""The HTTP API of history for machines: an OpenAPI 3.1 document."""

from __future__ import annotations

from typing import Any

from sightline import __version__
from sightline.history.formats.table import FORMATS
from sightline.history.record import EVENTS
from sightline.history.store import MOST

_Json = dict[str, Any]


def document() -> _Json:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sightline", "version": __version__},
        "servers": [{"url": "/api/1"}],
        "security": [{"cookie": []}, {"token": []}],
        "components": {
            "securitySchemes": {
                "cookie": {"type": "apiKey", "in": "cookie", "name": "sightline"},
                "token": {"type": "http", "scheme": "bearer"},
            },
            "schemas": {"No": _NO, "Thing": _THING, "Event": _EVENT},
        },
        "paths": _paths(),
    }


def _object(needed: list[str], **properties: _Json) -> _Json:
    return {"type": "object", "required": needed, "properties": properties}


_TEXT: _Json = {"type": "string"}
_NUMBER: _Json = {"type": "number"}
_WHOLE: _Json = {"type": "integer"}
_TIME: _Json = {
    "oneOf": [{"type": "number"}, {"type": "string", "format": "date-time"}],
    "description": "Seconds since 1970, or ISO 8601 with an offset. Bounds are inclusive.",
}
_NO = _object(["ok", "code", "why"], ok={"const": False}, code=_TEXT, why=_TEXT, wait=_NUMBER)
_THING = _object(["k", "id"], k=_TEXT, id=_TEXT, s=_WHOLE)
_EVENT = _object(
    ["sort", "thing", "tst", "at"],
    sort={"enum": sorted(EVENTS)},
    thing=_TEXT,
    tst=_NUMBER,
    at=_NUMBER,
)


def _ref(name: str) -> _Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(of: _Json) -> _Json:
    return {"type": "array", "items": of}


def _yes(**properties: _Json) -> _Json:
    return _object(["ok", *properties], ok={"const": True}, **properties)


def _asked(name: str, schema: _Json, what: str = "", *, needed: bool = False) -> _Json:
    return {"name": name, "in": "query", "required": needed, "schema": schema, "description": what}


def _part(name: str) -> _Json:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}


def _answers(content: _Json) -> _Json:
    no = {"description": "No, and why", "content": {"application/json": {"schema": _ref("No")}}}
    return {"200": {"description": "Yes", "content": content}, "4XX": no, "5XX": no}


def _json(schema: _Json) -> _Json:
    return {"application/json": {"schema": schema}}


def _get(what: str, parameters: list[_Json], content: _Json) -> _Json:
    return {"get": {"summary": what, "parameters": parameters, "responses": _answers(content)}}


def _post(what: str, parameters: list[_Json], body: _Json, answer: _Json) -> _Json:
    return {
        "post": {
            "summary": what,
            "parameters": parameters,
            "requestBody": {"required": True, "content": _json(body)},
            "responses": _answers(_json(answer)),
        }
    }


_FROM_TO = [_asked("from", _TIME), _asked("to", _TIME)]
_SORT = _asked("sort", _TEXT, "fix, transition, state, figures, …; each kind has its own")


def _of_things(path: str, made: Any) -> _Json:
    """Both forms of a path with a thing in it: ``probot/ProBot1``, ``friend/jane/phone``."""
    return {
        f"{path}/{{kind}}/{{id}}": made([_part("kind"), _part("id")]),
        f"{path}/{{kind}}/{{group}}/{{id}}": made([_part("kind"), _part("group"), _part("id")]),
    }


def _paths() -> _Json:
    fixes = _yes(thing=_TEXT, sort=_TEXT, data=_list({"type": "object"}), count=_WHOLE)
    track: _Json = {"application/json": {"schema": fixes}}
    track |= {form.media: {} for form in FORMATS.values() if form.media not in track}
    limit = {"type": "integer", "minimum": 1, "maximum": 10_000_000}
    last = {"type": "integer", "minimum": 1, "maximum": MOST}
    how = [
        *_FROM_TO,
        _asked("limit", limit, "the first so many"),
        _asked("last", last, "the newest so many, oldest first"),
        _asked("fields", _TEXT, "names with commas between them"),
        _asked("max_error", {"type": "number", "minimum": 0, "maximum": 1e7}, "simplify, m"),
        _asked("format", {"enum": list(FORMATS)}),
        _asked("hidden", {"enum": ["0", "1"]}, "also what was hidden, for its owner"),
        _asked("doubtful", {"enum": ["0", "1"]}, "also fixes that cannot be right, with the why"),
        _SORT,
    ]
    day = _object(["day", "count"], day=_TEXT, count=_WHOLE, **{"from": _NUMBER, "to": _NUMBER})
    month = [
        _asked("month", {"type": "string", "pattern": r"^\d{4}-\d{2}$"}, needed=True),
        _asked("zone", _TEXT, "such as Europe/Berlin; else UTC"),
        _SORT,
    ]
    box = {"type": "array", "items": _NUMBER, "minItems": 4, "maxItems": 4}
    wrong = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"from": _TIME, "to": _TIME, "box": box, "tst": _list(_NUMBER)},
    }
    things = _yes(things=_list(_ref("Thing")))
    scene = _yes(at=_NUMBER, things=_list(_ref("Thing")))
    events = _yes(events=_list(_ref("Event")), next={"type": ["string", "null"]})
    asked_events = [
        *_FROM_TO,
        _asked("kind", _TEXT, f"of {', '.join(sorted(EVENTS))}; several with commas"),
        _asked("thing", _TEXT),
        _asked("limit", {"type": "integer", "minimum": 1, "maximum": 1000}),
        _asked("after", _TEXT, "the next of the page before"),
    ]
    return {
        "/things": _get("All things, now", [_asked("kind", _TEXT)], _json(things)),
        **_of_things(
            "/things", lambda p: _get("One thing, now", p, _json(_yes(thing=_ref("Thing"))))
        ),
        **_of_things("/history", lambda p: _get("A thing's track", [*p, *how], track)),
        **_of_things(
            "/days",
            lambda p: _get("Days with entries", [*p, *month], _json(_yes(days=_list(day)))),
        ),
        "/scene": _get("All things, then", [_asked("at", _TIME, needed=True)], _json(scene)),
        "/events": _get("What happened", asked_events, _json(events)),
        **_of_things(
            "/hide",
            lambda p: _post("Hide wrong points", p, wrong, _yes(hidden=_WHOLE, undo=_TEXT)),
        ),
        "/unhide": _post("Undo that", [], _object(["undo"], undo=_TEXT), _yes(shown=_WHOLE)),
        "/openapi.json": _get("This", [], _json({"type": "object"})),
    }
