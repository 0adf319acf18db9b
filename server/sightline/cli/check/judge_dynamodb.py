"""Judge what the steps about the table in DynamoDB saw: pure, no network."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.cli.check.findings import Finding


def no_credentials(where: str, why: str) -> Finding:
    """Explain that we have no credentials for AWS."""
    todo = (
        "put AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY into the environment of the server (and of"
        " this check), or give the EC2 machine a role"
    )
    return Finding(where, "credentials", "fail", why, todo)


def no_table(where: str, table: str, code: str, why: str) -> Finding:
    """Return the table could not be looked at; ``code`` is AWS's word."""
    if code == "ResourceNotFoundException":
        said = f"there is no table {table} yet"
        todo = "the first server that starts makes it, with the right dynamodb:CreateTable"
        return Finding(where, "table", "warn", said, todo)
    if code == "AccessDeniedException":
        todo = f"allow dynamodb:DescribeTable on {_arns(table)}"
    elif code:
        todo = "look at the credentials, and at this machine's clock"
    else:
        todo = "look at this machine's network, and at dynamodb.region and dynamodb.endpoint"
    return Finding(where, "table", "fail", why, todo)


def table(where: str, table: str, status: str, *, indexed: bool) -> Finding:
    """Judge a table that is there."""
    if not indexed:
        said = f"the table {table} has no index events"
        todo = "let ansible-playbook aws.yml --tags table add it, or name another table"
        return Finding(where, "table", "fail", said, todo)
    if status not in ("ACTIVE", "UPDATING"):
        return Finding(where, "table", "fail", f"the table {table} is {status}", "wait a moment")
    return Finding(where, "table", "ok", f"{table} is there, with its index")


def rights(where: str, table: str, missing: Mapping[str, str]) -> Finding:
    """Tell what is not allowed, by call, and what AWS said."""
    if not missing:
        return Finding(where, "rights", "ok", "read, write, conditional write: all allowed")
    denied = [call for call, why in missing.items() if why == "AccessDeniedException"]
    if len(denied) < len(missing):
        others = "; ".join(f"{c}: {why}" for c, why in missing.items() if c not in denied)
        return Finding(where, "rights", "fail", others, "look at the credentials and the table")
    todo = f"allow {', '.join(f'dynamodb:{call}' for call in denied)} on {_arns(table)}"
    return Finding(where, "rights", "fail", f"not allowed: {', '.join(denied)}", todo)


def _arns(table: str) -> str:
    return f"table/{table} and table/{table}/index/*"


CLOCK_WARN, CLOCK_FAIL = 2.5, 240.0
"""s that our clock may differ from AWS's, whose answers tell whole seconds."""


def clock(where: str, skew: float) -> Finding:
    """Return our clock beside AWS's. ``skew`` in s, positive when ours is ahead."""
    off = abs(skew)
    said = f"this machine's clock is {off:.0f} s {'ahead of' if skew > 0 else 'behind'} AWS's"
    todo = "let it follow a time server: timedatectl set-ntp true"
    if off > CLOCK_FAIL:
        return Finding(where, "clock", "fail", f"{said}: AWS refuses us from 5 minutes on", todo)
    if off > CLOCK_WARN:
        more = "servers that differ keep the same line twice, and show other ages"
        return Finding(where, "clock", "warn", f"{said}: {more}", todo)
    return Finding(where, "clock", "ok", "this machine's clock is AWS's")
