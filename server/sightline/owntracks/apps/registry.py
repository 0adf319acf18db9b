"""All apps that are understood: a new one is a file and a line here (and one on the page)."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.owntracks.apps import gpslogger, homeassistant, overland, phonetrack, traccar
from sightline.owntracks.apps.model import App

_ALL = (overland.APP, gpslogger.APP, traccar.APP, phonetrack.APP, homeassistant.APP)
APPS: Mapping[str, App] = {app.name: app for app in _ALL}
"""By the name in the address."""
