"""The table and the rights that aws.yml gives: what the server needs, and no more."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
import pytest_twisted

import sightline.aws.table
from ansible_files import ANSIBLE, carried
from aws import ENVIRON, Weather, dynamo_store, endpoint
from sightline.history.record import entry
from sightline.history.store import Span

JANE = "friend/jane/phone"
NEEDED_TO_MAKE_IT = {"CreateTable", "UpdateTimeToLive"}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, without an Ansible to run it."""
    basic: Any = ModuleType("ansible.module_utils.basic")
    basic.AnsibleModule = None
    for name, module in (("ansible", ModuleType("ansible")), ("ansible.module_utils.basic", basic)):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "ansible.module_utils", ModuleType("ansible.module_utils"))
    return carried("library/aws_store_table.py")


@pytest.fixture
def db() -> Any:
    return boto3.client(
        "dynamodb",
        region_name="eu-west-1",
        endpoint_url=endpoint(),
        aws_access_key_id=ENVIRON["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ENVIRON["AWS_SECRET_ACCESS_KEY"],
    )


def called() -> set[str]:
    """What the server asks DynamoDB for."""
    text = Path(sightline.aws.table.__file__).read_text()
    return set(re.findall(r'(?:\.call|_if_so)\(\s*"(\w+)"', text))


def needed() -> set[str]:
    """The rights for that."""
    return called()


def allowed() -> set[str]:
    text = (ANSIBLE / "vars" / "aws.yml").read_text()
    return set(re.findall(r"^\s*- dynamodb:(\w+)$", text, re.M))


def test_the_role_may_do_what_the_server_asks_for_and_nothing_else():
    assert allowed() == needed() - NEEDED_TO_MAKE_IT
    text = (ANSIBLE / "vars" / "aws.yml").read_text()
    assert "table/{{ aws_table }}/index/*" in text


def test_the_guide_names_the_same_rights():
    guide = (ANSIBLE.parents[1] / "server" / "docs" / "operators" / "aws.md").read_text()
    assert {name for name in needed() if f"`{name}`" not in guide} == set()


@pytest_twisted.ensureDeferred
async def test_the_server_uses_the_table_as_it_was_made(made, db, tmp_path):
    assert made.make(db, "made", {}, dry=False) == ["table", "time to live"]
    assert made.make(db, "made", {}, dry=False) == []
    weather = Weather()
    try:
        store = dynamo_store(tmp_path, weather.endpoint, name="made", keep=86_400.0 * 36_600)
        await store.open()
        await store.write([entry(JANE, "transition", 1_795_235_000.0, 0.0, b"{}")], [])
        assert len((await store.events(["transition"])).entries) == 1
        assert len((await store.page(Span(JANE, "transition"))).entries) == 1
        await store.erase([JANE])
        await store.close()
        assert set(weather.asked) <= allowed()
    finally:
        await weather.end()


@pytest_twisted.ensureDeferred
async def test_a_table_without_the_index_gets_it_and_one_of_another_make_is_refused(made, db):
    def table(name: str, keys: list[dict[str, str]]) -> None:
        db.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=keys,
            AttributeDefinitions=made.texts(keys),
        )

    table("bare", made.KEYS)
    assert made.make(db, "bare", {}, dry=True) == ["index", "time to live"]
    assert made.make(db, "bare", {}, dry=False) == ["index", "time to live"]
    assert made.make(db, "bare", {}, dry=False) == []
    table("other", made.keys("id", "at"))
    with pytest.raises(ValueError, match="other keys"):
        made.make(db, "other", {}, dry=False)
    table("aged", made.KEYS)
    db.update_time_to_live(
        TableName="aged", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    )
    with pytest.raises(ValueError, match="goes by ttl"):
        made.make(db, "aged", {}, dry=False)
