"""Parts made of the settings alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.wiring.errors import CannotStart
from sightline.wiring.settings_parts import built_pages

DIST = Path(__file__).parents[2] / "web" / "dist"


@pytest.mark.skipif(not DIST.is_dir(), reason="the page is not built")
def test_a_checkout_serves_the_page_that_was_built_in_it() -> None:
    assert built_pages("")["index.html"].bodies[""].data == (DIST / "index.html").read_bytes()


def test_a_folder_without_a_page_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"web_root: there is no index\.html"):
        built_pages(str(tmp_path))
