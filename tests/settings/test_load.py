"""The settings file: what it may say, what it is refused for, and that secrets stay secret.

Covers settings/allowed_values.py, settings/databases.py, settings/errors.py, settings/files.py,
settings/map_reading.py, settings/schema.py, settings/values.py.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sightline.settings import (
    BadSettings,
    BrokerSettings,
    Secret,
    ServerSettings,
    Settings,
    is_private,
    load,
    remote_map,
)


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str, name: str = "x.toml", mode: int = 0o600) -> Path:
        path = tmp_path / name
        path.write_text(text)
        path.chmod(mode)
        return path

    return write


def refusal(path: Path, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(BadSettings) as caught:
        load(path, environ or {})
    return str(caught.value).replace(str(path), "x.toml")


def main_broker(path: Path, environ: dict[str, str] | None = None) -> BrokerSettings:
    return load(path, environ or {}).broker["main"]


def test_without_a_file_everything_is_at_its_default_and_no_broker_is_configured():
    assert load(None, {}) == Settings()
    assert load(None, {}).broker == {}


def test_an_empty_file_is_the_defaults(write):
    assert load(write(""), {}) == Settings()


def test_what_the_file_says_is_taken(write):
    settings = load(write("[limits]\nconnections = 7\n[friends]\nstale_after = 60\n"), {})
    assert settings.limits.connections == 7
    assert settings.friends.stale_after == 60.0


def test_robots_may_be_known_before_they_are_heard(write):
    path = write('[probots]\nknown = ["ProBot1", "ProBot12"]\n')
    assert load(path, {}).probots.known == ("ProBot1", "ProBot12")


def test_settings_cannot_be_changed_afterwards():
    with pytest.raises(AttributeError):
        load(None, {}).server.listen = "tcp:1"  # type: ignore[misc]


def test_several_brokers_are_told_apart_by_their_names(write):
    path = write('[broker.main]\nhost = "a"\n[broker.aws]\nhost = "b"\ntls = true\n')
    assert {n: (b.host, b.port) for n, b in load(path, {}).broker.items()} == {
        "main": ("a", 1883),
        "aws": ("b", 8883),
    }


@pytest.mark.parametrize(
    ("lines", "port"),
    [
        ("", 1883),
        ("tls = true", 8883),
        ('transport = "websockets"', 80),
        ('transport = "websockets"\ntls = true', 443),
        ("port = 2000", 2000),
    ],
)
def test_the_port_follows_transport_and_tls_unless_given(write, lines, port):
    assert main_broker(write(f'[broker.main]\nhost = "h"\n{lines}\n')).port == port


@pytest.mark.parametrize(
    ("written", "meant"), [("3.1", "3.1"), ("5", "5"), ('"3.1.1"', "3.1.1"), ('"5"', "5")]
)
def test_the_protocol_may_be_written_with_or_without_quotes(write, written, meant):
    path = write(f'[broker.main]\nhost = "h"\nprotocol = {written}\n')
    assert main_broker(path).protocol == meant


def test_the_client_id_is_made_from_the_name_of_this_machine(write, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "mainframe-in-the-cellar.example.org")
    path = write('[broker.main]\nhost = "h"\n')
    assert main_broker(path).client_id == "sightline-mainframe-in-the-cellar"


def test_mqtt_3_1_gets_a_client_id_it_allows(write, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "mainframe-in-the-cellar")
    path = write('[broker.main]\nhost = "h"\nprotocol = "3.1"\n')
    assert main_broker(path).client_id == "sightline-mainframe-in-"


def test_paths_are_relative_to_the_file_that_names_them(write, tmp_path):
    write("-", "ca.pem")
    path = write('[broker.main]\nhost = "h"\ntls = true\ntls_ca = "ca.pem"\n')
    assert main_broker(path).tls_ca == str(tmp_path / "ca.pem")


# What is refused, word for word: file, key, what is allowed.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[server]\nlisen = "tcp:1"',
            "x.toml: server.lisen: no such setting; did you mean listen?"
            " allowed here: listen, origins, proxies, public_url, state, web_root",
        ),
        (
            "zebra = 1",
            "x.toml: zebra: no such setting;"
            " allowed here: accounts, archive, broker, channels, console, driving, dynamodb,"
            " fanout, friends, history, homeassistant, https, limits, map, oidc, probot, probots,"
            " regions, replicas, rules, server, store, webhook",
        ),
        (
            '[broker.main]\nhost = "h"\nprotocol = 4',
            "x.toml: broker.main.protocol: must be one of 3.1, 3.1.1, 5 (is 4)",
        ),
        (
            '[broker.main]\nhost = "h"\nprotocol = "4"',
            'x.toml: broker.main.protocol: must be one of 3.1, 3.1.1, 5 (is "4")',
        ),
        (
            '[broker.main]\nhost = "h"\nqos = 2',
            "x.toml: broker.main.qos: must be one of 0, 1 (is 2)",
        ),
        (
            "[limits]\nconnections = 0",
            "x.toml: limits.connections: must be a whole number from 1 to 10000000 (is 0)",
        ),
        (
            "[limits]\nconnections = true",
            "x.toml: limits.connections: must be a whole number from 1 to 10000000 (is true)",
        ),
        (
            "[limits]\nping_seconds = nan",
            "x.toml: limits.ping_seconds: must be a number from 0.1 to 31536000 (is nan)",
        ),
        (
            "[limits]\nping_seconds = inf",
            "x.toml: limits.ping_seconds: must be a number from 0.1 to 31536000 (is inf)",
        ),
        (
            "[fanout]\ncompression = 1",
            "x.toml: fanout.compression: must be true or false (is 1)",
        ),
        (
            "[server]\nstate = false",
            'x.toml: server.state: must be a text in quotes: "…" (is false)',
        ),
        ('[server]\nstate = ""', "x.toml: server.state: must name a folder"),
        (
            '[server]\norigins = "a"',
            'x.toml: server.origins: must be a list of texts: ["…", "…"] (is "a")',
        ),
        ("server = 1", "x.toml: server: must be a table: [server]"),
        ("broker = 1", "x.toml: broker: must be tables, one per broker: [broker.main]"),
        ("[broker]\nmain = 1", "x.toml: broker.main: must be a table: [broker.main]"),
        (
            '[broker.Main]\nhost = "h"',
            "x.toml: broker.Main: a broker's name is 1 to 32 of a-z 0-9 - _, such as [broker.main]",
        ),
        (
            "[broker.main]\nport = 1",
            "x.toml: broker.main.host: is missing; must be the broker's name or address",
        ),
        (
            '[broker.main]\nhost = "h"\npassword = "p"',
            "x.toml: broker.main.password: a password is not written here; use password_file,"
            " password_env or the environment variable SIGHTLINE_BROKER_MAIN_PASSWORD",
        ),
        (
            '[broker.main]\nhost = "h"\ntls_insecure = true',
            "x.toml: broker.main.tls_insecure: has no effect without tls = true;"
            " set it or remove this",
        ),
        (
            '[broker.main]\nhost = "h"\ntransport = "websockets"\nws_path = "mqtt"',
            'x.toml: broker.main.ws_path: must begin with / (is "mqtt")',
        ),
        (
            '[broker.main]\nhost = "h"\nprotocol = "3.1"\nclient_id = "123456789012345678901234"',
            "x.toml: broker.main.client_id: MQTT 3.1 allows at most 23 characters",
        ),
        (
            '[broker.a]\nhost = "h"\nclient_id = "s"\n[broker.b]\nhost = "h"\nclient_id = "s"',
            "x.toml: broker.b.client_id: is that of broker.a at the same address;"
            " each connection needs its own",
        ),
        (
            '[broker.main]\nhost = "h"\nreconnect_min = 20',
            "x.toml: broker.main.reconnect_min: must not be more than reconnect_max (is 20, 10)",
        ),
        (
            "[friends]\nstale_after = 5000",
            "x.toml: friends.stale_after: must not be more than offline_after (is 5000, 3600)",
        ),
        (
            '[dynamodb]\ntable = "a b"',
            'x.toml: dynamodb.table: must be 3 to 255 of A-Z a-z 0-9 _ . - (is "a b")',
        ),
        (
            '[dynamodb]\nregion = "Mars"',
            'x.toml: dynamodb.region: must be such as eu-west-1 (is "Mars")',
        ),
        (
            '[dynamodb]\nendpoint = "localhost:1"',
            "x.toml: dynamodb.endpoint: must be empty or such as http://127.0.0.1:8000, no path"
            ' (is "localhost:1")',
        ),
        (
            '[archive]\ntopics = ["a/#/b"]',
            "x.toml: archive.topics: each must be a topic filter: # stands alone on the last level"
            ' (is "a/#/b")',
        ),
        (
            '[probots]\nknown = ["Robbie"]',
            'x.toml: probots.known: each must be a name such as ProBot1 (is "Robbie")',
        ),
    ],
)
def test_a_wrong_setting_is_refused_with_file_key_and_what_is_allowed(write, text, message):
    assert refusal(write(text)) == message


@pytest.mark.parametrize("listen", ["8080", "tcp:70000", "", "tcp:", "localhost"])
def test_an_address_to_listen_on_must_be_an_endpoint(write, listen):
    assert refusal(write(f'[server]\nlisten = "{listen}"')) == (
        "x.toml: server.listen: must be a Twisted endpoint such as"
        f' tcp:8080:interface=127.0.0.1 (is "{listen}")'
    )


@pytest.mark.parametrize("listen", ["tcp:0", "tcp:port=8080", "unix:/run/x.sock", "systemd:d:i"])
def test_every_kind_of_endpoint_may_be_listened_on(write, listen):
    assert load(write(f'[server]\nlisten = "{listen}"'), {}).server.listen == listen


@pytest.mark.parametrize(
    "origin", ["https://a.org/", "a.org", "*", "ftp://a.org", "https://a.org:x", "https://u@a.org"]
)
def test_an_allowed_origin_must_be_scheme_and_host(write, origin):
    assert refusal(write(f'[server]\norigins = ["{origin}"]')).startswith("x.toml: server.origins:")


def test_origins_may_name_a_port(write):
    path = write('[server]\norigins = ["https://A.org", "http://b.org:8000"]')
    assert load(path, {}).server.origins == ("https://A.org", "http://b.org:8000")


def test_the_public_address_must_be_an_address(write):
    assert refusal(write('[server]\npublic_url = "map.example.org"')) == (
        "x.toml: server.public_url: must be empty or an address such as"
        ' https://map.example.org (is "map.example.org")'
    )


def test_a_file_that_is_missing_or_broken_is_named(write, tmp_path):
    missing = tmp_path / "none.toml"
    with pytest.raises(BadSettings, match=r"none\.toml: cannot be read: No such file"):
        load(missing, {})
    assert "is not valid TOML" in refusal(write("[server"))
    broken = write("")
    broken.write_bytes(b"\xff")
    assert "is not valid TOML" in refusal(broken)


# Secrets


def test_a_password_comes_from_a_file_and_shows_itself_to_nobody(write):
    write("s3cret\n", "pw")
    path = write('[broker.main]\nhost = "h"\nuser = "u"\npassword_file = "pw"\n')
    broker = main_broker(path)
    assert broker.password is not None
    assert broker.password.reveal() == "s3cret"
    settings = load(path, {})
    assert "s3cret" not in f"{settings!r} {settings} {broker.password!r} {broker.password}"
    with pytest.raises(TypeError):
        msgspec.json.encode(settings)


def test_a_password_comes_from_the_environment_which_goes_before_the_file(write):
    write("from the file", "pw")
    path = write('[broker.my-home]\nhost = "h"\nuser = "u"\npassword_file = "pw"\n')
    settings = load(path, {"SIGHTLINE_BROKER_MY_HOME_PASSWORD": "from outside"})
    assert settings.broker["my-home"].password == Secret("from outside")


def test_a_password_comes_from_the_variable_that_is_named(write):
    path = write('[broker.main]\nhost = "h"\nuser = "u"\npassword_env = "PW"\n')
    assert main_broker(path, {"PW": "x"}).password == Secret("x")
    assert refusal(path) == (
        "x.toml: broker.main.password_env: the environment variable PW is not set"
    )


def test_only_one_place_for_a_password_is_allowed(write):
    write("x", "pw")
    path = write('[broker.main]\nhost = "h"\npassword_file = "pw"\npassword_env = "PW"\n')
    assert "only one is allowed" in refusal(path, {"PW": "x"})


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"", "is empty"), (b"a\nb\n", "must hold one line"), (b"\xff", "is not text in UTF-8")],
)
def test_a_password_file_holds_one_line(write, tmp_path, content, complaint):
    write("", "pw").write_bytes(content)
    path = write('[broker.main]\nhost = "h"\nuser = "u"\npassword_file = "pw"\n')
    assert complaint in refusal(path)


def test_a_password_needs_a_user(write):
    path = write('[broker.main]\nhost = "h"\n')
    assert "broker.main.user: is missing" in refusal(path, {"SIGHTLINE_BROKER_MAIN_PASSWORD": "x"})


def test_a_password_for_an_unknown_broker_is_refused(write):
    path = write('[broker.main]\nhost = "h"\n')
    assert refusal(path, {"SIGHTLINE_BROKER_MIAN_PASSWORD": "x"}) == (
        "environment: SIGHTLINE_BROKER_MIAN_PASSWORD: no broker of that name (configured: main)"
    )


def test_a_secret_that_everybody_can_read_is_refused(write, tmp_path):
    write("x", "pw", mode=0o644)
    path = write('[broker.main]\nhost = "h"\nuser = "u"\npassword_file = "pw"\n')
    assert f"type: chmod 600 {tmp_path / 'pw'}" in refusal(path)
    write("x", "key", mode=0o644)
    path = write('[broker.main]\nhost = "h"\ntls = true\ntls_key = "key"\n')
    assert "broker.main.tls_key" in refusal(path)


@pytest.mark.parametrize("name", ["none.pem", "nul\\u0000.pem"])
def test_a_file_that_cannot_be_read_is_refused_at_start(write, name):
    path = write(f'[broker.main]\nhost = "h"\ntls = true\ntls_ca = "{name}"\n')
    assert refusal(path).startswith("x.toml: broker.main.tls_ca: ")
    assert "cannot be read" in refusal(path)


def test_a_certificate_and_its_key_go_together(write):
    write("-", "cert")
    path = write('[broker.main]\nhost = "h"\ntls = true\ntls_cert = "cert"\n')
    assert refusal(path) == (
        "x.toml: broker.main.tls_key: is missing; tls_cert and tls_key go together"
    )


def test_secrets_are_equal_when_their_texts_are():
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


# What is allowed but said aloud


def test_an_unchecked_certificate_is_said_aloud(write):
    path = write('[broker.main]\nhost = "h"\ntls = true\ntls_insecure = true\n')
    (said,) = load(path, {}).warnings()
    assert said.startswith("broker.main.tls_insecure: the broker's certificate is NOT checked")


@pytest.mark.parametrize(
    ("host", "loud"),
    [("mqtt.example.org", 1), ("10.0.0.1", 1), ("127.0.0.1", 0), ("::1", 0), ("localhost", 0)],
)
def test_a_password_that_travels_in_the_open_is_said_aloud(write, host, loud):
    path = write(f'[broker.main]\nhost = "{host}"\nuser = "u"\n')
    assert len(load(path, {"SIGHTLINE_BROKER_MAIN_PASSWORD": "x"}).warnings()) == loud


# Whatever is in the file, it is settings or a refusal

toml_scalars = st.one_of(
    st.integers(-(2**40), 2**40).map(str),
    st.sampled_from(["true", "false", "nan", "inf", "-inf", '""', '"x"', '"tcp:1"', "[]", "[1]"]),
)
keys = st.sampled_from(
    [f"{s}.{k}" for s in Settings.__struct_fields__ for k in ("listen", "known", "tick_ms", "main")]
    + [f"broker.main.{k}" for k in BrokerSettings.__struct_fields__]
)


@given(st.dictionaries(keys, toml_scalars))
@hypothesis_settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_file_is_either_settings_or_refused(tmp_path, lines):
    path = tmp_path / "any.toml"
    path.write_text("".join(f"{key} = {value}\n" for key, value in lines.items()))
    try:
        load(path, {})
    except BadSettings as refused:
        named = "any.toml: " in str(refused)
    else:
        named = True
    assert named


@pytest.mark.parametrize(
    ("listen", "server", "private"),
    [
        ("tcp:8080:interface=127.0.0.1", {}, True),
        ("tcp:8080:interface=localhost", {}, True),
        ("tcp:8080", {}, False),
        ("tcp:8080:interface=0.0.0.0", {}, False),
        ("tcp:8080:interface=192.168.1.5", {}, False),
        ("ssl:8443:interface=127.0.0.1", {}, False),
        ("unix:/run/sightline.sock", {}, False),
        ("tcp:8080:interface=127.0.0.1", {"public_url": "https://map.example.org"}, False),
        ("tcp:8080:interface=127.0.0.1", {"proxies": ("127.0.0.1",)}, False),
    ],
)
def test_only_a_loopback_endpoint_without_a_proxy_is_private(listen, server, private):
    assert is_private(listen, ServerSettings(**server)) is private


def test_a_proxy_is_an_address_or_a_network(write):
    text = '[server]\nproxies = ["10.0.0.0/8", "::1", "local"]'
    assert load(write(text), {}).server.proxies == ("10.0.0.0/8", "::1", "local")
    assert "server.proxies: each must be" in refusal(write('[server]\nproxies = ["proxy"]'))


def test_guests_are_said_aloud(write):
    assert load(write('[accounts]\nguest = "viewer"'), {}).warnings() == [
        "accounts.guest: who reaches this server is let in as viewer without signing in"
    ]


# HTTPS of our own, and credentials.


def test_certificate_and_key_are_beside_the_settings(write, tmp_path):
    write("-", "c.pem")
    write("-", "k.pem", mode=0o640)
    https = load(write('[https]\ncertificate = "c.pem"\nkey = "k.pem"\n'), {}).https
    assert (https.certificate, https.key) == (str(tmp_path / "c.pem"), str(tmp_path / "k.pem"))


def test_whoever_is_no_server_needs_no_certificate(write, tmp_path):
    text = '[https]\ncertificate = "c.pem"\nkey = "credential:key"\nredirect = "tcp:80"\n'
    https = load(write(text + 'acme_webroot = "acme"\n'), {}).https
    assert https.certificate == str(tmp_path / "c.pem")
    assert https.key == "credential:key"
    assert https.acme_webroot == str(tmp_path / "acme")
    https = load(write(text), {"CREDENTIALS_DIRECTORY": "/run/credentials/x"}).https
    assert https.key == "/run/credentials/x/key"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('certificate = "c.pem"', "https.key: is missing; certificate and key go together"),
        ('key = "k.pem"', "https.certificate: is missing; certificate and key go together"),
        ('redirect = "tcp:80"', "https.redirect: has no effect without a certificate;"),
        (
            'certificate = "c.pem"\nkey = "k.pem"\nredirect = "80"',
            "https.redirect: must be a Twisted endpoint such as tcp:80 (is",
        ),
        (
            'certificate = "c.pem"\nkey = "k.pem"\nacme_webroot = "a"',
            "https.acme_webroot: has no effect without https.redirect, the port for plain HTTP",
        ),
        (
            'certificate = "c.pem"\nkey = "k.pem"\n[server]\nlisten = "ssl:443:privateKey=k.pem"',
            "server.listen: must be a plain endpoint such as tcp:443, as https.certificate already",
        ),
    ],
)
def test_what_makes_no_sense_of_https_is_refused(write, more, message):
    write("-", "c.pem")
    write("-", "k.pem")
    assert refusal(write("[https]\n" + more)).startswith(f"x.toml: {message}")


def test_https_under_a_name_nobody_told_us_is_warned_of(write):
    write("-", "c.pem")
    write("-", "k.pem")
    text = '[https]\ncertificate = "c.pem"\nkey = "k.pem"\n[server]\n'
    assert "server.public_url" in load(write(text), {}).warnings()[0]
    assert load(write(text + 'public_url = "https://x.org"\n'), {}).warnings() == []


def test_a_secret_may_be_a_credential_of_systemds(write, tmp_path):
    (tmp_path / "credentials").mkdir()
    write("secret\n", "credentials/broker-main", mode=0o400)
    path = write(
        '[broker.main]\nhost = "h"\nuser = "u"\npassword_file = "credential:broker-main"\n'
    )
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")}
    broker = load(path, environ).broker["main"]
    assert broker.password == Secret("secret")
    assert refusal(path) == (
        "x.toml: broker.main.password_file: there is no credential broker-main: systemd gave us"
        " none (LoadCredential=broker-main:/path in the unit)"
    )


@pytest.mark.parametrize("name", ["", "..", "a/b", "../x", "a b"])
def test_a_credentials_name_leads_nowhere_else(write, tmp_path, name):
    path = write(f'[broker.main]\nhost = "h"\nuser = "u"\npassword_file = "credential:{name}"\n')
    assert "a credential's name is one word" in refusal(
        path, {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    )


def test_phones_that_encrypt_have_their_secrets_in_a_file_of_their_own(write):
    write('"jane/phone" = "geheim"\n"bob/car 7" = "s3cret"\n', "keys.toml")
    settings = load(write('[friends]\nkeys_file = "keys.toml"\n'), {})
    assert settings.friends.keys["bob/car 7"].reveal() == "s3cret"
    assert "geheim" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ('"jane/phone" = "geheim"', 0o644, "can be read by everybody"),
        ('"jane/phone" = geheim', 0o600, "must hold lines such as"),
        ('"jane" = "geheim"', 0o600, "is no device such as jane/phone"),
        ('"jane/+" = "geheim"', 0o600, "is no device such as jane/phone"),
        ('"jane/phone" = 7', 0o600, "a text of 1 to 32 bytes"),
        ('"jane/phone" = ""', 0o600, "a text of 1 to 32 bytes"),
        ('"jane/phone" = "geheim' + "x" * 27 + '"', 0o600, "a text of 1 to 32 bytes"),
    ],
)
def test_a_file_of_secrets_that_cannot_be_used_is_refused_and_not_quoted(write, text, mode, words):
    write(text, "keys.toml", mode)
    said = refusal(write('[friends]\nkeys_file = "keys.toml"\n'))
    assert said.startswith("x.toml: friends.keys_file:")
    assert words in said
    assert "geheim" not in said


def test_the_secrets_are_not_written_into_the_settings(write):
    said = refusal(write('[friends]\nkeys = {"jane/phone" = "x"}\n'))
    assert "no such setting" in said


@pytest.mark.parametrize("at", ["mqtt.example.org", "http://x", "mqtts://", "mqtt://x:70000"])
def test_the_brokers_address_for_phones_is_checked(write, at):
    assert "friends.mqtt_at" in refusal(write(f'[friends]\nmqtt_at = "{at}"\n'))


def test_the_brokers_address_for_phones_is_taken(write):
    path = write('[friends]\nmqtt_at = "mqtts://mqtt.example.org:8883"\n')
    assert load(path, {}).friends.mqtt_at == "mqtts://mqtt.example.org:8883"


# Regions and webhooks


def hook(write, text: str):
    write("a-secret-of-some-length", "secret")
    return write(f'[webhook.house]\nurl = "https://h.example.org/x"\n{text}')


def test_a_webhook_is_signed_with_the_secret_of_a_file_or_the_environment(write):
    secret = Secret("a-secret-of-some-length")
    path = hook(write, 'secret_file = "secret"')
    assert load(path, {}).webhook["house"].secret == secret
    path = hook(write, 'secret_env = "HOOK"')
    assert load(path, {"HOOK": "a-secret-of-some-length"}).webhook["house"].secret == secret
    assert "a-secret" not in repr(load(path, {"HOOK": "a-secret-of-some-length"}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('secret = "x"', "house.secret: a secret is not written here"),
        ('secret_env = "NOT_SET"', "house.secret_env: the environment variable NOT_SET is not set"),
        ('secret_env = "SHORT"', "house: a secret has at least 16 characters"),
        ('secret_file = "secret"\nsecret_env = "SHORT"', "house: has both"),
        ('events = ["arrive"]', "house.events: must be a list"),
        ("attempts = 0", "house.attempts: must be a whole number from 1 to 20"),
    ],
)
def test_a_webhook_that_makes_no_sense_is_refused(write, text, message):
    assert f"x.toml: webhook.{message}" in refusal(hook(write, text), {"SHORT": "abc"})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://h/x",
        "h.example.org",
        "https://",
        "https://u:p@h/x",
        "https://h/#x",
        "http://h:99999/",
    ],
)
def test_a_webhook_needs_an_address(write, url):
    assert "webhook.w.url: must" in refusal(write(f'[webhook.w]\nurl = "{url}"'))


def test_a_webhook_without_tls_to_the_internet_is_said_aloud(write):
    path = write('[webhook.w]\nurl = "http://h.example.org/"')
    assert load(path, {}).warnings() == ["webhook.w: where people are travels unencrypted (http)"]


def test_crossings_are_published_at_a_broker_there_is(write):
    assert "regions.broker: there is no broker of that name" in refusal(
        write('[regions]\nbroker = "other"')
    )


# Several servers

SHARED = """
    [store]
    url = "postgresql://db.example.org/sightline"
    [broker.main]
    host = "localhost"
    [replicas]
    name = "{name}"
"""


def test_each_of_several_servers_has_a_client_id_of_its_own(write, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "box.example.org")
    one, other = (load(write(SHARED.format(name=name)), {}) for name in ("a", "b"))
    assert one.broker["main"].client_id == "sightline-box-a"
    assert other.broker["main"].client_id == "sightline-box-b"


def test_a_long_name_of_a_machine_does_not_cut_off_whose_client_id_it_is(write, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "a-machine-with-a-very-long-name")
    text = SHARED.format(name="eu-1").replace('"localhost"', '"localhost"\nprotocol = "3.1"')
    client_id = load(write(text), {}).broker["main"].client_id
    assert client_id.endswith("-eu-1")
    assert len(client_id) == 23


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SHARED.format(name="A b"), "must be 1 to 12 of a-z 0-9 -"),
        (SHARED.format(name="a").replace("url =", "#"), "several servers share a PostgreSQL"),
        (
            SHARED.format(name="a").replace("[broker.main]", "").replace("host", "#"),
            "share a broker",
        ),
    ],
)
def test_what_makes_no_sense_of_several_servers_is_refused(write, text, message):
    said = refusal(write(text))
    assert "x.toml: replicas.name: " in said
    assert message in said


def test_a_table_in_dynamodb_is_of_one_server(write):
    said = refusal(write(SHARED.format(name="a") + '[history]\nstore = "dynamodb"\n'))
    assert said.startswith('x.toml: history.store: "dynamodb" keeps the history of one server')


@pytest.mark.parametrize(
    ("client_id", "guessable"),
    [
        ("sightline", True),
        ("sightline-test", True),
        ("sightline-server-0001", True),
        ("ab12cd34", True),
        ("9f86d081884c7d659a2feaa0c55ad015", False),
        ("sl-2f1b7c9d-04e3-4a6b-8c55-0d9e7f3a1b2c", False),
    ],
)
def test_a_client_id_that_can_be_guessed_is_warned_of(write, client_id, guessable):
    settings = load(write(f'[broker.main]\nhost = "h"\nclient_id = "{client_id}"\n'), {})
    said = [line for line in settings.warnings() if line.startswith("broker.main.client_id")]
    assert bool(said) == guessable
    assert not load(write('[broker.main]\nhost = "h"\n'), {}).warnings()


@pytest.mark.parametrize("listen", ["0.0.0.0", "::", "wlan 0", "a-name-that-is-too-long"])
def test_robots_without_a_password_are_never_let_in_everywhere(write, listen):
    with pytest.raises(BadSettings, match=r"probots\.listen: must be one network interface"):
        load(write(f'[probots]\nlisten = "{listen}"\n'), {})
    assert load(write('[probots]\nlisten = "wlan0"\n'), {}).probots.port == 1883


MAP = '[map.satellite]\nurl = "https://tiles.example.org/{z}/{x}/{y}.jpg?key={key}"\n'


def test_a_map_at_an_address_has_its_key_from_a_file_or_the_environment(write, tmp_path: Path):
    write("hush\n", "key")
    by_file = load(write(MAP + 'key_file = "key"\nrole = "layer"'), {}).map["satellite"]
    by_variable = load(write(MAP + 'key_env = "TILES"'), {"TILES": "hush"}).map["satellite"]
    for found in (by_file, by_variable):
        assert remote_map("satellite", found).address.endswith("?key=hush")
        assert "hush" not in repr(found)
    assert remote_map("satellite", by_file).type == "raster"
    assert remote_map("satellite", by_file).role == "layer"
    assert remote_map("satellite", by_file).title == "satellite"


def test_a_map_at_an_address_is_said_at_every_start(write):
    (said,) = load(write(MAP.replace("?key={key}", "")), {}).warnings()
    assert "map.satellite: whoever has https://tiles.example.org learns which area" in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (MAP, "x.toml: map.satellite.url: has {key} in it, but there is no key"),
        (
            '[map.a]\nurl = "http://tiles.example.org/{z}/{x}/{y}.png"',
            "x.toml: map.a.url: must begin with https://, as everybody on the way can read http://",
        ),
        (
            '[map.a]\nurl = "https://x.example/s.json"\nhosts = ["*.example"]',
            "x.toml: map.a.hosts: each must be such as https://fonts.example.org, without a path",
        ),
        (
            MAP + 'key_env = "A"\nkey_file = "b"',
            "x.toml: map.satellite: has both key_file and key_env; only one is allowed",
        ),
        (
            MAP + 'key_env = "A"',
            "x.toml: map.satellite.key_env: the environment variable A is not set",
        ),
        (
            MAP + 'secret = "x"',
            "x.toml: map.satellite.secret: no such setting; allowed here: attribution,"
            " attribution_url, hosts, key_env, key_file, max_zoom, min_zoom, role, schema,"
            " tile_size, title, type, url",
        ),
        (
            '[map."A b"]\nurl = "https://x.example/s.json"',
            "x.toml: map.A b: a map's name has 1 to 40 small letters, digits and hyphens, such as"
            " [map.satellite]",
        ),
        ("map = 1", "x.toml: map: must be tables, one per map: [map.satellite]"),
    ],
)
def test_a_wrong_map_is_refused_without_its_key(write, text, message):
    assert refusal(write(text)) == message


def test_a_key_that_everybody_can_read_is_refused(write):
    write("hush\n", "key", 0o644)
    assert "can be read by everybody" in refusal(write(MAP + 'key_file = "key"'))
