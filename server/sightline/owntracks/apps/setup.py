"""Write what sets up an app that is not OwnTracks: a link, an address to paste, a text. Pure.

Anybody who has any of it has the phone's token. It is shown once, to who asked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

from sightline.owntracks.apps.model import AppName
from sightline.owntracks.apps.profile import FIELDS, PROFILE


class AppSetUp(NamedTuple):
    """``link`` is what the app opens or reads as a QR code; ``address`` and ``text`` are pasted.

    Each may be empty.
    """

    link: str = ""
    address: str = ""
    text: str = ""


def set_up(app: AppName, base: str, device: str, token: str) -> AppSetUp:
    """Return what sets ``user/device`` up. ``base``: our address, without a slash at its end."""
    return _HOW[app](f"{base}/in/{app}", device, token)


def _overland(address: str, device: str, token: str) -> AppSetUp:
    said = {"url": address, "token": token, "device_id": device.partition("/")[2]}
    return AppSetUp(f"overland://setup?{urlencode(said, quote_via=quote)}", address)


def _gpslogger(address: str, device: str, token: str) -> AppSetUp:
    own = f"{address}/{token}"
    return AppSetUp(f"gpslogger://properties/{own}/{PROFILE}", own, FIELDS)


def _traccar(address: str, device: str, token: str) -> AppSetUp:
    # The app takes the address without its query, and the settings in the query.
    own = f"{address}/{token}"
    said = {"id": device.replace("/", "-"), "interval": "60", "service": "true"}
    return AppSetUp(f"{own}?{urlencode(said, quote_via=quote)}", own)


def _phonetrack(address: str, device: str, token: str) -> AppSetUp:
    fields = FIELDS.replace("batt=", "bat=")
    own = f"{address}/{token}/{quote(device.partition('/')[2], safe='')}?{fields}"
    return AppSetUp("", own, address)


def _homeassistant(address: str, device: str, token: str) -> AppSetUp:
    name = "".join(each if each.isascii() and each.isalnum() else "_" for each in device).lower()
    return AppSetUp("", f"{address}/{token}", _YAML % {"url": f"{address}/{token}", "name": name})


_YAML = """\
rest_command:
  sightline_%(name)s:
    url: "%(url)s"
    method: post
    content_type: application/json
    payload: >-
      {"type": "update_location", "data": {
      "gps": [{{ state_attr(tracker, "latitude") }}, {{ state_attr(tracker, "longitude") }}],
      "gps_accuracy": {{ state_attr(tracker, "gps_accuracy") | to_json }},
      "altitude": {{ state_attr(tracker, "altitude") | to_json }},
      "speed": {{ state_attr(tracker, "speed") | to_json }},
      "course": {{ state_attr(tracker, "course") | to_json }},
      "timestamp": {{ as_timestamp(states[tracker].last_updated) }}}}

automation:
  - alias: "Sightline %(name)s"
    trigger:
      - platform: state
        entity_id: device_tracker.YOUR_PHONE
    condition:
      - "{{ trigger.to_state.attributes.latitude is defined }}"
    action:
      - service: rest_command.sightline_%(name)s
        data:
          tracker: "{{ trigger.entity_id }}"
"""

_HOW: Mapping[AppName, Callable[[str, str, str], AppSetUp]] = {
    "overland": _overland,
    "gpslogger": _gpslogger,
    "traccar": _traccar,
    "phonetrack": _phonetrack,
    "homeassistant": _homeassistant,
}
