"""The registry of the kinds says of each what the others need to know.

Covers kinds/__init__.py.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import sightline
from sightline import kinds

PACKAGE = Path(sightline.__file__).parent
# What may name kinds: features about these very kinds, and what else has a reason.
MAY_NAME = {
    "kinds/": "a kind names itself",
    "driving/": "is about probots",
    "cli/guard.py": "is the part of driving in a process of its own",
    "cli/check/robots.py": "looks whether robots find the broker",
    "cli/simulate/": "plays friends and robots",
    "cli/exporting.py": "exports friends' tracks in OwnTracks' formats",
    "cli/importing": "reads friends' tracks in OwnTracks' formats",
    "history/formats/recorder_store.py": "reads the pictures of a Recorder's cards",
    "history/importing.py": "the same, into the store",
    "history/rewind/api.py": "writes down at which broker somebody looked at topics",
    "wiring/rewind.py": "ties topics of phones to the clients that publish them",
    "history/judged_fixes.py": "judges the fixes of friends, too",
    "cli/judging.py": "counts the fixes of friends by verdict",
    "history/judging.py": "judges the fixes of friends, which are in its tracks",
    "owntracks/": "is about friends",
    "regions/": "is about regions, and what phones say of them",
    "maps/": "is about maps",
    "rules/": "says what can be told of each kind, and looks for it",
    "wiring/rule": "makes what does",
    "wiring/telling.py": "the same",
    "auth/rule_words.py": "says who sees rules and alerts",
    "accounts/account_rights.py": "knows devices by any name",
    "webhooks/": "tells others of crossings of regions",
    "mqtt/second_connection.py": "reads the broker's log for sign-ins with our client id",
    "console/broker_monitor.py": "is about brokers",
    "accounts/api_account.py": "makes tokens by which phones post: friends",
    "accounts/api_admin.py": "shows an example of an account in its document",
    "accounts/api_links.py": "shows an example of a link in its document",
    "accounts/api_privacy.py": "is about friends: what is known of one",
    "accounts/visitors.py": "lets phones post: friends",
    "accounts/service.py": "joins the names of friends' devices",
    "accounts/aliases.py": "keeps the names of friends' devices",
    "accounts/api_devices.py": "shows and changes the names of friends' devices",
    "accounts/device_admin.py": "the same, for this and the command line",
    "accounts/naming.py": "the same: grants are given by any name",
    "auth/account.py": "the cache of accounts holds the names of friends' devices",
    "cli/device.py": "changes the names of friends' devices",
    "cli/history_db.py": "reads the history by any name of a friend's device",
    "cli/check/command.py": "looks whether friends' topics are followed",
    "cli/check/unfollowed_topics.py": "the same",
    "console/client_match.py": "ties clients to friends by any name",
    "history/named_store.py": "reads the history by any name of a friend's device",
    "wiring/cluster.py": "tells other servers what friends posted",
    "wiring/device_naming.py": "moves what is known of a friend to its new name",
    "wiring/erasure.py": "erases friends under all names",
    "cli/replay.py": "leaves out what commands robots below whatever base topic",
    "wiring/unfollowed_topics.py": "hints at friends on topics that are not followed",
    "wiring/web_parts.py": "joins the erasure of friends",
    "accounts/export.py": "exports what is known of a friend",
    "wiring/clock.py": "tells friends' senders' clocks of a step of ours",
    "wiring/history.py": "says which entries the command log makes",
    "cli/check/maps.py": "looks at the map of another server, which is a thing",
    "history/api_span.py": "shows a friend's span of time with its regions",
    "history/span_": "reckons with what friends can have done, and with regions",
    "history/spots.py": "the same",
    "wiring/maps.py": "makes what is about maps",
    "wiring/phone_adding.py": "makes what adds friends' phones",
    "wiring/owntracks": "makes what is about friends",
    "wiring/kinds.py": "gives probots the robots of the settings",
    "wiring/parts.py": "makes what kinds share with others: keys, clocks, the brokers' logbook",
    "wiring/part_groups.py": "holds what those are",
    "wiring/publishers.py": "commands phones",
    "wiring/regions.py": "makes what is about regions",
    "wiring/settings_parts.py": "shows the robots of the settings",
    "wiring/takeover.py": "raises alarms of driving",
    "live/ingest.py": "makes the server's own things",
    "wiring/limits.py": "the same",
    "settings": "the sections of the settings are of features",
}
NAMES = frozenset((*kinds.THING_TYPES, *(kind.name for kind in kinds.ALL)))
# Words that are not only names of kinds: MQTT clients, Sightline's own thing, verbs, fields.
WORDS = frozenset(
    ("broker", "client", "log", "server", "command", "quota", "region", "regions", "phone")
) | frozenset(("guard", "alarm", "map", "maps", "rule", "rules", "alert", "watch"))
_FOLDERS = tuple(f"sightline.kinds.{kind.name}" for kind in kinds.ALL)
_KEY = re.compile(rf"({'|'.join(sorted(NAMES - {'server', 'client'}))})/")


def test_no_two_kinds_answer_for_the_same() -> None:
    for one, other in combinations(kinds.ALL, 2):
        assert not one.roots & other.roots
        assert not {each.name for each in one.things} & {each.name for each in other.things}
        assert not {each.name for each in one.events} & {each.name for each in other.events}
        assert not {each.name for each in one.verbs} & {each.name for each in other.verbs}


def test_what_kinds_say_of_each_other_exists() -> None:
    for each in kinds.THING_TYPES.values():
        assert {each.follows, each.with_all, each.beside} <= {"", *kinds.THING_TYPES}
        assert each.events <= kinds.EVENT_TYPES.keys()
        assert not each.restored or each.state is not None
    for event in kinds.EVENT_TYPES.values():
        assert {event.seen_as, event.names} <= {"", *kinds.THING_TYPES}


def test_nothing_but_kinds_and_their_features_names_a_kind() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{line}: {what}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if not str(path.relative_to(PACKAGE)).startswith(tuple(MAY_NAME))
        for line, what in named(ast.parse(path.read_text()))
    ]
    assert found == []


def named(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The lines of a module that name a kind: as a word, in a key, or by an import."""
    prose = [  # docstrings and examples
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    prose += [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and (node.arg or "").startswith("example")
    ]
    texts = {id(each) for node in prose for each in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            is_key = _KEY.match(node.value) is not None and " " not in node.value
            if is_key or node.value in NAMES - WORDS:
                yield node.lineno, node.value
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module.startswith(_FOLDERS):
                yield node.lineno, f"import from {module}"
            if module == "sightline.kinds":
                yield from ((node.lineno, x.name) for x in node.names if x.name in NAMES)


def test_the_search_finds_what_names_a_kind() -> None:
    source = '''
from sightline.kinds import OWNABLE, friends
from sightline.kinds.friends.model import Friend
def key(name):
    """friend"""
    if name == "probot":
        return f"face/{name}"
    forget("friend/jane/phone")
    return Route("a friend", example="friend/jane/phone")
'''
    assert sorted(line for line, _ in named(ast.parse(source))) == [2, 3, 6, 7, 8]
