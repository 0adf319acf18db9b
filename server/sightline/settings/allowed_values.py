"""Say what a setting takes, in words, and take what is plain enough."""

from __future__ import annotations

import msgspec
from msgspec.inspect import BoolType, FloatType, IntType, ListType, LiteralType, StrType, Type


def lenient(value: object, kind: Type) -> object:
    """Take ``protocol = 5`` without quotes, too: it is plain enough."""
    if isinstance(kind, LiteralType) and "5" in kind.values and type(value) in (int, float):
        return str(value)
    return value


def allowed_values(kind: Type) -> str:
    """Tell what a field of this type takes, in words."""
    if isinstance(kind, LiteralType):
        return f"one of {', '.join(str(v) for v in kind.values)}"
    if isinstance(kind, BoolType):
        return "true or false"
    if isinstance(kind, IntType):
        return f"a whole number from {kind.ge} to {kind.le}"
    if isinstance(kind, FloatType):
        return f"a number from {kind.ge:g} to {kind.le:.0f}"
    if isinstance(kind, StrType):
        return 'a text in quotes: "…"'
    assert isinstance(kind, ListType | msgspec.inspect.VarTupleType), kind
    return 'a list of texts: ["…", "…"]'
