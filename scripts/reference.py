"""Write the reference documents that are made from the code, and the page's types of the contract.

    .venv/bin/python scripts/reference.py            # write them
    .venv/bin/python scripts/reference.py --check    # say which of them are out of date, exit 1

What stands below the heading ``## Notes`` of such a document is written by hand and kept.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import pkgutil
import re
import sys
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin
from unittest.mock import MagicMock

import msgspec
from msgspec.inspect import FloatType, IntType, ListType, LiteralType, StrType, Type, VarTupleType
from prometheus_client.registry import Collector

import sightline
from sightline import kinds, settings
from sightline.cli.main import parser
from sightline.model.kind import Present, State
from sightline.model.server import Https, Server, SharedDatabase, Telling, Trouble

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
import contract_reference

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "server" / "docs" / "reference"
PAGE_TYPES = ROOT / "web" / "src" / "generated.ts"
SHIPPED = ROOT / "config" / "sightline.toml"
NOTES = "\n## Notes\n"


def cell(text: object) -> str:
    """Return a text that cannot end the cell of a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table in Markdown."""
    names = list(heads)
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(cell(each) for each in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


# Settings: names, defaults and words from the shipped file, bounds from the structs.

_SETTING = re.compile(r"#([a-z_]+) = (.+)")
_TABLE = re.compile(r"#?\[([\w.]+)\]")
_STRUCTS = {
    "broker.main": settings.BrokerSettings,
    "probot.ProBot1": settings.ProbotSettings,
    "webhook.house": settings.WebhookSettings,
    "map.satellite": settings.MapSettings,
    "oidc.authelia": settings.OidcSettings,
}


def settings_page() -> str:
    """Return the reference of all settings, one table for each table of the file."""
    parts = [
        "# Settings\n",
        "Made by `scripts/reference.py` from"
        " [`config/sightline.toml`](../../../config/sightline.toml) and the structs that read"
        " it.\n",
        "The shipped file holds every setting, commented out, at its default. A wrong name or value"
        " ends the start with the file, the key and what is allowed there. Settings are read at the"
        " start only. How secrets are given:"
        " [Install and run](../operators/install.md#settings).\n",
    ]
    for name, about, rows in _shipped_tables(SHIPPED.read_text().splitlines()):
        parts += [f"## `[{name}]`\n"]
        parts += [f"{about}\n"] if about else []
        parts += [table(("setting", "default", "allowed", "meaning"), rows)]
    return "\n".join(parts)


def _shipped_tables(lines: list[str]) -> Iterator[tuple[str, str, list[tuple[str, ...]]]]:
    name, about, rows, words = "", "", [], []
    for line in [*lines, "[end]"]:
        if found := _TABLE.fullmatch(line):
            if name:
                yield name, about, rows
            name, about, rows, words = found[1], " ".join(words), [], []
        elif found := _SETTING.fullmatch(line):
            rows.append(
                (f"`{found[1]}`", f"`{found[2]}`", allowed(name, found[1]), " ".join(words))
            )
            words = []
        elif line.startswith("# "):
            words.append(line[2:])
        elif not line:
            words = []


def allowed(section: str, key: str) -> str:
    """Return in words what a setting may be, as its struct says."""
    struct: Any = _STRUCTS.get(section)
    if struct is None:
        found = {
            each.name: each.type for each in msgspec.inspect.type_info(settings.Settings).fields
        }
        kind: Any = found[section]
    else:
        kind = msgspec.inspect.type_info(struct)
    fields = {each.encode_name: each.type for each in kind.fields}
    if key not in fields:  # a name of the file that `load` turns into another
        return ""
    return _allowed(fields[key])


def _allowed(kind: Type) -> str:
    if isinstance(kind, LiteralType):
        return " or ".join(f"`{value or chr(34) * 2}`" for value in kind.values)
    if isinstance(kind, IntType | FloatType) and kind.ge is not None and kind.le is not None:
        return f"{kind.ge:,} to {kind.le:,}"
    if isinstance(kind, ListType | VarTupleType):
        inner = _allowed(kind.item_type)
        return f"a list of {inner}" if inner not in ("", "a text") else "a list of texts"
    if isinstance(kind, StrType):
        return "a text"
    return {"BoolType": "`true` or `false`"}.get(type(kind).__name__, "")


# The command line.


OF_ACCOUNTS = ("user", "token", "device", "audit")
"""The subcommands that have a page of their own."""


def cli_page() -> str:
    """Return the reference of the subcommands and their options, but for those of accounts."""
    parts = [
        "# The command line\n",
        "Made by `scripts/reference.py` from the parsers in `server/sightline/cli/`. `sightline"
        " COMMAND --help` says the same.\n",
        "Exit codes: 0 done, 1 it failed (one line says why), 2 the command line or the settings"
        " cannot be read, 130 and 143 ended by Ctrl-C or TERM. Each command but `guard` ends within"
        " 2 s of such a signal, and at once at a second one.\n",
        "Commands about a server's files take `--state FOLDER`, the server's state folder, and"
        " `--config FILE`, its settings (default: `config/sightline.toml`, if it is there).\n",
        "Those about people, their tokens and devices, and the audit log:"
        " [The command line: accounts](cli-accounts.md).\n",
    ]
    commands = _subcommands()
    names = [name for name in commands if name not in OF_ACCOUNTS]
    return "\n".join((*parts, *_commands(commands, names)))


def cli_accounts_page() -> str:
    """Return the reference of the subcommands about accounts and their options."""
    parts = [
        "# The command line: accounts\n",
        "Made by `scripts/reference.py` from the parsers in `server/sightline/cli/`. What holds for"
        " all commands, and the others: [The command line](cli.md).\n",
    ]
    return "\n".join((*parts, *_commands(_subcommands(), OF_ACCOUNTS)))


def _subcommands() -> dict[str, argparse.ArgumentParser]:
    (found,) = (each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    return dict(found.choices)


def _commands(
    commands: Mapping[str, argparse.ArgumentParser], names: Iterable[str]
) -> Iterator[str]:
    for name in names:
        yield from _command(f"sightline {name}", commands[name], 2)


_COMMON = ("the server's state folder", "the server's settings (default")
"""Options that every command about a state folder has, by their words; the page says them once."""


def _command(name: str, made: argparse.ArgumentParser, depth: int) -> list[str]:
    parts, further = [], []
    parts.append(f"{'#' * min(depth, 3)} `{name}`\n")
    if made.description:
        parts.append(f"{_sentence(made.description)}\n")
    rows = []
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub, child in action.choices.items():
                further += _command(f"{name} {sub}", child, depth + 1)
        elif str(action.help).startswith(_COMMON):
            continue
        elif action.help != argparse.SUPPRESS and "--help" not in action.option_strings:
            rows.append(_option(action))
    if rows:
        parts.append(table(("argument", "meaning"), rows))
    return parts + further


def _option(action: argparse.Action) -> tuple[str, str]:
    value = action.metavar or (
        "|".join(map(str, action.choices)) if action.choices else action.dest.upper()
    )
    if isinstance(value, tuple):
        value = " ".join(value)
    takes = "" if action.nargs == 0 else f" {value}"
    name = ", ".join(action.option_strings) + takes if action.option_strings else str(value)
    about = str(action.help or "") % {"default": action.default, "prog": "sightline"}
    plain = isinstance(action.default, str | int | float) and action.default not in ("", False)
    if plain and action.default != argparse.SUPPRESS and "default" not in about:
        about = f"{about} (default: {action.default})"
    return f"`{name}`", about


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", ":")) else f"{text}."


# Metrics: everything the collector tells when each of its parts has something to say.


def metrics_page() -> str:
    """Return the reference of `/metrics`."""
    rows = sorted(
        (f"`{name}`", family.type, ", ".join(f"`{each}`" for each in labels), family.documentation)
        for family, name, labels in _metrics()
    )
    return "\n".join(
        [
            "# Metrics\n",
            "Made by `scripts/reference.py` from the collector in"
            " `server/sightline/web/metrics.py`.\n",
            "`GET /metrics` is for Prometheus, with a token of the scope `metrics`. It never holds"
            " the name of a thing. What to watch and what to do:"
            " [Watch it](../operators/monitoring.md).\n",
            table(("metric", "type", "labels", "meaning"), rows),
        ]
    )


def _metrics() -> Iterator[tuple[Any, str, tuple[str, ...]]]:
    from sightline.web import metrics

    (collector,) = (
        each
        for each in vars(metrics).values()
        if inspect.isclass(each) and Collector in each.__mro__[1:]
    )
    hub: Any = MagicMock()
    told = {name: 0 for name in msgspec.structs.asdict(_server())}
    hub.world.state.return_value = _server()
    others = [MagicMock() for _ in inspect.signature(collector).parameters][1:]
    for each in others:
        each.figures.return_value = told | {
            "degraded": Trouble("full", "", 0.0),
            "replica": "a",
            "database": SharedDatabase(where="", answer=1.0, lag=0.0),
            "telling": Telling(),
        }
    for family in collector(hub, *others).collect():
        suffix = "_total" if family.type == "counter" else ""
        yield family, family.name + suffix, tuple(getattr(family, "_labelnames", ()))


def _server() -> Server:
    return Server(
        version="",
        started=0,
        received=0,
        accepted=0,
        rejected={},
        rate=0,
        viewers=0,
        lag=0,
        overflow=0,
        https=Https(expires=0),
    )


# Things: every state that browsers get.

KEYS = {
    "Friend": "friend/<user>/<device>",
    "Portrait": "face/<user>/<device>",
    "Phone": "phone/<user>/<device>",
    "ProBot": "probot/<name>",
    "Picture": "picture/<name>",
    "Driven": "lease/<robot>",
    "GuardState": "guard/<broker>",
    "Alarm": "alarm/<topic>",
    "CommandLogEntry": "command/<n>",
    "Region": "region/<id>",
    "Visit": "stay/<thing>/<region>",
    "Transition": "crossing/<n>/<thing>[/<region>]",
    "WebhookState": "webhook/<name>",
    "Rule": "rule/<account>/<id>",
    "Alert": "alert/<account>/<rule's id>.<n>",
    "Watch": "watch/<account>/<rule's id>.<n>",
    "Broker": "broker/<name>",
    "Client": "client/<broker>/<client id>",
    "LogLine": "log/<broker>/<n>",
    "Server": "server/sightline",
    "MapSource": "map/<name>",
    "Exceeded": "quota/<sender>",
    "Quarantined": "quarantine/<n>",
}
"""The key of each state, in the order of the document."""
_WORDS = {
    "presence": "`live` while it is heard.",
    "evidence": "Why we think that it is not live.",
    "at": "Epoch s.",
    "source": "The broker it came from.",
    "robot": "The robot it is about.",
}
"""What is said of fields that have no text of their own."""
HIDDEN = {"Present", "Face", "Alarmed", "AlertEvent", "PastAlarm"}
"""States that are no things of their own: a base, and what is kept but never sent."""


def states() -> dict[str, type[State]]:
    """Return every state of the package by its class's name."""
    for module in pkgutil.walk_packages(sightline.__path__, "sightline."):
        if module.name.startswith(("sightline.kinds", "sightline.model", "sightline.driving")):
            importlib.import_module(module.name)
    for name in ("live.ingest", "webhooks.sender"):
        importlib.import_module(f"sightline.{name}")
    found: dict[str, type[State]] = {}
    waiting: list[type[State]] = [State]
    while waiting:
        for each in waiting.pop().__subclasses__():
            waiting.append(each)
            if each.__module__.startswith("sightline."):  # tests have kinds of their own
                found[each.__name__] = each
    return found


def seen_by(kind: str) -> str:
    """Return in words who sees the things of a type."""
    known = kinds.THING_TYPES.get(kind)
    if known is None:
        return "admins"
    if known.follows:
        return f"everybody who sees the {known.follows}"
    if known.beside:
        return f"everybody who sees both the thing and the {known.beside}"
    if kind == "watch":
        return "the account that owns what is watched, and admins"
    if known.owner_in_key and "see" not in known.granted:
        return "the account in its key, those that the rule tells, and admins"
    if "see" in known.granted:
        return "everybody to whom it was granted"
    least = {"viewer": "everybody", "operator": "operators and admins", "admin": "admins"}
    whole = f" who see every {known.with_all}" if known.with_all else ""
    return least[known.seen_by] + whole


WORKINGS = frozenset(("broker", "client", "log", "map", "quarantine", "quota", "server", "webhook"))
"""Types of things that tell how the server and its brokers are."""


def things_page() -> str:
    """Return the reference of what there is: people, robots, regions, rules."""
    return _states_page("Things and their states", kinds_of_keys() - WORKINGS)


def workings_page() -> str:
    """Return the reference of how the server and its brokers are."""
    return _states_page("Things about the server and its brokers", WORKINGS)


def kinds_of_keys() -> set[str]:
    """Return the types of all things that are described."""
    return {key.partition("/")[0] for key in KEYS.values()}


def _states_page(title: str, shown: Collection[str]) -> str:
    found = states()
    if strange := set(found) ^ (set(KEYS) | HIDDEN):
        raise SystemExit(f"scripts/reference.py: KEYS and the states differ: {sorted(strange)}")
    parts = [
        f"# {title}\n",
        "Made by `scripts/reference.py` from the structs in the code and their docstrings. A thing"
        ' is `{"k": kind, "id": id, "s": number, …state…}`. A field that is unknown, or has its'
        " default, is absent. Times are epoch seconds: `tst` by the sender's clock, `at` by"
        " ours.\n",
    ]
    for name, key in KEYS.items():
        kind = key.partition("/")[0]
        if kind not in shown:
            continue
        seen = seen_by(kind)
        parts += [f"## `{key}`\n"]
        parts += [
            f"{_prose(found[name])} (Struct `{name}` in `{_path(found[name])}`. Seen by {seen}.)\n"
        ]
        parts += [table(("field", "type", "meaning"), _fields(found[name]))]
    return "\n".join(parts)


def _path(struct: type) -> str:
    return Path(inspect.getfile(struct)).relative_to(ROOT).as_posix()


def _prose(struct: type) -> str:
    return " ".join(inspect.cleandoc(struct.__doc__ or "").replace("``", "`").split())


def _fields(struct: type[State]) -> Iterator[tuple[str, str, str]]:
    words: dict[str, str] = {}
    types: dict[str, str] = {}
    order: list[str] = []
    for each in (Present, struct) if issubclass(struct, Present) else (struct,):
        for name, kind, text in _attributes(each):
            words[name], types[name] = text, kind
            order.append(name)
    for name in order:
        yield f"`{name}`", types[name], words[name] or _WORDS.get(name, "")


def _attributes(struct: type) -> Iterator[tuple[str, str, str]]:
    """Yield each field with its type and the text that stands below it."""
    tree: Any = ast.parse(textwrap.dedent(inspect.getsource(struct))).body[0]
    for node, below in zip(tree.body, [*tree.body[1:], None], strict=True):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        text = ""
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            text = inspect.cleandoc(str(below.value.value)).replace("``", "`")
        yield node.target.id, _type(ast.unparse(node.annotation), struct), text


def _type(text: str, struct: type) -> str:
    """Return the type as it is on the wire, in words."""
    known = vars(sys.modules[struct.__module__]).get(text.removesuffix(" | None"))
    if get_origin(known) is not None and all(isinstance(each, str) for each in get_args(known)):
        return " or ".join(f"`{each}`" for each in get_args(known))
    text = text.removesuffix(" | None")
    if literal := re.fullmatch(r"Literal\[(.+)\]", text):
        return " or ".join(f"`{each}`" for each in re.findall(r"'([^']*)'", literal[1]))
    plain = {"str": "text", "float": "number", "int": "whole number", "bool": "true"}
    plain |= {
        "int | float": "number",
        "tuple[str, ...]": "texts",
        "dict[str, int]": "numbers by name",
    }
    inner = vars(sys.modules[struct.__module__]).get(re.sub(r"tuple\[(\w+), \.\.\.\]", r"\1", text))
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
        names = ", ".join(f"`{each}`" for each in inner.__struct_fields__)
        return f"{'a list of ' if 'tuple' in text else ''}{{{names}}}"
    return plain.get(text, f"`{text}`")


PAGES = {
    "settings": settings_page,
    "cli": cli_page,
    "cli-accounts": cli_accounts_page,
    "metrics": metrics_page,
    "things": things_page,
    "things-server": workings_page,
    "http": contract_reference.http_page,
    "http-fields": contract_reference.http_fields_page,
    "websocket": contract_reference.websocket_page,
}


def written(name: str) -> str:
    """Return a document as it should be: made anew, with its notes as they are."""
    path = FOLDER / f"{name}.md"
    before = path.read_text() if path.exists() else ""
    notes = before[before.index(NOTES) :] if NOTES in before else ""
    return f"{PAGES[name]().rstrip()}\n{notes}"


def page_types() -> str:
    """Return the types of the contract for the page."""
    found = states()
    return contract_reference.typescript(
        {key.partition("/")[0]: found[name] for name, key in KEYS.items()}
    )


def main(argv: list[str]) -> int:
    """Write all documents, or compare them."""
    texts = {FOLDER / f"{name}.md": written(name) for name in PAGES}
    texts[PAGE_TYPES] = page_types()
    late = []
    for path, text in texts.items():
        if argv != ["--check"]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            late.append(path)
    for path in late:
        print(f"{path.relative_to(ROOT)} is out of date: run scripts/reference.py")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
