"""`sightline check` at a broker with AWS IoT's rules: each right that is missing is named."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from aws_iot import AwsIot, Policy
from postgres import needs_postgres, prepared
from sightline.cli.check import aws_words, awsiot, replicas
from sightline.cli.main import main
from sightline.mqtt.options import BrokerOptions, TlsOptions
from sightline.mqtt.reasons import CannotConnect
from sightline.settings import load
from sightline.wiring.options import broker_options
from sightline_process import SightlineProcess
from waits import DEADLINE, wait_until

PLAYBOOK = Path(__file__).parents[3] / "config" / "ansible" / "vars" / "aws.yml"
HOST = "abc-ats.iot.eu-west-1.amazonaws.com"
CERTIFICATE = TlsOptions(cert="c", key="k")

Look = Callable[..., dict[str, dict[str, str]]]


def shipped() -> Policy:
    """Sightline's policy as the playbook has it."""
    text = PLAYBOOK.read_text().partition("\naws_iot_policy:")[2].partition("\n# A phone")[0]
    policy: Policy = {}
    for statement in text.split("Effect: Allow")[1:]:
        (action,) = re.findall(r"Action: (\S+)", statement)
        found = re.findall(r'"\{\{ aws_iot_arn \}\}:(.+)"', statement)
        policy[action] = [one.replace("{{ aws_name }}", "sightline") for one in found]
    return policy


def without(right: str, resource: str = "*") -> Policy:
    policy = shipped()
    policy[right] = [one for one in policy[right] if resource not in (one, "*")]
    return policy


@pytest.fixture
def looks(tmp_path, capsys, monkeypatch) -> Look:
    def look(policy: Policy, *, certificate: str = "aws") -> dict[str, dict[str, str]]:
        # A refusal ends the connection and is seen at once; only a delivery is waited for.
        monkeypatch.setattr(awsiot, "WAIT", 15 if policy["iot:Receive"] else 3)
        with AwsIot(tmp_path, policy) as aws:
            settings = aws.settings().replace("/aws.", f"/{certificate}.")
            (tmp_path / "sightline.toml").write_text(settings)
            main(["check", "--config", str(tmp_path / "sightline.toml"), "--json"])
        said = json.loads(capsys.readouterr().out)
        return {one["step"]: one for one in said["findings"] if one.get("step")}

    return look


def test_the_policy_of_the_playbook_is_enough_and_no_more(looks):
    assert set(shipped()) == {
        *("iot:Connect", "iot:Subscribe", "iot:Receive", "iot:Publish", "iot:RetainPublish")
    }
    found = looks(shipped())
    steps = ("sign-in", "subscribe", "round trip", "retained", "policy")
    assert {step: found[step]["level"] for step in steps} == dict.fromkeys(steps, "ok"), found


@pytest.mark.parametrize(
    ("policy", "step", "level", "right"),
    [
        (without("iot:Connect"), "sign-in", "fail", "iot:Connect on arn:aws:iot:"),
        (
            without("iot:Subscribe", "topicfilter/owntracks/+/+"),
            "subscribe",
            "fail",
            "iot:Subscribe on arn:aws:iot:REGION:ACCOUNT:topicfilter/owntracks/+/+;",
        ),
        (
            without("iot:Subscribe", "topicfilter/sightline/check/*"),
            "round trip",
            "warn",
            "iot:Subscribe",
        ),
        (without("iot:Publish"), "round trip", "warn", "iot:Publish"),
        (without("iot:Receive"), "round trip", "warn", "iot:Receive"),
        (without("iot:RetainPublish"), "retained", "warn", "iot:RetainPublish"),
        (shipped() | {"iot:Publish": ["*"]}, "policy", "warn", "name the topics"),
    ],
)
def test_what_a_policy_lacks_or_has_too_much_is_named(looks, policy, step, level, right):
    found = looks(policy)[step]
    assert found["level"] == level
    assert right in found["todo"]


@pytest.mark.parametrize(
    ("options", "todo"),
    [
        (BrokerOptions(host=HOST, port=8883), "tls_cert"),
        (BrokerOptions(host=HOST, port=8883, tls=TlsOptions()), "tls_cert"),
        (BrokerOptions(host=HOST, port=443, tls=CERTIFICATE), "x-amzn-mqtt-ca"),
        (BrokerOptions(host=HOST, port=8883, tls=CERTIFICATE, protocol="3.1"), '"3.1.1"'),
        (BrokerOptions(host=HOST, port=443, tls=CERTIFICATE, transport="websockets"), '"tcp"'),
        (BrokerOptions(host=HOST, port=8883, tls=CERTIFICATE, client_id="x" * 121), "120 bytes"),
    ],
)
def test_settings_that_aws_never_takes_are_seen_without_asking_it(options, todo):
    found = aws_words.unfit("broker.aws", options)
    assert found is not None
    assert (found.level, todo in found.todo) == ("fail", True)


def test_a_certificate_that_aws_does_not_know_is_told_from_one_of_aws_that_is_wrong():
    assert aws_words.is_about_us(ssl.SSLError(1, "tlsv1 alert unknown ca"))
    assert aws_words.is_about_us(ConnectionResetError())
    assert not aws_words.is_about_us(ssl.SSLCertVerificationError(1, "unable to get issuer"))
    assert not aws_words.is_about_us(CannotConnect("x.pem is not readable"))
    assert "ACTIVE" in aws_words.no_handshake("broker.aws").todo


def test_good_settings_are_left_in_peace():
    options = BrokerOptions(host=HOST, port=8883, tls=CERTIFICATE, client_id="sightline")
    assert aws_words.unfit("broker.aws", options) is None


def test_the_region_stands_in_the_host():
    assert aws_words.arn(HOST, "client/x") == "arn:aws:iot:eu-west-1:ACCOUNT:client/x"
    china = "abc.ats.iot.cn-north-1.amazonaws.com.cn"
    assert aws_words.arn(china, "client/x") == "arn:aws-cn:iot:cn-north-1:ACCOUNT:client/x"


def is_ready(server: SightlineProcess) -> bool:
    """Whether its subscriptions are answered."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)
    with contextlib.closing(connection):
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200


def test_the_server_itself_asks_aws_for_nothing_that_the_policy_refuses(tmp_path):
    with AwsIot(tmp_path, shipped()) as aws, SightlineProcess(aws.settings()) as server:
        wait_until(lambda: is_ready(server), lambda: server.logged[-2000:])
        assert aws.refused == []
        assert aws.clients == {"sightline"}


@needs_postgres
def test_one_of_several_may_tell_the_others_and_hears_them(tmp_path):
    with prepared() as url, AwsIot(tmp_path, shipped()) as aws:
        several = f'[store]\nurl = "{url}"\n[replicas]\nname = "a"\n'
        (tmp_path / "sightline.toml").write_text(aws.settings() + several)
        settings = load(tmp_path / "sightline.toml", {})
        options = broker_options("aws", settings.broker["aws"])
        assert replicas._between("broker.aws", options, "b").level == "ok"
        with SightlineProcess(aws.settings() + several) as server:
            wait_until(lambda: is_ready(server), lambda: server.logged[-2000:])
            assert aws.refused == []
    with AwsIot(tmp_path, without("iot:Subscribe", "topicfilter/sightline/replicas/*")) as aws:
        (tmp_path / "sightline.toml").write_text(aws.settings() + several)
        settings = load(tmp_path / "sightline.toml", {})
        options = broker_options("aws", settings.broker["aws"])
        found = replicas._between("broker.aws", options, "b")
        assert (found.level, "iot:Subscribe" in found.todo) == ("fail", True)


def test_another_certificate_than_aws_knows_is_named(looks, tmp_path):
    stranger = trustme.CA().issue_cert("stranger.example")
    (tmp_path / "other.pem").write_bytes(b"".join(p.bytes() for p in stranger.cert_chain_pems))
    stranger.private_key_pem.write_to_path(tmp_path / "other.key")
    (tmp_path / "other.key").chmod(0o600)
    found = looks(shipped(), certificate="other")
    failed = [one for one in found.values() if one["level"] == "fail"]
    assert [one["step"] for one in failed] in (["tls"], ["sign-in"])
    assert "ACTIVE" in failed[0]["todo"]
