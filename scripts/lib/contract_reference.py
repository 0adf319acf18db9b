"""What is made of the declared contract: http.md, http-fields.md, websocket.md, generated.ts."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterable, Mapping
from typing import Any
from unittest.mock import MagicMock

import msgspec

import sightline
from sightline.channels.api import ChannelsApi
from sightline.contract.errors import STATUS
from sightline.contract.fields import fields, must
from sightline.contract.frames import Frame
from sightline.contract.http import Route
from sightline.contract.openapi import NEEDS
from sightline.contract.requests import RequestSpec
from sightline.contract.schemas import components, prose
from sightline.live.protocol import Resume
from sightline.owntracks.apps.registry import APPS
from sightline.wiring.web_parts import build_routes

MADE = "Made by `scripts/reference.py` from what the code declares"


def routes() -> list[Route[Any]]:
    """Return every route of the HTTP API, as the server has them."""
    parts = MagicMock()
    parts.features.channels.api = ChannelsApi(MagicMock(), MagicMock(), MagicMock())
    return build_routes(parts)


def specs() -> list[RequestSpec[Any]]:
    """Return every declared request over the WebSocket, by name."""
    found: dict[str, RequestSpec[Any]] = {}
    for module in pkgutil.walk_packages(sightline.__path__, "sightline."):
        if module.name.endswith((".contract", ".requests", ".read_only")):
            for each in vars(importlib.import_module(module.name)).values():
                for one in each if isinstance(each, tuple) else (each,):
                    if isinstance(one, RequestSpec):
                        found[one.name] = one
    return [found[name] for name in sorted(found)]


def frames() -> list[type[Frame]]:
    """Return every declared frame of the server, by name."""
    specs()  # with them the modules are loaded that declare some
    return sorted(Frame.__subclasses__(), key=_tag)


def _tag(kind: type[Frame]) -> str:
    return str(kind.__struct_config__.tag)


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table in Markdown."""
    names = list(heads)
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    for row in rows:
        cells = (" ".join(str(each).split()).replace("|", "\\|") for each in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def http_page() -> str:
    """Return the reference of `/api/1`."""
    declared = routes()
    rows = (
        (
            f"{each.method} `{each.path}`",
            each.summary,
            f"{each.needs}{f', `{each.right}`' if each.right else ''}",
            _named(each.fields),
            f"`{each.reply.__name__}`" if each.reply else ", ".join(each.media),
            _codes(set(each.codes) - {"wait", "failed", "busy", "degraded"}),
        )
        for each in declared
    )
    return "\n".join(
        [
            "# The HTTP API\n",
            f"{MADE}; for machines it is `/api/1/openapi.json`. JSON both ways, times in epoch"
            ' seconds. Yes is `{"ok":true,…}`, no is `{"ok":false,"code","why","wait"?}`.\n',
            table(("needs", "means"), ((f"`{name}`", words) for name, words in NEEDS.items())),
            "A right after it is needed on the thing in the path. Every call may be refused with"
            " `wait`, `failed`, `busy` or `degraded`, too.\n",
            table(("call", "does", "needs", "fields", "answers", "refuses"), rows),
            "## Codes\n",
            table(("code", "status"), ((f"`{code}`", n) for code, n in STATUS.items())),
            "What the fields and answers hold: [Fields of the HTTP API](http-fields.md).\n",
            "## What phones post\n",
            "Not below `/api/1`. The token is one with the scope `publish`: by Basic at `/pub`; at"
            " `/in` as Bearer, by Basic, in the path or as `?token=`. 401, 413 and 503 are told"
            " before the body is read; junk is answered with yes.\n",
            table(("app", "by", "where and what", "lets go of a fix for"), _posts()),
        ]
    )


def http_fields_page() -> str:
    """Return the reference of what is sent to `/api/1`, and answered."""
    declared = routes()
    structs = [each.reply for each in declared if each.reply]
    structs += [each.fields for each in declared if each.fields.__struct_fields__]
    return "\n".join(
        [
            "# Fields of the HTTP API\n",
            f"{MADE}. What holds them: [The HTTP API](http.md).\n",
            _structs(structs),
        ]
    )


def _posts() -> list[tuple[str, str, str, str]]:
    """Return a row for each app whose posts are taken."""
    own = ("OwnTracks", "POST", "`/pub`, [HTTP mode](../operators/phones.md)", "any 2xx or 4xx")
    apps = [(each.title, ", ".join(each.methods), each.form, each.drops) for each in APPS.values()]
    return [own, *apps]


def websocket_page() -> str:
    """Return the reference of the requests over the WebSocket."""
    declared = specs()
    rows = (
        (
            f"`{each.name}`",
            each.summary,
            ", ".join(filter(None, (f"`{each.right}`" if each.right else "", each.needs))),
            _named(each.fields),
            f"`{each.answer.__name__}`",
            _codes({*each.errors, *_own_codes(each.fields)}),
        )
        for each in declared
    )
    structs: list[type[msgspec.Struct]] = [each.answer for each in declared]
    structs += [each.fields for each in declared if each.fields.__struct_fields__]
    return "\n".join(
        [
            "# The WebSocket\n",
            f'{MADE}. A request is `{{"id","do",…fields…}}`; it is answered by its id. Fields'
            " that are not known are ignored.\n",
            "Every request may be refused with `malformed`, `unknown`, `failed`, and while the page"
            " looks at the past with `past`.\n",
            table(("request", "does", "needs", "fields", "answers", "refuses"), rows),
            "## Frames of the server\n",
            "By the name in `t`. `topics` brings the fields of `TopicPage`. Of a name that it does"
            " not know a client takes no notice.\n",
            table(
                ("frame", "means", "fields"),
                ((f"`{_tag(each)}`", prose(each), _fields_of(each)) for each in frames()),
            ),
            "## Fields and answers\n",
            _structs(structs),
        ]
    )


def _named(kind: type[msgspec.Struct]) -> str:
    return ", ".join(
        f"`{name}`{'' if field.required else '?'}" for name, field in fields(kind).items()
    )


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in sorted(codes))


def _own_codes(kind: type[msgspec.Struct]) -> set[str]:
    return set(re.findall(r"'code': '(\w+)'", str(msgspec.inspect.type_info(kind))))


def _structs(kinds: Iterable[type[msgspec.Struct]]) -> str:
    """Return a table of what each struct is and holds."""
    unique = {kind.__name__: kind for kind in kinds}
    return table(
        ("struct", "means", "fields"),
        ((f"`{name}`", prose(kind), _fields_of(kind)) for name, kind in sorted(unique.items())),
    )


def _fields_of(kind: type[msgspec.Struct]) -> str:
    return "; ".join(
        f"`{each}`{'' if field.required else '?'} {must(field.type)}".rstrip()
        for each, field in fields(kind).items()
    )


# The page's types.


def typescript(states: Mapping[str, type[msgspec.Struct]]) -> str:
    """Return the types of states (by the kinds of their things), requests and answers."""
    declared, calls = specs(), routes()
    kinds: list[type[msgspec.Struct]] = [Resume, *frames(), *states.values()]
    for spec in declared:
        kinds += [spec.fields, spec.answer]
    for call in calls:
        kinds += [each for each in (call.fields, call.reply) if each is not None]
    schemas = components(kinds)
    read = _held(schemas, [*frames(), *states.values(), *_answers(declared, calls)])
    parts = [
        "/** Made by scripts/reference.py from what the server declares: do not edit. */",
        "import type { Shape } from './net/shape';\n",
        *(_interface(name, schema, name in read) for name, schema in schemas.items()),
        "/** The state of each kind of thing. */\nexport interface States {",
        *(f"  readonly {name}: {kind.__name__};" for name, kind in states.items()),
        "}\n",
        *_table("Requests", "Each request over the WebSocket", _requests(declared)),
        *_table("Calls", "Each call of the HTTP API", _calls(calls)),
        "/** Every code of a refusal, over the WebSocket or HTTP. */",
        f"export const CODES = [{', '.join(map(_literal, _all_codes(declared)))}] as const;\n",
        "/** How what comes from the server is checked (net/shape.ts). */\n",
        *(_shape(name, schemas) for name in read),
        *_shapes_of("ANSWERS", "Requests", _requests(declared)),
        *_shapes_of("REPLIES", "Calls", _calls(calls)),
    ]
    return "\n".join(parts) + "\n"


Row = tuple[str, str, str, list[str]]
"""What goes by one name: the name, its fields, its answer ("" for a file), its codes."""


def _requests(declared: Iterable[RequestSpec[Any]]) -> list[Row]:
    always = ("failed", "malformed", "past", "unknown")
    return [
        (
            spec.name,
            spec.fields.__name__,
            spec.answer.__name__,
            sorted({*always, *spec.errors, *_own_codes(spec.fields)}),
        )
        for spec in declared
    ]


def _calls(calls: Iterable[Route[Any]]) -> list[Row]:
    return [
        (
            f"{call.method} {call.path}",
            call.fields.__name__,
            call.reply.__name__ if call.reply else "",
            sorted(call.codes),
        )
        for call in calls
    ]


def _table(name: str, about: str, rows: Iterable[Row]) -> list[str]:
    """Return the type that has all these by their names."""
    lines = [f"/** {about}: its fields, its answer, the codes it may be refused with. */"]
    lines.append(f"export interface {name} {{")
    for key, asks, answers, codes in rows:
        lines += [
            f"  readonly {_key(key)}: {{",
            f"    readonly asks: {asks};",
            f"    readonly answers: {answers or 'Blob'};",
            f"    readonly refuses: {' | '.join(map(_literal, codes))};",
            "  };",
        ]
    return [*lines, "}\n"]


def _shapes_of(name: str, table: str, rows: Iterable[Row]) -> list[str]:
    """Return the shapes by which the answers of a table are read; null: it is a file."""
    return [
        f"export const {name}: {{",
        f"  readonly [N in keyof {table}]: {table}[N]['answers'] extends Blob",
        "    ? null",
        f"    : Shape<{table}[N]['answers']>;",
        "} = {",
        *(
            f"  {_key(key)}: {f'{answers}Shape' if answers else 'null'},"
            for key, _, answers, _ in rows
        ),
        "};\n",
    ]


def _key(name: str) -> str:
    return name if name.isidentifier() else _literal(name)


def _all_codes(declared: Iterable[RequestSpec[Any]]) -> list[str]:
    """Return the code of every refusal; ``past`` is that of requests while one looks at it."""
    found = {*STATUS, "past"}
    for spec in declared:
        found |= {*spec.errors, *_own_codes(spec.fields)}
    return sorted(found)


def _answers(
    declared: Iterable[RequestSpec[Any]], calls: Iterable[Route[Any]]
) -> Iterable[type[msgspec.Struct]]:
    """Return what the server answers requests and calls with."""
    yield from (spec.answer for spec in declared)
    yield from (call.reply for call in calls if call.reply is not None)


def _held(schemas: Mapping[str, Any], kinds: Iterable[type[msgspec.Struct]]) -> list[str]:
    """Return the names of these structs and of all that they hold, what is held first."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order or "properties" not in schemas[name]:
            return
        for inner in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(schemas[name])):
            if inner != name:
                visit(inner)
        order.append(name)

    for kind in kinds:
        visit(kind.__name__)
    return order


def _shape(name: str, schemas: Mapping[str, Any]) -> str:
    schema = schemas[name]
    needed = set(schema.get("required", ()))
    lines = [f"export const {name}Shape: Shape<{name}> = {{"]
    for each, inner in schema["properties"].items():
        key = each if each.isidentifier() else json.dumps(each)
        always = each in needed and not _nullable(inner)
        absent = "" if always else f", or: {_value(inner.get('default'))}"
        lines.append(f"  {key}: {{ is: {_check(inner, schemas)}{absent} }},")
    return "\n".join([*lines, "};\n"])


ANY = "'any'"
_CHECKS = {"string": "text", "number": "number", "integer": "number", "boolean": "flag"}


def _check(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """Return the check of a schema, as the page writes it."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        if "properties" in schemas[name]:
            way = "open" if schemas[name].get("additionalProperties") else "of"
            return f"{{ {way}: {name}Shape }}"
        return _check(schemas[name], schemas)
    if "const" in schema:
        return f"{{ one: [{_literal(schema['const'])}] }}"
    if "enum" in schema:
        return f"{{ one: [{', '.join(_literal(each) for each in schema['enum'])}] }}"
    if options := schema.get("anyOf") or schema.get("oneOf"):
        kinds = [each for each in options if each.get("type") != "null"]
        checks = list(dict.fromkeys(_check(each, schemas) for each in kinds))
        return checks[0] if len(checks) == 1 else ANY
    if schema.get("type") == "array" and "prefixItems" not in schema:
        items = schema.get("items") or {}
        return f"{{ {'gaps' if _nullable(items) else 'list'}: {_check(items, schemas)} }}"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return f"{{ map: {_check(inner, schemas) if isinstance(inner, dict) else ANY} }}"
    return f"'{_CHECKS[kind]}'" if (kind := schema.get("type")) in _CHECKS else ANY


def _nullable(schema: Mapping[str, Any]) -> bool:
    options = schema.get("anyOf") or schema.get("oneOf") or (schema,)
    return any(each.get("type") == "null" for each in options)


def _value(value: object) -> str:
    return _literal(value) if isinstance(value, str) else json.dumps(value)


def _interface(name: str, schema: Mapping[str, Any], is_read: bool) -> str:
    """Return the type of a struct. In one that the page reads, null stands for what is left out."""
    about = str(schema.get("description", "")).replace("*/", "")
    head = f"/** {' '.join(about.split())} */\n" if about else ""
    if "enum" in schema or "properties" not in schema:
        return f"{head}export type {name} = {_type(schema)};\n"
    if not schema["properties"]:
        return f"{head}export type {name} = Readonly<Record<string, never>>;\n"
    needed = set(schema.get("required", ()))
    lines = [f"{head}export interface {name} {{"]
    for each, inner in schema["properties"].items():
        key = each if each.isidentifier() else json.dumps(each)
        kind = _type(inner)
        left_out = is_read and each not in needed and "default" not in inner
        kind += " | null" if left_out and not _nullable(inner) else ""
        lines.append(f"  readonly {key}{'' if each in needed else '?'}: {kind};")
    if schema.get("additionalProperties"):
        lines.append("  readonly [further: string]: unknown;")
    return "\n".join([*lines, "}\n"])


_PLAIN = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "null": "null",
}


def _type(schema: Mapping[str, Any]) -> str:
    """Return the TypeScript of a schema."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return _literal(schema["const"])
    if "enum" in schema:
        return " | ".join(map(_literal, schema["enum"]))
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(map(_type, options)))
    if schema.get("type") == "array":
        if "prefixItems" in schema:
            return f"readonly [{', '.join(map(_type, schema['prefixItems']))}]"
        inner = _type(schema.get("items") or {})
        return f"readonly ({inner})[]" if "|" in inner or " " in inner else f"readonly {inner}[]"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return f"Readonly<Record<string, {_type(inner) if isinstance(inner, dict) else 'unknown'}>>"
    return _PLAIN.get(str(schema.get("type")), "unknown")


def _literal(value: object) -> str:
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return json.dumps(value)
