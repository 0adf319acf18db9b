"""The page over HTTPS of our own: its WebSocket stands, and it tells how the certificate is."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from certificates import Authority, replace
from page.conftest import opens
from sightline_process import ROOT, SightlineProcess


def test_the_page_works_over_https_and_tells_how_its_certificate_is(
    chromium: Browser, tmp_path: Path
):
    Authority().issue(tmp_path, days=15.5)
    settings = f"""
        [server]
        web_root = "{ROOT / "web" / "dist"}"
        [https]
        certificate = "{tmp_path}/cert.pem"
        key = "{tmp_path}/key.pem"
    """
    with SightlineProcess(settings) as sightline:
        context = opens(chromium, ignore_https_errors=True)
        page = context.new_page()
        page.goto(f"https://127.0.0.1:{sightline.port}/#broker")
        alarm = page.get_by_role("note", name="Certificate")
        expect(alarm).to_contain_text("The certificate is good for 15 more days")
        expect(alarm).to_contain_text("localhost")
        replace(tmp_path / "key.pem", b"nothing")
        expect(alarm).to_contain_text("the key's file holds no key")
        expect(alarm).to_contain_text("The one before stays in use")
        expect(page.locator("html")).to_have_attribute("data-connection", "live")
        context.close()
