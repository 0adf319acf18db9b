"""Judge what the steps about several servers saw: pure, no network."""

from __future__ import annotations

from sightline.cli.check.findings import Finding


def client_id(where: str, id: str, replica: str) -> Finding:
    """Judge the id by which the broker knows this one of several servers."""
    if f"-{replica}-" in f"-{id.replace('_', '-')}-":
        return Finding(where, "client id", "ok", f"{id}: this server's own")
    said = f"the client id {id} does not hold this server's name, {replica}"
    todo = (
        f"two servers with one id throw each other out: leave {where}.client_id empty, or end it in"
        f" -{replica}"
    )
    return Finding(where, "client id", "warn", said, todo)


def between(where: str, *, receives: bool) -> Finding:
    """Tell whether servers hear each other through this broker."""
    if receives:
        return Finding(where, "servers", "ok", "they hear each other here")
    said = "what one server tells another here does not arrive"
    todo = (
        "let Sightline's user write and read sightline/replicas/# (at AWS IoT: iot:Subscribe,"
        " iot:Receive, iot:Publish); without it one server alone knows what a phone posts"
    )
    return Finding(where, "servers", "fail", said, todo)


def nobody_sees_to_a_guard() -> Finding:
    """Return the settings neither start a guard nor insist on one."""
    return Finding(
        "replicas",
        "guard",
        "warn",
        "driving.guard and driving.need_guard are both off: nobody sees to it that a guard runs",
        "run sightline guard on the broker's host, and set driving.need_guard = true",
    )
