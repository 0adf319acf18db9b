"""Tell addresses of the internet from those of private networks, and what may be sent to."""

from __future__ import annotations

import ipaddress

_COMMON = (
    "bark barks chanify clicksend cliq d7sms dingtalk discord gchat gotify gotifys groupme guilded"
    " hassio hassios ifttt infobip json jsons line mailgun mailto mailtos mastodon mastodons matrix"
    " matrixs mmost mmosts msgbird ncloud nclouds nctalk nctalks nexmo ntfy ntfys o365 pagerduty"
    " pbul pover prowl pushdeer pushdeers pushy resend rocket rockets schan sendgrid signal signals"
    " signl4 simplepush sinch slack smtp2go sns spush synology synologys tgram threema twilio"
    " vonage webex whatsapp workflow workflows wxteams zulip"
)
_LOCAL = "blink1 dbus file gio glib gnome kde macosx qt syslog windows"
SCHEMAS = frozenset(_COMMON.split())
"""What an address that people are told at may begin with, where the settings say nothing: what goes
out by the network."""
NEVER = frozenset(_LOCAL.split())
"""What such an address never begins with: it would do something on the server's own machine."""
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 in IPv6, behind a translator


def is_public(text: str) -> bool:
    """Tell whether this address is out in the internet."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(str(inner))
        if address in _TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast
