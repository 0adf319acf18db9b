"""Let Twisted find `twistd sightline`."""

from twisted.application.service import ServiceMaker

sightline = ServiceMaker(
    "Sightline",
    "sightline.tap",
    "Friends, robots and the MQTT broker itself, live in every browser",
    "sightline",
)
