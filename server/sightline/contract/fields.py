"""Read the fields of a request into the struct that declares them: one reader for all surfaces.

A struct's fields may have types of our own (`Parsed`), which read text. What a field refuses with
is `malformed`, or the word given by `refuses`; the text names the field and what it must be, never
what was in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, TypeVar

import msgspec
from msgspec import Meta
from msgspec.inspect import (
    BoolType,
    CustomType,
    Field,
    FloatType,
    IntType,
    ListType,
    LiteralType,
    Metadata,
    NoneType,
    StrType,
    StructType,
    Type,
    UnionType,
    VarTupleType,
)

from sightline.contract.errors import Refused

T = TypeVar("T")


class RequestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of a request whose body may hold no others."""


class RequestFields(msgspec.Struct, frozen=True):
    """The fields of a request; others are ignored."""


class Nothing(RequestFields, frozen=True):
    """A request without fields."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an answer, besides ``ok``."""


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """Part of an answer that has further fields besides the declared ones."""


class Done(Answer, frozen=True):
    """Yes, and nothing more."""


class Parsed:
    """Base of types that read themselves from a text or a number of a request."""

    MUST: ClassVar[str]
    """What such a field must be, to follow "must be"."""
    SCHEMA: ClassVar[Mapping[str, Any]]
    """The same for machines, as JSON Schema."""

    @classmethod
    def read(cls, given: object) -> Any:
        """Return the value; raise `ValueError` if ``given`` is none."""
        raise NotImplementedError


class Number(Parsed, float):
    """A finite number, also where it comes as text."""

    MUST = "a number"
    SCHEMA: ClassVar[Mapping[str, Any]] = {"type": "number"}

    @classmethod
    def read(cls, given: object) -> Number:
        """Return the number; raise `ValueError` for NaN, infinity and what is none."""
        if isinstance(given, bool) or not isinstance(given, str | int | float):
            raise ValueError
        try:
            number = float(given)
        except OverflowError:
            raise ValueError from None
        if not abs(number) < 1e15:  # NaN and infinity neither
            raise ValueError
        return cls(number)


def refuses(code: str, must: str = "", **bounds: Any) -> Meta:
    """Declare with which code a wrong field is refused, and what it must be, in words."""
    return Meta(extra={"code": code, **({"must": must} if must else {})}, **bounds)


def read(given: Mapping[str, Any], kind: type[T], *, text: bool = False) -> T:
    """Return a request's fields; ``text``: they come as texts, as those of a query do.

    Raises `Refused`.
    """
    try:
        return msgspec.convert(given, kind, strict=not text, dec_hook=_parse)
    except msgspec.ValidationError as why:
        code, words = _wrong(kind, str(why))
        raise Refused(code, words) from None


def _parse(kind: type, given: object) -> Any:
    if not issubclass(kind, Parsed):
        raise NotImplementedError
    return kind.read(given)


_AT = re.compile(r" - at `(?:key in )?\$\.?([A-Za-z0-9_]*)")
_NAMED = re.compile(r"(missing required|unknown) field `([^`]*)`")


def _wrong(kind: type, why: str) -> tuple[str, str]:
    """Return the code and the words for what msgspec found wrong."""
    at = _AT.search(why)
    name = at[1] if at else ""
    named = _NAMED.search(why)
    if named and not name:
        if named[1] == "unknown":
            known = ", ".join(fields(kind)) or "none"
            return "malformed", f"{named[2][:64]} is no field of this; its fields: {known}"
        return _code(fields(kind).get(named[2])), f"{named[2]} is missing: {_must(kind, named[2])}"
    if name in fields(kind):
        return _code(fields(kind)[name]), _must(kind, name)
    return "malformed", "the request makes no sense"


def _must(kind: type, name: str) -> str:
    words = must(fields(kind)[name].type)
    return f"{name} must be {words}" if words else f"{name} makes no sense"


@cache
def fields(kind: type) -> dict[str, Field]:
    """Return the fields of a struct by their names on the wire."""
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, StructType)
    return {each.encode_name: each for each in info.fields}


def _code(field: Field | None) -> str:
    extra = _extra(field.type) if field else {}
    return str(extra.get("code", "malformed"))


def _extra(kind: Type) -> Mapping[str, Any]:
    """Return what `refuses` said of a field, also of one that may be null."""
    if isinstance(kind, Metadata):
        return kind.extra or _extra(kind.type)
    if isinstance(kind, UnionType):
        return next(filter(None, map(_extra, kind.types)), {})
    return {}


def must(kind: Type) -> str:
    """Return what a field must be, in words that follow "must be"; "" when there are none."""
    if words := _extra(kind).get("must"):
        return str(words)
    match kind:
        case Metadata():
            return must(kind.type)
        case UnionType():
            known = [must(each) for each in kind.types if not isinstance(each, NoneType)]
            return " or ".join(filter(None, known))
        case CustomType(cls=cls) if issubclass(cls, Parsed):
            return cls.MUST
        case LiteralType():
            return f"one of {', '.join(map(str, kind.values))}"
        case IntType():
            return f"a whole number{_bounds(kind)}"
        case FloatType():
            return f"a number{_bounds(kind)}"
        case BoolType():
            return "true or false"
        case StrType():
            return f"a text{_length(kind, 'characters')}"
        case ListType() | VarTupleType():
            return f"a list{_length(kind, 'entries')}{_of(kind.item_type)}"
    return ""


def _of(kind: Type) -> str:
    words = must(kind)
    return f", each {words}" if words else ""


def _bounds(kind: IntType | FloatType) -> str:
    low = f" from {kind.ge:.15g}" if kind.ge is not None else ""
    return low + (f" to {kind.le:.15g}" if kind.le is not None else "")


def _length(kind: StrType | ListType | VarTupleType, what: str) -> str:
    if kind.min_length and kind.max_length is not None:
        return f" of {kind.min_length} to {kind.max_length} {what}"
    return f" of at most {kind.max_length} {what}" if kind.max_length is not None else ""


SHAPES: dict[str, type[msgspec.Struct]] = {}
"""What `shaped` was told of, by name."""


def shaped(kind: type[msgspec.Struct]) -> Meta:
    """Declare that what is sent as it is (raw, or a mapping) has the shape of ``kind``."""
    SHAPES[kind.__name__] = kind
    return Meta(extra_json_schema={"$ref": f"#/components/schemas/{kind.__name__}"})
