"""Which files make a certificate we can serve, and what is said of those that do not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from certificates import Authority, replace
from sightline.web.certificate import BadCertificate, read

AUTHORITY = Authority()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    AUTHORITY.issue(tmp_path)
    return tmp_path


def refusal(folder: Path) -> str:
    with pytest.raises(BadCertificate) as caught:
        read(folder / "cert.pem", folder / "key.pem")
    return str(caught.value)


def test_what_was_issued_is_read(folder):
    served = read(folder / "cert.pem", folder / "key.pem")
    assert set(served.names) == {"localhost", "127.0.0.1"}
    assert "trustme" in served.issuer
    assert served.begins < time.time() < served.expires


def test_a_key_of_another_certificate_is_refused(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    AUTHORITY.issue(other)
    replace(folder / "key.pem", (other / "key.pem").read_bytes())
    assert refusal(folder) == "the key does not belong to the certificate"


def test_a_key_of_another_sort_is_refused(folder):
    from cryptography.hazmat.primitives.asymmetric import ed25519

    key = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    replace(folder / "key.pem", key)
    assert refusal(folder) == "the key does not belong to the certificate"


def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_its_passphrase(folder):
    key = serialization.load_pem_private_key((folder / "key.pem").read_bytes(), None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    replace(folder / "key.pem", locked)
    assert refusal(folder) == "the key is encrypted; it must be without a passphrase"


def test_a_half_written_file_is_refused_wherever_it_ends(folder):
    whole = (folder / "cert.pem").read_bytes()
    chain = whole + whole  # as with an authority in between
    for end in (0, 10, len(whole) // 2, len(whole) - 3, len(whole) + 100, len(chain) - 20):
        replace(folder / "cert.pem", chain[:end])
        assert refusal(folder).startswith("the certificate's file ")
    replace(folder / "cert.pem", whole)
    replace(folder / "key.pem", (folder / "key.pem").read_bytes()[:200])
    assert refusal(folder) == "the key's file holds no key that can be read (PEM)"


def test_a_key_that_everybody_can_read_is_refused(folder):
    (folder / "key.pem").chmod(0o644)
    assert refusal(folder) == "the key's file can be read by everybody on this machine"


def test_a_file_that_is_not_there_is_said_to_be_so(folder):
    (folder / "cert.pem").unlink()
    assert refusal(folder) == "the certificate's file cannot be read: No such file or directory"


def test_no_fault_tells_anything_of_the_key(folder):
    key = (folder / "key.pem").read_text()
    (folder / "cert.pem").write_text(key)
    assert not any(line and line in refusal(folder) for line in key.splitlines())
