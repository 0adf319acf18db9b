"""Sightline: one Twisted reactor between an MQTT broker and every browser."""

__version__ = "0.1.0"
