"""Searches of topic trees over the WebSocket: rights, turns, and the newest alone."""

from __future__ import annotations

from console.test_service import Page, Scene
from sightline.auth.permissions import NOTHING, User
from sightline.console.topic_search import PIECE
from sightline.live.protocol import Request
from sightline.model.kind import Arrival
from web.test_reads import Rounds


class SearchScene(Scene):
    """A console whose long answers are made in rounds that we do."""

    def __init__(self) -> None:
        self.rounds = Rounds()
        super().__init__(reactor=self.rounds)


def scene_with(count: int) -> SearchScene:
    scene = SearchScene()
    scene.service.overheard(
        "main", [Arrival(f"rooms/{n:06}/temp", b"21", False, 0, 1.0) for n in range(count)]
    )
    return scene


def begun(scene: SearchScene, page: Page, number: int, **fields: object) -> None:
    scene.requests.ask(page, Request(number, "findtopics", fields))


def turns(scene: SearchScene, page: Page, answers: int = 1) -> int:
    """Let the reactor turn until so many answers are there; return how often."""
    count = 0
    while len(page.told) < answers:
        scene.rounds.goes_on()
        count += 1
        assert count < 1000
    return count


def test_a_search_answers_with_topics_and_what_they_hold():
    scene, page = scene_with(3), Page()
    begun(scene, page, 1, text="000001")
    turns(scene, page)
    (answer,) = page.told
    assert (answer["ok"], answer["total"], answer["topics"], answer["broker"]) == (
        True,
        1,
        3,
        "main",
    )
    (topic,) = answer["found"]
    assert (topic["name"], topic["last"]) == ("rooms/000001/temp", "21")


def test_a_large_tree_is_searched_in_as_many_turns_as_it_has_pieces():
    scene, page = scene_with(5 * PIECE), Page()
    begun(scene, page, 1, text="temp")
    assert turns(scene, page) >= 2 * 5  # two levels for each topic
    assert page.told[0]["total"] == 5 * PIECE
    assert page.told[0]["after"] == "rooms/000199/temp"


def test_another_search_ends_the_one_before():
    scene, page = scene_with(5 * PIECE), Page()
    begun(scene, page, 1, text="temp")
    scene.rounds.goes_on()
    begun(scene, page, 2, text="000002")
    turns(scene, page)
    assert (page.told[0]["id"], page.told[0]["code"]) == (1, "superseded")
    turns(scene, page, 2)
    assert (page.told[1]["id"], page.told[1]["total"]) == (2, 1)


def test_a_viewer_who_leaves_is_searched_for_no_more():
    scene, page = scene_with(5 * PIECE), Page()
    begun(scene, page, 1, text="temp")
    scene.service.left(page)
    turns(scene, page)
    assert page.told[0]["code"] == "superseded"
    assert not scene.rounds.due


def test_only_those_who_may_see_topics_search_them():
    scene = scene_with(1)
    for user in (User("v"), User("a", "admin", NOTHING)):
        page = Page(user)
        begun(scene, page, 1)
        turns(scene, page)
        assert page.told[0]["code"] == "forbidden"


def test_what_makes_no_sense_is_refused():
    scene, page = scene_with(1), Page()
    for number, fields in enumerate(
        ({"text": "x" * 300}, {"path": "a"}, {"retained": "yes"}, {"broker": "none"})
    ):
        begun(scene, page, number, **fields)
    scene.rounds.goes_on()
    codes = {said["id"]: said["code"] for said in page.told}
    assert codes == {0: "bad_find", 1: "bad_path", 2: "bad_find", 3: "unknown"}
