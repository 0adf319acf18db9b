"""Explain a refusal by AWS IoT. Pure. AWS gives no reasons, it just ends the connection.

So each right is tried by itself, on a connection of its own where need be, and named as it stands
in a policy; config/ansible/vars/aws.yml has a policy with all of them.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence

from sightline.cli.check.findings import Finding
from sightline.mqtt.options import BrokerOptions

_MORE = "config/ansible/vars/aws.yml has the whole policy"


def arn(host: str, what: str) -> str:
    """Write a resource as a policy names it:"""
    parts = host.split(".")
    region = parts[parts.index("iot") + 1] if "iot" in parts[:-1] else "REGION"
    partition = "aws-cn" if host.endswith(".cn") else "aws"
    return f"arn:{partition}:iot:{region}:ACCOUNT:{what}"


def unfit(where: str, options: BrokerOptions) -> Finding | None:
    """Tell what AWS IoT will never take, seen in the settings alone."""
    tls = options.tls
    if options.transport == "websockets":
        said, todo = "its websockets want signed addresses", f'{where}.transport = "tcp"'
    elif tls is None or not tls.cert:
        said = "it lets in nobody without a certificate"
        todo = f"name yours in {where}.tls_cert and tls_key (ansible-playbook aws.yml makes one)"
    elif options.port == 443 and "x-amzn-mqtt-ca" not in tls.alpn:
        said = "port 443 speaks MQTT only to who offers x-amzn-mqtt-ca"
        todo = f'{where}.tls_alpn = ["x-amzn-mqtt-ca"], or port = 8883'
    elif options.protocol == "3.1":
        said, todo = "it does not speak MQTT 3.1", f'{where}.protocol = "3.1.1"'
    elif len(options.client_id.encode()) > 128 - len("-console"):
        said, todo = "the client id is too long", f"{where}.client_id: 120 bytes at most"
    else:
        return None
    return Finding(where, "settings", "fail", f"AWS IoT: {said}", todo)


def is_about_us(error: Exception) -> bool:
    """Tell whether a handshake ended because of our certificate, and not of theirs, nor of our
    files.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return False
    return isinstance(error, ssl.SSLError | ConnectionError)


def no_handshake(where: str) -> Finding:
    """Explain that AWS ended the handshake when it had seen our certificate."""
    return Finding(
        where,
        "tls",
        "fail",
        "AWS IoT does not accept our certificate",
        "is it registered in this account and region, and ACTIVE (AWS IoT, Security, Certificates)?"
        f" Do {where}.tls_cert and tls_key belong to it? ansible-playbook aws.yml makes a new one",
    )


def refused(where: str, options: BrokerOptions, client_id: str) -> Finding:
    """Explain that AWS hung up on CONNECT over TLS, or said that we are not authorized."""
    todo = (
        "one of these: the certificate is not ACTIVE, or not of this account and region; no policy"
        " is attached to it; the policy lacks iot:Connect on "
        f"{arn(options.host, f'client/{client_id}')} (with its number: client/sl-check-*)."
        " AWS IoT, Security, Certificates shows the first two; " + _MORE
    )
    return Finding(where, "sign-in", "fail", "AWS IoT accepts TLS but not this client", todo)


def accepted(where: str, options: BrokerOptions) -> Finding:
    """Return the doctor got in. To try it as the server would throw the server out."""
    return Finding(
        where,
        "sign-in",
        "ok",
        f"accepted with our certificate, MQTT {options.protocol}; the server comes as"
        f" {options.client_id} and {options.client_id}-console: iot:Connect must name these, too",
    )


def subscribed(
    where: str, options: BrokerOptions, asked: Sequence[str], without: Sequence[str]
) -> Finding:
    """Judge filters, each tried on a connection of its own; ``without`` a right."""
    if not without:
        return Finding(where, "subscribe", "ok", f"all {len(asked)} subscriptions are granted")
    needs = ", ".join(arn(options.host, f"topicfilter/{name}") for name in without)
    return Finding(
        where,
        "subscribe",
        "fail",
        f"AWS IoT hangs up on who subscribes {', '.join(without)}: the server comes and goes",
        f"the policy lacks iot:Subscribe on {needs}; {_MORE}",
    )


_LOST: Mapping[str, tuple[str, str]] = {
    "subscribe": ("iot:Subscribe", "topicfilter/sightline/check/*"),
    "publish": ("iot:Publish", "topic/sightline/check/*"),
    "receive": ("iot:Receive", "topic/sightline/check/*"),
}
_WITHOUT: Mapping[str, str] = {
    "subscribe": "AWS IoT hung up on our subscription to messages of our own",
    "publish": "AWS IoT hung up on a message of ours",
    "receive": "AWS IoT took a message of ours but did not deliver it",
}


def round_trip(where: str, options: BrokerOptions, lost: str, seconds: float) -> Finding:
    """Return a message to ourselves; ``lost``: at which right it ended, empty when it came back."""
    if not lost:
        return Finding(where, "round trip", "ok", f"there and back: {seconds * 1000:.0f} ms")
    right, what = _LOST[lost]
    return Finding(
        where,
        "round trip",
        "warn",
        _WITHOUT[lost],
        f"the policy lacks {right} on {arn(options.host, what)}; {_MORE}. Without it this test is"
        " missing, not the map: that needs the same right on topic/owntracks/*",
    )


def retained(where: str, options: BrokerOptions, *, allowed: bool) -> Finding:
    """Tell whether we may have a message kept."""
    if allowed:
        return Finding(
            where,
            "retained",
            "ok",
            "may be published; AWS IoT gives none to wildcards, so after a restart friends appear"
            " with their next report",
        )
    return Finding(
        where,
        "retained",
        "warn",
        "AWS IoT hung up on a retained message: a friend who is erased stays retained there",
        f"the policy lacks iot:RetainPublish on {arn(options.host, 'topic/owntracks/*')} and on"
        f" {arn(options.host, 'topic/sightline/check/*')}; {_MORE}",
    )


def least(where: str, *, everything: bool) -> Finding:
    """Tell whether the policy allows more than we need."""
    if not everything:
        return Finding(where, "policy", "ok", "what is not ours is refused")
    return Finding(
        where,
        "policy",
        "warn",
        "the policy lets us publish on any topic: with a phone's certificate anybody drives robots",
        f"name the topics instead of *: {_MORE}",
    )
