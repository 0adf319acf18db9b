"""Requests as the apps send them, written after their public documentation and sources."""

from __future__ import annotations

import json
from typing import Any

from web_scene import NOW

TST = int(NOW) - 60  # 2026-11-21 04:22:20 UTC
ISO = "2026-11-21T04:22:20Z"


def overland(**more: Any) -> dict[str, Any]:
    """A feature as Overland for iOS makes it, with the tracking stats on."""
    properties = {
        "timestamp": "2026-11-20T20:22:20-0800",
        "altitude": 78,
        "speed": 4,
        "course": 271,
        "horizontal_accuracy": 30,
        "vertical_accuracy": -1,
        "motion": ["driving", "stationary"],
        "pauses": False,
        "activity": "other_navigation",
        "desired_accuracy": 100,
        "deferred": 1000,
        "significant_change": "disabled",
        "locations_in_payload": 1,
        "battery_state": "charging",
        "battery_level": 0.89,
        "device_id": "phone",
        "wifi": "home",
    }
    place = more.pop("coordinates", [-122.030581, 37.3318])
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": place},
        "properties": properties | more,
    }


def overland_post(*features: Any) -> bytes:
    return json.dumps({"locations": features}).encode()


GPSLOGGER = (
    f"lat=52.0907&lon=5.1214&timestamp={TST}&acc=10.618999481201172&alt=139.0&speed=3.18"
    "&bearing=87.5&batt=67.0"
)
"""As our own profile has it filled in."""
GPSLOGGER_OWN_NAMES = (
    "lat=52.0907&lon=5.1214&time=2026-11-21T04:22:20.000Z&s=0.0&sat=12&alt=139.0&acc=0.0&dir=0.0"
    "&prov=network&batt=-1.0"
)
"""As people write it who follow the app's own list of words."""
TRACCAR_8 = (
    f"id=jane-phone&timestamp={TST}&lat=52.0907&lon=5.1214&speed=6.479481641468683&bearing=90.0"
    "&altitude=12.3&accuracy=15.0&batt=81.0"
)
TRACCAR_9 = {
    "location": {
        "timestamp": "2026-11-21T04:22:20.123Z",
        "coords": {
            "latitude": 52.0907,
            "longitude": 5.1214,
            "accuracy": 15.2,
            "speed": 3.33,
            "heading": 90.5,
            "altitude": 12.3,
        },
        "is_moving": True,
        "odometer": 10203.4,
        "event": "motionchange",
        "battery": {"level": 0.81, "is_charging": False},
        "activity": {"type": "in_vehicle"},
        "extras": {},
        "_": "&id=jane-phone&lat=52.0907&lon=5.1214&timestamp=2026-11-21T04:22:20.123Z&",
    },
    "device_id": "jane-phone",
}
PHONETRACK = (
    f"lat=52.0907&lon=5.1214&timestamp={TST}&acc=7.5&alt=12.0&speed=2.5&bearing=90.0&sat=9&bat=81.0"
    "&useragent=PhoneTrack%2FAndroid"
)
PHONETRACK_QUEUE = {
    "points": [
        ["52.09", "5.12", str(TST - 30), "12.0", "7.5", "81", "9", "PhoneTrack/1", "2.5", "90"],
        ["52.0907", "5.1214", str(TST), "", "", "80", "", "PhoneTrack/1", "", ""],
    ]
}
PHONETRACK_JSON = {
    "_type": "location",
    "acc": "7.5",
    "alt": "12.0",
    "batt": "81.0",
    "lat": "52.0907",
    "lon": "5.1214",
    "tst": TST,
    "vel": 9,
    "tid": "Pixel7 (PhoneTrack/Android)",
}
HOMEASSISTANT = {
    "type": "update_location",
    "data": {
        "gps": [52.0907, 5.1214],
        "gps_accuracy": 14,
        "battery": 81,
        "speed": 2,
        "altitude": 12,
        "course": 90,
        "vertical_accuracy": 3,
    },
}
