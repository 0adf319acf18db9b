#!/usr/bin/python
"""Ansible module: the DynamoDB table for history, paid by request, with a time to live.

As Sightline's own ``aws/table.py`` makes it: a text key ``pk`` with a text key ``sk`` below it, the
index of events, and items that AWS removes when their ``x`` (epoch s) is past. What lies in a table
is never touched: a table with other keys is refused.
"""

from __future__ import annotations

from typing import Any

import boto3
from ansible.module_utils.basic import AnsibleModule
from botocore.exceptions import BotoCoreError, ClientError

DOCUMENTATION = r"""
module: aws_store_table
short_description: The DynamoDB table for Sightline's history
options:
  name: {type: str, required: true, description: Name of the table.}
  region: {type: str, required: true, description: The AWS region.}
  tags: {type: dict, default: {}, description: Tags of the table.}
  state: {type: str, choices: [present, absent], default: present, description: Make or remove.}
author: Sightline maintainers
"""


def keys(first: str, second: str) -> list[dict[str, str]]:
    """A key of two parts, in AWS's words."""
    return [
        {"AttributeName": first, "KeyType": "HASH"},
        {"AttributeName": second, "KeyType": "RANGE"},
    ]


KEYS, INDEX = keys("pk", "sk"), keys("ep", "es")
EVENTS = {"IndexName": "events", "KeySchema": INDEX, "Projection": {"ProjectionType": "ALL"}}
TTL = "x"


def texts(parts: list[dict[str, str]]) -> list[dict[str, str]]:
    """What these parts of keys are made of."""
    return [{"AttributeName": part["AttributeName"], "AttributeType": "S"} for part in parts]


def found(db: Any, name: str) -> dict[str, Any] | None:
    """What AWS knows of the table."""
    try:
        table: dict[str, Any] = db.describe_table(TableName=name)["Table"]
    except db.exceptions.ResourceNotFoundException:
        return None
    return table


def make(db: Any, name: str, tags: dict[str, str], *, dry: bool) -> list[str]:
    """Make what is missing; what that was. Raises `ValueError` for a table of another make."""
    table = found(db, name)
    changes = []
    if table is None:
        changes.append("table")
        if dry:
            return changes
        db.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=KEYS,
            AttributeDefinitions=texts(KEYS + INDEX),
            GlobalSecondaryIndexes=[EVENTS],
            SSESpecification={"Enabled": True},
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        db.get_waiter("table_exists").wait(TableName=name)
    elif table["KeySchema"] != KEYS:
        raise ValueError(f"the table {name} has other keys than pk and sk: name another")
    elif "events" not in [one["IndexName"] for one in table.get("GlobalSecondaryIndexes", ())]:
        changes.append("index")
        if not dry:
            db.update_table(
                TableName=name,
                AttributeDefinitions=texts(KEYS + INDEX),
                GlobalSecondaryIndexUpdates=[{"Create": EVENTS}],
            )
    live = db.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if live["TimeToLiveStatus"] not in ("ENABLED", "ENABLING"):
        changes.append("time to live")
        if not dry:
            db.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": TTL},
            )
    elif live.get("AttributeName", TTL) != TTL:
        raise ValueError(
            f"the time to live of {name} goes by {live['AttributeName']}, not {TTL}: switch it off"
            " (AWS takes up to an hour), then run this again"
        )
    return changes


def main() -> None:
    """What Ansible runs, on your own machine."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "region": {"type": "str", "required": True},
            "tags": {"type": "dict", "default": {}},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        supports_check_mode=True,
    )
    name = module.params["name"]
    changes: list[str] = []
    try:
        db = boto3.client("dynamodb", region_name=module.params["region"])
        if module.params["state"] == "present":
            changes = make(db, name, module.params["tags"], dry=module.check_mode)
        elif found(db, name) is not None:
            changes = ["table removed"]
            if not module.check_mode:
                db.delete_table(TableName=name)
                db.get_waiter("table_not_exists").wait(TableName=name)
        table = found(db, name)
    except (BotoCoreError, ClientError, ValueError) as why:
        module.fail_json(msg=f"DynamoDB table {name}: {why}")
    module.exit_json(changed=bool(changes), changes=changes, arn=table["TableArn"] if table else "")


if __name__ == "__main__":
    main()
