"""How PostgreSQL is reached: safe where the URL says nothing."""

from __future__ import annotations

import pytest

from sightline.database.options import StoreOptions


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("postgresql:///sightline", True),
        ("postgresql:///sightline?host=/run/postgresql", True),
        ("postgresql://me@localhost:5433/sightline", True),
        ("postgresql://me@[::1]/sightline", True),
        ("postgresql://me@db.example.org/sightline", False),
        ("postgresql://a.example.org,b.example.org:5433/sightline", False),
        ("postgresql://localhost,b.example.org/sightline", False),
    ],
)
def test_the_certificate_is_checked_unless_it_is_this_machine(url: str, here: bool):
    options = StoreOptions(url)
    assert options.is_here is here
    assert options.parameters.get("sslmode") == (None if here else "verify-full")
    assert ("sslrootcert" in options.parameters) is not here


def test_what_the_url_says_counts():
    options = StoreOptions("postgresql://db.example.org/x?sslmode=require&connect_timeout=9")
    assert not {"sslmode", "sslrootcert", "connect_timeout"} & options.parameters.keys()


def test_a_password_is_shown_nowhere():
    options = StoreOptions("postgresql://me@db.example.org/x", "s3cret")
    assert options.parameters["password"] == "s3cret"
    assert "s3cret" not in f"{options!r}{options.shown}"
