"""The HTTP API for machines: an OpenAPI 3.1 document, made of what the routes declare."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any

import msgspec

from sightline.contract.errors import status
from sightline.contract.fields import Nothing
from sightline.contract.http import Call, Needs, Reply, Route
from sightline.contract.schemas import Json, components, ref

NEEDS: Mapping[Needs, str] = {
    "nobody": "Anybody may ask.",
    "visitor": "For everybody who is let in: by a session, a link, a token or as a guest.",
    "past": "As for every visitor, but for links and for tokens without the scope see or drive.",
    "account": "For a session of an account; neither tokens nor links will do.",
    "admin": "For a session of an admin's account.",
}
"""What each need means, in a sentence."""
_SECURITY: Mapping[Needs, list[Json]] = {
    "nobody": [{}, {"cookie": []}],
    "visitor": [{"cookie": []}, {"token": []}],
    "past": [{"cookie": []}, {"token": []}],
    "account": [{"cookie": []}],
    "admin": [{"cookie": []}],
}
_PART = re.compile(r"\{(\w+)\}")
_WORDS = {
    400: "The request makes no sense",
    401: "Not signed in, or the wrong secret",
    403: "Not allowed",
    404: "Not there, or not for the one who asks",
    409: "In the way of something else",
    410: "Over",
    415: "Not declared as JSON",
    429: "Too many requests",
    500: "A failure of the server, written to its log",
    503: "Not possible just now",
}


class No(msgspec.Struct, frozen=True):
    """No: the code, the reason for people, and after how many s it is worth another try."""

    code: str
    why: str
    wait: int | msgspec.UnsetType = msgspec.UNSET


def document(routes: Iterable[Route[Any]], version: str) -> Json:
    """Return the whole document."""
    routes = list(routes)
    paths: dict[str, Json] = defaultdict(dict)
    for route in routes:
        paths[route.path][route.method.lower()] = operation(route)
    kinds = [route.reply for route in routes if route.reply is not None]
    bodies = [route.body for route in routes if route.body is not None]
    schemas = components([*kinds, *bodies, No])
    schemas["No"]["properties"] = {"ok": {"const": False}, **schemas["No"]["properties"]}
    schemas["No"]["required"] = ["ok", *schemas["No"]["required"]]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sightline",
            "version": version,
            "description": "Yes is an object with `ok` true; no is one with `ok` false, a stable"
            " `code`, and `why` for people. What changes something must come from Sightline's own"
            " page (Origin or Sec-Fetch-Site) or bring a token.",
        },
        "servers": [{"url": "/api/1"}],
        "components": {
            "securitySchemes": {
                "cookie": {"type": "apiKey", "in": "cookie", "name": "sightline"},
                "token": {"type": "http", "scheme": "bearer"},
            },
            "schemas": schemas,
        },
        "paths": dict(paths),
    }


def operation(route: Route[Any]) -> Json:
    """Return what the document says of one route."""
    said: Json = {
        "operationId": operation_id(route),
        "summary": route.summary,
        "description": needs(route),
        "security": _SECURITY[route.needs],
        "parameters": [*_parts(route), *_query(route)],
        "responses": {str(route.status): _yes(route), **_refusals(route)},
    }
    if route.body is not None:
        content: Json = {"schema": ref(route.body)}
        if route.example is not None:
            content["example"] = dict(route.example)
        said["requestBody"] = {"required": True, "content": {"application/json": content}}
    return said


def needs(route: Route[Any]) -> str:
    """Say in words what a route needs."""
    right = f" Needs the right `{route.right}` on the thing." if route.right else ""
    return NEEDS[route.needs] + right


def operation_id(route: Route[Any]) -> str:
    """Return a name for a route that no other one has: ``get_users_name``."""
    return route.method.lower() + re.sub(r"\W+", "_", route.path).rstrip("_")


def _parts(route: Route[Any]) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PART.findall(route.path)
    ]


def _query(route: Route[Any]) -> list[Json]:
    if route.query is None:
        return []
    schema = components([route.query])[route.query.__name__]
    found = []
    for name, each in schema["properties"].items():
        each = _without_null({key: value for key, value in each.items() if key != "default"})
        parameter: Json = {
            "name": name,
            "in": "query",
            "required": name in schema["required"],
            "schema": each,
        }
        if about := each.pop("description", ""):
            parameter["description"] = about
        if each.pop("deprecated", False):
            parameter["deprecated"] = True
        if route.example and name in route.example:
            parameter["example"] = route.example[name]
        found.append(parameter)
    return found


def _without_null(schema: Json) -> Json:
    """Return the schema of what is given, where nothing may be given instead."""
    options = [each for each in schema.pop("anyOf", ()) if each != {"type": "null"}]
    if len(options) == 1:
        return {**schema, **options[0]}
    return {**schema, "anyOf": options} if options else schema


def _yes(route: Route[Any]) -> Json:
    content: dict[str, Json] = {media: {} for media in route.media}
    if route.reply is not None:
        content["application/json"] = {"schema": ref(route.reply)}
    return {"description": "Yes", "content": content}


def _refusals(route: Route[Any]) -> Json:
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in sorted(route.codes):
        by_status[status(code)].append(code)
    return {
        str(number): {
            "description": f"{_WORDS[number]}: {', '.join(codes)}",
            "content": {
                "application/json": {
                    "schema": {
                        "allOf": [ref(No), {"properties": {"code": {"enum": codes}}}],
                    }
                }
            },
        }
        for number, codes in sorted(by_status.items())
    }


def openapi_route(routes: Iterable[Route[Any]], version: str) -> Route[Nothing]:
    """Return the route that serves the document of these routes and of itself."""
    made: list[bytes] = []

    async def openapi(call: Call[Nothing]) -> Reply:
        if not made:
            made.append(msgspec.json.encode(document([*routes, itself], version)))

        async def whole() -> AsyncGenerator[bytes, None]:
            yield made[0]

        return Reply(stream=whole(), type="application/json")

    itself = Route(
        "GET",
        "/openapi.json",
        "visitor",
        openapi,
        summary="Download this document",
        reply=None,
        media=("application/json",),
    )
    return itself
