"""The settings of how people are told."""

from __future__ import annotations

import pytest

from sightline.settings import BadSettings, load


def test_what_would_act_on_the_server_is_refused_with_its_name(tmp_path):
    path = tmp_path / "x.toml"
    for text, why in (
        ('schemas = ["ntfys", "dbus"]', "channels.schemas: dbus:// would act on the server itself"),
        ('schemas = ["ntfys://"]', "channels.schemas"),
        ('contact = "me@example.org"', "channels.contact: must begin with mailto:"),
        ("hourly = 0", "channels.hourly: must be a whole number from 1"),
    ):
        path.write_text(f"[channels]\n{text}\n")
        with pytest.raises(BadSettings, match=why):
            load(path, {})
    path.write_text('[channels]\nschemas = ["ntfys"]\nprivate = true\ncontact = "mailto:a@b"\n')
    found = load(path, {}).channels
    assert (found.schemas, found.private, found.contact) == (("ntfys",), True, "mailto:a@b")
