"""The documents in a browser: served with the page, found by a search."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.shared_scene


def test_the_documents_open_and_a_search_leads_to_a_page(visit, sightline):
    page = visit("docs")
    expect(page).to_have_url(f"{sightline.url}docs/")
    expect(page.get_by_role("heading", name="Documents", level=1)).to_be_visible()
    page.get_by_role("searchbox", name="Search the documents").fill("retained comm")
    found = page.locator("#found a")
    expect(found.filter(has_text="Retained commands are asked for anew").first).to_be_visible()
    page.get_by_role("searchbox").fill("readyz certificate")
    found.first.click()
    expect(page.locator("main h1")).to_be_visible()
    assert page.url.startswith(f"{sightline.url}docs/")


def test_pictures_and_links_of_the_documents_work(visit, sightline):
    page = visit("docs/users/map.html", color_scheme="light")
    picture = page.locator("main img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 1000
    page.get_by_role("link", name="Troubleshooting").first.click()
    expect(page.get_by_role("heading", name="Troubleshooting", level=1)).to_be_visible()
    page.get_by_role("link", name="Sightline", exact=True).click()
    expect(page.locator("html[data-connection=live]")).to_be_attached()
