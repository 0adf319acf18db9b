"""Signing, credentials, and the client's patience with DynamoDB."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_twisted
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given
from hypothesis import strategies as st
from treq.client import HTTPClient
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.web.client import Agent
from twisted.web.resource import Resource
from twisted.web.server import Site

from aws import ENVIRON, Weather
from broker import free_port
from sightline.aws.client import AwsDenied, AwsRefused, Dynamo
from sightline.aws.credentials import NoCredentials, source
from sightline.aws.sigv4 import Credentials, Scope, signed
from sightline.model.faults import Unavailable

reactor: Any = _reactor
NOW = 1_795_235_739.0

words = st.text("ABCabc019/+=-", min_size=1, max_size=40)


class Signer(SigV4Auth):
    """botocore's own, at a time of ours."""

    def __init__(self, at: float, *args: Any) -> None:
        super().__init__(*args)
        self._at = datetime.fromtimestamp(at, UTC)

    def add_auth(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self._at.strftime("%Y%m%dT%H%M%SZ")
        self._inject_signature_to_request(
            request,
            self.signature(self.string_to_sign(request, self._canonical(request)), request),
        )

    def _canonical(self, request: AWSRequest) -> str:
        self._modify_request_before_signing(request)
        return self.canonical_request(request)


@given(
    key=words,
    secret=words,
    token=st.none() | words,
    region=st.sampled_from(["eu-west-1", "us-east-1", "cn-north-1"]),
    host=st.sampled_from(["dynamodb.eu-west-1.amazonaws.com", "localhost:8000"]),
    target=st.sampled_from(["DynamoDB_20120810.Query", "DynamoDB_20120810.BatchWriteItem"]),
    body=st.binary(max_size=200),
    now=st.integers(0, 4 * 10**9),
)
def test_our_signature_is_that_of_botocore(key, secret, token, region, host, target, body, now):
    ours = signed(
        Credentials(key, secret, token), Scope(region, "dynamodb", host), target, body, now
    )
    request = AWSRequest(
        "POST",
        f"https://{host}/",
        headers={"content-type": "application/x-amz-json-1.0", "x-amz-target": target},
        data=body,
    )
    Signer(now, BotoCredentials(key, secret, token), "dynamodb", region).add_auth(request)
    assert ours["authorization"] == request.headers["Authorization"]
    assert ours["x-amz-date"] == request.headers["X-Amz-Date"]
    assert ours.get("x-amz-security-token") == request.headers.get("X-Amz-Security-Token")


def test_credentials_show_themselves_to_nobody():
    assert "hidden" not in repr(Credentials("AKID", "hidden", "hidden"))


# -- credentials


class Metadata(Resource):
    """What a machine at AWS asks for its role; ``until`` is told as their end."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.until = "2026-11-21T04:59:39Z"  # 24 minutes later
        self.asked: list[str] = []
        self.broken = ""
        self._port = reactor.listenTCP(0, Site(self), interface="127.0.0.1")
        self.url = f"http://127.0.0.1:{self._port.getHost().port}"

    def end(self) -> Any:
        return self._port.stopListening()

    def render_PUT(self, request: Any) -> bytes:
        assert request.getHeader("x-aws-ec2-metadata-token-ttl-seconds")
        if self.broken == "token":
            request.setResponseCode(403)
        return b"TOKEN"

    def render_GET(self, request: Any) -> bytes:
        self.asked.append(request.path.decode())
        if request.getHeader("x-aws-ec2-metadata-token") != "TOKEN":
            request.setResponseCode(401)
            return b"no"
        if request.path.endswith(b"/"):
            return b"sightline-role"
        if self.broken == "json":
            return b"<html>"
        role = {"Code": "Success", "AccessKeyId": f"KEY{len(self.asked)}", "SecretAccessKey": "s"}
        return json.dumps(role | {"Token": "T", "Expiration": self.until}).encode()


@pytest.fixture
def metadata():
    made = Metadata()
    yield made
    pytest_twisted.blockon(made.end())


def http() -> HTTPClient:
    return HTTPClient(Agent(reactor, connectTimeout=5))


@pytest_twisted.ensureDeferred
async def test_the_environment_goes_first(metadata):
    environ = ENVIRON | {"AWS_SESSION_TOKEN": "T"}
    found = await source(environ, http(), lambda: NOW, metadata.url)()
    assert found == Credentials("AKIDEXAMPLE", "secret", "T")
    assert metadata.asked == []


@pytest.mark.parametrize("missing", list(ENVIRON))
def test_half_of_the_credentials_are_none(missing):
    environ = {name: value for name, value in ENVIRON.items() if name != missing}
    with pytest.raises(NoCredentials, match=f"{missing} is missing"):
        source(environ, None, lambda: NOW)
    with pytest.raises(NoCredentials, match="forbids"):
        source({"AWS_EC2_METADATA_DISABLED": "true"}, None, lambda: NOW)


@pytest_twisted.ensureDeferred
async def test_the_machines_role_is_asked_for_once_and_again_before_its_end(metadata):
    now = [NOW]
    ask = source({}, http(), lambda: now[0], metadata.url)
    both = await gatherResults([Deferred.fromCoroutine(ask()) for _ in range(2)])
    assert [each.key for each in both] == ["KEY2", "KEY2"]
    assert both[0].token == "T"
    assert len(metadata.asked) == 2  # the role's name, and its keys
    now[0] += 24 * 60 - 299  # five minutes before their end
    metadata.until = "2026-11-21T11:00:00Z"
    assert (await ask()).key == "KEY4"


@pytest_twisted.ensureDeferred
async def test_what_is_still_good_is_used_while_there_is_nothing_newer(metadata):
    now = [NOW]
    ask = source({}, http(), lambda: now[0], metadata.url)
    first = await ask()
    metadata.broken = "json"
    now[0] += 24 * 60 - 100
    assert await ask() == first
    now[0] += 101
    with pytest.raises(NoCredentials, match="this machine tells of no role"):
        await ask()


@pytest_twisted.ensureDeferred
async def test_a_machine_without_a_role_says_so(metadata):
    metadata.broken = "token"
    with pytest.raises(NoCredentials, match="answers 403"):
        await source({}, http(), lambda: NOW, metadata.url)()
    nowhere = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(NoCredentials, match="AWS_ACCESS_KEY_ID"):
        await source({}, http(), lambda: NOW, nowhere)()


# -- the client


@pytest.fixture
def weather():
    made = Weather()
    yield made
    pytest_twisted.blockon(made.end())


def client(endpoint: str, retry_for: float = 20.0, answer: float = 10.0) -> Dynamo:
    ask = source(ENVIRON, None, lambda: NOW)
    return Dynamo(
        reactor,
        http(),
        lambda: NOW,
        ask,
        "eu-west-1",
        endpoint,
        retry_for=retry_for,
        answer=answer,
        jitter=lambda: 0.01,
    )


@pytest.mark.parametrize(
    "mood", ["ProvisionedThroughputExceededException", "ThrottlingException", "busy", "cut", "lost"]
)
@pytest_twisted.ensureDeferred
async def test_what_may_pass_is_waited_for(weather, mood):
    moods = [mood, mood, None]
    weather.mood = lambda operation: moods.pop(0)
    dynamo = client(weather.endpoint)
    assert "TableNames" in await dynamo.call("ListTables")
    assert dynamo.repeated == 2


@pytest_twisted.ensureDeferred
async def test_patience_ends(weather):
    weather.mood = lambda operation: "ThrottlingException"
    with pytest.raises(Unavailable, match="ThrottlingException: not now"):
        await client(weather.endpoint, retry_for=0.0).call("ListTables")
    assert weather.asked == {"ListTables": 1}


@pytest_twisted.ensureDeferred
async def test_a_refusal_is_told_with_its_word(weather):
    weather.mood = lambda operation: "ValidationException"
    with pytest.raises(AwsDenied, match="ValidationException: not now") as denied:
        await client(weather.endpoint).call("ListTables")
    assert denied.value.code == "ValidationException"
    weather.mood = lambda operation: "AccessDeniedException"
    with pytest.raises(AwsRefused) as refused:
        await client(weather.endpoint, retry_for=0.0).call("ListTables")
    assert refused.value.code == "AccessDeniedException"


@pytest.mark.parametrize("mood", ["silent", "stuck"])
@pytest_twisted.ensureDeferred
async def test_an_answer_that_does_not_come_to_its_end_is_not_waited_for(weather, mood):
    weather.mood = lambda operation: mood
    with pytest.raises(Unavailable, match="cannot be reached"):
        await client(weather.endpoint, retry_for=0.0, answer=0.1).call("ListTables")


@pytest_twisted.ensureDeferred
async def test_nobody_there_is_unavailable():
    with pytest.raises(Unavailable, match="cannot be reached: ConnectionRefusedError"):
        await client(f"http://127.0.0.1:{free_port()}", retry_for=0.0).call("ListTables")
