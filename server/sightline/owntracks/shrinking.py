"""Make a picture smaller with Pillow. Called on a thread, never on the reactor's.

What comes is anybody's: only three formats are opened, of a size that the header has shown to be
bearable (`sightline.kinds.friends.pictures`), and whatever goes wrong is a `NoPicture`. What goes
out is made anew from the pixels, so no place and no name that a camera wrote into a photo is in it.
"""

from __future__ import annotations

import io
import warnings
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple

FORMATS = ("PNG", "JPEG", "WEBP")
_QUALITIES = (85, 75, 60, 45)
_LEAST_SIDE = 64


class NoPicture(Exception):
    """What was sent as a picture is none; the text says why."""


class Shrunk(NamedTuple):
    """A picture made smaller, of so many pixels."""

    mime: Literal["image/png", "image/jpeg"]
    data: bytes
    width: int
    height: int


def is_available() -> bool:
    """Return whether Pillow is there."""
    return find_spec("PIL") is not None


def shrink(data: bytes, side: int, most: int, pixels: int = 20_000_000) -> Shrunk:
    """Return the picture with no side longer than ``side``, in at most ``most`` bytes.

    ``pixels`` bounds what is decoded, whatever the header said before. Raises `NoPicture`.
    """
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a decompression bomb is a warning first
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > pixels:
                    raise NoPicture("a picture of too many pixels")
                opened.draft("RGB", (2 * side, 2 * side))  # JPEG: decode at a fraction of the size
                turned = ImageOps.exif_transpose(opened)
                turned.thumbnail((side, side), reducing_gap=2.0)
                return _written(turned, most)
    except NoPicture:
        raise
    except Exception as why:  # Pillow raises what it likes
        raise NoPicture(f"a picture that cannot be read ({type(why).__name__})") from None


def _written(image: Any, most: int) -> Shrunk:
    """Return the picture as PNG where some of it can be seen through, else as JPEG."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() != (255, 255):
            found = _saved(image, "PNG", optimize=True)
            if len(found) <= most:
                return Shrunk("image/png", found, image.width, image.height)
        image = _on_white(image)
    image = image.convert("RGB")
    while True:
        for quality in _QUALITIES:
            found = _saved(image, "JPEG", quality=quality, optimize=True)
            if len(found) <= most:
                return Shrunk("image/jpeg", found, image.width, image.height)
        if max(image.size) <= _LEAST_SIDE:
            raise NoPicture("a picture that cannot be made small enough")
        image.thumbnail((max(image.size) // 2, max(image.size) // 2))


def _on_white(image: Any) -> Any:
    from PIL import Image

    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image)


def _saved(image: Any, form: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()
