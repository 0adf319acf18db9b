from __future__ import annotations

import pytest

from sightline.kinds.broker import clients
from sightline.kinds.broker.clients import FORGET, HOUR, TROUBLE_SECONDS, Client, Roster
from sightline.kinds.broker.log import read

NOW = 1_795_235_249.0


class Scene:
    def __init__(self) -> None:
        self.roster = Roster("main")
        self.now = NOW

    def says(self, text: str, suffix: str = "N") -> list[str]:
        line = read(suffix, text, self.roster.__contains__)
        return self.roster.take(line.event, self.now)

    def comes(self, client: str = "jane", address: str = "10.0.0.1:5000", rest: str = "") -> None:
        self.says(f"New client connected from {address} as {client} (p2, c1, k60{rest}).")

    def passes(self, seconds: float) -> list[str]:
        self.now += seconds
        return self.roster.tick(self.now)

    def client(self, client: str = "jane") -> Client:
        state = self.roster.state(client)
        assert state is not None
        return state


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_client_is_known_from_its_sign_in(scene):
    scene.comes(rest=", u'joe'")
    assert scene.client() == Client(
        broker="main",
        client="jane",
        state="connected",
        at=NOW,
        address="10.0.0.1:5000",
        user="joe",
        protocol="3.1.1",
        clean=True,
        keepalive=60,
        since=NOW,
        connects=1,
    )
    assert scene.roster.connected() == 1


def test_why_it_left_is_kept_over_its_return(scene):
    scene.comes()
    scene.now += 10
    scene.says("Client jane has exceeded timeout, disconnecting.")
    assert (scene.client().state, scene.client().left, scene.client().left_at) == (
        "gone",
        "silent",
        NOW + 10,
    )
    scene.now += 10
    scene.comes()
    jane = scene.client()
    assert (jane.state, jane.since, jane.left, jane.reconnects) == (
        "connected",
        NOW + 20,
        "silent",
        1,
    )


def test_who_was_there_before_us_says_so(scene):
    scene.says("jane 0 a/b", "M/subscribe")
    jane = scene.client()
    assert (jane.state, jane.before, jane.since, jane.subscriptions) == (
        "connected",
        True,
        None,
        ("a/b",),
    )
    scene.says("jane a/b", "M/unsubscribe")
    assert scene.client().subscriptions == ()


def test_one_takeover_is_told_and_many_are_two_devices_with_one_id(scene):
    scene.comes()
    for n in range(3):
        scene.says("Client jane already connected, closing old connection.")
        scene.comes(address=f"10.0.0.{n}:1")
        if n == 0:
            assert scene.client().flags == ("take-over",)
    assert scene.client().takeovers == 3
    assert "twins" in scene.client().flags
    scene.passes(700)
    assert scene.client().flags == ("take-over",)
    scene.passes(TROUBLE_SECONDS)
    assert scene.client().flags == ()


@pytest.mark.parametrize("end", ["closed its connection.", "disconnected."])
def test_the_end_of_who_was_taken_over_does_not_hide_the_reason(scene, end):
    scene.comes(address="10.0.0.1:1")
    scene.says("Client jane already connected, closing old connection.")
    scene.says(f"Client jane {end}")
    assert (scene.client().state, scene.client().left) == ("gone", "taken over")
    scene.comes(address="10.0.0.2:2")
    assert (scene.client().state, scene.client().left) == ("connected", "taken over")
    scene.says(f"Client jane {end}")  # this one is the new one's
    assert scene.client().left == ("cut" if "closed" in end else "asked")


def test_a_takeover_in_the_words_of_2_1_leaves_the_new_one_connected(scene):
    scene.comes(address="10.0.0.1:1")
    scene.comes(address="10.0.0.2:2")
    scene.says("Client jane [10.0.0.1:1] disconnected: session taken over.")
    assert (scene.client().state, scene.client().left) == ("connected", "taken over")
    scene.says("Client jane [10.0.0.2:2] disconnected.")
    assert scene.client().state == "gone"


def test_flapping_is_flagged_until_it_rests(scene):
    for _ in range(5):
        scene.comes()
        scene.says("Client jane closed its connection.")
        scene.now += 10
    assert scene.client().flags == ("flapping",)
    assert scene.client().reconnects == 4
    assert scene.passes(700) == ["jane"]
    assert scene.client().flags == ()
    scene.comes()
    scene.passes(HOUR)
    assert scene.client().reconnects == 0


def test_refused_signins_and_dropped_messages_are_flagged(scene):
    scene.says("Client <unknown> disconnected, not authorised.")
    scene.says("Client <unknown> disconnected due to protocol error.")
    scene.says("Client eve disconnected, not authorised.")
    assert scene.roster.refusals == 2
    assert "<unknown>" not in scene.roster
    assert (scene.client("eve").state, scene.client("eve").flags) == ("gone", ("refused",))
    scene.comes()
    scene.says("Outgoing messages are being dropped for client jane.")
    assert (scene.client().flags, scene.client().dropping) == (("dropping",), 1)


def test_when_the_log_is_cut_off_we_do_not_know(scene):
    scene.comes()
    scene.comes("joe")
    scene.says("Client joe disconnected.")
    assert scene.roster.cut_off() == ["jane"]
    assert scene.client().state == "unknown"
    scene.says("jane 0 a", "M/subscribe")
    assert (scene.client().state, scene.client().before) == ("connected", True)


def test_we_are_among_them(scene):
    assert scene.roster.mark_own("sightline", NOW) == ["sightline"]
    ours = scene.client("sightline")
    assert (ours.ours, ours.state, ours.since, ours.before) == (True, "connected", NOW, False)


def test_all_connections_of_ours_are_marked_whether_known_before_or_after(scene):
    scene.comes("sightline-console")
    assert scene.roster.mine("sightline-console") == ["sightline-console"]
    assert scene.roster.mine("sl-1") == []
    scene.comes("sl-1")
    scene.comes("jane")
    assert [scene.client(c).ours for c in ("sightline-console", "sl-1", "jane")] == [
        True,
        True,
        False,
    ]


def test_who_left_is_forgotten_after_a_while(scene):
    scene.comes()
    scene.comes("joe")
    scene.says("Client jane disconnected.")
    assert scene.passes(FORGET - 1) == []
    assert scene.passes(2) == ["jane"]
    assert (scene.roster.state("jane"), len(scene.roster)) == (None, 1)
    scene.says("Expiring client joe due to timeout.")
    assert len(scene.roster) == 0


def test_the_roster_is_bounded(scene, monkeypatch):
    monkeypatch.setattr(clients, "MOST", 3)
    for n in range(3):
        scene.comes(f"c{n}")
    scene.comes("late")
    assert (len(scene.roster), scene.roster.untold) == (3, 1)
    scene.says("Client c1 disconnected.")
    scene.comes("late")
    assert "late" in scene.roster
    assert "c1" not in scene.roster


def test_whom_it_feeds_is_kept(scene):
    scene.comes()
    assert scene.roster.feeds("jane", "friend/jane/phone") == ["jane"]
    assert scene.roster.feeds("jane", "friend/jane/phone") == []
    assert scene.roster.feeds("nobody", "friend/jane/phone") == []
    scene.comes()
    assert scene.client().feeds == "friend/jane/phone"


def test_one_can_go_through_them_and_count_who_is_connected(scene):
    scene.says("New connection from 10.0.0.1:5000 on port 1883.")
    scene.comes()
    scene.comes("joe")
    scene.says("Client joe closed its connection.")
    scene.says("Something else.")
    assert [one.client for one in scene.roster] == ["jane", "joe"]
    assert scene.roster.connected() == 1


def test_when_there_is_no_room_nothing_said_of_a_stranger_harms(scene, monkeypatch):
    monkeypatch.setattr(clients, "MOST", 1)
    scene.comes()
    for text, suffix in (
        ("Client eve disconnected.", "N"),
        ("Client eve already connected, closing old connection.", "E"),
        ("eve 0 a/b", "M/subscribe"),
    ):
        assert scene.says(text, suffix) == []
    assert scene.roster.mark_own("sightline", NOW) == []
    assert scene.roster.untold == 4
