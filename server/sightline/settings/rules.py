"""The settings of rules and alerts, as structs: ``[rules]`` and ``[homeassistant]``."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from sightline.settings.section import Section


class RulesSettings(Section, frozen=True, kw_only=True):
    """How many rules one account may have, and what else is said of them.

    ``show_watched``: people are shown which rules watch them and who is told. ``publish``: whose
    alerts are published by MQTT, at ``broker`` (empty: the first one).
    """

    per_account: Annotated[int, Meta(ge=0, le=1000)] = 50
    show_watched: bool = True
    publish: Literal["none", "all"] = "none"
    broker: str = ""


class HomeAssistantSettings(Section, frozen=True, kw_only=True):
    """What appears in Home Assistant by itself (MQTT discovery), at ``broker`` (empty: the first).

    ``prefix`` is that of Home Assistant's own settings. ``presence``: of which friends, robots and
    brokers (words of grants); ``alerts``: of which accounts, ``*`` is all.
    """

    enabled: bool = False
    prefix: str = "homeassistant"
    broker: str = ""
    presence: tuple[str, ...] = ("*",)
    alerts: tuple[str, ...] = ("*",)
