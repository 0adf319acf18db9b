"""JSON Schemas of the declared structs: the one source of all documents made of them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from sightline.contract.fields import SHAPES, Answer, Open, Parsed

Json = dict[str, Any]
_REF = re.compile(r'"#/components/schemas/(\w+)"')


def components(kinds: Iterable[type[msgspec.Struct]]) -> dict[str, Json]:
    """Return the schema of each of these structs, and of all that they mention, by name."""
    wanted = list(dict.fromkeys(kinds))
    while True:
        found = _components(wanted)
        known = set(_REF.findall(msgspec.json.encode(found).decode()))
        further = [SHAPES[name] for name in sorted(known - set(found))]
        if not further:
            return {name: found[name] for name in sorted(found)}
        wanted += further


def _components(kinds: list[type[msgspec.Struct]]) -> dict[str, Json]:
    _, found = msgspec.json.schema_components(
        kinds, schema_hook=_own, ref_template="#/components/schemas/{name}"
    )
    for schema in found.values():
        if "description" in schema:
            schema["description"] = schema["description"].replace("``", "`")
    for opened in Open.__subclasses__():
        if opened.__name__ in found:
            found[opened.__name__]["additionalProperties"] = True
    for kind in kinds:
        schema = found[kind.__name__]
        if issubclass(kind, Answer):
            schema["properties"] = {"ok": {"const": True}, **schema["properties"]}
            schema["required"] = ["ok", *schema["required"]]
    return found


def ref(kind: type[msgspec.Struct]) -> Json:
    """Return what stands for the schema of a struct elsewhere."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def prose(kind: type) -> str:
    """Return what a struct's docstring says, on one line."""
    return " ".join(inspect.cleandoc(kind.__doc__ or "").replace("``", "`").split())


def _own(kind: type) -> Json:
    if not issubclass(kind, Parsed):
        raise NotImplementedError
    return dict(kind.SCHEMA)
