"""Write the settings that GPSLogger for Android takes over by a link (a "profile"). Pure."""

from __future__ import annotations

from collections.abc import Mapping

PROFILE = "profile.properties"
"""The file's name; the app asks for one that ends so."""
FIELDS = (
    "lat=%LAT&lon=%LON&timestamp=%TIMESTAMP&acc=%ACC&alt=%ALT&speed=%SPD&bearing=%DIR&batt=%BATT"
)
"""What the app is to send, in its own words."""


def profile(url: str) -> str:
    """Return the settings with which the app posts to ``url``."""
    said: Mapping[str, str] = {
        "current_profile_name": "Sightline",
        "log_customurl_enabled": "true",
        "log_customurl_url": url,
        "log_customurl_method": "POST",
        "log_customurl_body": FIELDS,
        "log_customurl_headers": "Content-Type: application/x-www-form-urlencoded",
        # Kept on the phone while there is no network, and sent later.
        "log_customurl_discard_offline_locations_enabled": "false",
    }
    return "".join(f"{name}={_escaped(value)}\n" for name, value in said.items())


def _escaped(value: str) -> str:
    """Write a value as a Java properties file has it."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace(":", "\\:")
