"""Pictures of phones: made smaller on a thread, kept by content, left out when they are none.

Covers owntracks/photo_store.py, owntracks/photos.py, owntracks/picture_service.py,
owntracks/shrinking.py.
"""

from __future__ import annotations

import base64
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from PIL import Image
from twisted.internet import reactor as _reactor
from twisted.internet.threads import deferToThread

from owntracks.scene import PhoneScene, fix
from sightline.kinds.friends.model import Face
from sightline.model.record import Record
from sightline.owntracks.photo_store import NoRoom, PhotoStore
from sightline.owntracks.photos import Photos
from sightline.owntracks.picture_service import FACE_BYTES, MOST_WAITING, PictureService
from sightline.owntracks.shrinking import NoPicture, shrink
from waits import until
from web_scene import NOW

reactor: Any = _reactor
JANE = "friend/jane/phone"


def image(form: str, width: int, height: int, *, noisy: bool = True, mode: str = "RGB") -> bytes:
    """A picture; a noisy one is as large as pictures get."""
    size = width * height * len(mode)
    data = os.urandom(size) if noisy else bytes(size)
    out = io.BytesIO()
    how = {"quality": 90} if form == "JPEG" else {}
    Image.frombytes(mode, (width, height), data).save(out, form, **how)
    return out.getvalue()


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


# -- made smaller


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_of_any_kind_fits(form: str) -> None:
    found = shrink(image(form, 400, 300), 192, FACE_BYTES)
    assert (found.mime, found.width, found.height) == ("image/jpeg", 192, 144)
    assert len(found.data) <= FACE_BYTES
    assert Image.open(io.BytesIO(found.data)).size == (192, 144)


def test_what_can_be_seen_through_stays_so_while_it_is_small() -> None:
    found = shrink(image("PNG", 300, 300, noisy=False, mode="RGBA"), 192, FACE_BYTES)
    assert (found.mime, found.width) == ("image/png", 192)
    assert shrink(image("PNG", 300, 300, mode="RGBA"), 192, FACE_BYTES).mime == "image/jpeg"


def test_a_photo_keeps_its_way_up_and_loses_where_it_was_taken() -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    found = shrink(out.getvalue(), 1280, 200_000)
    assert (found.width, found.height) == (20, 40)
    assert not Image.open(io.BytesIO(found.data)).getexif()


def test_what_is_no_picture_or_too_much_of_one_is_refused() -> None:
    whole = image("JPEG", 200, 200)
    bomb = image("PNG", 3000, 3000, noisy=False)
    for data in (whole[:900], b"\x89PNG\r\n\x1a\n" + bytes(900), b"GIF89a" + bytes(900)):
        with pytest.raises(NoPicture, match="cannot be read"):
            shrink(data, 192, FACE_BYTES)
    with pytest.raises(NoPicture, match="too many pixels"):
        shrink(bomb, 192, FACE_BYTES, pixels=8_999_999)


# -- where phones are


class Pictured(PhoneScene):
    """A open_web whose pictures are made smaller; ``kept`` is what history would get."""

    folder: Path
    able = True

    def further(self, home: Any) -> dict[str, Any]:
        found = super().further(home)
        self.photos = PhotoStore(self.folder / "photos")
        self.records: list[Record] = []
        home.hub._remember = self.records.append
        self.changed: list[str] = []
        self.pictures = PictureService(
            reactor,
            home.hub,
            self.photos,
            home.deliveries,
            home.wall,
            keep=lambda news: self.changed.extend(one[0] for one in news),
            able=self.able,
        )
        get = self.photos.get
        served = Photos(home.clock, home.front, lambda *asked: deferToThread(get, *asked))
        return {**found, "photos": served}

    async def done(self) -> None:
        await until(lambda: not self.pictures.waiting)

    def face(self, device: str = "jane/phone") -> Face | None:
        found = self.home.world.state(f"face/{device}")
        return found if isinstance(found, Face) else None

    def counts(self, thing: str = JANE) -> Any:
        return self.home.deliveries.of(thing)


@pytest.fixture
def pictured(open_web: Any, tmp_path: Path) -> Any:
    services: list[Any] = []

    async def opens(*, able: bool = True) -> Pictured:
        here = Pictured()
        here.folder, here.able = tmp_path, able
        await here.opens(open_web)
        here.pictures.startService()
        services.append(here.pictures)
        return here

    yield opens
    for service in services:
        service.stopService()


def card(data: bytes) -> dict[str, Any]:
    return {"_type": "card", "name": "Jane", "face": text(data)}


@pytest.mark.parametrize(
    ("form", "side"), [("PNG", 175), ("JPEG", 380), ("WEBP", 300)], ids=["PNG", "JPEG", "WEBP"]
)
@pytest_twisted.ensureDeferred
async def test_a_card_as_iphones_make_it_shows_its_picture(pictured, form, side):
    here = await pictured()
    data = image(form, side, side)
    assert 60_000 < len(data) < 190_000
    here.hears("jane/phone", card(data), "/info")
    assert here.friend("jane/phone").name == "Jane"  # at once, whatever the picture takes
    await here.done()
    face = here.face()
    assert face is not None
    assert len(face.data) <= FACE_BYTES
    assert here.changed == ["face/jane/phone"]  # for the next start
    assert here.counts().left_out == 0
    here.hears("jane/phone", card(data), "/info", retain=True)  # the broker's copy
    assert not here.pictures.waiting
    assert here.face() == face


@pytest_twisted.ensureDeferred
async def test_what_is_none_is_left_out_and_counted_and_the_name_stays(pictured):
    here = await pictured()
    for data in (image("JPEG", 380, 380)[:90_000], b"\x89PNG\r\n\x1a\n" + bytes(900)):
        here.hears("jane/phone", card(data), "/info")
        await here.done()
        assert here.face() is None
    assert here.friend("jane/phone").name == "Jane"
    assert here.counts().left_out == 2
    assert here.counts().why.startswith("a picture that cannot be read")


@pytest_twisted.ensureDeferred
async def test_a_bomb_is_refused_by_its_header(pictured):
    here = await pictured()
    bomb = image("PNG", 3000, 3000, noisy=False)
    assert len(bomb) < 30_000
    here.hears("jane/phone", card(bomb), "/info")
    assert not here.pictures.waiting
    assert here.face() is None
    assert here.counts().left_out == 1


@pytest_twisted.ensureDeferred
async def test_without_a_library_the_old_bounds_hold(pictured):
    here = await pictured(able=False)
    small, large = image("JPEG", 150, 150), image("JPEG", 400, 400)
    here.hears("jane/phone", card(small), "/info")
    assert here.face().data == small
    here.hears("jane/tablet", card(large), "/info")
    assert here.face("jane/tablet") is None
    assert "no library" in here.counts("friend/jane/tablet").why


@pytest_twisted.ensureDeferred
async def test_a_flood_of_pictures_is_bounded(pictured):
    here = await pictured()
    data = card(image("JPEG", 300, 300))
    for n in range(MOST_WAITING + 20):
        here.hears(f"jane/p{n}", data, "/info")
    assert here.pictures.waiting <= MOST_WAITING
    await here.done()
    last = f"friend/jane/p{MOST_WAITING + 19}"
    assert here.counts(last).why == "too many pictures at once"
    assert here.friend(last.removeprefix("friend/")).name == "Jane"


# -- photos of places


PLACE = {"poi": "Café", "imagename": "IMG_7.jpg", "lat": 48.5, "lon": 2.5}


@pytest_twisted.ensureDeferred
async def test_a_photo_of_a_place_is_kept_beside_its_fix_and_shown(pictured):
    here = await pictured()
    jane = await here.login("jane", JANE)
    photo = image("JPEG", 480, 360)
    assert 90_000 < len(photo) < 190_000
    posted = fix(**PLACE, image=text(photo))
    answer = await here.posts(posted, jane, user="jane", device="phone")
    assert answer.status == 200
    assert (here.friend("jane/phone").poi, here.friend("jane/phone").lat) == ("Café", 48.5)
    await here.done()
    (record,) = here.records
    said = json.loads(record.body)
    assert (record.thing, record.sort, record.tst) == (JANE, "photo", NOW - 10)
    assert (said["poi"], said["name"], said["lat"]) == ("Café", "IMG_7.jpg", 48.5)
    assert (said["width"], said["height"]) == (480, 360)
    await _is_served(here, said["hash"])


async def _is_served(here: Pictured, name: str) -> None:
    """To whoever may be told of this friend's past, and to nobody else."""
    path = f"//photos/jane/phone/{name}"
    seeing = await here.home.knows("ann", see=("friend/jane",))
    other = await here.home.knows("bob", see=("friend/bob",))
    answer = await here.home.asks("GET", path, cookie=seeing)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(answer.data)).size == (480, 360)
    refused = await here.home.asks("GET", path, cookie=other)
    missing = await here.home.asks("GET", f"//photos/jane/phone/{'0' * 24}", cookie=seeing)
    assert (refused.status, refused.data) == (missing.status, missing.data) == (404, refused.data)
    assert (await here.home.asks("GET", path)).status == 401
    link = await here.home.link(await here.home.knows("root", "admin"), JANE)
    entered = await here.home.asks("POST", "/link", {"token": link})
    assert (await here.home.asks("GET", path, cookie=entered.cookie)).status == 404
    for odd in ("..", "%2e%2e%2f", "x" * 24):
        assert (await here.home.asks("GET", f"{path[:20]}/{odd}", cookie=seeing)).status == 404


@pytest_twisted.ensureDeferred
async def test_a_photo_that_is_none_costs_neither_place_nor_name(pictured):
    here = await pictured()
    here.hears("jane/phone", fix(**PLACE, image="no picture"))
    here.hears("jane/phone", fix(**PLACE, tst=int(NOW), image=text(image("PNG", 200, 200)[:700])))
    await here.done()
    assert here.friend("jane/phone").poi == "Café"
    assert here.counts().left_out == 2
    assert here.records == []


@pytest_twisted.ensureDeferred
async def test_erased_with_the_person_also_what_is_under_way(pictured):
    here = await pictured()
    here.hears("jane/phone", fix(**PLACE, image=text(image("JPEG", 480, 360))))
    await here.pictures.forget(JANE)
    await here.done()
    assert not [*here.photos.all(JANE)]
    assert here.records == []


# -- on disk


def test_photos_are_kept_by_content_within_bounds_and_go_in_time(tmp_path: Path) -> None:
    photos = PhotoStore(tmp_path / "photos", most=500, most_of_sender=300)
    name = photos.put(JANE, b"a" * 100, 1000.0)
    assert photos.put(JANE, b"a" * 100, 1000.0) == name
    other = photos.put("friend/jane/tablet", b"b" * 150, 2000.0)
    with pytest.raises(NoRoom, match="sender"):
        photos.put(JANE, b"c" * 100, 3000.0)
    photos.put("friend/bob/phone", b"d" * 200, 3000.0)
    with pytest.raises(NoRoom, match="no room"):
        photos.put("friend/carl/phone", b"e" * 100, 3000.0)
    assert photos.get(JANE, name) == b"a" * 100
    assert photos.get("friend/jane/tablet", name) is None
    assert photos.purge(1500.0, {}) == 1
    assert photos.purge(0.0, {"friend/jane/tablet": 2500.0}) == 1
    assert photos.get("friend/jane/tablet", other) is None
    assert len([*photos.all("friend/bob/phone")]) == 1


def test_nothing_of_an_erased_friend_is_left(tmp_path: Path) -> None:
    photos = PhotoStore(tmp_path)
    photos.put(JANE, b"a photo of jane", 1000.0)
    photos.put("friend/bob/phone", b"a photo of bob", 1000.0)
    photos.erase(JANE)
    left = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert [file.read_bytes() for file in left] == [b"a photo of bob"]
    assert not any("jane" in str(path) for path in tmp_path.rglob("*"))
